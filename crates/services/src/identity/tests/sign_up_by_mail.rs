//! Signing up by mail: a link that makes an account once, for a day, and nothing that tells strangers who has one.

use super::{PASSWORD, clock, enter, origin, person, sign_in, sign_up, viewer};
use crate::identity::{NewPerson, SignedIn, SignedUp};
use crate::secrets::place;
use crate::testing::parts;
use crate::{Error, MockClock, Parts, Services, Settings, SignUp};
use chrono::TimeDelta;
use domain::{MailId, Permission, Role};
use egress::Mailer;
use sqlx::PgPool;
use std::sync::Arc;

/// Nobody listens where mail is sent.
fn services_with_mail(pool: &PgPool, sign_up: SignUp) -> (Services, Arc<MockClock>) {
    let (clock, parts) = (clock(), parts(pool));
    let settings = Settings { sign_up, ..parts.settings.clone() };
    let mailer = Mailer::new("smtp://127.0.0.1:9", "Lyceum <lyceum@example.org>").unwrap();
    (Services::new(Parts { clock: clock.clone(), settings, mailer: Some(mailer), ..parts }), clock)
}

/// An open installation on which Ada is.
async fn start(pool: &PgPool) -> (Services, Arc<MockClock>) {
    let (services, clock) = services_with_mail(pool, SignUp::Open);
    sign_up(&services, "ada@example.org").await;
    (services, clock)
}

/// The kind of the latest mail, and what is sealed of it.
async fn latest_mail(services: &Services) -> (String, String) {
    let mut tx = services.db().system_tx().await.unwrap();
    let latest = "SELECT id, kind, sealed FROM mails ORDER BY created_at DESC, id DESC LIMIT 1";
    let (id, kind, sealed): (MailId, String, Vec<u8>) = sqlx::query_as(latest).fetch_one(&mut *tx).await.unwrap();
    let content = services.parts.keyring.open(&sealed, &place("mails", "sealed", "", &id.to_string())).unwrap();
    (kind, String::from_utf8(content).unwrap())
}

async fn ask(services: &Services, person: NewPerson) {
    let email = person.email.clone();
    let answer = services.identity().sign_up(person, origin()).await.unwrap();
    assert!(matches!(&answer, SignedUp::Mailed(address) if address.as_str() == email), "{answer:?}");
}

