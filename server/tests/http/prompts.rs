//! Prompts over HTTP: the form's errors at their fields, and ids of other teams.

use crate::support::TestApp;
use app::error::AppError;
use domain::PromptId;
use domain::prompts::{PromptDetail, PromptDraft, PromptSummary};
use domain::{Role, datasets::Visibility};
use serde_json::{Value, json};
use sqlx::PgPool;

fn draft(name: &str, visibility: Visibility) -> PromptDraft {
    PromptDraft { name: name.to_owned(), visibility, ..PromptDraft::default() }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_prompt_is_made_listed_changed_copied_and_deleted(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let made: PromptDetail = ada.server_fn("prompts/create", json!({ "draft": draft("Caretaker", Visibility::Team) })).await.json();
    let page = ada.get(&format!("/prompts/{}", made.id)).await.expect(200);
    assert!(page.text.contains("value=\"Caretaker\"") && page.text.contains("Save"), "{}", page.text);
    let list = ada.get("/prompts").await.expect(200).text;
    assert!(list.contains("Caretaker") && list.contains(&format!("/chat?prompt={}", made.id)));

    let changed = json!({ "id": made.id, "draft": draft("Porter", Visibility::Team) });
    let changed: PromptDetail = ada.server_fn("prompts/update", changed).await.json();
    assert_eq!(changed.draft.name, "Porter");
    let copy: PromptDetail = ada.server_fn("prompts/duplicate", json!({ "id": made.id })).await.json();
    assert_eq!(copy.draft.name, "Porter (copy)");
    ada.server_fn("prompts/delete", json!({ "id": made.id })).await.ok();
    let left: Vec<PromptSummary> = ada.server_fn("prompts/list", Value::Null).await.json();
    assert_eq!(left.iter().map(|prompt| prompt.id).collect::<Vec<_>>(), [copy.id]);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn every_wrong_field_comes_back_with_its_message(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let wrong = PromptDraft { temperature: 3.0, max_chunks: 99, ..draft(" ", Visibility::Private) };
    let error = ada.server_fn("prompts/create", json!({ "draft": wrong })).await.expect(422).error();
    for field in ["name", "temperature", "max_chunks"] {
        assert!(error.field(field).is_some(), "{field} in {error:?}");
    }
    let mut unknown = json!({ "draft": draft("P", Visibility::Private) });
    unknown["draft"]["team_id"] = json!(PromptId::new());
    assert!(!ada.server_fn("prompts/create", unknown).await.status.is_success(), "a member nobody knows is refused");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn another_teams_prompt_looks_like_one_that_never_was(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let eve = app.sign_up("eve@example.org").await;
    let made: PromptDetail = ada.server_fn("prompts/create", json!({ "draft": draft("Kept", Visibility::Team) })).await.json();
    for id in [made.id, PromptId::new()] {
        for endpoint in ["prompts/get", "prompts/duplicate", "prompts/delete"] {
            assert_eq!(eve.server_fn(endpoint, json!({ "id": id })).await.expect(404).error(), AppError::NotFound, "{endpoint}");
        }
        let stolen = json!({ "id": id, "draft": draft("Mine", Visibility::Team) });
        assert_eq!(eve.server_fn("prompts/update", stolen).await.expect(404).error(), AppError::NotFound);
        assert!(!eve.get(&format!("/prompts/{id}")).await.expect(404).text.contains("Kept"));
    }
    ada.get("/prompts/no-id-at-all").await.expect(404);
    app.anonymous().server_fn("prompts/list", Value::Null).await.expect(401);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn who_may_only_read_gets_the_words_and_no_form(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let reader = app.sign_up_into(&ada, "bob@example.org", Role::Viewer).await;
    let shared = PromptDraft { instructions: "Be short.".to_owned(), ..draft("Shared", Visibility::Team) };
    let made: PromptDetail = ada.server_fn("prompts/create", json!({ "draft": shared })).await.json();
    let page = reader.get(&format!("/prompts/{}", made.id)).await.expect(200).text;
    assert!(page.contains("Be short.") && page.contains("Start a chat") && !page.contains(">Save<"), "{page}");
    assert!(!reader.get("/prompts").await.expect(200).text.contains("New prompt"));
    reader.server_fn("prompts/create", json!({ "draft": draft("Mine", Visibility::Private) })).await.expect(403);
    reader.server_fn("prompts/delete", json!({ "id": made.id })).await.expect(403);
}
