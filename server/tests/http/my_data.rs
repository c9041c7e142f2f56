//! My data over HTTP: asked for on the account screen, fetched as an attachment.

use crate::support::{PASSWORD, TestApp};
use axum::http::header;
use domain::my_data::{DeletionTerms, ExportStatus, ExportSummary};
use serde_json::{Value, json};
use sqlx::PgPool;

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn an_export_is_asked_for_put_together_and_fetched_by_its_person_alone(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let eve = app.sign_up("eve@example.org").await;
    assert!(ada.get("/account").await.expect(200).text.contains("Export all my data"));
    let asked: ExportSummary = ada.server_fn("my-data/request-export", Value::Null).await.json();
    ada.server_fn("my-data/request-export", Value::Null).await.expect(409);
    let path = format!("/api/exports/{}/file", asked.id);
    ada.get_json(&path).await.expect(404);
    app.services.jobs().run_due_once().await.unwrap();
    let listed: Vec<ExportSummary> = ada.server_fn("my-data/exports", Value::Null).await.json();
    assert_eq!(listed[0].status, ExportStatus::Ready);
    assert!(ada.get("/account").await.expect(200).text.contains(&path));

    let file = ada.get(&path).await.expect(200);
    assert_eq!(file.header(header::CONTENT_TYPE), Some("application/zip"));
    assert!(file.header(header::CONTENT_DISPOSITION).is_some_and(|value| value.starts_with("attachment; filename=\"lyceum-")));
    assert_eq!(file.header(header::CACHE_CONTROL), Some("private, no-store"));
    assert!(file.text.starts_with("PK"));
    eve.get_json(&path).await.expect(404);
    app.anonymous().get_json(&path).await.expect(401);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn an_account_that_is_to_go_says_so_on_every_screen_until_it_is_kept(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    app.sign_up("administrator@example.org").await;
    let ada = app.sign_up("ada@example.org").await;
    ada.server_fn("my-data/delete-account", json!({ "password": "wrong and long enough" })).await.expect(422);
    assert!(!ada.get("/datasets").await.expect(200).text.contains("Keep my account"));
    let terms: DeletionTerms = ada.server_fn("my-data/delete-account", json!({ "password": PASSWORD })).await.json();
    assert!(terms.gone_at.is_some());
    let again = app.sign_in("ada@example.org").await;
    assert!(again.get("/datasets").await.expect(200).text.contains("Keep my account"));
    again.server_fn("my-data/keep-account", Value::Null).await.ok();
    assert!(!again.get("/datasets").await.expect(200).text.contains("Keep my account"));
}
