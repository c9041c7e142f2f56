//! Lists of people who are invited already: they keep the link they have unless a new one is asked for, and the trail tells which links
//! ended.

use crate::testing::{owner, parts, services};
use crate::{MockClock, Parts, Services};
use chrono::{TimeDelta, Utc};
use domain::team::{ImportOutcome, MemberImport};
use domain::{InvitationId, Role};
use sqlx::PgPool;
use std::sync::Arc;

const LIST: &str = "grace@example.org,Grace,Hopper\nmary@example.org,Mary,Jackson\nnonsense";

fn list(renews: bool) -> MemberImport {
    MemberImport { text: LIST.to_owned(), role: Role::Viewer, days: 7, renews }
}

fn counts(outcome: &ImportOutcome) -> (usize, u32, usize) {
    (outcome.sent.len(), outcome.kept, outcome.refused.len())
}

async fn works(services: &Services, link: &str) -> bool {
    let token = link.split_once("?invitation=").expect("a link with a token").1;
    services.identity().sign_up_terms(None, Some(token)).await.unwrap().invitation.is_some()
}

/// What was done to invitations, in turn.
async fn told(pool: &PgPool) -> Vec<(String, InvitationId, String)> {
    let told = "SELECT action, target_id, target_name FROM audit_events WHERE target_type = 'Invitation' ORDER BY seq";
    sqlx::query_as(told).fetch_all(pool).await.unwrap()
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whoever_is_invited_already_keeps_their_link_unless_a_new_one_is_asked_for(pool: PgPool) {
    let services = services(&pool);
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    let first = team.invite(&ada, "grace@example.org", Role::Collaborator).await.unwrap();
    assert!(!first.replaces_link);

    let lines = team.preview_import(&ada, list(false)).await.unwrap();
    let found: Vec<(bool, bool)> = lines.iter().map(|line| (line.is_invited, line.trouble.is_some())).collect();
    assert_eq!(found, [(true, false), (false, false), (false, true)]);
    let outcome = team.import_members(&ada, list(false)).await.unwrap();
    assert_eq!(counts(&outcome), (1, 1, 1));
    let marys = &outcome.sent[0];
    assert_eq!((marys.invitation.email.as_str(), marys.replaces_link), ("mary@example.org", false));
    let again = team.import_members(&ada, list(false)).await.unwrap();
    assert_eq!(counts(&again), (0, 2, 1));
    assert!(works(&services, &first.link).await && works(&services, &marys.link).await);
    assert!(told(&pool).await.iter().all(|(action, ..)| action == "invitation.made"));

    let anew = team.import_members(&ada, list(true)).await.unwrap();
    assert_eq!(counts(&anew), (2, 0, 1));
    assert!(anew.sent.iter().all(|sent| sent.replaces_link));
    assert!(!works(&services, &first.link).await && !works(&services, &marys.link).await);
    assert!(works(&services, &anew.sent[0].link).await && works(&services, &anew.sent[1].link).await);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_invitation_that_takes_the_place_of_another_is_told_with_the_end_of_that(pool: PgPool) {
    let clock = Arc::new(MockClock::at(Utc::now()));
    let services = Services::new(Parts { clock: clock.clone(), ..parts(&pool) });
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    let first = team.invite(&ada, "grace@example.org", Role::Viewer).await.unwrap().invitation.id;
    let second = team.invite(&ada, "grace@example.org", Role::Viewer).await.unwrap();
    assert!(second.replaces_link);
    let imported = team.import_members(&ada, list(true)).await.unwrap();
    let [graces, marys] = [0, 1].map(|place: usize| imported.sent[place].invitation.id);
    let event = |action: &str, id: InvitationId, who: &str| (format!("invitation.{action}"), id, format!("{who}@example.org"));
    let expected = [
        event("made", first, "grace"),
        event("revoked", first, "grace"),
        event("made", second.invitation.id, "grace"),
        event("revoked", second.invitation.id, "grace"),
        event("made", graces, "grace"),
        event("made", marys, "mary"),
    ];
    assert_eq!(told(&pool).await, expected);

    // One whose time is over is not open any more: it needs no asking, and no link that worked ends.
    clock.advance(TimeDelta::days(8));
    let later = team.import_members(&ada, list(false)).await.unwrap();
    assert_eq!(counts(&later), (2, 0, 1));
    assert!(later.sent.iter().all(|sent| !sent.replaces_link));
}
