//! Datasets over HTTP: files in and out, and the whole way of a document with the real reader.

use crate::support::{Answer, TestApp, TestClient};
use domain::Role;
use domain::datasets::{DatasetSummary, DocumentStatus, DocumentSummary, SourcePage, UploadOutcome};
use domain::{DatasetId, DocumentId, Page};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use sqlx::PgPool;
use std::path::PathBuf;

/// A server whose reader is the program itself, as in production.
pub async fn start(pool: &PgPool) -> TestApp {
    TestApp::start_with(pool, |parts| {
        parts.settings.extractor = (PathBuf::from(env!("CARGO_BIN_EXE_lyceum")), vec!["extract".to_owned()]);
    })
    .await
}

/// A new dataset of the client's team.
pub async fn create(client: &TestClient, name: &str, visibility: &str) -> DatasetId {
    let new = json!({ "dataset": { "name": name, "description": "", "visibility": visibility, "embedding_model_id": null } });
    let made: DatasetSummary = client.server_fn("datasets/create", new).await.json();
    made.id
}

/// Uploads files in one request.
pub async fn upload(client: &TestClient, dataset: DatasetId, files: &[(&str, &[u8])]) -> Answer {
    let form =
        files.iter().fold(Form::new(), |form, (name, bytes)| form.part("file", Part::bytes(bytes.to_vec()).file_name((*name).to_owned())));
    client.post_multipart(&format!("/api/datasets/{dataset}/documents"), form).await
}

/// The documents of a dataset.
pub async fn documents(client: &TestClient, dataset: DatasetId) -> Vec<DocumentSummary> {
    let page: Page<DocumentSummary> =
        client.server_fn("datasets/documents", json!({ "id": dataset, "page": { "index": 0, "size": 50 } })).await.json();
    page.items
}

