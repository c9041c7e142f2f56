//! Requests per minute: what a team's programs and people are taken, as often as the team says.

use crate::api_keys::program;
use crate::support::{Answer, TestApp, TestClient};
use app::error::AppError;
use chrono::TimeDelta;
use domain::chat::Asked;
use serde_json::json;
use services::MockClock;
use sqlx::PgPool;
use std::sync::Arc;

async fn limit(client: &TestClient, requests: u32) {
    client.server_fn("team/update-settings", json!({ "settings": { "requests_per_minute": requests } })).await.ok();
}

async fn list(client: &TestClient) -> Answer {
    client.server_fn("datasets/list", json!({})).await
}

async fn ask(client: &TestClient) -> Answer {
    let question = json!({ "conversation_id": null, "prompt_id": null, "model_id": null, "text": "Hello?" });
    client.server_fn("chat/ask", json!({ "question": question })).await
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn calls_and_questions_of_a_team_are_taken_as_often_as_it_says(pool: PgPool) {
    let clock = Arc::new(MockClock::at(chrono::Utc::now()));
    let app = TestApp::start_with(&pool, |parts| parts.clock = clock.clone()).await;
    let (ada, eve) = (app.sign_up("ada@example.org").await, app.sign_up("eve@example.org").await);
    let own = program(&app, &ada, &["read", "chat"]).await;
    let second = program(&app, &ada, &["read"]).await;
    let others = program(&app, &eve, &["read"]).await;
    limit(&ada, 3).await;
    list(&own).await.ok();
    ask(&own).await.json::<Asked>();
    ask(&ada).await.json::<Asked>();
    for refused in [list(&own).await, list(&second).await, ask(&own).await, ask(&ada).await] {
        let refused = refused.expect(429);
        let AppError::Busy { retry_after_s } = refused.error() else { panic!("{}", refused.text) };
        assert!((1..=21).contains(&retry_after_s), "{retry_after_s}");
        assert_eq!(refused.header("retry-after"), Some(retry_after_s.to_string().as_str()));
    }
    let conversations: i64 = sqlx::query_scalar("SELECT count(*) FROM conversations").fetch_one(&pool).await.unwrap();
    assert_eq!(conversations, 2, "a refused question is not stored");

    // What people look at is not counted, and neither is another team.
    list(&ada).await.ok();
    list(&others).await.ok();
    ask(&eve).await.json::<Asked>();

    clock.advance(TimeDelta::seconds(21));
    list(&own).await.ok();
    list(&own).await.expect(429);
    ada.server_fn("team/update-settings", json!({ "settings": {} })).await.ok();
    list(&own).await.ok();
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn without_a_limit_nothing_is_counted(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let program = program(&app, &ada, &["read"]).await;
    for _ in 0..30 {
        list(&program).await.ok();
    }
    ask(&ada).await.ok();
    let counted: i64 = sqlx::query_scalar("SELECT count(*) FROM throttles WHERE key LIKE 'requests:%'").fetch_one(&pool).await.unwrap();
    assert_eq!(counted, 0);
}
