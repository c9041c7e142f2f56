//! Invitations with a name and a time, links that replace each other, and lists of people.

use crate::testing::{member, owner, parts, services};
use crate::{Error, MockClock, Parts, Services};
use chrono::{TimeDelta, Utc};
use domain::team::{ImportLine, MemberImport, NewInvitation};
use domain::{InvitationId, Role};
use sqlx::PgPool;
use std::sync::Arc;

fn new(email: &str, days: u32) -> NewInvitation {
    let (first_name, last_name) = ("Grace".to_owned(), "Hopper".to_owned());
    NewInvitation { email: email.to_owned(), role: Role::Viewer, first_name, last_name, days }
}

fn token(link: &str) -> &str {
    link.split_once("?invitation=").expect("a link with a token").1
}

fn with_clock(pool: &PgPool) -> (Services, Arc<MockClock>) {
    let clock = Arc::new(MockClock::at(Utc::now()));
    (Services::new(Parts { clock: clock.clone(), ..parts(pool) }), clock)
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_link_works_as_long_as_was_chosen_and_knows_the_name(pool: PgPool) {
    let (services, clock) = with_clock(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let sent = services.team().invite_person(&ada, new("grace@example.org", 3)).await.unwrap();
    assert_eq!(sent.invitation.name, "Grace Hopper");
    clock.advance(TimeDelta::days(3) - TimeDelta::seconds(1));
    let terms = services.identity().sign_up_terms(None, Some(token(&sent.link))).await.unwrap();
    let preview = terms.invitation.expect("still open");
    assert_eq!((preview.first_name.as_str(), preview.last_name.as_str()), ("Grace", "Hopper"));
    clock.advance(TimeDelta::seconds(1));
    assert!(services.identity().sign_up_terms(None, Some(token(&sent.link))).await.unwrap().invitation.is_none());
    let listed = services.team().list_invitations(&ada).await.unwrap();
    assert!(listed[0].is_expired, "it stays listed, to be sent again");
    clock.advance(TimeDelta::days(31));
    assert_eq!(services.team().list_invitations(&ada).await.unwrap(), []);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn all_that_is_wrong_with_an_invitation_is_said_at_once(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    for days in [0, 91] {
        let bad = NewInvitation { email: "grace".to_owned(), last_name: "x".repeat(81), ..new("", days) };
        let Err(Error::Invalid(errors)) = services.team().invite_person(&ada, bad).await else { panic!("it was taken") };
        assert_eq!(errors.iter().map(|(field, _)| field).collect::<Vec<_>>(), ["days", "email", "last_name"]);
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_new_link_kills_the_old_one_and_wakes_an_expired_invitation(pool: PgPool) {
    let (services, clock) = with_clock(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let grace = owner(&services, "grace@example.org").await;
    let first = services.team().invite_person(&ada, new("grace@example.org", 1)).await.unwrap();
    clock.advance(TimeDelta::days(2));
    let second = services.team().resend_invitation(&ada, first.invitation.id, 7).await.unwrap();
    assert_eq!((second.invitation.id, second.invitation.name.as_str()), (first.invitation.id, "Grace Hopper"));
    assert!(matches!(services.team().accept_invitation(&grace, token(&first.link)).await, Err(Error::Conflict(_))));
    services.team().accept_invitation(&grace, token(&second.link)).await.unwrap();
    assert!(matches!(services.team().resend_invitation(&ada, first.invitation.id, 7).await, Err(Error::NotFound)), "it was used");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_link_is_not_for_who_could_not_give_its_role_or_is_of_another_team(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let eve = owner(&services, "eve@example.org").await;
    let mary = member(&services, &ada, "mary@example.org", Role::TeamManager).await;
    let sent = services.team().invite(&ada, "x@example.org", Role::Owner).await.unwrap();
    let id = sent.invitation.id;
    assert!(matches!(services.team().resend_invitation(&mary, id, 7).await, Err(Error::Forbidden)), "it would make Mary an owner");
    assert!(matches!(services.team().resend_invitation(&eve, id, 7).await, Err(Error::NotFound)));
    assert!(matches!(services.team().resend_invitation(&ada, InvitationId::new(), 7).await, Err(Error::NotFound)));
    assert!(matches!(services.team().resend_invitation(&ada, id, 0).await, Err(Error::Invalid(_))));
    services.team().revoke_invitation(&ada, id).await.unwrap();
    assert!(matches!(services.team().resend_invitation(&ada, id, 7).await, Err(Error::NotFound)));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_used_or_foreign_or_raced_invitation_gives_one_membership(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let grace = owner(&services, "grace@example.org").await;
    let eve = owner(&services, "eve@example.org").await;
    let sent = services.team().invite(&ada, "grace@example.org", Role::Viewer).await.unwrap();
    assert!(matches!(services.team().accept_invitation(&eve, token(&sent.link)).await, Err(Error::Conflict(_))));
    let team = services.team();
    let tries = (0..5).map(|_| team.accept_invitation(&grace, token(&sent.link)));
    let joined = futures::future::join_all(tries).await.into_iter().flatten().count();
    assert_eq!(joined, 1);
    assert_eq!(services.team().list_members(&ada).await.unwrap().len(), 2);
}

fn list(text: &str) -> MemberImport {
    MemberImport { text: text.to_owned(), role: Role::Viewer, days: 7, renews: false }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_list_is_looked_at_line_by_line_and_invites_nobody_yet(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let mary = member(&services, &ada, "mary@example.org", Role::TeamManager).await;
    let text = "Email,First name,Last name,Role\ngrace@example.org,Grace,Hopper,collaborator\nnonsense\nada@example.org\n\
                GRACE@example.org\nboss@example.org,,,Owner\nx@example.org,,,emperor\n";
    let lines = services.team().preview_import(&mary, list(text)).await.unwrap();
    let troubles: Vec<&str> = lines.iter().map(|line| line.trouble.as_deref().unwrap_or("valid")).collect();
    let parts = ["valid", "email address like", "in the team already", "twice", "above your own", "“emperor” is no role"];
    assert_eq!(troubles.len(), parts.len());
    for (trouble, part) in troubles.iter().zip(parts) {
        assert!(trouble.contains(part), "{trouble:?} lacks {part:?}");
    }
    assert_eq!(lines.iter().map(|line| line.number).collect::<Vec<_>>(), [2, 3, 4, 5, 6, 7]);
    assert_eq!(services.team().list_invitations(&ada).await.unwrap(), []);

    let outcome = services.team().import_members(&mary, list(text)).await.unwrap();
    assert_eq!((outcome.sent.len(), outcome.refused.len()), (1, 5));
    assert_eq!(outcome.sent[0].invitation.role, Role::Collaborator);
    assert!(services.identity().sign_up_terms(None, Some(token(&outcome.sent[0].link))).await.unwrap().invitation.is_some());
    assert_eq!(services.team().list_invitations(&ada).await.unwrap().len(), 1);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_list_is_invited_as_far_as_there_is_room_and_the_look_says_so(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let insert = "INSERT INTO invitations (id, team_id, email, role, selector, verifier_hash, created_by, expires_at)
                  SELECT gen_random_uuid(), $1, 'asked' || n || '@example.org', 'Viewer', 'selector' || n, ''::bytea, $2,
                         now() + interval '1 day'
                  FROM generate_series(1, 499) AS n";
    sqlx::query(insert).bind(ada.team_id).bind(ada.user_id).execute(&pool).await.unwrap();
    let text = "asked1@example.org\nnew1@example.org\nnew2@example.org\nasked2@example.org\nnew3@example.org";
    let lines = services.team().preview_import(&ada, list(text)).await.unwrap();
    let left_out =
        |lines: &[ImportLine]| -> Vec<u32> { lines.iter().filter(|line| line.trouble.is_some()).map(|line| line.number).collect() };
    assert_eq!(left_out(&lines), [3, 5], "who is invited already takes no more room");
    assert!(lines[2].trouble.as_ref().unwrap().contains("500 open invitations"), "{lines:?}");

    let outcome = services.team().import_members(&ada, list(text)).await.unwrap();
    assert_eq!((outcome.sent.len(), outcome.kept, left_out(&outcome.refused)), (1, 2, vec![3, 5]));
    assert_eq!(services.team().list_invitations(&ada).await.unwrap().len(), 500);
    let anew = MemberImport { renews: true, ..list(text) };
    let outcome = services.team().import_members(&ada, anew).await.unwrap();
    assert_eq!((outcome.sent.len(), outcome.kept, left_out(&outcome.refused)), (3, 0, vec![3, 5]));
    assert_eq!(services.team().list_invitations(&ada).await.unwrap().len(), 500);
    let refused = services.team().invite(&ada, "new2@example.org", Role::Viewer).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_empty_or_endless_list_is_refused_in_words(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let grace = member(&services, &ada, "grace@example.org", Role::Collaborator).await;
    let endless = (0..201).map(|n| format!("p{n}@example.org")).collect::<Vec<_>>().join("\n");
    for text in ["", "\n \n", "Email,Role\n", &endless] {
        let refused = services.team().import_members(&ada, list(text)).await;
        assert!(matches!(&refused, Err(Error::Invalid(errors)) if errors.get("text").is_some()), "{refused:?}");
    }
    assert!(matches!(services.team().preview_import(&grace, list("x@example.org")).await, Err(Error::Forbidden)));
}
