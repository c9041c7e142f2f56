//! "Test a question" over HTTP.

use super::datasets::{create, start, upload};
use domain::datasets::SearchResult;
use serde_json::json;
use sqlx::PgPool;

const RULES: &str =
    "# Leave\n\nEmployees have thirty days of annual leave.\n\n# Keys\n\nThe spare key of the observatory is in the blue cabinet.\n";

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_question_gets_ranked_passages(pool: PgPool) {
    let app = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let id = create(&ada, "Rules", "Team").await;
    upload(&ada, id, &[("rules.md", RULES.as_bytes())]).await.ok();
    app.services.jobs().run_due_once().await.unwrap();
    let found: SearchResult = ada.server_fn("datasets/search", json!({ "id": id, "question": "Where is the spare key?" })).await.json();
    let best = &found.chunks[0];
    assert!(best.text.contains("blue cabinet") && best.text_rank == Some(1) && best.score > 0.0);
    let nothing: SearchResult = ada.server_fn("datasets/search", json!({ "id": id, "question": "  " })).await.json();
    assert!(nothing.chunks.is_empty());
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_company_dataset_answers_other_teams(pool: PgPool) {
    let app = start(&pool).await;
    let (ada, eve) = (app.sign_up("ada@example.org").await, app.sign_up("eve@example.org").await);
    let id = create(&ada, "Rules", "Company").await;
    upload(&ada, id, &[("rules.md", RULES.as_bytes())]).await.ok();
    app.services.jobs().run_due_once().await.unwrap();
    let found: SearchResult = eve.server_fn("datasets/search", json!({ "id": id, "question": "annual leave" })).await.json();
    assert!(found.chunks[0].text.contains("thirty days"));
}
