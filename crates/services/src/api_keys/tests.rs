use crate::identity::{NewPerson, Origin};
use crate::mails::testing::{mailer, waiting};
use crate::mails::{Mail, SecurityAct, Whence};
use crate::testing::{member, owner, parts};
use crate::{Error, MockClock, Parts, Services, SignUp, Viewer};
use chrono::{SubsecRound as _, TimeDelta, Utc};
use domain::api_keys::{ApiKeyMade, ApiScope, NewApiKey};
use domain::audit::Via;
use domain::{Permission, Role};
use sqlx::PgPool;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

const PASSWORD: &str = "correct horse battery staple";
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

fn services_at(pool: &PgPool) -> (Services, Arc<MockClock>) {
    let clock = Arc::new(MockClock::at(Utc::now().trunc_subsecs(6)));
    let mut parts = Parts { clock: clock.clone(), ..parts(pool) };
    parts.settings.sign_up = SignUp::Open;
    (Services::new(parts), clock)
}

/// Somebody with a password and a team of their own.
async fn person(services: &Services, email: &str) -> Viewer {
    let (first_name, last_name, password) = ("Ada".to_owned(), String::new(), PASSWORD.to_owned().into());
    let new = NewPerson { first_name, last_name, email: email.to_owned(), password, invitation: None };
    let origin = Origin { ip: HERE, user_agent: "Firefox".to_owned() };
    let session = services.identity().sign_up(new, origin.clone()).await.unwrap();
    let session = session.session().expect("nothing is mailed");
    let token = secrecy::ExposeSecret::expose_secret(&session.token).to_owned();
    services.identity().viewer_for_token(&token, &origin).await.unwrap().unwrap()
}

fn new_key(scopes: &[ApiScope], days: Option<u32>) -> NewApiKey {
    NewApiKey { name: " import ".to_owned(), scopes: scopes.to_vec(), days }
}

async fn make(services: &Services, viewer: &Viewer, scopes: &[ApiScope], days: Option<u32>) -> ApiKeyMade {
    services.api_keys().create(viewer, new_key(scopes, days), PASSWORD.to_owned().into()).await.unwrap()
}

