//! Leaving a team, and where one goes on: what was open in it ends, the browser works elsewhere, and is back there after the next sign-in.

use crate::support::{FakeProvider, Script, Step, TestApp, TestClient};
use domain::chat::Asked;
use domain::team::{LeavingTerms, TeamSummary};
use domain::{Role, ViewerInfo};
use serde_json::{Value, json};
use sqlx::PgPool;
use std::time::{Duration, Instant};

async fn teams_in_the_menu(client: &TestClient) -> Vec<TeamSummary> {
    client.server_fn("identity/viewer", Value::Null).await.json::<ViewerInfo>().teams
}

/// The way to the events of an answer that is being written and does not end.
async fn endless_answer(ada: &TestClient, grace: &TestClient, provider: &FakeProvider) -> String {
    let model = json!({
        "provider": "Fake", "kind": "OpenAI-compatible", "base_url": format!("{}/v1", provider.url), "api_key": "",
        "name": "fake", "model_type": "LLM", "context_size": 8000
    });
    let model: Value = ada.server_fn("models/add", json!({ "model": model })).await.json();
    provider.push(Script::Stream(vec![Step::Text("Well".to_owned()), Step::Wait]));
    let question = json!({ "conversation_id": null, "prompt_id": null, "model_id": model["id"], "text": "Hello?" });
    let asked: Asked = grace.server_fn("chat/ask", json!({ "question": question })).await.json();
    format!("/api/generations/{}/events", asked.answer.generation_id.expect("it runs"))
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn whoever_leaves_is_told_what_happens_and_goes_on_elsewhere_within_seconds(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Collaborator).await;
    let eve = app.sign_up("eve@example.org").await;
    let team = json!({ "id": ada.team().await });
    let provider = FakeProvider::start().await;
    let mut stream = grace.open_stream(&endless_answer(&ada, &grace, &provider).await, None).await;
    let mut read = String::new();
    while !read.contains("Well") {
        read.push_str(std::str::from_utf8(&stream.chunk().await.expect("read").expect("more")).expect("text"));
    }

    eve.server_fn("team/leaving-terms", team.clone()).await.expect(404);
    eve.server_fn("team/leave", team.clone()).await.expect(404);
    let refused: LeavingTerms = ada.server_fn("team/leaving-terms", team.clone()).await.json();
    assert!(refused.hindrance.is_some_and(|sentence| sentence.contains("needs an owner")));
    ada.server_fn("team/leave", team.clone()).await.expect(409);
    let terms: LeavingTerms = grace.server_fn("team/leaving-terms", team.clone()).await.json();
    assert_eq!((terms.hindrance, terms.belongings.chats), (None, 1));
    assert!(terms.heir.starts_with("ada"), "{}", terms.heir);
    assert_eq!(teams_in_the_menu(&grace).await.len(), 2);

    grace.server_fn("team/leave", team.clone()).await.ok();
    let begun = Instant::now();
    while tokio::time::timeout(Duration::from_secs(20), stream.chunk()).await.expect("an end").expect("read").is_some() {}
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    let own = teams_in_the_menu(&grace).await;
    assert!(own.len() == 1 && own[0].is_personal && own[0].id == grace.team().await, "{own:?}");
    grace.server_fn("identity/switch-team", team.clone()).await.expect(404);
    assert!(ada.get("/team/audit").await.expect(200).text.contains("left the team"));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn whoever_signs_in_again_works_where_they_did(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Viewer).await;
    let team = ada.team().await;
    grace.post_form("/sign-out", &[]).await.expect_redirect("/sign-in");
    let again = app.sign_in("grace@example.org").await;
    assert_eq!(again.team().await, team);
    let own = teams_in_the_menu(&again).await.into_iter().find(|team| team.is_personal).expect("one of her own");
    again.server_fn("identity/switch-team", json!({ "id": own.id })).await.ok();
    again.post_form("/sign-out", &[]).await.expect_redirect("/sign-in");
    assert_eq!(app.sign_in("grace@example.org").await.team().await, own.id);
}
