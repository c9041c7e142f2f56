//! Sharing over HTTP: from the settings of one person to the list of another, and back; and who sees what, and why.

use crate::datasets::{create, documents, start, upload};
use crate::support::TestApp;
use domain::chat::{Asked, ConversationDetail};
use domain::datasets::{DatasetDetail, DatasetSummary};
use domain::sharing::{AccessRule, Explanation, Sharing};
use domain::{Role, ViewerInfo};
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
    let explained: Explanation = ada.server_fn("sharing/explain", json!({ "thing": thing })).await.json();
    assert_eq!(explained.people.iter().map(|line| line.may_edit).collect::<Vec<_>>(), [true, true]);
    grace.server_fn("datasets/delete", open.clone()).await.expect(403);

    ada.server_fn("sharing/unshare", json!({ "thing": thing, "with": with })).await.ok();
    grace.server_fn("datasets/open", open).await.expect(404);
    let left: Vec<DatasetSummary> = grace.server_fn("datasets/list", Value::Null).await.json();
    assert!(left.is_empty());
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_document_is_explained_by_its_dataset(pool: PgPool) {
    let app = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Viewer).await;
    let dataset = create(&ada, "House rules", "Team").await;
    let rules: &[u8] = b"The key is in the blue cabinet.";
    upload(&ada, dataset, &[("rules.txt", rules)]).await.ok();
    let document = documents(&ada, dataset).await.remove(0).id;
    let asked = json!({ "thing": { "Document": document } });
    let explained: Explanation = ada.server_fn("sharing/explain", asked.clone()).await.json();
    assert_eq!(explained.dataset.as_deref(), Some("House rules"));
    let lines: Vec<_> = explained.people.iter().map(|line| (line.rules.clone(), line.may_edit)).collect();
    assert_eq!(lines, [(vec![AccessRule::Creator, AccessRule::Team], true), (vec![AccessRule::Team], false)]);
    let file = format!("/api/documents/{document}/file");
    grace.get_json(&file).await.expect(200);
    grace.server_fn("sharing/explain", asked.clone()).await.expect(403);

    let changes = json!({ "name": "House rules", "description": "", "visibility": "Private" });
    ada.server_fn("datasets/update", json!({ "id": dataset, "changes": changes })).await.ok();
    let explained: Explanation = ada.server_fn("sharing/explain", asked.clone()).await.json();
    assert_eq!(explained.people.len(), 1);
    grace.get_json(&file).await.expect(404);
    grace.server_fn("sharing/explain", asked).await.expect(404);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_chat_is_its_persons_and_an_owner_sees_it_only_by_viewing_the_team_as_them(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Viewer).await;
    let manager = app.sign_up_into(&ada, "max@example.org", Role::TeamManager).await;
    let question = json!({ "conversation_id": null, "prompt_id": null, "model_id": null, "text": "What is this?" });
    let asked: Asked = grace.server_fn("chat/ask", json!({ "question": question })).await.json();
    let (open, thing) = (json!({ "id": asked.conversation_id }), json!({ "thing": { "Chat": asked.conversation_id } }));
    let explained: Explanation = grace.server_fn("sharing/explain", thing.clone()).await.json();
    let me: ViewerInfo = grace.server_fn("identity/viewer", Value::Null).await.json();
    assert_eq!(explained.people.iter().map(|line| line.user_id).collect::<Vec<_>>(), [me.user_id]);
    assert!(explained.is_open_to_owners);
    for other in [&ada, &manager] {
        other.server_fn("chat/open", open.clone()).await.expect(404);
        other.server_fn("sharing/explain", thing.clone()).await.expect(404);
    }
    let view = json!({ "user_id": me.user_id });
    manager.server_fn("team/view-as", view.clone()).await.expect(403);
    ada.server_fn("team/view-as", view).await.ok();
    let seen: ConversationDetail = ada.server_fn("chat/open", open).await.json();
    assert_eq!(seen.id, asked.conversation_id);
    ada.server_fn("team/stop-viewing", json!({})).await.ok();
    let own = json!({ "conversation_id": null, "prompt_id": null, "model_id": null, "text": "And this?" });
    let asked: Asked = ada.server_fn("chat/ask", json!({ "question": own })).await.json();
    let explained: Explanation = ada.server_fn("sharing/explain", json!({ "thing": { "Chat": asked.conversation_id } })).await.json();
    assert!(!explained.is_open_to_owners, "there is no other owner");
}
