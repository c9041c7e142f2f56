//! What takes power or chats away wants a session whose person proved lately who they are; what does not goes on in any.

use crate::identity::Origin;
use crate::testing::{member, owner, services};
use crate::{Error, Result, Services, Viewer};
use domain::Role;
use domain::sign_ins::SignInMethod;
use domain::team::TeamSettings;
use secrecy::ExposeSecret as _;
use sqlx::PgPool;

/// The person in a session of their own, begun long ago.
async fn in_an_old_session(services: &Services, pool: &PgPool, person: &Viewer) -> Viewer {
    let origin = Origin { ip: "192.0.2.1".parse().unwrap(), user_agent: "Test".to_owned() };
    let mut tx = services.db().system_tx().await.unwrap();
    let begun = services.identity().start_session(&mut tx, (person.user_id, person.team_id), SignInMethod::Password, &origin).await;
    let session = begun.unwrap();
    tx.commit().await.unwrap();
    sqlx::query("UPDATE sessions SET confirmed_at = now() - interval '11 minutes'").execute(pool).await.unwrap();
    services.identity().viewer_for_token(session.token.expose_secret(), &origin).await.unwrap().unwrap()
}

async fn confirm(pool: &PgPool) {
    sqlx::query("UPDATE sessions SET confirmed_at = now()").execute(pool).await.unwrap();
}

fn asks<T>(outcome: Result<T>) -> bool {
    matches!(outcome, Err(Error::ConfirmFirst))
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_owner_is_lowered_and_suspended_by_whoever_confirmed_and_others_by_anybody_who_may(pool: PgPool) {
    let services = services(&pool);
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Owner).await;
    let grace = member(&services, &ada, "grace@example.org", Role::TeamManager).await;
    let ada = in_an_old_session(&services, &pool, &ada).await;
    assert!(asks(team.change_roles(&ada, bob.user_id, &[Role::Viewer]).await));
    assert!(asks(team.suspend(&ada, bob.user_id).await));
    assert!(asks(team.change_roles(&ada, grace.user_id, &[Role::Owner]).await));
    team.change_roles(&ada, grace.user_id, &[Role::Collaborator]).await.unwrap();
    team.suspend(&ada, grace.user_id).await.unwrap();
    let members = team.list_members(&ada).await.unwrap();
    let of_bob = members.iter().find(|member| member.user_id == bob.user_id).unwrap();
    assert_eq!((of_bob.roles.as_slice(), of_bob.suspended_at), ([Role::Owner].as_slice(), None));
    confirm(&pool).await;
    team.suspend(&ada, bob.user_id).await.unwrap();
    team.change_roles(&ada, bob.user_id, &[Role::Viewer]).await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn chats_are_kept_for_less_by_whoever_confirmed_and_for_longer_by_anybody_who_may(pool: PgPool) {
    let services = services(&pool);
    let team = services.team();
    let ada = in_an_old_session(&services, &pool, &owner(&services, "ada@example.org").await).await;
    let kept = |days: Option<u32>| TeamSettings { chat_retention_days: days, max_upload_mb: Some(1), ..TeamSettings::default() };
    team.update_settings(&ada, kept(None)).await.unwrap();
    assert!(asks(team.update_settings(&ada, kept(Some(3650))).await), "until then they are kept always");
    confirm(&pool).await;
    team.update_settings(&ada, kept(Some(60))).await.unwrap();
    sqlx::query("UPDATE sessions SET confirmed_at = now() - interval '11 minutes'").execute(&pool).await.unwrap();
    for longer in [Some(60), Some(61), None] {
        team.update_settings(&ada, kept(longer)).await.unwrap();
    }
    team.preview_retention(&ada, kept(Some(30))).await.unwrap();
    confirm(&pool).await;
    team.update_settings(&ada, kept(Some(60))).await.unwrap();
    sqlx::query("UPDATE sessions SET confirmed_at = NULL").execute(&pool).await.unwrap();
    assert!(asks(team.update_settings(&ada, kept(Some(59))).await));
    assert_eq!(team.settings(&ada).await.unwrap().settings, kept(Some(60)));
}
