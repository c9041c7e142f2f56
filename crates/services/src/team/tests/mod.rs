//! What team promises: nobody above themselves, links that work once, and nothing of another team.

mod at_once;
mod confirmed;
mod groups;
mod import;
mod invitation_mails;
mod invitations;
mod leave;
mod members;
mod teams;
mod withdrawn;

use crate::testing::{member, owner, services};
use crate::{Error, Viewer};
use domain::Role;
use sqlx::PgPool;

async fn email(pool: &PgPool, viewer: &Viewer) -> String {
    sqlx::query_scalar("SELECT email FROM users WHERE id = $1").bind(viewer.user_id).fetch_one(pool).await.unwrap()
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn members_are_those_of_the_viewers_team(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let grace = member(&services, &ada, "grace@example.org", Role::Collaborator).await;
    owner(&services, "eve@example.org").await;
    let members = services.team().list_members(&grace).await.unwrap();
    assert_eq!(members.iter().map(|member| member.email.as_str()).collect::<Vec<_>>(), ["ada@example.org", "grace@example.org"]);
    assert_eq!(members[1].roles, [Role::Collaborator]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_mere_viewer_sees_no_members_and_invites_nobody(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let viewer = member(&services, &ada, "vera@example.org", Role::Viewer).await;
    assert!(matches!(services.team().list_members(&viewer).await, Err(Error::Forbidden)));
    assert!(matches!(services.team().invite(&viewer, "x@example.org", Role::Viewer).await, Err(Error::Forbidden)));
    assert!(matches!(services.team().list_invitations(&viewer).await, Err(Error::Forbidden)));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn nobody_gives_a_role_above_their_own(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let manager = member(&services, &ada, "mary@example.org", Role::TeamManager).await;
    let refused = services.team().invite(&manager, "x@example.org", Role::Owner).await;
    assert!(matches!(refused, Err(Error::Invalid(errors)) if errors.get("role").is_some()));
    services.team().invite(&manager, "x@example.org", Role::TeamManager).await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn members_are_not_invited_again_and_a_new_link_replaces_the_old(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    member(&services, &ada, "grace@example.org", Role::Viewer).await;
    let refused = services.team().invite(&ada, "GRACE@example.org", Role::Viewer).await;
    assert!(matches!(refused, Err(Error::Invalid(errors)) if errors.get("email").is_some()));
    services.team().invite(&ada, "x@example.org", Role::Viewer).await.unwrap();
    let second = services.team().invite(&ada, "x@example.org", Role::Collaborator).await.unwrap();
    let open = services.team().list_invitations(&ada).await.unwrap();
    assert_eq!(open, [second.invitation]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_invitation_of_another_team_does_not_exist(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let eve = owner(&services, "eve@example.org").await;
    let sent = services.team().invite(&ada, "x@example.org", Role::Viewer).await.unwrap();
    assert!(matches!(services.team().revoke_invitation(&eve, sent.invitation.id).await, Err(Error::NotFound)));
    assert_eq!(services.team().list_invitations(&eve).await.unwrap(), []);
    services.team().revoke_invitation(&ada, sent.invitation.id).await.unwrap();
    assert!(matches!(services.team().revoke_invitation(&ada, sent.invitation.id).await, Err(Error::NotFound)));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_verifier_of_a_link_is_stored_as_a_hash(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let sent = services.team().invite(&ada, "x@example.org", Role::Viewer).await.unwrap();
    let (selector, verifier) = sent.link.split_once("?invitation=").unwrap().1.split_once('.').unwrap();
    let stored: (String, Vec<u8>) = sqlx::query_as("SELECT selector, verifier_hash FROM invitations").fetch_one(&pool).await.unwrap();
    assert_eq!(stored.0, selector);
    assert_ne!(stored.1, verifier.as_bytes());
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn somebody_with_an_account_joins_once_with_the_address_it_was_sent_to(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let grace = owner(&services, "grace@example.org").await;
    let eve = owner(&services, "eve@example.org").await;
    let sent = services.team().invite(&ada, &email(&pool, &grace).await, Role::Collaborator).await.unwrap();
    let token = sent.link.split_once("?invitation=").unwrap().1;
    assert!(matches!(services.team().accept_invitation(&eve, token).await, Err(Error::Conflict(_))));
    assert_eq!(services.team().accept_invitation(&grace, token).await.unwrap(), ada.team_id);
    assert!(matches!(services.team().accept_invitation(&grace, token).await, Err(Error::Conflict(_))));
    let teams = services.team().list_teams(&grace).await.unwrap();
    assert_eq!(teams.iter().map(|team| team.is_personal).collect::<Vec<_>>(), [true, false]);
}
