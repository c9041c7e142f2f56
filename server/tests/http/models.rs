//! Models over HTTP: the administrator's screen, connections in words, keys that never come back.

use crate::datasets::{self, upload};
use crate::support::{FakeProvider, Script, TestApp, TestClient};
use app::error::AppError;
use domain::datasets::DatasetSummary;
use domain::models::{ConnectionReport, ModelSummary};
use serde_json::{Value, json};
use sqlx::PgPool;

fn draft(provider: &FakeProvider, name: &str, model_type: &str) -> Value {
    json!({ "model": {
        "provider": "Fake", "kind": "OpenAI-compatible", "base_url": provider.url, "api_key": "sk-very-secret",
        "name": name, "model_type": model_type, "context_size": 8192,
    } })
}

/// The first account of a server manages it; the second does not.
async fn people(app: &TestApp) -> (TestClient, TestClient) {
    (app.sign_up("grace@example.org").await, app.sign_up("ada@example.org").await)
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_model_is_tested_added_made_the_default_and_removed(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let (grace, ada) = people(&app).await;
    let provider = FakeProvider::start().await;
    let report: ConnectionReport = grace.server_fn("models/test-draft", draft(&provider, "fake", "LLM")).await.json();
    assert!(report.is_working, "{}", report.sentence);
    let added: ModelSummary = grace.server_fn("models/add", draft(&provider, "fake", "LLM")).await.json();
    let vectors: ModelSummary = grace.server_fn("models/add", draft(&provider, "vectors", "Embeddings")).await.json();
    assert_eq!((vectors.dimensions, vectors.provider_id), (Some(8), added.provider_id));

    grace.server_fn("models/make-default", json!({ "id": added.id })).await.ok();
    let refused = grace.server_fn("models/remove", json!({ "id": added.id })).await.expect(409);
    assert!(matches!(refused.error(), AppError::Conflict(sentence) if sentence.contains("default")));
    let page = grace.get("/admin/models").await.expect(200);
    assert!(page.text.contains("Add model") && page.text.contains("vectors") && page.text.contains(&provider.url), "{}", page.text);

    let chosen_from = ada.server_fn("models/list", json!({ "model_type": "LLM" })).await.ok();
    assert!(chosen_from.text.contains("fake") && !chosen_from.text.contains(&provider.url));
    for answer in [page, chosen_from, grace.server_fn("models/overview", Value::Null).await.ok()] {
        assert!(!answer.text.contains("sk-very-secret"));
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn what_is_wrong_with_a_connection_is_said_in_words(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let (grace, _) = people(&app).await;
    let provider = FakeProvider::start().await;
    for (status, words) in [(401, "refused the API key"), (404, "does not know the model"), (503, "problem of its own")] {
        let body = json!({ "error": { "message": "The model `m` does not exist" } }).to_string();
        provider.push(Script::Status(status, body));
        let report: ConnectionReport = grace.server_fn("models/test-draft", draft(&provider, "m", "LLM")).await.json();
        assert!(!report.is_working && report.sentence.contains(words), "{status}: {}", report.sentence);
    }
    let mut nowhere = draft(&provider, "m", "LLM");
    nowhere["model"]["base_url"] = json!("http://10.0.0.1/v1");
    let refused = grace.server_fn("models/test-draft", nowhere).await.expect(422).error();
    assert!(refused.field("base_url").unwrap().contains("LYCEUM_EGRESS_ALLOW"));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn for_others_there_is_nothing_here(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let (grace, ada) = people(&app).await;
    let provider = FakeProvider::start().await;
    let added: ModelSummary = grace.server_fn("models/add", draft(&provider, "fake", "LLM")).await.json();
    assert!(!ada.get("/admin/models").await.expect(404).text.contains("Add model"));
    let moved = json!({ "provider_id": added.provider_id, "base_url": "https://evil.example", "api_key": "k" });
    let calls = [
        ("models/overview", Value::Null),
        ("models/add", draft(&provider, "x", "LLM")),
        ("models/test-draft", draft(&provider, "x", "LLM")),
        ("models/test", json!({ "id": added.id })),
        ("models/make-default", json!({ "id": added.id })),
        ("models/remove", json!({ "id": added.id })),
        ("models/update-key", json!({ "provider_id": added.provider_id, "api_key": "k" })),
        ("models/update-address", moved),
    ];
    for (endpoint, arguments) in calls {
        assert_eq!(ada.server_fn(endpoint, arguments.clone()).await.expect(404).error(), AppError::NotFound, "{endpoint}");
        app.anonymous().server_fn(endpoint, arguments).await.expect(401);
    }
    assert!(provider.requests().is_empty());
}

/// What the trail tells of documents that went to a model to be embedded: whose act, which document and which model.
async fn embedded(app: &TestApp) -> Vec<(bool, String, String)> {
    let told = "SELECT actor_id IS NOT NULL AND via = 'System', target_name, details->'model'->>'name' FROM audit_events
                WHERE action = 'document.embedded' ORDER BY position";
    sqlx::query_as(told).fetch_all(&app.pool).await.expect("the trail")
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn documents_that_go_to_an_embedding_model_outside_are_on_record(pool: PgPool) {
    let app = datasets::start(&pool).await;
    let (grace, _) = people(&app).await;
    let provider = FakeProvider::start().await;
    let vectors: ModelSummary = grace.server_fn("models/add", draft(&provider, "vectors", "Embeddings")).await.json();
    for (name, model) in [("Inside", Value::Null), ("Outside", json!(vectors.id))] {
        let new = json!({ "dataset": { "name": name, "description": "", "visibility": "Team", "embedding_model_id": model } });
        let dataset: DatasetSummary = grace.server_fn("datasets/create", new).await.json();
        let file = format!("{name}.txt");
        upload(&grace, dataset.id, &[(&file, b"The rules of the house say that nobody whistles.")]).await.ok();
    }
    app.run_jobs().await;
    assert_eq!(embedded(&app).await, [(true, "Outside.txt".to_owned(), "vectors · Fake".to_owned())]);
    let page = grace.get("/team/audit").await.expect(200);
    assert!(page.text.contains("had “Outside.txt” sent to an embedding model (vectors · Fake)"), "{}", page.text);
}
