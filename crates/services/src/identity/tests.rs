//! What identity promises: one first administrator, invitations that work once, the same words for all failures.

mod sign_up_by_mail;

use super::{NewPerson, Origin, SignedIn};
use crate::testing::parts;
use crate::{Clock as _, Error, MockClock, Parts, Services, SignUp, Viewer};
use chrono::{TimeDelta, Utc};
use domain::identity::Profile;
use domain::{Permission, Role};
use secrecy::ExposeSecret as _;
use sqlx::PgPool;
use std::sync::Arc;

mod last_team;
mod notices;

pub(crate) const PASSWORD: &str = "correct horse battery staple";

fn clock() -> Arc<MockClock> {
    Arc::new(MockClock::at(Utc::now()))
}

fn services_with(pool: &PgPool, sign_up: SignUp) -> (Services, Arc<MockClock>) {
    let clock = clock();
    let parts = parts(pool);
    let settings = crate::Settings { sign_up, ..parts.settings.clone() };
    (Services::new(Parts { clock: clock.clone(), settings, ..parts }), clock)
}

fn origin() -> Origin {
    Origin { ip: "192.0.2.1".parse().unwrap(), user_agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0".to_owned() }
}

fn person(email: &str, invitation: Option<&str>) -> NewPerson {
    NewPerson {
        first_name: "Ada".to_owned(),
        last_name: "Lovelace".to_owned(),
        email: email.to_owned(),
        password: PASSWORD.to_owned().into(),
        invitation: invitation.map(str::to_owned),
    }
}

/// The session of an account that is made at once.
async fn enter(services: &Services, person: NewPerson) -> SignedIn {
    services.identity().sign_up(person, origin()).await.unwrap().session().expect("nothing is mailed")
}

async fn sign_up(services: &Services, email: &str) -> Viewer {
    let session = enter(services, person(email, None)).await;
    viewer(services, &session).await
}

async fn viewer(services: &Services, session: &SignedIn) -> Viewer {
    services.identity().viewer_for_token(session.token.expose_secret(), &origin()).await.unwrap().unwrap()
}

async fn sign_in(services: &Services, email: &str, password: &str) -> Result<SignedIn, Error> {
    let entry = services.identity().sign_in(email, password.to_owned().into(), origin()).await;
    entry.map(|entry| entry.session().expect("no code is asked for"))
}

fn sentence(error: Error, field: &str) -> String {
    match error {
        Error::Invalid(errors) => errors.get(field).unwrap_or_else(|| panic!("nothing at {field}: {errors:?}")).to_owned(),
        other => panic!("not about a field: {other:?}"),
    }
}

async fn suspend(services: &Services, viewer: &Viewer) {
    let mut tx = services.db().system_tx().await.unwrap();
    sqlx::query("UPDATE users SET suspended_at = now() WHERE id = $1").bind(viewer.user_id).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_first_person_manages_the_installation_and_owns_a_team(pool: PgPool) {
    let (services, _) = services_with(&pool, SignUp::Invited);
    let ada = sign_up(&services, "ada@example.org").await;
    assert!(ada.is_system_administrator && ada.may(Permission::ManageModels) && ada.may(Permission::ManageTeam));
    let info = services.identity().current_viewer_info(&ada).await.unwrap();
    assert_eq!((info.team_name.as_str(), info.email.as_str()), ("Ada’s team", "ada@example.org"));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn no_role_gives_what_is_for_those_who_manage_the_installation(pool: PgPool) {
    let (services, _) = services_with(&pool, SignUp::Open);
    sqlx::query("INSERT INTO roles_permissions (role, permission) VALUES ('Owner', 'ManageModels')").execute(&pool).await.unwrap();
    sign_up(&services, "ada@example.org").await;
    let eve = sign_up(&services, "eve@example.org").await;
    assert!(eve.may(Permission::ManageTeam) && !eve.may(Permission::ManageModels));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn of_many_who_come_first_at_once_one_becomes_administrator(pool: PgPool) {
    let (services, _) = services_with(&pool, SignUp::Open);
    let emails: Vec<String> = (0..6).map(|n| format!("p{n}@example.org")).collect();
    let identity = services.identity();
    let sessions = futures::future::join_all(emails.iter().map(|email| identity.sign_up(person(email, None), origin()))).await;
    assert!(sessions.iter().all(Result::is_ok), "{sessions:?}");
    let administrators: i64 =
        sqlx::query_scalar("SELECT count(*) FROM users WHERE is_system_administrator").fetch_one(&pool).await.unwrap();
    assert_eq!(administrators, 1);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn after_the_first_an_account_needs_an_invitation(pool: PgPool) {
    let (services, _) = services_with(&pool, SignUp::Invited);
    sign_up(&services, "ada@example.org").await;
    for token in [None, Some("nonsense"), Some("AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")] {
        let refused = services.identity().sign_up(person("eve@example.org", token), origin()).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{token:?}: {refused:?}");
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_invitation_lets_its_address_in_with_its_role_and_starts_there(pool: PgPool) {
    let (services, _) = services_with(&pool, SignUp::Invited);
    let ada = sign_up(&services, "ada@example.org").await;
    let sent = services.team().invite(&ada, "Grace@Example.org", Role::Collaborator).await.unwrap();
    let token = sent.link.split_once("?invitation=").unwrap().1.to_owned();

    let wrong_address = services.identity().sign_up(person("eve@example.org", Some(&token)), origin()).await.unwrap_err();
    assert!(sentence(wrong_address, "email").contains("another address"));
    let session = enter(&services, person("grace@example.org", Some(&token))).await;
    assert_eq!(session.team_id, ada.team_id);
    let grace = viewer(&services, &session).await;
    assert!(!grace.is_system_administrator && grace.may(Permission::ManageDatasets) && !grace.may(Permission::ManageMembers));
    assert_eq!(services.team().list_teams(&grace).await.unwrap().len(), 2);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_invitation_raced_by_many_works_once(pool: PgPool) {
    let (services, _) = services_with(&pool, SignUp::Invited);
    let ada = sign_up(&services, "ada@example.org").await;
    let sent = services.team().invite(&ada, "grace@example.org", Role::Viewer).await.unwrap();
    let token = sent.link.split_once("?invitation=").unwrap().1;
    let identity = services.identity();
    let tries = (0..5).map(|_| identity.sign_up(person("grace@example.org", Some(token)), origin()));
    let succeeded = futures::future::join_all(tries).await.into_iter().flatten().count();
    assert_eq!(succeeded, 1);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_invitation_ends_after_a_week(pool: PgPool) {
    let (services, clock) = services_with(&pool, SignUp::Invited);
    let ada = sign_up(&services, "ada@example.org").await;
    let sent = services.team().invite(&ada, "grace@example.org", Role::Viewer).await.unwrap();
    let token = sent.link.split_once("?invitation=").unwrap().1;
    clock.advance(TimeDelta::days(7));
    let refused = services.identity().sign_up(person("grace@example.org", Some(token)), origin()).await;
    assert!(matches!(refused, Err(Error::Conflict(_))));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn everything_wrong_with_a_form_is_said_at_once(pool: PgPool) {
    let (services, _) = services_with(&pool, SignUp::Open);
    let bad = NewPerson { first_name: " ".to_owned(), email: "ada".to_owned(), password: "short".to_owned().into(), ..person("", None) };
    let Err(Error::Invalid(errors)) = services.identity().sign_up(bad, origin()).await else { panic!("it was taken") };
    assert_eq!(errors.iter().map(|(field, _)| field).collect::<Vec<_>>(), ["email", "first_name", "password"]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn unknown_wrong_and_suspended_sound_the_same(pool: PgPool) {
    let (services, clock) = services_with(&pool, SignUp::Open);
    sign_up(&services, "ada@example.org").await;
    let grace = sign_up(&services, "grace@example.org").await;
    suspend(&services, &grace).await;
    let mut sentences = Vec::new();
    for (email, password) in [("nobody@example.org", PASSWORD), ("ada@example.org", "wrong"), ("grace@example.org", PASSWORD)] {
        sentences.push(sentence(sign_in(&services, email, password).await.unwrap_err(), "form"));
        clock.advance(TimeDelta::minutes(5));
    }
    sentences.dedup();
    assert_eq!(sentences, ["The email address or the password is not right."]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn failures_are_throttled_per_network_address_and_successes_are_not(pool: PgPool) {
    let (services, clock) = services_with(&pool, SignUp::Open);
    sign_up(&services, "ada@example.org").await;
    for _ in 0..10 {
        sign_in(&services, "ada@example.org", PASSWORD).await.unwrap();
    }
    for _ in 0..3 {
        sentence(sign_in(&services, "ada@example.org", "wrong").await.unwrap_err(), "form");
    }
    let Err(Error::Busy { retry_after_s }) = sign_in(&services, "ada@example.org", PASSWORD).await else { panic!("not throttled") };
    assert!((1..=21).contains(&retry_after_s), "{retry_after_s}");
    let elsewhere = Origin { ip: "198.51.100.7".parse().unwrap(), ..origin() };
    services.identity().sign_in("ada@example.org", PASSWORD.to_owned().into(), elsewhere).await.unwrap();
    clock.advance(TimeDelta::seconds(i64::from(retry_after_s)));
    sign_in(&services, "ada@example.org", PASSWORD).await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn guesses_at_one_account_from_everywhere_are_throttled_too(pool: PgPool) {
    let (services, _) = services_with(&pool, SignUp::Open);
    sign_up(&services, "ada@example.org").await;
    let identity = services.identity();
    let mut busy = 0;
    for n in 0..12_u8 {
        let from = Origin { ip: std::net::Ipv4Addr::new(198, 51, 100, n).into(), ..origin() };
        busy += u8::from(matches!(identity.sign_in("ada@example.org", "wrong".to_owned().into(), from).await, Err(Error::Busy { .. })));
    }
    assert_eq!(busy, 2);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn every_attempt_is_written_down_without_the_address(pool: PgPool) {
    let (services, _) = services_with(&pool, SignUp::Open);
    sign_up(&services, "ada@example.org").await;
    sign_in(&services, "nobody@example.org", "wrong").await.unwrap_err();
    let rows: Vec<(bool, bool, i32)> =
        sqlx::query_as("SELECT succeeded, user_id IS NOT NULL, octet_length(email_hash) FROM sign_ins ORDER BY created_at, id")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(rows, [(true, true, 32), (false, false, 32)]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn only_the_hash_of_a_token_is_stored_and_it_ends_when_unused(pool: PgPool) {
    let (services, clock) = services_with(&pool, SignUp::Open);
    let session = enter(&services, person("ada@example.org", None)).await;
    let token = session.token.expose_secret();
    let stored: Vec<u8> = sqlx::query_scalar("SELECT token_hash FROM sessions").fetch_one(&pool).await.unwrap();
    assert_eq!(stored.len(), 32);
    assert_ne!(stored, token.as_bytes());
    clock.advance(TimeDelta::days(29));
    assert!(services.identity().viewer_for_token(token, &origin()).await.unwrap().is_some(), "being used moves its end on");
    clock.advance(TimeDelta::days(29));
    assert!(services.identity().viewer_for_token(token, &origin()).await.unwrap().is_some());
    clock.advance(TimeDelta::days(31));
    assert!(services.identity().viewer_for_token(token, &origin()).await.unwrap().is_none());
    assert_eq!(services.identity().delete_expired().await.unwrap(), 1);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn suspension_takes_effect_at_once(pool: PgPool) {
    let (services, _) = services_with(&pool, SignUp::Open);
    let session = enter(&services, person("ada@example.org", None)).await;
    let ada = viewer(&services, &session).await;
    assert!(services.identity().is_still_signed_in(&ada).await.unwrap());
    suspend(&services, &ada).await;
    assert!(services.identity().viewer_for_token(session.token.expose_secret(), &origin()).await.unwrap().is_none());
    assert!(!services.identity().is_still_signed_in(&ada).await.unwrap());
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_changed_password_ends_all_other_sessions(pool: PgPool) {
    let (services, _) = services_with(&pool, SignUp::Open);
    let here = sign_up(&services, "ada@example.org").await;
    let there = sign_in(&services, "ada@example.org", PASSWORD).await.unwrap();
    let identity = services.identity();
    let wrong = identity.change_password(&here, "wrong".to_owned().into(), "an entirely new secret".to_owned().into()).await.unwrap_err();
    assert!(sentence(wrong, "current_password").contains("present password"));
    identity.change_password(&here, PASSWORD.to_owned().into(), "an entirely new secret".to_owned().into()).await.unwrap();
    assert!(identity.viewer_for_token(there.token.expose_secret(), &origin()).await.unwrap().is_none());
    assert_eq!(identity.list_sessions(&here).await.unwrap().len(), 1);
    sign_in(&services, "ada@example.org", "an entirely new secret").await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn sessions_are_listed_with_their_device_and_ended_one_by_one(pool: PgPool) {
    let (services, _) = services_with(&pool, SignUp::Open);
    let ada = sign_up(&services, "ada@example.org").await;
    let grace = sign_up(&services, "grace@example.org").await;
    sign_in(&services, "ada@example.org", PASSWORD).await.unwrap();
    let identity = services.identity();
    let sessions = identity.list_sessions(&ada).await.unwrap();
    assert_eq!(sessions.len(), 2);
    assert!(sessions.iter().all(|session| session.device == "Firefox on Linux" && session.ip == "192.0.2.1"));
    let other = sessions.iter().find(|session| !session.is_current).unwrap().id;
    assert!(matches!(identity.end_session(&grace, other).await, Err(Error::NotFound)));
    identity.end_session(&ada, other).await.unwrap();
    identity.sign_out_everywhere(&ada).await.unwrap();
    assert_eq!(identity.list_sessions(&ada).await.unwrap(), []);
    assert_eq!(identity.list_sessions(&grace).await.unwrap().len(), 1);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_session_notes_at_once_that_it_is_used_elsewhere_and_once_a_minute_that_it_is_used(pool: PgPool) {
    let (services, clock) = services_with(&pool, SignUp::Open);
    let session = enter(&services, person("ada@example.org", None)).await;
    let ada = viewer(&services, &session).await;
    let identity = services.identity();
    let seen = async |origin: &Origin| {
        identity.viewer_for_token(session.token.expose_secret(), origin).await.unwrap().unwrap();
        let last = identity.list_sessions(&ada).await.unwrap().remove(0);
        (last.device, last.ip, last.last_seen_at)
    };
    let at_home = ("Firefox on Linux".to_owned(), "192.0.2.1".to_owned());
    let (.., began) = seen(&origin()).await;
    clock.advance(TimeDelta::seconds(59));
    let mapped = Origin { ip: "::ffff:192.0.2.1".parse().unwrap(), ..origin() };
    for same in [origin(), mapped] {
        assert_eq!(seen(&same).await, (at_home.0.clone(), at_home.1.clone(), began), "nothing is written");
    }

    let stolen = Origin { ip: "198.51.100.7".parse().unwrap(), user_agent: "iPhone Safari/604.1".to_owned() };
    let (device, ip, at) = seen(&stolen).await;
    assert_eq!((device.as_str(), ip.as_str(), at - began), ("Safari on iPhone", "198.51.100.7", TimeDelta::seconds(59)));
    let (device, ip, _) = seen(&Origin { user_agent: String::new(), ..stolen }).await;
    assert_eq!((device.as_str(), ip.as_str()), ("Unknown device", "198.51.100.7"), "another device at the same address");
    let (device, ip, _) = seen(&origin()).await;
    assert_eq!((device, ip), at_home);
    clock.advance(TimeDelta::seconds(60));
    let (.., at) = seen(&origin()).await;
    assert_eq!(at - began, TimeDelta::seconds(119));

    // The record of sign-ins goes on telling where it began.
    let began_at: Vec<String> = sqlx::query_scalar("SELECT ip FROM sign_ins").fetch_all(&pool).await.unwrap();
    assert_eq!(began_at, ["192.0.2.1"]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_team_one_is_not_in_does_not_exist(pool: PgPool) {
    let (services, _) = services_with(&pool, SignUp::Open);
    let ada = sign_up(&services, "ada@example.org").await;
    let grace = sign_up(&services, "grace@example.org").await;
    assert!(matches!(services.identity().switch_team(&grace, ada.team_id).await, Err(Error::NotFound)));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whoever_is_removed_from_a_team_goes_on_in_their_own(pool: PgPool) {
    let (services, _) = services_with(&pool, SignUp::Open);
    let ada = sign_up(&services, "ada@example.org").await;
    let sent = services.team().invite(&ada, "grace@example.org", Role::Viewer).await.unwrap();
    let token = sent.link.split_once("?invitation=").unwrap().1;
    let session = enter(&services, person("grace@example.org", Some(token))).await;
    sqlx::query("DELETE FROM memberships WHERE user_id = $1 AND team_id = $2")
        .bind(session.user_id)
        .bind(ada.team_id)
        .execute(&pool)
        .await
        .unwrap();
    let grace = viewer(&services, &session).await;
    assert_ne!(grace.team_id, ada.team_id);
    assert!(grace.may(Permission::ManageTeam));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_profile_is_trimmed_kept_and_refused_at_its_fields(pool: PgPool) {
    let (services, _) = services_with(&pool, SignUp::Open);
    let ada = sign_up(&services, "ada@example.org").await;
    let profile =
        Profile { first_name: " Augusta ".to_owned(), last_name: String::new(), tone: "dry".to_owned(), about: "a\nb".to_owned() };
    let saved = services.identity().update_profile(&ada, profile).await.unwrap();
    assert_eq!(saved.first_name, "Augusta");
    assert_eq!(services.identity().profile(&ada).await.unwrap(), saved);
    let refused = services.identity().update_profile(&ada, Profile { first_name: String::new(), ..saved }).await.unwrap_err();
    assert_eq!(sentence(refused, "first_name"), "First name cannot be empty.");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_command_line_lets_somebody_back_in(pool: PgPool) {
    let (services, _) = services_with(&pool, SignUp::Open);
    let ada = sign_up(&services, "ada@example.org").await;
    let fresh = services.identity().reset_password("Ada@example.org").await.unwrap();
    assert_eq!(services.identity().list_sessions(&ada).await.unwrap(), []);
    sign_in(&services, "ada@example.org", fresh.expose_secret()).await.unwrap();
    assert!(matches!(services.identity().reset_password("nobody@example.org").await, Err(Error::NotFound)));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_terms_tell_the_first_the_invited_and_the_others_apart(pool: PgPool) {
    let (services, clock) = services_with(&pool, SignUp::Invited);
    let identity = services.identity();
    assert!(identity.sign_up_terms(None, None).await.unwrap().is_first);
    let ada = sign_up(&services, "ada@example.org").await;
    let sent = services.team().invite(&ada, "grace@example.org", Role::Viewer).await.unwrap();
    let token = sent.link.split_once("?invitation=").unwrap().1;
    let terms = identity.sign_up_terms(None, Some(token)).await.unwrap();
    assert!(terms.needs_invitation && !terms.is_first);
    assert_eq!(terms.invitation.unwrap().email, "grace@example.org");
    assert_eq!(identity.sign_up_terms(Some(&ada), None).await.unwrap().signed_in_as.as_deref(), Some("ada@example.org"));
    assert!(sent.invitation.expires_at > clock.now());
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_session_is_recent_for_ten_minutes_of_the_database_and_a_key_never(pool: PgPool) {
    let (services, clock) = services_with(&pool, SignUp::Invited);
    let ada = sign_up(&services, "ada@example.org").await;
    let identity = services.identity();
    clock.advance(TimeDelta::minutes(11));
    identity.require_recent(&ada).await.unwrap();
    sqlx::query("UPDATE sessions SET confirmed_at = now() - interval '11 minutes'").execute(&pool).await.unwrap();
    assert!(matches!(identity.require_recent(&ada).await, Err(Error::ConfirmFirst)));
    identity.prove_password(&ada, "not it at all".to_owned().into()).await.unwrap_err();
    assert!(matches!(identity.require_recent(&ada).await, Err(Error::ConfirmFirst)));
    identity.prove_password(&ada, PASSWORD.to_owned().into()).await.unwrap();
    identity.require_recent(&ada).await.unwrap();
    let nobody_to_ask = Viewer { session_id: None, ..ada.clone() };
    identity.require_recent(&nobody_to_ask).await.unwrap();
    let program = Viewer { api_key: Some(domain::ApiKeyId::new()), ..nobody_to_ask };
    assert!(matches!(identity.require_recent(&program).await, Err(Error::ConfirmFirst)));
}
