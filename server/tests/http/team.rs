//! Members, invitations and teams over HTTP.

use crate::people::follow_an_answer;
use crate::support::{FakeProvider, TestApp, TestClient};
use crate::two_servers::expect_end;
use app::error::AppError;
use domain::prompts::PromptDraft;
use domain::team::{InvitationSent, InvitationSummary, MemberSummary, TeamSummary};
use domain::{Permission, Role, TeamId, UserId, ViewerInfo};
use serde_json::{Value, json};
use sqlx::PgPool;

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn the_team_page_lists_members_and_hides_inviting_from_those_who_may_not(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Collaborator).await;
    let page = ada.get("/team").await.expect(200);
    assert!(page.text.contains("aria-label=\"Members\"") && page.text.contains("grace@example.org"), "{}", page.text);
    assert!(page.text.contains("Invite member"));
    assert!(!grace.get("/team").await.expect(200).text.contains("Invite member"));
    let members: Vec<MemberSummary> = grace.server_fn("team/members", Value::Null).await.json();
    assert_eq!(members.len(), 2);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_revoked_invitation_leads_nowhere(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let sent: Value = ada.server_fn("team/invite", json!({ "email": "grace@example.org", "role": "Viewer" })).await.json();
    let open: Vec<InvitationSummary> = ada.server_fn("team/invitations", Value::Null).await.json();
    assert_eq!(open.len(), 1);
    ada.server_fn("team/revoke-invitation", json!({ "id": open[0].id })).await.ok();
    let link = sent["link"].as_str().unwrap().strip_prefix(&app.url).unwrap().to_owned();
    assert!(app.anonymous().get(&link).await.text.contains("This invitation is not valid any more."));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_role_nobody_knows_is_no_role(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    ada.server_fn("team/invite", json!({ "email": "grace@example.org", "role": "Emperor" })).await.expect(422);
}

async fn id_of(client: &TestClient) -> UserId {
    let viewer: ViewerInfo = client.server_fn("identity/viewer", Value::Null).await.json();
    viewer.user_id
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn nobody_promotes_themselves_and_the_last_owner_stays(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let mary = app.sign_up_into(&ada, "mary@example.org", Role::TeamManager).await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Collaborator).await;
    let own = async |client: &TestClient| json!({ "user_id": id_of(client).await, "roles": ["Owner"] });
    grace.server_fn("team/change-roles", own(&grace).await).await.expect(403);
    let refused = mary.server_fn("team/change-roles", own(&mary).await).await.expect(422).error();
    assert_eq!(refused.field("roles").as_deref(), Some("You cannot give a role above your own."));
    let down = json!({ "user_id": id_of(&ada).await, "roles": ["Viewer"] });
    mary.server_fn("team/change-roles", down.clone()).await.expect(403);
    let refused = ada.server_fn("team/change-roles", down).await.expect(409).error();
    assert!(matches!(refused, AppError::Conflict(sentence) if sentence.contains("needs an owner")));
    ada.server_fn("team/change-roles", json!({ "user_id": id_of(&mary).await, "roles": ["Emperor"] })).await.expect(422);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn who_may_manage_the_team_is_not_its_owner_for_that(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let mary = app.sign_up_into(&ada, "mary@example.org", Role::TeamManager).await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Collaborator).await;
    let granted = json!({ "change": { "role": "TeamManager", "permission": "ManageTeam", "granted": true } });
    ada.server_fn("roles/change", granted).await.ok();
    let (owner, manager): (ViewerInfo, ViewerInfo) =
        (ada.server_fn("identity/viewer", Value::Null).await.json(), mary.server_fn("identity/viewer", Value::Null).await.json());
    assert!(owner.is_owner);
    // What hides the entries of the menu is what the services ask for.
    assert!(manager.may(Permission::ManageTeam) && !manager.is_owner);
    let person = json!({ "user_id": id_of(&grace).await });
    mary.server_fn("team/hand-over", person.clone()).await.expect(403);
    mary.server_fn("team/view-as", person.clone()).await.expect(403);
    ada.server_fn("team/hand-over", person).await.ok();
    let former: ViewerInfo = ada.server_fn("identity/viewer", Value::Null).await.json();
    assert!(!former.is_owner);
}

/// Fields that would mean power if anything read them.
fn smuggle(arguments: &Value, others_team: &Value) -> Value {
    let mut arguments = arguments.clone();
    let members = arguments.as_object_mut().expect("an object");
    members.insert("team_id".to_owned(), others_team.clone());
    for (name, value) in [("is_admin", json!(true)), ("is_system_administrator", json!(true)), ("owner_id", json!(UserId::nil()))] {
        members.insert(name.to_owned(), value);
    }
    if !members.contains_key("role") {
        members.insert("role".to_owned(), json!("Owner"));
    }
    arguments
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn fields_that_nobody_asked_for_change_nothing(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let eve = app.sign_up("eve@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Collaborator).await;
    let (team, others) = (ada.team().await, json!(eve.team().await));
    let prompt = serde_json::to_value(PromptDraft { name: "One".to_owned(), ..PromptDraft::default() }).unwrap();
    let dataset = json!({ "name": "One", "description": "", "visibility": "Team", "embedding_model_id": null });
    let profile = json!({ "first_name": "Grace", "last_name": "", "tone": "", "about": "" });
    let question = json!({ "conversation_id": null, "prompt_id": null, "model_id": null, "text": "Hello?" });
    let writes = [
        ("prompts/create", "draft", prompt),
        ("datasets/create", "dataset", dataset),
        ("identity/update-profile", "profile", profile),
        ("chat/ask", "question", question),
    ];
    for (endpoint, name, value) in &writes {
        // Inside a struct they are refused; beside the arguments nothing reads them.
        grace.server_fn(endpoint, json!({ *name: smuggle(value, &others) })).await.expect(422);
        grace.server_fn(endpoint, smuggle(&json!({ *name: value }), &others)).await.ok();
    }
    grace.server_fn("team/invite", smuggle(&json!({ "email": "x@example.org", "role": "Viewer" }), &others)).await.expect(403);
    ada.server_fn("team/invite", smuggle(&json!({ "email": "x@example.org", "role": "Viewer" }), &others)).await.ok();
    ada.server_fn("team/update-settings", smuggle(&json!({ "settings": { "max_upload_mb": 1 } }), &others)).await.ok();
    ada.server_fn("team/create-group", smuggle(&json!({ "name": "Readers" }), &others)).await.ok();

    let grace: ViewerInfo = grace.server_fn("identity/viewer", Value::Null).await.json();
    assert!(!grace.is_system_administrator && grace.team_id == team && !grace.may(Permission::ManageMembers));
    for table in ["prompts", "datasets", "conversations", "invitations", "groups"] {
        let count = sqlx::AssertSqlSafe(format!("SELECT count(*) FILTER (WHERE team_id = $1), count(*) FROM {table}"));
        let (own, all): (i64, i64) = sqlx::query_as(count).bind(team).fetch_one(&pool).await.unwrap();
        assert_eq!((own, all), (1, 1), "{table}");
    }
    let limited: Vec<TeamId> =
        sqlx::query_scalar("SELECT id FROM teams WHERE max_upload_bytes IS NOT NULL").fetch_all(&pool).await.unwrap();
    assert_eq!(limited, [team]);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn suspension_signs_out_of_the_team_and_closes_open_streams_within_seconds(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Collaborator).await;
    let person = id_of(&grace).await;
    let provider = FakeProvider::start().await;
    let mut stream = follow_an_answer(&ada, &grace, &provider).await;

    ada.server_fn("team/suspend", json!({ "user_id": person })).await.ok();
    expect_end(&mut stream).await;
    assert_eq!(grace.server_fn("team/members", Value::Null).await.expect(401).error(), AppError::SignedOut);
    grace.get("/chat").await.expect_redirect("/sign-in?next=/chat");
    let elsewhere = app.sign_in("grace@example.org").await;
    assert_ne!(elsewhere.team().await, ada.team().await);
    elsewhere.server_fn("identity/switch-team", json!({ "id": ada.team().await })).await.expect(404);
    ada.server_fn("team/reinstate", json!({ "user_id": person })).await.ok();
    elsewhere.server_fn("identity/switch-team", json!({ "id": ada.team().await })).await.ok();
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn an_invitation_fills_in_the_form_with_the_name_it_knows(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let arguments = json!({ "email": "grace@example.org", "role": "Viewer", "first_name": "Grace", "last_name": "Hopper", "days": 1 });
    let sent: InvitationSent = ada.server_fn("team/invite", arguments).await.json();
    let link = |sent: &InvitationSent| sent.link.strip_prefix(&app.url).unwrap().to_owned();
    let page = app.anonymous().get(&link(&sent)).await.expect(200);
    assert!(page.text.contains("value=\"Grace\"") && page.text.contains("value=\"Hopper\""), "{}", page.text);
    let renewed: InvitationSent = ada.server_fn("team/resend-invitation", json!({ "id": sent.invitation.id, "days": 30 })).await.json();
    assert!(app.anonymous().get(&link(&sent)).await.text.contains("This invitation is not valid any more."));
    assert!(app.anonymous().get(&link(&renewed)).await.text.contains("value=\"Hopper\""));
    let wrong = json!({ "email": "grace@example.org", "role": "Viewer", "days": 1000 });
    assert!(ada.server_fn("team/invite", wrong).await.expect(422).error().field("days").is_some());
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_team_is_made_opened_by_its_address_deleted_and_restored(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let made: TeamSummary = ada.server_fn("team/create", json!({ "name": "Legal Berlin" })).await.json();
    assert!(ada.get("/teams/legal-berlin").await.expect(200).text.contains("Work in this team"));
    app.sign_up("eve@example.org").await.get("/teams/legal-berlin").await.expect(404);
    ada.server_fn("identity/switch-team", json!({ "id": made.id })).await.ok();
    assert!(ada.get("/team/settings").await.expect(200).text.contains("value=\"legal-berlin\""));
    ada.server_fn("team/delete", json!({ "name": "Legal" })).await.expect(422);
    ada.server_fn("team/delete", json!({ "name": "Legal Berlin" })).await.ok();
    assert_ne!(ada.team().await, made.id, "the session goes on in another team");
    ada.get("/teams/legal-berlin").await.expect(404);
    assert!(ada.get("/account").await.expect(200).text.contains("Deleted teams"));
    ada.server_fn("team/restore", json!({ "id": made.id })).await.ok();
    ada.get("/teams/legal-berlin").await.expect(200);
}
