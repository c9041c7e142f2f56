//! The matrix of roles over HTTP: what it says holds from the next request on.

use crate::support::{NOTHING, PASSWORD, Snapshot, TestApp};
use app::error::AppError;
use domain::api_keys::ApiKeyMade;
use domain::datasets::Visibility;
use domain::prompts::{PromptDetail, PromptDraft};
use domain::roles::RoleMatrix;
use domain::team::{InvitationSent, InvitationSummary};
use domain::{ConversationId, Permission, Role, ViewerInfo};
use serde_json::{Value, json};
use services::models::EXTRACTIVE;
use sqlx::PgPool;

/// What gives a right to a role or takes it away.
pub fn change(role: &str, permission: &str, granted: bool) -> Value {
    json!({ "change": { "role": role, "permission": permission, "granted": granted } })
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_right_that_is_taken_hides_the_button_and_refuses_the_next_call(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Collaborator).await;
    assert!(grace.get("/prompts").await.expect(200).text.contains("New prompt"));
    let draft = serde_json::to_value(PromptDraft { name: "One".to_owned(), ..Default::default() }).unwrap();
    grace.server_fn("prompts/create", json!({ "draft": draft.clone() })).await.ok();

    let matrix: RoleMatrix = ada.server_fn("roles/change", change("Collaborator", "ManagePrompts", false)).await.json();
    let row = matrix.rows.iter().find(|row| row.permission == Permission::ManagePrompts).unwrap();
    assert!(!row.roles.contains(&Role::Collaborator));
    assert!(!grace.get("/prompts").await.expect(200).text.contains("New prompt"));
    assert_eq!(grace.server_fn("prompts/create", json!({ "draft": draft })).await.expect(403).error(), AppError::Forbidden);
    let viewer: ViewerInfo = grace.server_fn("identity/viewer", Value::Null).await.json();
    assert!(!viewer.may(Permission::ManagePrompts) && viewer.may(Permission::ManageDatasets));

    ada.server_fn("roles/change", change("Collaborator", "ManagePrompts", true)).await.ok();
    let viewer: ViewerInfo = grace.server_fn("identity/viewer", Value::Null).await.json();
    assert!(viewer.may(Permission::ManagePrompts));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn every_right_of_the_matrix_decides_something(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Collaborator).await;
    let key = json!({ "key": { "name": "Nightly", "scopes": ["read"], "days": 30 }, "password": PASSWORD });
    let key: ApiKeyMade = ada.server_fn("api-keys/create", key).await.json();
    let draft = serde_json::to_value(PromptDraft { name: "One".to_owned(), ..Default::default() }).unwrap();
    let dataset = json!({ "name": "One", "description": "", "visibility": "Private", "embedding_model_id": null });
    let page = json!({ "page": { "index": 0, "size": 10 } });
    // What is called, and its status without and with the right.
    let calls = [
        (Permission::ViewPrompts, "prompts/list", json!({}), 403, 200),
        (Permission::ManagePrompts, "prompts/create", json!({ "draft": draft }), 403, 200),
        (Permission::ViewDatasets, "datasets/list", json!({}), 403, 200),
        (Permission::ManageDatasets, "datasets/create", json!({ "dataset": dataset }), 403, 200),
        (Permission::ViewChats, "chat/list", page, 403, 200),
        (Permission::ManageChats, "chat/delete", json!({ "id": ConversationId::new() }), 403, 404),
        (Permission::ViewModels, "models/list", json!({ "model_type": null }), 403, 200),
        (Permission::ViewMembers, "team/members", json!({}), 403, 200),
        (Permission::ManageMembers, "team/invite", json!({ "email": "mary@example.org", "role": "Viewer" }), 403, 200),
        (Permission::ManageTeam, "team/settings", json!({}), 403, 200),
        (Permission::ViewAudit, "audit/choices", json!({ "scope": "team" }), 403, 200),
        (Permission::ManageAudit, "audit/verify", json!({ "scope": "team" }), 403, 200),
        (Permission::ViewKeys, "api-keys/list-team", json!({}), 403, 200),
        (Permission::ManageKeys, "api-keys/revoke", json!({ "id": key.summary.id }), 404, 200),
    ];
    assert_eq!(calls.iter().map(|call| call.0).collect::<Vec<_>>(), Permission::IN_USE);
    for (permission, endpoint, arguments, without, with) in calls {
        ada.server_fn("roles/change", change("Collaborator", permission.as_str(), false)).await.ok();
        let before = Snapshot::take(&pool).await;
        grace.server_fn(endpoint, arguments.clone()).await.expect(without);
        assert_eq!(before.changed(&pool).await, NOTHING, "{permission}");
        ada.server_fn("roles/change", change("Collaborator", permission.as_str(), true)).await.ok();
        grace.server_fn(endpoint, arguments).await.expect(with);
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn who_may_not_choose_models_is_told_what_answers_and_offered_no_choice(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Collaborator).await;
    let named =
        PromptDraft { name: "Named".to_owned(), visibility: Visibility::Team, model_id: Some(EXTRACTIVE), ..PromptDraft::default() };
    let made: PromptDetail = ada.server_fn("prompts/create", json!({ "draft": named })).await.json();
    let address = format!("/prompts/{}", made.id);
    let sentence = "Your role does not choose models, so this stays as it is.";
    grace.server_fn("models/list", json!({ "model_type": null })).await.ok();
    assert!(!grace.get(&address).await.expect(200).text.contains(sentence));

    ada.server_fn("roles/change", change("Collaborator", "ViewModels", false)).await.ok();
    grace.server_fn("models/list", json!({ "model_type": null })).await.expect(403);
    let page = grace.get(&address).await.expect(200).text;
    assert!(page.contains(sentence) && page.contains("extractive · Built in") && !page.contains("name=\"model_id\""), "{page}");
    let page = grace.get("/prompts/new").await.expect(200).text;
    assert!(page.contains(sentence) && page.contains("The default model"), "{page}");
    assert!(grace.get("/chat").await.expect(200).text.contains("The default model"));
    let question = json!({ "conversation_id": null, "prompt_id": null, "model_id": EXTRACTIVE, "text": "Hello?" });
    grace.server_fn("chat/ask", json!({ "question": question })).await.expect(403);
    let chosen = PromptDraft { name: "Mine".to_owned(), model_id: Some(EXTRACTIVE), ..PromptDraft::default() };
    grace.server_fn("prompts/create", json!({ "draft": chosen })).await.expect(403);
    ada.server_fn("models/list", json!({ "model_type": null })).await.ok();
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn who_may_read_no_chats_is_refused_them_and_finds_every_other_screen(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Collaborator).await;
    assert!(grace.get("/datasets").await.expect(200).text.contains("New chat"));

    ada.server_fn("roles/change", change("Collaborator", "ViewChats", false)).await.ok();
    let page = grace.get("/chat").await.expect(403).text;
    assert!(page.contains("Your role in this team does not allow that.") && !page.contains("What would you like to know?"), "{page}");
    let page = grace.get("/datasets").await.expect(200).text;
    assert!(!page.contains("New chat") && !page.contains("Your role in this team does not allow that."), "{page}");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn who_may_make_what_they_may_not_see_is_not_offered_it(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Collaborator).await;
    let page = grace.get("/chat").await.expect(200).text;
    assert!(page.contains("New prompt") && page.contains("Create a dataset"), "{page}");

    for permission in ["ViewPrompts", "ViewDatasets"] {
        ada.server_fn("roles/change", change("Collaborator", permission, false)).await.ok();
    }
    let page = grace.get("/chat").await.expect(200).text;
    assert!(!page.contains("New prompt") && !page.contains("Create a dataset"), "{page}");
    assert!(!grace.get("/prompts").await.expect(403).text.contains("New prompt"));
    assert!(!grace.get("/datasets").await.expect(403).text.contains("New dataset"));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn what_was_asked_by_a_role_that_invites_no_more_is_not_valid(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let gil = app.sign_up_into(&ada, "gil@example.org", Role::TeamManager).await;
    let sent: InvitationSent = gil.server_fn("team/invite", json!({ "email": "mary@example.org", "role": "TeamManager" })).await.json();
    let path = sent.link.strip_prefix(&app.url).expect("a path of ours");
    let token = path.split_once("?invitation=").expect("a token").1;
    assert!(app.anonymous().get(path).await.expect(200).text.contains("mary@example.org"));
    assert!(!ada.get("/team").await.expect(200).text.contains("Not valid"));

    ada.server_fn("roles/change", change("TeamManager", "ManageMembers", false)).await.ok();
    let listed: Vec<InvitationSummary> = ada.server_fn("team/invitations", Value::Null).await.json();
    assert!(matches!(&listed[..], [one] if one.is_void && !one.is_expired), "{listed:?}");
    let page = ada.get("/team").await.expect(200).text;
    assert!(page.contains("Not valid") && page.contains("may not invite with this role any more"), "{page}");
    let page = app.anonymous().get(path).await.expect(200).text;
    assert!(page.contains("not valid any more") && !page.contains("mary@example.org"), "{page}");
    let before = Snapshot::take(&pool).await;
    let form = [("first_name", "Mary"), ("email", "mary@example.org"), ("password", PASSWORD), ("invitation", token)];
    app.anonymous().post_form("/sign-up", &form).await.expect(409);
    assert_eq!(before.changed(&pool).await, ["throttles"]);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn several_roles_add_up(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Viewer).await;
    ada.server_fn("roles/change", change("TeamManager", "ManageDatasets", false)).await.ok();
    let me: ViewerInfo = grace.server_fn("identity/viewer", Value::Null).await.json();
    let roles = json!({ "user_id": me.user_id, "roles": ["Collaborator", "TeamManager"] });
    ada.server_fn("team/change-roles", roles).await.ok();
    let me: ViewerInfo = grace.server_fn("identity/viewer", Value::Null).await.json();
    assert!(me.may(Permission::ManageDatasets) && me.may(Permission::ManageMembers));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn the_matrix_is_a_screen_for_administrators_only_and_says_what_is_to_come(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let page = ada.get("/admin/roles").await.expect(200);
    assert!(page.text.contains("Collaborator may: Prompts, make and change"), "{}", page.text);
    assert!(page.text.contains("Not in use yet"));
    let eve = app.sign_up("eve@example.org").await;
    assert!(!eve.get("/admin/roles").await.expect(404).text.contains("Collaborator may"));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn what_is_no_role_no_right_or_no_setting_is_refused(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    ada.server_fn("roles/change", change("Owner", "ManageMembers", false)).await.expect(409);
    ada.server_fn("roles/change", change("Emperor", "ViewPrompts", true)).await.expect(422);
    ada.server_fn("roles/change", change("Viewer", "Fly", true)).await.expect(422);
    ada.server_fn("roles/change", change("Viewer", "ManageModels", true)).await.expect(422);
    let smuggled = json!({ "change": { "role": "Viewer", "permission": "ViewPrompts", "granted": true, "team_id": "x" } });
    ada.server_fn("roles/change", smuggled).await.expect(422);
}
