//! Members and invitations over HTTP.

use crate::support::TestApp;
use domain::Role;
use domain::team::{InvitationSummary, MemberSummary};
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
