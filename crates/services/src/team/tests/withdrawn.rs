//! Invitations that end with what their maker may give: no link leads anybody back to what they were.

use crate::team::take_provided_role;
use crate::testing::{member, owner, services};
use crate::{Error, Services, Viewer};
use domain::Role;
use domain::audit::Named;
use sqlx::PgPool;
use uuid::Uuid;

/// Whom the viewer's team asks to join, in alphabetical order.
async fn asked(services: &Services, viewer: &Viewer) -> Vec<String> {
    let open = services.team().list_invitations(viewer).await.unwrap();
    let mut asked: Vec<String> = open.into_iter().map(|open| open.email.split('@').next().unwrap().to_owned()).collect();
    asked.sort();
    asked
}

/// One invitation to each role: `owner@…`, `manager@…`, `reader@…`.
async fn invite_to_every_role(services: &Services, viewer: &Viewer) {
    for (email, role) in [("owner@x.org", Role::Owner), ("manager@x.org", Role::TeamManager), ("reader@x.org", Role::Viewer)] {
        services.team().invite(viewer, email, role).await.unwrap();
    }
}

/// Who revoked which invitations, as the trail has it; nobody is Lyceum itself.
async fn revocations(pool: &PgPool) -> Vec<(Option<domain::UserId>, String)> {
    let told = "SELECT actor_id, target_name FROM audit_events WHERE action = 'invitation.revoked' ORDER BY target_name";
    sqlx::query_as(told).fetch_all(pool).await.unwrap()
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whoever_is_lowered_asks_nobody_any_more_with_a_role_above_what_they_may_give(pool: PgPool) {
    let services = services(&pool);
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Owner).await;
    let second = owner(&services, "owner@x.org").await;
    invite_to_every_role(&services, &bob).await;
    let way_back = team.invite(&bob, "owner@x.org", Role::Owner).await.unwrap().link;
    team.invite(&ada, "partner@x.org", Role::Owner).await.unwrap();

    team.change_roles(&ada, bob.user_id, &[Role::Viewer, Role::Owner]).await.unwrap();
    assert_eq!(asked(&services, &ada).await, ["manager", "owner", "partner", "reader"], "he may give all of them still");
    team.change_roles(&ada, bob.user_id, &[Role::TeamManager]).await.unwrap();
    assert_eq!(asked(&services, &ada).await, ["manager", "partner", "reader"]);
    let refused = team.accept_invitation(&second, way_back.split_once("?invitation=").unwrap().1).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    assert_eq!(revocations(&pool).await, [(Some(ada.user_id), "owner@x.org".to_owned())]);
    team.change_roles(&ada, bob.user_id, &[Role::Collaborator]).await.unwrap();
    assert_eq!(asked(&services, &ada).await, ["partner"], "he invites nobody now");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whoever_is_suspended_or_removed_asks_nobody_any_more(pool: PgPool) {
    let services = services(&pool);
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Owner).await;
    invite_to_every_role(&services, &bob).await;
    team.suspend(&ada, bob.user_id).await.unwrap();
    assert_eq!(asked(&services, &ada).await, Vec::<String>::new());
    team.reinstate(&ada, bob.user_id).await.unwrap();
    assert_eq!(asked(&services, &ada).await, Vec::<String>::new(), "they do not come back with him");
    invite_to_every_role(&services, &bob).await;
    team.remove(&ada, bob.user_id).await.unwrap();
    assert_eq!(asked(&services, &ada).await, Vec::<String>::new());
    assert_eq!(revocations(&pool).await.len(), 6);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whoever_hands_the_team_over_or_steps_down_leaves_no_invitation_of_an_owner(pool: PgPool) {
    let services = services(&pool);
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Collaborator).await;
    invite_to_every_role(&services, &ada).await;
    team.hand_over(&ada, bob.user_id).await.unwrap();
    assert_eq!(asked(&services, &ada).await, ["manager", "reader"]);
    let bob = Viewer { permissions: ada.permissions.clone(), ..bob };
    team.change_roles(&bob, ada.user_id, &[Role::Owner]).await.unwrap();
    team.invite(&ada, "owner@x.org", Role::Owner).await.unwrap();
    team.change_roles(&ada, ada.user_id, &[Role::TeamManager]).await.unwrap();
    assert_eq!(asked(&services, &ada).await, ["manager", "reader"]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_provider_that_lowers_somebody_takes_their_invitations_back_too(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Owner).await;
    invite_to_every_role(&services, &bob).await;
    let says_so = Named { id: Uuid::nil(), name: "Works".to_owned() };
    let mut tx = services.db().system_tx().await.unwrap();
    take_provided_role(&mut tx, (ada.team_id, bob.user_id), Role::TeamManager, says_so).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(asked(&services, &ada).await, ["manager", "reader"]);
    assert_eq!(revocations(&pool).await, [(None, "owner@x.org".to_owned())]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_new_link_is_of_whoever_has_it(pool: PgPool) {
    let services = services(&pool);
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Owner).await;
    let by_bob = team.invite(&bob, "one@x.org", Role::Owner).await.unwrap().invitation.id;
    let by_ada = team.invite(&ada, "two@x.org", Role::Owner).await.unwrap().invitation.id;
    team.resend_invitation(&ada, by_bob, 7).await.unwrap();
    team.resend_invitation(&bob, by_ada, 7).await.unwrap();
    team.change_roles(&ada, bob.user_id, &[Role::TeamManager]).await.unwrap();
    assert_eq!(asked(&services, &ada).await, ["one"], "Bob has the link of the other");
}
