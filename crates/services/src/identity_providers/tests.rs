//! What holds of the ways in: one is always left, and a second step is required of those it says.

use crate::identity::Origin;
use crate::mails::testing::{mailer, waiting};
use crate::mails::{Mail, SecurityAct};
use crate::testing::{owner, parts, services};
use crate::{Error, Parts, Result, Services, Viewer};
use domain::identity_providers::{IdentityProviderDraft, OwnWay, TwoStepRequirement};
use domain::sign_ins::SignInMethod;
use domain::{IdentityProviderId, Role, UserId};
use secrecy::ExposeSecret as _;
use sqlx::PgPool;

/// Somebody who manages the installation, without a session.
async fn administrator(services: &Services, pool: &PgPool, email: &str) -> Viewer {
    let viewer = owner(services, email).await;
    let promote = sqlx::query("UPDATE users SET is_system_administrator = true WHERE id = $1").bind(viewer.user_id);
    promote.execute(pool).await.unwrap();
    Viewer { is_system_administrator: true, ..viewer }
}

/// A provider that is on, with which this person signs in.
async fn linked_provider(pool: &PgPool, name: &str, viewer: &Viewer) -> IdentityProviderId {
    let id = IdentityProviderId::new();
    let add = "INSERT INTO identity_providers (id, name, issuer, client_id, scopes, default_role)
               VALUES ($1, $2, 'https://nobody.invalid', 'lyceum', 'openid', 'Viewer')";
    sqlx::query(add).bind(id).bind(name).execute(pool).await.unwrap();
    let link = "INSERT INTO identities (id, user_id, provider_id, issuer, subject, linked_at)
                VALUES (gen_random_uuid(), $1, $2, 'https://nobody.invalid', $3, now())";
    sqlx::query(link).bind(viewer.user_id).bind(id).bind(name).execute(pool).await.unwrap();
    id
}

/// What is sent to have the provider of this name lead to another issuer.
fn elsewhere(name: &str) -> IdentityProviderDraft {
    IdentityProviderDraft {
        name: name.to_owned(),
        issuer: "https://elsewhere.invalid".to_owned(),
        client_id: "lyceum".to_owned(),
        client_secret: String::new(),
        scopes: String::new(),
        email_domains: String::new(),
        role_claim: String::new(),
        role_rules: String::new(),
        default_team_id: None,
        default_role: Role::Viewer,
        updates_roles: false,
        creates_accounts: false,
        trusts_addresses: false,
    }
}

/// As people are who came in through a provider.
async fn take_password(pool: &PgPool, viewer: &Viewer) {
    sqlx::query("UPDATE users SET password_hash = '' WHERE id = $1").bind(viewer.user_id).execute(pool).await.unwrap();
}

async fn give_passkey(pool: &PgPool, viewer: &Viewer) {
    let insert = "INSERT INTO passkeys (id, user_id, name, credential_id, credential, created_at)
                  VALUES (gen_random_uuid(), $1, 'Phone', 'phone', '{}', now())";
    sqlx::query(insert).bind(viewer.user_id).execute(pool).await.unwrap();
}

/// The person as they come in that way.
async fn come_in(services: &Services, viewer: &Viewer, method: SignInMethod) -> Viewer {
    let origin = Origin { ip: "192.0.2.1".parse().unwrap(), user_agent: "Test".to_owned() };
    let mut tx = services.db().system_tx().await.unwrap();
    let session = services.identity().start_session(&mut tx, (viewer.user_id, viewer.team_id), method, &origin).await.unwrap();
    tx.commit().await.unwrap();
    services.identity().viewer_for_token(session.token.expose_secret(), &origin).await.unwrap().unwrap()
}

async fn give_second_step(pool: &PgPool, viewer: &Viewer) {
    let insert = "INSERT INTO two_step (user_id, sealed_secret, started_at, confirmed_at) VALUES ($1, '', now(), now())";
    sqlx::query(insert).bind(viewer.user_id).execute(pool).await.unwrap();
}