async fn enter(services: &Services, key: &str) -> Option<Viewer> {
    services.api_keys().let_in(key, HERE).await.viewer.unwrap()
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_key_is_its_person_in_its_team_within_its_scopes(pool: PgPool) {
    let (services, _) = services_at(&pool);
    let ada = person(&services, "ada@example.org").await;
    assert!(ada.is_system_administrator, "the first of an installation");
    let made = make(&services, &ada, &[ApiScope::Read, ApiScope::Chat, ApiScope::Read], None).await;
    assert_eq!((made.summary.name.as_str(), made.summary.scopes.as_slice()), ("import", &[ApiScope::Read, ApiScope::Chat][..]));
    let program = enter(&services, &made.key).await.unwrap();
    assert_eq!((program.user_id, program.team_id, program.session_id), (ada.user_id, ada.team_id, None));
    assert_eq!((program.came_from.via, program.came_from.ip), (Via::Api, Some(HERE)));
    let mut permissions = program.permissions.clone();
    permissions.sort_unstable();
    let expected =
        [Permission::ViewPrompts, Permission::ViewDatasets, Permission::ViewChats, Permission::ManageChats, Permission::ViewModels];
    assert_eq!(permissions, expected, "of an owner who administers the installation");
    assert!(!program.is_system_administrator);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_key_does_no_more_than_the_role_does_now(pool: PgPool) {
    let (services, _) = services_at(&pool);
    let ada = person(&services, "ada@example.org").await;
    let made = make(&services, &ada, ApiScope::ALL, None).await;
    sqlx::query("UPDATE memberships SET roles = ARRAY['Viewer'] WHERE user_id = $1").bind(ada.user_id).execute(&pool).await.unwrap();
    let program = enter(&services, &made.key).await.unwrap();
    assert!(program.may(Permission::ViewDatasets) && !program.may(Permission::ManageDatasets));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn nothing_that_is_kept_opens_anything(pool: PgPool) {
    let (services, _) = services_at(&pool);
    let ada = person(&services, "ada@example.org").await;
    let made = make(&services, &ada, &[ApiScope::Read], None).await;
    let secret = made.key.rsplit_once('_').unwrap().1.to_owned();
    assert_eq!(secret.len(), 64, "256 random bits");
    let kept: Vec<String> =
        sqlx::query_scalar("SELECT k::text FROM api_keys k UNION ALL SELECT e::text FROM audit_events e").fetch_all(&pool).await.unwrap();
    assert!(kept.iter().all(|row| !row.contains(&secret)), "{kept:?}");
    let forged = format!("{}_{}", made.summary.prefix, "0".repeat(64));
    assert!(enter(&services, &forged).await.is_none());
    assert!(enter(&services, &made.summary.prefix).await.is_none());
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_key_ends_by_itself_and_its_use_is_kept_to_the_minute(pool: PgPool) {
    let (services, clock) = services_at(&pool);
    let ada = person(&services, "ada@example.org").await;
    let made = make(&services, &ada, &[ApiScope::Read], Some(30)).await;
    let last_used = async || services.api_keys().list_own(&ada).await.unwrap()[0].last_used_at;
    assert_eq!(last_used().await, None);
    enter(&services, &made.key).await.unwrap();
    let first = last_used().await.unwrap();
    clock.advance(TimeDelta::seconds(59));
    enter(&services, &made.key).await.unwrap();
    assert_eq!(last_used().await, Some(first));
    clock.advance(TimeDelta::seconds(1));
    enter(&services, &made.key).await.unwrap();
    assert_eq!(last_used().await, Some(first + TimeDelta::seconds(60)));
    clock.advance(TimeDelta::days(30));
    assert!(enter(&services, &made.key).await.is_none());
    assert!(services.api_keys().list_own(&ada).await.unwrap()[0].is_expired);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_is_asked_for_is_checked_at_its_fields(pool: PgPool) {
    let (services, _) = services_at(&pool);
    let ada = person(&services, "ada@example.org").await;
    let wrong = NewApiKey { name: "  ".to_owned(), scopes: Vec::new(), days: Some(10_000) };
    match services.api_keys().create(&ada, wrong, PASSWORD.to_owned().into()).await {
        Err(Error::Invalid(errors)) => assert_eq!(errors.iter().map(|(field, _)| field).collect::<Vec<_>>(), ["days", "name", "scopes"]),
        other => panic!("{other:?}"),
    }
    let unproven = services.api_keys().create(&ada, new_key(&[ApiScope::Read], None), "another".to_owned().into()).await;
    assert!(matches!(unproven, Err(Error::Invalid(errors)) if errors.get("password").is_some()));
    assert!(services.api_keys().list_own(&ada).await.unwrap().is_empty());
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn its_person_is_told_of_a_key_by_mail_when_it_is_made_and_only_then(pool: PgPool) {
    let (silent, _) = services_at(&pool);
    let ada = person(&silent, "ada@example.org").await;
    make(&silent, &ada, &[ApiScope::Read], None).await;
    let services = Services::new(Parts { mailer: Some(mailer()), ..parts(&pool) });
    let ask = async |scopes: &[ApiScope], password: &str| {
        services.api_keys().create(&ada, new_key(scopes, Some(30)), password.to_owned().into()).await
    };
    let jobs = async || sqlx::query_scalar::<_, i64>("SELECT count(*) FROM jobs").fetch_one(&pool).await.unwrap();

    assert!(matches!(ask(&[], PASSWORD).await, Err(Error::Invalid(_))));
    assert!(matches!(ask(&[ApiScope::Read], "another").await, Err(Error::Invalid(_))));
    let forty_nine_more = "INSERT INTO api_keys (id, team_id, user_id, name, selector, secret_hash, scopes, created_at)
                           SELECT gen_random_uuid(), team_id, user_id, name, n::text, secret_hash, scopes, created_at
                           FROM api_keys, generate_series(1, 49) AS n";
    sqlx::query(forty_nine_more).execute(&pool).await.unwrap();
    assert!(matches!(ask(&[ApiScope::Read], PASSWORD).await, Err(Error::Conflict(_))));
    sqlx::query("DELETE FROM api_keys").execute(&pool).await.unwrap();
    // What goes wrong last takes the key and the mail back together.
    let refuse = "ALTER TABLE audit_events ADD CONSTRAINT refused CHECK (action <> 'api-key.created') NOT VALID";
    sqlx::query(refuse).execute(&pool).await.unwrap();
    assert!(ask(&[ApiScope::Read], PASSWORD).await.is_err());
    sqlx::query("ALTER TABLE audit_events DROP CONSTRAINT refused").execute(&pool).await.unwrap();
    assert!(services.api_keys().list_own(&ada).await.unwrap().is_empty());
    assert_eq!((waiting(&services, &pool).await, jobs().await), (Vec::new(), 0));

    let made = ask(&[ApiScope::Read], PASSWORD).await.unwrap();
    let told = waiting(&services, &pool).await;
    let [(to, Mail::Security(notice))] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((to.as_str(), &notice.act), ("ada@example.org", &SecurityAct::ApiKeyCreated { name: "import".to_owned() }));
    let here = Whence { device: "Unknown device".to_owned(), address: HERE.to_string() };
    assert_eq!((notice.whence.as_ref(), jobs().await), (Some(&here), 1));
    assert!(notice.link.ends_with("/account"), "where it is revoked: {}", notice.link);
    let (said, secret) = (serde_json::to_string(notice).unwrap(), made.key.rsplit_once('_').unwrap().1);
    assert!(!said.contains(secret) && !said.contains(&made.summary.prefix), "{said}");

    sqlx::query("DELETE FROM sessions").execute(&pool).await.unwrap();
    assert!(matches!(ask(&[ApiScope::Read], PASSWORD).await, Err(Error::ConfirmFirst)), "what ended confirms nothing");
    assert_eq!((services.api_keys().list_own(&ada).await.unwrap().len(), jobs().await), (1, 1));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whoever_is_kept_out_or_leaves_loses_their_keys(pool: PgPool) {
    let (services, _) = services_at(&pool);
    let ada = person(&services, "ada@example.org").await;
    let made = make(&services, &ada, &[ApiScope::Read], None).await;
    let id = made.summary.id;
    for (out, back) in [
        ("UPDATE users SET suspended_at = now()", "UPDATE users SET suspended_at = NULL"),
        ("UPDATE memberships SET suspended_at = now()", "UPDATE memberships SET suspended_at = NULL"),
        ("UPDATE teams SET deleted_at = now()", "UPDATE teams SET deleted_at = NULL"),
    ] {
        sqlx::query(out).execute(&pool).await.unwrap();
        assert!(enter(&services, &made.key).await.is_none(), "{out}");
        assert!(!services.api_keys().still_lets_in(id).await.unwrap(), "{out}");
        sqlx::query(back).execute(&pool).await.unwrap();
        assert!(enter(&services, &made.key).await.is_some(), "{back}");
    }
    sqlx::query("DELETE FROM memberships WHERE user_id = $1").bind(ada.user_id).execute(&pool).await.unwrap();
    assert!(enter(&services, &made.key).await.is_none());
    assert_eq!(sqlx::query_scalar::<_, i64>("SELECT count(*) FROM api_keys").fetch_one(&pool).await.unwrap(), 0);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whoever_asks_to_be_deleted_has_no_keys_any_more(pool: PgPool) {
    let (services, _) = services_at(&pool);
    person(&services, "administrator@example.org").await;
    let ada = person(&services, "ada@example.org").await;
    let made = make(&services, &ada, &[ApiScope::Read], None).await;
    services.my_data().delete_account(&ada, PASSWORD.to_owned().into()).await.unwrap();
    assert!(enter(&services, &made.key).await.is_none());
    services.my_data().keep_account(&ada).await.unwrap();
    assert!(enter(&services, &made.key).await.is_none());
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn managers_see_and_revoke_the_teams_keys_and_nobody_else_does(pool: PgPool) {
    let (services, _) = services_at(&pool);
    let ada = person(&services, "ada@example.org").await;
    let made = make(&services, &ada, &[ApiScope::Read], None).await;
    let bob = member(&services, &ada, "bob@example.org", Role::Collaborator).await;
    let eve = owner(&services, "eve@example.org").await;
    assert!(matches!(services.api_keys().list_of_team(&bob).await, Err(Error::Forbidden)));
    assert!(services.api_keys().list_own(&bob).await.unwrap().is_empty());
    assert!(services.api_keys().list_of_team(&eve).await.unwrap().is_empty());
    for other in [&bob, &eve] {
        assert!(matches!(services.api_keys().revoke(other, made.summary.id).await, Err(Error::NotFound)));
    }
    let manager = member(&services, &ada, "grace@example.org", Role::TeamManager).await;
    assert_eq!(services.api_keys().list_of_team(&manager).await.unwrap()[0].owner, "Ada");
    services.api_keys().revoke(&manager, made.summary.id).await.unwrap();
    assert!(enter(&services, &made.key).await.is_none());
    assert!(matches!(services.api_keys().revoke(&ada, made.summary.id).await, Err(Error::NotFound)));
    let told: Vec<String> = sqlx::query_scalar(
        "SELECT action || ' ' || target_name || ' ' || details::text FROM audit_events WHERE target_type = 'API key' ORDER BY position",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(told, ["api-key.created import {\"scopes\": [\"read\"]}", "api-key.revoked import {}"]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn below_the_rules_a_team_sees_its_own_keys_only(pool: PgPool) {
    let (services, _) = services_at(&pool);
    let ada = person(&services, "ada@example.org").await;
    make(&services, &ada, &[ApiScope::Read], None).await;
    let eve = owner(&services, "eve@example.org").await;
    for (viewer, expected) in [(&ada, 1_i64), (&eve, 0)] {
        let mut tx = services.db().team_tx(viewer).await.unwrap();
        let seen: i64 = sqlx::query_scalar("SELECT count(*) FROM api_keys").fetch_one(&mut *tx).await.unwrap();
        assert_eq!(seen, expected);
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn guessing_is_slowed_down_and_no_key_that_opens_is(pool: PgPool) {
    let (services, clock) = services_at(&pool);
    let ada = person(&services, "ada@example.org").await;
    let made = make(&services, &ada, &[ApiScope::Read], None).await;
    let mut refused = 0;
    while let Ok(nobody) = services.api_keys().let_in("lyc_nothing", HERE).await.viewer {
        assert!(nobody.is_none());
        refused += 1;
    }
    assert_eq!(refused, 20);
    assert!(enter(&services, &made.key).await.is_some(), "colleagues behind the same address go on");
    clock.advance(TimeDelta::seconds(11));
    assert!(enter(&services, "lyc_nothing").await.is_none());
}