/// Asks for an account; the token of the link that is mailed.
async fn token(services: &Services, person: NewPerson) -> String {
    ask(services, person).await;
    let (kind, content) = latest_mail(services).await;
    assert_eq!(kind, "SignUp");
    let (_, rest) = content.split_once("/sign-up/finish?token=").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// The token of the invitation that was mailed last; the one that whoever invites is shown is another.
async fn mailed_invitation(services: &Services) -> String {
    let (kind, content) = latest_mail(services).await;
    assert_eq!(kind, "Invitation");
    let (_, rest) = content.split_once("/sign-up?invitation=").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

async fn finish(services: &Services, token: &str) -> Result<SignedIn, Error> {
    finish_with(services, token, PASSWORD).await
}

async fn finish_with(services: &Services, token: &str, password: &str) -> Result<SignedIn, Error> {
    services.identity().finish_sign_up(token, password.to_owned().into(), origin()).await
}

fn is_over<T>(outcome: &Result<T, Error>) -> bool {
    matches!(outcome, Err(Error::Conflict(sentence)) if sentence.starts_with("This link does not work any more."))
}

async fn count(pool: &PgPool, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(pool).await.unwrap()
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_mailed_link_makes_the_account_once(pool: PgPool) {
    let (services, _) = start(&pool).await;
    let token = token(&services, person("grace@example.org", None)).await;
    assert_eq!(count(&pool, "SELECT count(*) FROM users").await, 1);
    sign_in(&services, "grace@example.org", PASSWORD).await.unwrap_err();
    for _ in 0..2 {
        let waiting = services.identity().waiting_sign_up(&token).await.unwrap().expect("looking at it changes nothing");
        assert_eq!((waiting.name.as_str(), waiting.email.as_str()), ("Ada Lovelace", "grace@example.org"));
    }
    let stored: Vec<u8> = sqlx::query_scalar("SELECT verifier_hash FROM sign_ups").fetch_one(&pool).await.unwrap();
    assert!(stored.len() == 32 && stored != token.split_once('.').unwrap().1.as_bytes());

    let session = finish(&services, &token).await.unwrap();
    let grace = viewer(&services, &session).await;
    assert!(!grace.is_system_administrator && grace.may(Permission::ManageTeam));
    sign_in(&services, "grace@example.org", PASSWORD).await.unwrap();
    assert!(is_over(&finish(&services, &token).await));
    assert_eq!(services.identity().waiting_sign_up(&token).await.unwrap(), None);
    assert_eq!(count(&pool, "SELECT count(*) FROM sign_ups").await, 0);
    assert_eq!(count(&pool, "SELECT count(*) FROM audit_events WHERE action = 'account.created'").await, 2);
    assert_eq!(count(&pool, "SELECT count(*) FROM sign_ins WHERE succeeded AND method = 'Sign-up'").await, 2);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_address_that_has_an_account_is_answered_the_same_and_reads_that_it_has_one(pool: PgPool) {
    let (services, _) = start(&pool).await;
    ask(&services, NewPerson { password: "an entirely new secret".to_owned().into(), ..person("ada@example.org", None) }).await;
    let (kind, content) = latest_mail(&services).await;
    assert_eq!(kind, "AccountExists");
    assert!(
        content.contains("http://127.0.0.1:3000/sign-in\"") && content.contains("http://127.0.0.1:3000/forgot-password\""),
        "{content}"
    );
    assert!(!content.contains("Lovelace"), "what a stranger typed is not mailed");
    assert_eq!(count(&pool, "SELECT count(*) FROM sign_ups").await, 0);
    sign_in(&services, "ada@example.org", PASSWORD).await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_link_ends_after_a_day_and_is_forgotten(pool: PgPool) {
    let (services, clock) = start(&pool).await;
    let token = token(&services, person("grace@example.org", None)).await;
    clock.advance(TimeDelta::hours(24));
    assert_eq!(services.identity().waiting_sign_up(&token).await.unwrap(), None);
    assert!(is_over(&finish(&services, &token).await));
    services.identity().delete_expired().await.unwrap();
    assert_eq!(count(&pool, "SELECT count(*) FROM sign_ups").await, 0);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_link_raced_by_many_works_once(pool: PgPool) {
    let (services, _) = start(&pool).await;
    let token = token(&services, person("grace@example.org", None)).await;
    let outcomes = futures::future::join_all((0..5).map(|_| finish(&services, &token))).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|outcome| is_over(outcome)).count(), 4, "{outcomes:?}");
    assert_eq!(count(&pool, "SELECT count(*) FROM users").await, 2);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whoever_asks_for_an_address_does_not_end_the_link_of_another_who_did(pool: PgPool) {
    let (services, _) = start(&pool).await;
    let first = token(&services, person("grace@example.org", None)).await;
    let again = NewPerson {
        first_name: "Grace".to_owned(),
        password: "an entirely new secret".to_owned().into(),
        ..person("grace@example.org", None)
    };
    let second = token(&services, again).await;
    assert!(services.identity().waiting_sign_up(&first).await.unwrap().is_some());
    let refused = finish(&services, &second).await;
    assert!(
        matches!(&refused, Err(Error::Invalid(_))),
        "the link alone, which a stranger may have asked for, makes no account: {refused:?}"
    );
    assert_eq!(count(&pool, "SELECT count(*) FROM users").await, 1);
    let session = finish_with(&services, &second, "an entirely new secret").await.unwrap();
    let grace = viewer(&services, &session).await;
    assert_eq!(services.identity().current_viewer_info(&grace).await.unwrap().first_name, "Grace");
    assert!(is_over(&finish(&services, &first).await), "the address has its account");
    assert_eq!(count(&pool, "SELECT count(*) FROM sign_ups").await, 0);
    sign_in(&services, "grace@example.org", "an entirely new secret").await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_link_with_the_second_half_of_another_proves_nothing(pool: PgPool) {
    let (services, _) = start(&pool).await;
    let graces = token(&services, person("grace@example.org", None)).await;
    let eves = token(&services, person("eve@example.org", None)).await;
    let ((selector, _), (_, verifier)) = (graces.split_once('.').unwrap(), eves.split_once('.').unwrap());
    let forged = format!("{selector}.{verifier}");
    assert!(is_over(&finish(&services, &forged).await));
    assert_eq!(services.identity().waiting_sign_up(&forged).await.unwrap(), None);
    finish(&services, &graces).await.unwrap();
    finish(&services, &eves).await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_mailbox_is_not_filled_whoever_has_it(pool: PgPool) {
    let (services, clock) = start(&pool).await;
    for email in ["ada@example.org", "grace@example.org"] {
        for _ in 0..3 {
            ask(&services, person(email, None)).await;
        }
        let refused = services.identity().sign_up(person(email, None), origin()).await;
        assert!(matches!(refused, Err(Error::Busy { .. })), "{refused:?}");
    }
    clock.advance(TimeDelta::minutes(10));
    ask(&services, person("grace@example.org", None)).await;
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn strangers_are_not_mailed_without_end_from_one_place(pool: PgPool) {
    let (services, clock) = start(&pool).await;
    let insert = sqlx::query("INSERT INTO throttles (key, arrival_at) VALUES ('sign-up-mail:ip:192.0.2.1', $1)");
    let all_used = services.parts.clock.now() + TimeDelta::seconds(30) * 100;
    insert.bind(all_used).execute(&pool).await.unwrap();
    let refused = services.identity().sign_up(person("grace@example.org", None), origin()).await;
    assert!(matches!(refused, Err(Error::Busy { .. })), "{refused:?}");
    clock.advance(TimeDelta::seconds(30));
    ask(&services, person("grace@example.org", None)).await;
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn seats_are_looked_at_when_somebody_asks_and_when_they_come(pool: PgPool) {
    let (services, _) = services_with_mail(&pool, SignUp::Open);
    let ada = sign_up(&services, "ada@example.org").await;
    let install = async |id: &str, seats: u32| {
        services.licences().install(&ada, &crate::licences::testing::licence(id, seats)).await.unwrap();
    };
    install("L-1", 2).await;
    let graces = token(&services, person("grace@example.org", None)).await;
    let eves = token(&services, person("eve@example.org", None)).await;
    finish(&services, &graces).await.unwrap();
    let is_full = |error: &Error| matches!(error, Error::Conflict(sentence) if sentence.starts_with("All 2 seats"));
    assert!(is_full(&finish(&services, &eves).await.unwrap_err()));
    assert!(is_full(&services.identity().sign_up(person("mary@example.org", None), origin()).await.unwrap_err()));
    install("L-2", 3).await;
    finish(&services, &eves).await.expect("the link was not used up");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_mailed_invitation_makes_the_account_at_once(pool: PgPool) {
    let (services, _) = services_with_mail(&pool, SignUp::Open);
    let ada = sign_up(&services, "ada@example.org").await;
    services.team().invite(&ada, "grace@example.org", Role::Viewer).await.unwrap();
    let invitation = mailed_invitation(&services).await;
    let session = enter(&services, person("grace@example.org", Some(&invitation))).await;
    assert_eq!(session.team_id, ada.team_id);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_invitation_that_was_handed_over_makes_no_account_with_an_address_of_somebody_else(pool: PgPool) {
    for (turn, mode) in [SignUp::Open, SignUp::Invited].into_iter().enumerate() {
        let (services, clock) = services_with_mail(&pool, mode);
        clock.advance(TimeDelta::hours(i64::try_from(turn).unwrap()));
        let ada = match mode {
            SignUp::Open => sign_up(&services, "ada@example.org").await,
            SignUp::Invited => viewer(&services, &sign_in(&services, "ada@example.org", PASSWORD).await.unwrap()).await,
        };
        let email = format!("grace.{mode:?}@example.org").to_lowercase();
        let sent = services.team().invite(&ada, &email, Role::Viewer).await.unwrap();
        let handed_over = sent.link.split_once("?invitation=").unwrap().1;
        assert_ne!(handed_over, mailed_invitation(&services).await);
        let people = count(&pool, "SELECT count(*) FROM users").await;
        let token = token(&services, person(&email, Some(handed_over))).await;
        assert_eq!(count(&pool, "SELECT count(*) FROM users").await, people, "the account waits for whoever reads that mail");

        let session = finish(&services, &token).await.unwrap();
        assert_eq!(session.team_id, ada.team_id);
        let invitation: Option<bool> =
            sqlx::query_scalar("SELECT used_at IS NOT NULL FROM invitations WHERE email = $1").bind(&email).fetch_one(&pool).await.unwrap();
        assert_eq!(invitation, Some(true));
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn with_an_invitation_too_nobody_learns_who_has_an_account(pool: PgPool) {
    let (services, _) = start(&pool).await;
    let eve = viewer(&services, &finish(&services, &token(&services, person("eve@example.org", None)).await).await.unwrap()).await;
    let sent = services.team().invite(&eve, "ada@example.org", Role::Viewer).await.unwrap();
    let handed_over = sent.link.split_once("?invitation=").unwrap().1;
    ask(&services, person("ada@example.org", Some(handed_over))).await;
    assert_eq!(latest_mail(&services).await.0, "AccountExists");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_link_leads_nowhere_once_its_invitation_is_over(pool: PgPool) {
    let (services, _) = services_with_mail(&pool, SignUp::Open);
    let ada = sign_up(&services, "ada@example.org").await;
    let sent = services.team().invite(&ada, "grace@example.org", Role::Viewer).await.unwrap();
    let token = token(&services, person("grace@example.org", sent.link.split_once("?invitation=").map(|(_, token)| token))).await;
    services.team().revoke_invitation(&ada, sent.invitation.id).await.unwrap();
    let refused = finish(&services, &token).await;
    assert!(matches!(&refused, Err(Error::Conflict(sentence)) if sentence.starts_with("This invitation is not valid")), "{refused:?}");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_link_makes_no_account_once_the_address_has_one_or_nobody_may_come_without_invitation(pool: PgPool) {
    let (services, _) = services_with_mail(&pool, SignUp::Open);
    let ada = sign_up(&services, "ada@example.org").await;
    let token = token(&services, person("grace@example.org", None)).await;
    let (closed, _) = services_with_mail(&pool, SignUp::Invited);
    let refused = finish(&closed, &token).await;
    assert!(matches!(&refused, Err(Error::Conflict(sentence)) if sentence.contains("needs an invitation")), "{refused:?}");

    services.team().invite(&ada, "grace@example.org", Role::Viewer).await.unwrap();
    let invitation = mailed_invitation(&services).await;
    enter(&services, person("grace@example.org", Some(&invitation))).await;
    let refused = finish(&services, &token).await;
    assert!(matches!(&refused, Err(Error::Conflict(sentence)) if sentence.contains("has an account")), "{refused:?}");
    assert_eq!(count(&pool, "SELECT count(*) FROM users").await, 2);
}