fn sentence<T: std::fmt::Debug>(refused: Result<T>) -> String {
    match refused {
        Err(Error::Conflict(sentence)) => sentence,
        other => panic!("not refused: {other:?}"),
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_second_step_is_required_of_those_it_says_unless_they_came_with_both(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool, "root@example.org").await;
    let (ada, bob) = (administrator(&services, &pool, "ada@example.org").await, owner(&services, "bob@example.org").await);
    give_second_step(&pool, &root).await;
    for requirement in TwoStepRequirement::ALL.iter().copied() {
        services.identity_providers().require_two_step(&root, requirement).await.unwrap();
        for person in [&ada, &bob] {
            for method in SignInMethod::ALL.iter().copied() {
                let came = come_in(&services, person, method).await;
                let is_exempt = matches!(method, SignInMethod::Passkey | SignInMethod::Provider);
                let expected = requirement.holds_for(person.is_system_administrator) && !is_exempt;
                assert_eq!(came.must_set_up_two_step, expected, "{requirement} {method} {}", person.is_system_administrator);
            }
        }
        assert!(!come_in(&services, &root, SignInMethod::Password).await.must_set_up_two_step);
    }
    give_second_step(&pool, &bob).await;
    assert!(!come_in(&services, &bob, SignInMethod::Password).await.must_set_up_two_step, "{:?}", bob.user_id);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whoever_requires_it_of_themselves_has_it_or_came_with_both(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool, "root@example.org").await;
    let ways = services.identity_providers();
    ways.require_two_step(&root, TwoStepRequirement::Nobody).await.unwrap();
    for requirement in [TwoStepRequirement::Administrators, TwoStepRequirement::Everybody] {
        assert!(sentence(ways.require_two_step(&root, requirement).await).contains("for yourself first"));
        let came = come_in(&services, &root, SignInMethod::Password).await;
        assert!(!ways.two_step_rule(&came).await.unwrap().viewer_passes);
        assert!(sentence(ways.require_two_step(&came, requirement).await).contains("for yourself first"));
    }
    let came = come_in(&services, &root, SignInMethod::Passkey).await;
    assert!(ways.two_step_rule(&came).await.unwrap().viewer_passes);
    ways.require_two_step(&came, TwoStepRequirement::Everybody).await.unwrap();
    ways.require_two_step(&came, TwoStepRequirement::Everybody).await.unwrap();
    let told: i64 =
        sqlx::query_scalar("SELECT count(*) FROM audit_events WHERE action = 'sign-in.two-step-required'").fetch_one(&pool).await.unwrap();
    assert_eq!(told, 1, "what changes nothing is not told");
    let stranger = owner(&services, "eve@example.org").await;
    assert!(matches!(ways.two_step_rule(&stranger).await, Err(Error::NotFound)));
    assert!(matches!(ways.require_two_step(&stranger, TwoStepRequirement::Nobody).await, Err(Error::NotFound)));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn of_two_who_take_the_last_ways_away_at_once_one_is_refused(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool, "root@example.org").await;
    let ways = services.identity_providers();
    for round in 0..5 {
        let id = linked_provider(&pool, &format!("Works {round}"), &root).await;
        let (passwords, provider) = futures::join!(ways.allow_own_way(&root, OwnWay::Passwords, false), ways.set_enabled(&root, id, false));
        assert!(passwords.is_ok() != provider.is_ok(), "{passwords:?} {provider:?}");
        ways.allow_own_way(&root, OwnWay::Passwords, true).await.unwrap();
        ways.remove(&root, id).await.unwrap();
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn passwords_stay_as_long_as_nobody_could_come_in_otherwise(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool, "root@example.org").await;
    let ada = administrator(&services, &pool, "ada@example.org").await;
    let ways = services.identity_providers();
    let turn_off = async |viewer: &Viewer| ways.allow_own_way(viewer, OwnWay::Passwords, false).await;
    assert!(sentence(turn_off(&root).await).contains("Nobody could sign in"));
    let first = linked_provider(&pool, "First", &root).await;
    assert!(sentence(turn_off(&ada).await).contains("You could not sign in yourself"));
    let second = linked_provider(&pool, "Second", &ada).await;
    turn_off(&root).await.unwrap();
    // One of two may go, the last may not, whichever way it goes.
    assert!(sentence(ways.set_enabled(&root, first, false).await).contains("You could not sign in yourself"));
    ways.set_enabled(&ada, first, false).await.unwrap();
    assert!(sentence(ways.set_enabled(&ada, second, false).await).contains("Nobody could sign in"));
    assert!(sentence(ways.remove(&ada, second).await).contains("Nobody could sign in"));
    ways.remove(&ada, first).await.unwrap();
    assert!(!ways.takes_passwords().await.unwrap());
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_way_into_an_account_is_taken_away_by_whoever_confirmed(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    linked_provider(&pool, "Works", &ada).await;
    give_passkey(&pool, &ada).await;
    let ada = come_in(&services, &ada, SignInMethod::Provider).await;
    let (ways, passkeys) = (services.identity_providers(), services.passkeys());
    let identity = ways.ways(&ada).await.unwrap().linked[0].id;
    let phone = passkeys.list(&ada).await.unwrap().passkeys[0].id;
    sqlx::query("UPDATE sessions SET confirmed_at = now() - interval '11 minutes'").execute(&pool).await.unwrap();
    assert!(matches!(ways.unlink(&ada, identity).await, Err(Error::ConfirmFirst)));
    assert!(matches!(passkeys.remove(&ada, phone).await, Err(Error::ConfirmFirst)));
    sqlx::query("UPDATE sessions SET confirmed_at = now()").execute(&pool).await.unwrap();
    ways.unlink(&ada, identity).await.unwrap();
    passkeys.remove(&ada, phone).await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn that_passkeys_are_taken_is_no_way_in_for_whoever_has_none(pool: PgPool) {
    let mut parts = parts(&pool);
    "http://localhost:3000".clone_into(&mut parts.settings.public_url);
    let services = Services::new(parts);
    let root = administrator(&services, &pool, "root@example.org").await;
    let ways = services.identity_providers();
    let id = linked_provider(&pool, "Works", &root).await;
    ways.allow_own_way(&root, OwnWay::Passwords, false).await.unwrap();
    for refused in [ways.set_enabled(&root, id, false).await, ways.remove(&root, id).await] {
        assert!(sentence(refused).contains("You could not sign in yourself"));
    }
    let identity = ways.ways(&root).await.unwrap().linked[0].id;
    assert!(sentence(ways.unlink(&root, identity).await).contains("This is your only way in"));
    give_passkey(&pool, &root).await;
    ways.unlink(&root, identity).await.unwrap();
    assert!(sentence(ways.allow_own_way(&root, OwnWay::Passkeys, false).await).contains("You could not sign in yourself"));
    let phone = services.passkeys().list(&root).await.unwrap().passkeys[0].id;
    assert!(sentence(services.passkeys().remove(&root, phone).await).contains("This is your only way in"));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_administrator_without_a_password_does_not_take_their_only_way_also_where_passwords_are_on(pool: PgPool) {
    let mut parts = parts(&pool);
    "http://localhost:3000".clone_into(&mut parts.settings.public_url);
    let services = Services::new(parts);
    let root = administrator(&services, &pool, "root@example.org").await;
    let ada = administrator(&services, &pool, "ada@example.org").await;
    let ways = services.identity_providers();
    let (works, other) = (linked_provider(&pool, "Works", &root).await, linked_provider(&pool, "Other", &ada).await);
    take_password(&pool, &root).await;
    let refusal = "You could not sign in yourself then. Set a password, add a passkey or link another provider on your account page first.";
    assert_eq!(sentence(ways.set_enabled(&root, works, false).await), refusal);
    assert_eq!(sentence(ways.remove(&root, works).await), refusal);
    assert_eq!(sentence(ways.save(&root, works, elsewhere("Works")).await), refusal);
    // What they do not come in by may go, and so may the ways of others: Ada has a password.
    ways.allow_own_way(&root, OwnWay::EmailCodes, false).await.unwrap();
    ways.save(&root, other, elsewhere("Other")).await.unwrap();
    ways.remove(&root, other).await.unwrap();
    ways.set_enabled(&ada, works, false).await.unwrap();
    // With a passkey for their only way it is passkeys that stay.
    give_passkey(&pool, &root).await;
    assert_eq!(sentence(ways.allow_own_way(&root, OwnWay::Passkeys, false).await), refusal);
    ways.remove(&root, works).await.unwrap();
    ways.allow_own_way(&ada, OwnWay::Passkeys, false).await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whoever_was_linked_to_a_provider_that_is_removed_is_told_and_on_record(pool: PgPool) {
    let services = Services::new(Parts { mailer: Some(mailer()), ..parts(&pool) });
    let root = administrator(&services, &pool, "root@example.org").await;
    let (ada, bob) = (owner(&services, "ada@example.org").await, owner(&services, "bob@example.org").await);
    let id = linked_provider(&pool, "Works", &ada).await;
    linked_provider(&pool, "Other", &bob).await;
    services.identity_providers().remove(&root, id).await.unwrap();
    let told: Vec<(String, UserId, String)> =
        sqlx::query_as("SELECT action, target_id, target_name FROM audit_events WHERE actor_id = $1 AND action LIKE 'account.%'")
            .bind(root.user_id)
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(told, [("account.identity-unlinked".to_owned(), ada.user_id, "Works".to_owned())]);
    let mails = waiting(&services, &pool).await;
    let [(to, Mail::Security(notice))] = mails.as_slice() else { panic!("{} mails", mails.len()) };
    assert_eq!((to.as_str(), &notice.act), ("ada@example.org", &SecurityAct::ProviderUnlinked { name: "Works".to_owned() }));
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM identities").fetch_one(&pool).await.unwrap();
    assert_eq!(left, 1);
}
