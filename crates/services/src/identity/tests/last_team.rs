//! Where somebody goes on who signs in again: in the team they worked in last, although no session of theirs is left to tell.

use super::{PASSWORD, enter, origin, person, services_with, sign_in, sign_up, viewer};
use crate::identity::Newcomer;
use crate::{Error, Services, SignUp, Viewer};
use domain::text::{EmailAddress, FirstName, LastName};
use domain::{Role, TeamId};
use sqlx::PgPool;

const GRACE: &str = "grace@example.org";

/// The token of an invitation of Grace into the viewer's team.
async fn invite(services: &Services, viewer: &Viewer) -> String {
    let sent = services.team().invite(viewer, GRACE, Role::Viewer).await.unwrap();
    sent.link.split_once("?invitation=").unwrap().1.to_owned()
}

/// Ada with a team, and Grace with one of her own, who has joined Ada's and works there.
async fn joined(pool: &PgPool) -> (Services, Viewer, Viewer) {
    let (services, _) = services_with(pool, SignUp::Open);
    let ada = sign_up(&services, "ada@example.org").await;
    let grace = sign_up(&services, GRACE).await;
    let token = invite(&services, &ada).await;
    services.team().accept_invitation(&grace, &token).await.unwrap();
    (services, ada, grace)
}

/// The team in which Grace begins who was signed out of everything.
async fn begins_in(services: &Services, grace: &Viewer) -> TeamId {
    services.identity().sign_out_everywhere(grace).await.unwrap();
    sign_in(services, GRACE, PASSWORD).await.unwrap().team_id
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whoever_signs_in_again_goes_on_where_they_were(pool: PgPool) {
    let (services, ada, grace) = joined(&pool).await;
    assert_eq!(begins_in(&services, &grace).await, ada.team_id);
    let here = viewer(&services, &sign_in(&services, GRACE, PASSWORD).await.unwrap()).await;
    services.identity().switch_team(&here, grace.team_id).await.unwrap();
    assert_eq!(begins_in(&services, &grace).await, grace.team_id);
    let here = viewer(&services, &sign_in(&services, GRACE, PASSWORD).await.unwrap()).await;
    services.identity().switch_team(&here, ada.team_id).await.unwrap();
    let fresh = services.identity().reset_password(GRACE).await.unwrap();
    let after = sign_in(&services, GRACE, secrecy::ExposeSecret::expose_secret(&fresh)).await.unwrap();
    assert_eq!(after.team_id, ada.team_id, "a new password ends all sessions");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whoever_came_with_an_invitation_goes_on_in_the_team_that_invited_them(pool: PgPool) {
    let (services, _) = services_with(&pool, SignUp::Invited);
    let ada = sign_up(&services, "ada@example.org").await;
    let token = invite(&services, &ada).await;
    let grace = viewer(&services, &enter(&services, person(GRACE, Some(&token))).await).await;
    assert_eq!((grace.team_id, begins_in(&services, &grace).await), (ada.team_id, ada.team_id));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whoever_came_through_a_provider_goes_on_in_the_team_it_gave_them(pool: PgPool) {
    let (services, _) = services_with(&pool, SignUp::Invited);
    let ada = sign_up(&services, "ada@example.org").await;
    let email = EmailAddress::parse(GRACE).unwrap();
    let (first_name, last_name) = (FirstName::parse("Grace").unwrap(), LastName::parse("Hopper").unwrap());
    let newcomer = Newcomer { email: &email, first_name, last_name, joins: Some((ada.team_id, Role::Viewer)), invitation: None };
    let mut tx = services.db().system_tx().await.unwrap();
    let (user, start) = services.identity().welcome(&mut tx, newcomer, &origin()).await.unwrap();
    assert_eq!(start, ada.team_id);
    assert_eq!(services.identity().home_team(&mut tx, user).await.unwrap(), Some(ada.team_id));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whoever_may_not_work_there_any_more_goes_on_in_their_own(pool: PgPool) {
    let (services, ada, grace) = joined(&pool).await;
    for (shut, open) in [
        ("UPDATE memberships SET suspended_at = now()", "UPDATE memberships SET suspended_at = NULL"),
        ("UPDATE teams SET deleted_at = now()", "UPDATE teams SET deleted_at = NULL"),
    ] {
        let of_ada = if shut.contains("memberships") { "team_id = $1" } else { "id = $1" };
        let change = async |what: &str| {
            let change = sqlx::AssertSqlSafe(format!("{what} WHERE {of_ada}"));
            sqlx::query(change).bind(ada.team_id).execute(&pool).await.unwrap();
        };
        change(shut).await;
        assert_eq!(begins_in(&services, &grace).await, grace.team_id, "{shut}");
        change(open).await;
        assert_eq!(begins_in(&services, &grace).await, ada.team_id, "{open}");
    }
    let removal = "DELETE FROM memberships WHERE team_id = $1 AND user_id = $2";
    sqlx::query(removal).bind(ada.team_id).bind(grace.user_id).execute(&pool).await.unwrap();
    assert_eq!(begins_in(&services, &grace).await, grace.team_id);
    // It is no hindrance to the end of the team.
    sqlx::query("DELETE FROM teams WHERE id = $1").bind(ada.team_id).execute(&pool).await.unwrap();
    let last: Option<TeamId> =
        sqlx::query_scalar("SELECT last_team_id FROM users WHERE id = $1").bind(grace.user_id).fetch_one(&pool).await.unwrap();
    assert_eq!(last, None);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_frame_names_the_teams_of_a_person_to_themselves_alone(pool: PgPool) {
    let (services, ada, grace) = joined(&pool).await;
    let identity = services.identity();
    let info = identity.current_viewer_info(&grace).await.unwrap();
    let teams: Vec<_> = info.teams.iter().map(|team| (team.id, team.is_personal)).collect();
    assert_eq!(teams, [(grace.team_id, true), (ada.team_id, false)]);
    let looking = Viewer { seen_by: Some(ada.user_id), team_id: ada.team_id, ..grace.clone() };
    assert_eq!(identity.current_viewer_info(&looking).await.unwrap().teams, []);
    assert!(matches!(identity.switch_team(&looking, grace.team_id).await, Err(Error::Conflict(_))));
}
