//! Sharing over HTTP: from the settings of one person to the list of another, and back.

use crate::support::TestApp;
use domain::Role;
use domain::datasets::{DatasetDetail, DatasetSummary};
use domain::sharing::{Access, Sharing};
use serde_json::{Value, json};
use sqlx::PgPool;

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_shared_dataset_turns_up_for_the_colleague_and_goes_again(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Collaborator).await;
    let new = json!({ "name": "Minutes", "description": "", "visibility": "Private", "embedding_model_id": null });
    let made: DatasetSummary = ada.server_fn("datasets/create", json!({ "dataset": new })).await.json();
    let thing = json!({ "Dataset": made.id });
    let open = json!({ "id": made.id });
    grace.server_fn("datasets/open", open.clone()).await.expect(404);

    let sharing: Sharing = ada.server_fn("sharing/list", json!({ "thing": thing })).await.json();
    let with = json!(sharing.choices[0].with);
    ada.server_fn("sharing/share", json!({ "thing": thing, "with": with, "level": "Nonsense" })).await.expect(422);
    ada.server_fn("sharing/share", json!({ "thing": thing, "with": with, "level": "Edit" })).await.ok();
    let seen: DatasetDetail = grace.server_fn("datasets/open", open.clone()).await.json();
    assert!(seen.summary.is_editable && !seen.is_shareable);
    assert!(grace.get("/datasets").await.expect(200).text.contains("Some of your team"));
    let explained: Vec<Access> = ada.server_fn("sharing/explain", json!({ "thing": thing })).await.json();
    assert_eq!(explained.iter().map(|line| line.may_edit).collect::<Vec<_>>(), [true, true]);
    grace.server_fn("datasets/delete", open.clone()).await.expect(403);

    ada.server_fn("sharing/unshare", json!({ "thing": thing, "with": with })).await.ok();
    grace.server_fn("datasets/open", open).await.expect(404);
    let left: Vec<DatasetSummary> = grace.server_fn("datasets/list", Value::Null).await.json();
    assert!(left.is_empty());
}