const PAGES: &str = "# House rules\n\nThe caretaker keeps the spare key of the observatory in the blue cabinet.\n";

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_file_becomes_searchable_and_leaves_as_it_came(pool: PgPool) {
    let app = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let id = create(&ada, "House rules", "Team").await;
    let outcomes: Vec<UploadOutcome> = upload(&ada, id, &[("Regeln für Gäste.md", PAGES.as_bytes())]).await.json();
    let document = outcomes[0].document_id.unwrap();
    app.services.jobs().run_due_once().await.unwrap();
    let listed = documents(&ada, id).await.remove(0);
    assert_eq!(listed.status, DocumentStatus::Ready, "{:?}", listed.failure);

    let source: SourcePage = ada.server_fn("chat/source", json!({ "document_id": document, "page": 1, "chunk_id": null })).await.json();
    assert!(source.page.text.contains("blue cabinet"));

    for path in [format!("/api/documents/{document}/file"), format!("/api/documents/{document}/file?view=1")] {
        let file = ada.get_json(&path).await.expect(200);
        assert_eq!(file.text, PAGES);
        assert_eq!(file.header("content-type"), Some("text/markdown"));
        assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(file.header("content-security-policy"), Some("sandbox"));
        let disposition = file.header("content-disposition").unwrap();
        assert_eq!(disposition, "attachment; filename=\"Regeln f_r G_ste.md\"; filename*=UTF-8''Regeln%20f%C3%BCr%20G%C3%A4ste.md");
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn each_file_of_an_upload_has_its_own_outcome(pool: PgPool) {
    let app = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let id = create(&ada, "House rules", "Team").await;
    let large = vec![b'a'; 1024 * 1024 + 1];
    let files: [(&str, &[u8]); 6] = [
        ("good.txt", b"A good file."),
        ("empty.txt", b""),
        ("../../etc/passwd", b"root"),
        ("large.txt", &large),
        ("run.exe", b"MZ"),
        ("also good.csv", b"name,room\nAda,12\n"),
    ];
    let outcomes: Vec<UploadOutcome> = upload(&ada, id, &files).await.json();
    let taken: Vec<_> = outcomes.iter().map(|outcome| outcome.document_id.is_some()).collect();
    assert_eq!(taken, [true, false, false, false, false, true], "{outcomes:?}");
    for outcome in outcomes.iter().filter(|outcome| outcome.document_id.is_none()) {
        assert!(outcome.refusal.as_deref().unwrap().contains(&outcome.name), "{outcome:?}");
    }
    app.services.jobs().run_due_once().await.unwrap();
    let statuses: Vec<_> = documents(&ada, id).await.into_iter().map(|document| document.status).collect();
    assert_eq!(statuses, [DocumentStatus::Ready; 2]);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn damaged_files_fail_with_a_sentence_and_the_others_go_on(pool: PgPool) {
    let app = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let id = create(&ada, "House rules", "Team").await;
    upload(&ada, id, &[("cut.pdf", b"%PDF-1.7\n1 0 obj\n<< /Type"), ("bad.docx", b"PK\x03\x04 not a zip"), ("good.txt", b"Fine.")])
        .await
        .ok();
    app.services.jobs().run_due_once().await.unwrap();
    for document in documents(&ada, id).await {
        match document.name.as_str() {
            "good.txt" => assert_eq!(document.status, DocumentStatus::Ready),
            name => {
                assert_eq!(document.status, DocumentStatus::Failed);
                assert!(document.failure.unwrap().contains(name));
                let retried: DocumentSummary = ada.server_fn("datasets/retry-document", json!({ "id": document.id })).await.json();
                assert_eq!(retried.status, DocumentStatus::Queued);
            }
        }
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_body_that_is_no_form_is_refused_without_harm(pool: PgPool) {
    let app = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let id = create(&ada, "House rules", "Team").await;
    let path = format!("/api/datasets/{id}/documents");
    let post = |kind: &'static str, body: &'static str| {
        Answer::of(ada.own_request(reqwest::Method::POST, &path).header("content-type", kind).body(body))
    };
    post("text/plain", "hello").await.expect(422);
    post("multipart/form-data", "--x").await.expect(422);
    post("multipart/form-data; boundary=x", "--x\r\nbroken").await.expect(422);
    let part = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"cut.txt\"\r\n\r\nhalf a file";
    let outcomes: Vec<UploadOutcome> = post("multipart/form-data; boundary=x", part).await.json();
    assert!(outcomes[0].refusal.as_deref().unwrap().contains("“cut.txt” did not arrive whole"));
    assert!(documents(&ada, id).await.is_empty());
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn files_are_closed_to_strangers_viewers_and_the_signed_out(pool: PgPool) {
    let app = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let eve = app.sign_up("eve@example.org").await;
    let vic = app.sign_up_into(&ada, "vic@example.org", Role::Viewer).await;
    let id = create(&ada, "House rules", "Team").await;
    let outcomes: Vec<UploadOutcome> = upload(&ada, id, &[("a.txt", b"secret")]).await.json();
    let document = outcomes[0].document_id.unwrap();
    let file = format!("/api/documents/{document}/file");

    eve.get_json(&file).await.expect(404);
    app.anonymous().get_json(&file).await.expect(401);
    vic.get_json(&file).await.expect(200);
    upload(&eve, id, &[("b.txt", b"x")]).await.expect(404);
    upload(&vic, id, &[("b.txt", b"x")]).await.expect(403);
    upload(&app.anonymous(), id, &[("b.txt", b"x")]).await.expect(401);
    for (endpoint, arguments) in calls(id, document) {
        eve.server_fn(endpoint, arguments).await.expect(404);
    }
    assert_eq!(documents(&ada, id).await.len(), 1);
}

/// Every server function that takes the id of something of a dataset.
fn calls(id: DatasetId, document: DocumentId) -> Vec<(&'static str, Value)> {
    vec![
        ("datasets/open", json!({ "id": id })),
        ("datasets/documents", json!({ "id": id, "page": { "index": 0, "size": 10 } })),
        ("datasets/update", json!({ "id": id, "changes": { "name": "x", "description": "", "visibility": "Team" } })),
        ("datasets/delete", json!({ "id": id })),
        ("datasets/search", json!({ "id": id, "question": "secret" })),
        ("datasets/retry-document", json!({ "id": document })),
        ("datasets/delete-document", json!({ "id": document })),
    ]
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn the_pages_show_what_there_is(pool: PgPool) {
    let app = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    assert!(ada.get("/datasets").await.expect(200).text.contains("There are no datasets yet."));
    let id = create(&ada, "House <rules>", "Team").await;
    upload(&ada, id, &[("a.txt", b"text")]).await.ok();
    let list = ada.get("/datasets").await.expect(200).text;
    assert!(list.contains("House &lt;rules&gt;") && list.contains("1 document"), "{list}");
    let page = ada.get(&format!("/datasets/{id}")).await.expect(200).text;
    assert!(page.contains("aria-label=\"Documents\"") && page.contains("Queued") && page.contains("Upload documents"), "{page}");
    let eve = app.sign_up("eve@example.org").await;
    eve.get(&format!("/datasets/{id}")).await.expect(404);
    eve.get("/datasets/not-an-id").await.expect(404);
}
