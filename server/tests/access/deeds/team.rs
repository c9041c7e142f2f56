//! Deeds in a team: joining and deleting it, going on with an answer, reading a document again.

use super::{Deed, Stage, form, function, plain};
use crate::access::call::with_file;
use crate::access::{Call, wait_for_answers};
use crate::support::TestClient;
use domain::chat::Asked;
use domain::datasets::{DatasetSummary, UploadOutcome};
use domain::team::{InvitationSent, TeamSummary};
use reqwest::multipart::Form;
use serde_json::json;

pub fn deeds() -> Vec<Deed> {
    vec![
        plain("POST /join", "with one's own invitation", "/chat", |stage| Box::pin(join(stage))),
        function("POST /api/team/delete", "one's own, by its name", |stage| Box::pin(delete(stage))),
        function("POST /api/chat/continue", "one's own, broken off", |stage| Box::pin(continue_answer(stage))),
        function("POST /api/datasets/retry-document", "one that failed", |stage| Box::pin(retry_document(stage))),
    ]
}

async fn join(stage: &Stage) -> (TestClient, Call) {
    let (client, email) = stage.person().await;
    let invite = json!({ "email": email, "role": "Viewer" });
    let sent: InvitationSent = stage.administrator().await.server_fn("team/invite", invite).await.json();
    let (_, token) = sent.link.split_once("?invitation=").expect("a token");
    (client, form("/join", &[("invitation", token)]))
}

async fn delete(stage: &Stage) -> (TestClient, Call) {
    let (client, _) = stage.person().await;
    let made: TeamSummary = client.server_fn("team/create", json!({ "name": stage.fresh("Team") })).await.json();
    client.server_fn("identity/switch-team", json!({ "id": made.id })).await.ok();
    (client, Call::Arguments(json!({ "name": made.name })))
}

/// The server went away while the answer was written, as far as its row tells.
async fn continue_answer(stage: &Stage) -> (TestClient, Call) {
    let (client, _) = stage.person().await;
    let question = json!({ "conversation_id": null, "prompt_id": null, "model_id": null, "text": "What is this?" });
    let asked: Asked = client.server_fn("chat/ask", json!({ "question": question })).await.json();
    wait_for_answers(&stage.app.pool).await;
    let break_off = sqlx::query("UPDATE messages SET status = 'Interrupted' WHERE id = $1").bind(asked.answer.id);
    break_off.execute(&stage.app.pool).await.expect("it is broken off");
    (client, Call::Arguments(json!({ "message_id": asked.answer.id })))
}

async fn retry_document(stage: &Stage) -> (TestClient, Call) {
    let (client, _) = stage.person().await;
    let dataset = json!({ "name": stage.fresh("Dataset"), "description": "", "visibility": "Team", "embedding_model_id": null });
    let dataset: DatasetSummary = client.server_fn("datasets/create", json!({ "dataset": dataset })).await.json();
    let path = format!("/api/datasets/{}/documents", dataset.id);
    let outcomes: Vec<UploadOutcome> = client.post_multipart(&path, with_file(Form::new())).await.json();
    let document = outcomes[0].document_id.expect("it was taken");
    let fail = sqlx::query("UPDATE documents SET status = 'Failed', failure = 'It could not be read.' WHERE id = $1").bind(document);
    fail.execute(&stage.app.pool).await.expect("it has failed");
    (client, Call::Arguments(json!({ "id": document })))
}
