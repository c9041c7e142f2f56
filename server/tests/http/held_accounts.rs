//! Held accounts: what was proved and takes a while comes too late once a password was set or a session ended meanwhile; a mailed second
//! step stays at its address; and of two links of one person that are used at once one works.

use crate::email_codes::{ADA, World};
use crate::oidc::Scene;
use crate::support::{Answer, FakeMailServer, PASSWORD, TestApp, TestClient};
use domain::identity::TwoStepSetup;
use serde_json::json;
use services::Clock as _;
use sqlx::PgPool;
use std::pin::pin;
use std::time::Duration;
use totp_rs::{Builder, Secret};

const NEW: &str = "an entirely new secret";

/// What a link for a new password does: the password first, and then the end of the sessions.
static RESET: [&str; 2] = ["UPDATE users SET password_hash = 'another'", "DELETE FROM sessions"];
static SIGN_OUT: [&str; 1] = ["DELETE FROM sessions"];

/// The outcome of something during which this happens to the accounts: so many requests have got as far as an account by then and wait
/// for it.
async fn meanwhile<T>(pool: &PgPool, requests: i64, happens: &[&'static str], under_way: impl Future<Output = T>) -> T {
    let mut change = pool.begin().await.expect("a transaction");
    sqlx::query("UPDATE users SET first_name = first_name").execute(&mut *change).await.expect("held");
    let mut under_way = pin!(under_way);
    tokio::select! {
        outcome = &mut under_way => return outcome,
        () = wait_for(pool, requests) => {}
    }
    for statement in happens.iter().copied() {
        sqlx::query(statement).execute(&mut *change).await.expect("it happens");
    }
    change.commit().await.expect("committed");
    under_way.await
}

/// Waits until so many requests wait for a lock.
async fn wait_for(pool: &PgPool, requests: i64) {
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while sqlx::query_scalar::<_, i64>(waiting).fetch_one(pool).await.expect("activity") < requests {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn count(pool: &PgPool, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(pool).await.expect("a count")
}

async fn password_hash(pool: &PgPool) -> String {
    sqlx::query_scalar("SELECT password_hash FROM users").fetch_one(pool).await.expect("one person")
}

async fn set_password_hash(pool: &PgPool, hash: &str) {
    sqlx::query("UPDATE users SET password_hash = $1").bind(hash).execute(pool).await.expect("a password");
}

/// Begins to set an app up; the code that confirms it.
async fn begin_app(world: &World, ada: &TestClient) -> String {
    let setup: TwoStepSetup = ada.server_fn("identity/start-two-step", json!({ "password": PASSWORD })).await.json();
    let secret = Secret::try_from_base32(setup.secret.replace(' ', "")).expect("base32");
    let now = u64::try_from(world.clock.now().timestamp()).expect("after 1970");
    Builder::new().with_secret(secret).build().expect("a secret of 160 bits").generate(now).to_string()
}

/// The tokens of the latest two links that begin like this.
fn latest_two(server: &FakeMailServer, start: &str) -> [String; 2] {
    let mails = server.mails();
    let tokens: Vec<String> = mails.iter().filter(|mail| mail.words().contains(start)).map(|mail| mail.token(start)).collect();
    let [.., one, other] = tokens.as_slice() else { panic!("no two links that begin with {start}") };
    [one.clone(), other.clone()]
}

/// The statuses of two answers, the lower one first.
fn statuses(answers: [&Answer; 2]) -> [u16; 2] {
    let mut statuses = answers.map(|answer| answer.status.as_u16());
    statuses.sort_unstable();
    statuses
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_password_that_is_set_while_another_one_is_chosen_stays(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    app.sign_up(ADA).await;
    let original = password_hash(&pool).await;
    for (had, typed, happens, status) in
        [(original.as_str(), PASSWORD, &RESET[..], 401), (original.as_str(), PASSWORD, &RESET[..1], 422), ("", "", &RESET[..1], 409)]
    {
        set_password_hash(&pool, &original).await;
        let ada = app.sign_in(ADA).await;
        set_password_hash(&pool, had).await;
        let change = json!({ "current_password": typed, "new_password": NEW });
        meanwhile(&pool, 1, happens, ada.server_fn("identity/change-password", change)).await.expect(status);
        assert_eq!(password_hash(&pool).await, "another", "{status}");
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn whoever_is_signed_out_meanwhile_has_proved_their_password_for_nothing(pool: PgPool) {
    let world = World::start(&pool).await;
    let key = json!({ "name": "of a thief", "scopes": ["read"], "days": 90 });
    for (endpoint, arguments) in [
        ("identity/change-password", json!({ "current_password": PASSWORD, "new_password": NEW })),
        ("identity/change-email", json!({ "email": "eve@example.org", "password": PASSWORD })),
        ("api-keys/create", json!({ "key": key, "password": PASSWORD })),
    ] {
        let ada = world.app.sign_in(ADA).await;
        let answer = meanwhile(&pool, 1, &SIGN_OUT, ada.server_fn(endpoint, arguments)).await;
        assert_eq!(answer.status, 401, "{endpoint}: {}", answer.text);
        let made = "SELECT (SELECT count(*) FROM email_changes) + (SELECT count(*) FROM api_keys)";
        assert_eq!(count(&pool, made).await, 0, "{endpoint}");
    }
    world.app.sign_in(ADA).await;
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn whoever_is_signed_out_meanwhile_turns_no_second_step_on_or_off(pool: PgPool) {
    let world = World::start(&pool).await;
    let are_on = "SELECT count(*) FROM two_step WHERE confirmed_at IS NOT NULL";
    let ada = world.app.sign_in(ADA).await;
    let code = begin_app(&world, &ada).await;
    let confirm = ada.server_fn("identity/confirm-two-step", json!({ "code": code }));
    meanwhile(&pool, 1, &SIGN_OUT, confirm).await.expect(401);
    assert_eq!(count(&pool, are_on).await, 0);

    let ada = world.app.sign_in(ADA).await;
    let before = world.server.mails().len();
    let token: String = ada.server_fn("identity/start-mailed-two-step", json!({ "password": PASSWORD })).await.json();
    let code = world.code(before).await;
    let confirm = ada.server_fn("identity/confirm-mailed-two-step", json!({ "token": token, "code": code }));
    meanwhile(&pool, 1, &SIGN_OUT, confirm).await.expect(401);
    assert_eq!(count(&pool, are_on).await, 0);

    for endpoint in ["identity/renew-recovery-codes", "identity/turn-off-two-step"] {
        sqlx::query("DELETE FROM two_step").execute(&pool).await.expect("off");
        let ada = world.app.sign_in(ADA).await;
        let code = begin_app(&world, &ada).await;
        let codes: Vec<String> = ada.server_fn("identity/confirm-two-step", json!({ "code": code })).await.json();
        let change = ada.server_fn(endpoint, json!({ "password": PASSWORD, "code": codes[0] }));
        let answer = meanwhile(&pool, 1, &SIGN_OUT, change).await;
        assert_eq!(answer.status, 401, "{endpoint}: {}", answer.text);
        let unused = count(&pool, "SELECT count(*) FROM recovery_codes WHERE used_at IS NULL").await;
        assert_eq!((count(&pool, are_on).await, unused), (1, 10), "{endpoint}");
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn whoever_is_signed_out_while_the_provider_is_asked_links_nothing(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    let grace = scene.app.sign_up("grace@example.org").await;
    let start = json!({ "id": scene.id, "password": PASSWORD });
    let address: String = grace.server_fn("identity-providers/start-link", start).await.json();
    let back = scene.provider.agree(&address).await;
    meanwhile(&pool, 1, &SIGN_OUT, grace.get(&back)).await.expect_redirect("/account?trouble=wrong-state");
    assert_eq!(count(&pool, "SELECT count(*) FROM identities").await, 0);
    assert_eq!(scene.last_reason().await.as_deref(), Some("wrong-state"));
}

/// The token of the link that gives Ada another address.
async fn other_address(world: &World) -> String {
    let change = json!({ "email": "eve@example.org", "password": PASSWORD });
    world.ada.server_fn("identity/change-email", change).await.ok();
    world.app.run_jobs().await;
    let mail = world.server.mails().into_iter().rfind(|mail| mail.to == ["eve@example.org"]).expect("a mail");
    mail.token(&format!("{}/confirm-email?token=", world.app.url))
}

async fn confirm_address(world: &World, token: &str) -> Answer {
    world.app.anonymous().post_form("/confirm-email", &[("token", token)]).await
}

async fn is_still_there(pool: &PgPool) -> bool {
    sqlx::query_scalar("SELECT EXISTS (SELECT FROM users WHERE email = $1)").bind(ADA).fetch_one(pool).await.expect("whether")
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_second_step_that_is_mailed_from_now_on_ends_a_change_of_address_that_waits(pool: PgPool) {
    let world = World::start(&pool).await;
    let token = other_address(&world).await;
    world.turn_on().await;
    assert_eq!(count(&pool, "SELECT count(*) FROM email_changes").await, 0);
    assert!(confirm_address(&world, &token).await.expect(409).text.contains("does not work any more"));
    assert!(is_still_there(&pool).await);
    let (browser, code) = world.after_the_password().await;
    browser.post_form("/sign-in/code", &[("code", code.as_str())]).await.expect_redirect("/chat");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_link_to_another_address_is_refused_while_the_second_step_is_mailed(pool: PgPool) {
    let world = World::start(&pool).await;
    let token = other_address(&world).await;
    // As two requests at the same moment leave it, of which neither saw the other.
    let turn_on = "INSERT INTO two_step (user_id, sealed_secret, started_at, confirmed_at, by_mail)
                   SELECT id, '', now(), now(), true FROM users";
    sqlx::query(turn_on).execute(&pool).await.expect("on");
    assert!(confirm_address(&world, &token).await.expect(409).text.contains("does not work any more"));
    assert!(is_still_there(&pool).await);
    sqlx::query("DELETE FROM two_step").execute(&pool).await.expect("off");
    confirm_address(&world, &token).await.expect_redirect("/confirm-email/done");
    assert!(!is_still_there(&pool).await, "nothing else stood in the way");
}

async fn reset(client: &TestClient, token: &str, password: &str) -> Answer {
    client.post_form("/reset-password", &[("token", token), ("password", password)]).await
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn of_two_links_for_a_new_password_that_are_used_at_once_one_works(pool: PgPool) {
    let (app, server, _) = TestApp::start_with_mail(&pool).await;
    app.sign_up(ADA).await;
    let (one, other) = (app.anonymous(), app.anonymous());
    for round in 0..3 {
        for _ in 0..2 {
            one.post_form("/forgot-password", &[("email", ADA)]).await.expect_redirect("/forgot-password/sent");
        }
        app.run_jobs().await;
        let tokens = latest_two(&server, &format!("{}/reset-password?token=", app.url));
        let passwords = [format!("{NEW} {round}"), format!("yet another long secret {round}")];
        let both = async { tokio::join!(reset(&one, &tokens[0], &passwords[0]), reset(&other, &tokens[1], &passwords[1])) };
        let (first, second) = meanwhile(&pool, 2, &[], both).await;
        assert_eq!(statuses([&first, &second]), [303, 409], "{round}");
        let (winner, loser) = if first.status == 303 { (0, &second) } else { (1, &first) };
        assert!(loser.text.contains("does not work any more"), "{}", loser.text);
        let form = [("email", ADA), ("password", passwords[winner].as_str())];
        app.anonymous().post_form("/sign-in", &form).await.expect_redirect("/chat");
        sqlx::query("DELETE FROM throttles").execute(&pool).await.expect("nobody has to wait");
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn of_two_links_that_make_one_account_and_are_used_at_once_one_works(pool: PgPool) {
    let (app, server, _) = TestApp::start_with_mail(&pool).await;
    app.sign_up(ADA).await;
    let (one, other) = (app.anonymous(), app.anonymous());
    let form = [("first_name", "Grace"), ("last_name", "Hopper"), ("email", "grace@example.org"), ("password", PASSWORD)];
    for _ in 0..2 {
        one.post_form("/sign-up", &form).await.expect(200);
    }
    app.run_jobs().await;
    let tokens = latest_two(&server, &format!("{}/sign-up/finish?token=", app.url));
    let finish =
        async |client: &TestClient, token: &str| client.post_form("/sign-up/finish", &[("token", token), ("password", PASSWORD)]).await;
    let (first, second) = tokio::join!(finish(&one, &tokens[0]), finish(&other, &tokens[1]));
    assert_eq!(statuses([&first, &second]), [303, 409]);
    assert_eq!(count(&pool, "SELECT count(*) FROM users").await, 2);
}
