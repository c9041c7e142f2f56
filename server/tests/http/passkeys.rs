//! Passkeys on the wire: added with the password, good for signing in without anything else, and worth nothing once anything is odd.

use crate::required_two_step::set_up;
use crate::support::{Answer, Authenticator, FakeMailServer, PASSWORD, Snapshot, TestApp, TestClient};
use app::error::AppError;
use axum::http::header::SET_COOKIE;
use chrono::TimeDelta;
use domain::passkeys::{PasskeyOverview, PasskeySummary};
use serde_json::{Value, json};
use services::MockClock;
use sqlx::PgPool;
use std::sync::Arc;

/// Where people reach the servers of these tests; browsers bind passkeys to the name in it.
const ADDRESS: &str = "http://localhost:3000";
const UNKNOWN: &str = "/sign-in?trouble=unknown-passkey";
const STALE: &str = "/sign-in?trouble=wrong-state";

/// A server where browsers take passkeys, and its time.
pub async fn start(pool: &PgPool) -> (TestApp, Arc<MockClock>) {
    let clock = Arc::new(MockClock::at(chrono::Utc::now()));
    let its_clock = clock.clone();
    let app = TestApp::start_with(pool, |parts| {
        ADDRESS.clone_into(&mut parts.settings.public_url);
        parts.clock = its_clock;
    });
    (app.await, clock)
}

async fn begin(client: &TestClient) -> String {
    client.server_fn("passkeys/start", json!({ "name": " Phone ", "password": PASSWORD })).await.json()
}

/// Gives a person a passkey, and returns the device that keeps it.
pub async fn add(client: &TestClient) -> Authenticator {
    let mut device = Authenticator::at(ADDRESS);
    let credential = device.create(&begin(client).await);
    client.server_fn("passkeys/add", json!({ "credential": credential })).await.ok();
    device
}

async fn list(client: &TestClient) -> PasskeyOverview {
    client.server_fn("passkeys/list", json!({})).await.json()
}

/// What a browser asks its device when somebody signs in.
pub async fn ask(client: &TestClient) -> String {
    client.server_fn("passkeys/start-sign-in", json!({})).await.json()
}

async fn post(client: &TestClient, credential: &str) -> Answer {
    client.post_form("/sign-in/passkey", &[("credential", credential), ("next", "/datasets")]).await
}

async fn sign_in(client: &TestClient, device: &mut Authenticator) -> Answer {
    let options = ask(client).await;
    post(client, &device.get(&options)).await
}

/// Three failures have to be waited for.
async fn forget_failures(pool: &PgPool) {
    sqlx::query("DELETE FROM throttles").execute(pool).await.expect("forgotten");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_passkey_is_added_with_the_password_and_lets_its_person_in_on_any_server(pool: PgPool) {
    let (app, _) = start(&pool).await;
    let (other, _) = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    ada.server_fn("passkeys/start", json!({ "name": "Phone", "password": "not it at all" })).await.expect(422);
    ada.server_fn("passkeys/start", json!({ "name": " ", "password": PASSWORD })).await.expect(422);
    let begun = ada.server_fn("passkeys/start", json!({ "name": " Phone ", "password": PASSWORD })).await;
    let cookie = begun.header(SET_COOKIE).expect("a cookie").to_owned();
    assert!(cookie.starts_with("lyceum_passkey=") && cookie.contains("Max-Age=300; HttpOnly; SameSite=Strict"), "{cookie}");
    let mut device = Authenticator::at(ADDRESS);
    let credential = device.create(&begun.json::<String>());
    let added: PasskeySummary = ada.server_fn("passkeys/add", json!({ "credential": credential })).await.json();
    assert_eq!((added.name.as_str(), added.last_used_at), ("Phone", None));
    assert!(ada.get("/account").await.expect(200).text.contains("not used yet"));

    let browser = app.anonymous();
    assert!(browser.get("/sign-in").await.expect(200).text.contains("Continue with a passkey"));
    let options = ask(&browser).await;
    let (name, value) = token_of(&pool).await;
    assert_eq!((name, value), (32, false), "a hash is kept, and nobody is named");
    post(&browser, &device.get(&options)).await.expect_redirect("/datasets");
    browser.server_fn("identity/viewer", Value::Null).await.ok();
    assert!(list(&ada).await.passkeys[0].last_used_at.is_some());
    // What one server asked, another may judge.
    let wanderer = app.anonymous();
    let question = wanderer.server_fn("passkeys/start-sign-in", json!({})).await;
    let token = question.header(SET_COOKIE).expect("a cookie").split(';').next().expect("a pair").to_owned();
    let answer = device.get(&question.json::<String>());
    let body = format!("credential={}", app::own_path::escape(&answer));
    let request = other.anonymous().own_request(reqwest::Method::POST, "/sign-in/passkey").header("cookie", token);
    let request = request.header("accept", "text/html").header("content-type", "application/x-www-form-urlencoded").body(body);
    Answer::of(request).await.expect_redirect("/chat");

    let ways: Vec<String> =
        sqlx::query_scalar("SELECT method FROM sign_ins WHERE succeeded AND method = 'Passkey'").fetch_all(&pool).await.unwrap();
    assert_eq!(ways.len(), 2);
    let actions: Vec<String> = sqlx::query_scalar("SELECT action FROM audit_events WHERE action LIKE '%passkey%' ORDER BY position")
        .fetch_all(&pool)
        .await
        .unwrap();
    assert_eq!(actions, ["account.passkey-added"]);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn whoever_gets_another_passkey_is_told_by_mail(pool: PgPool) {
    let server = FakeMailServer::start().await;
    let mailer = server.mailer();
    let app = TestApp::start_with(&pool, |parts| {
        ADDRESS.clone_into(&mut parts.settings.public_url);
        parts.mailer = Some(mailer);
    });
    let app = app.await;
    let ada = app.sign_up("ada@example.org").await;
    add(&ada).await;
    assert_eq!(app.services.jobs().run_due_once().await.expect("the job runs"), 1);
    let mail = server.nth(1).await;
    assert_eq!(mail.to, ["ada@example.org"]);
    assert!(mail.words().contains("The passkey “Phone” was added to your account on Lyceum on "), "{}", mail.raw);
    assert!(mail.words().contains("from the address 127.0.0.1."), "{}", mail.raw);
}

/// How long the latest token's hash is, and whether its ceremony names somebody.
async fn token_of(pool: &PgPool) -> (i32, bool) {
    sqlx::query_as("SELECT length(token_hash), user_id IS NOT NULL FROM passkey_ceremonies WHERE used_at IS NULL")
        .fetch_one(pool)
        .await
        .expect("a ceremony")
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn it_stands_for_both_steps_of_two_step_sign_in(pool: PgPool) {
    let (app, _) = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let mut device = add(&ada).await;
    sqlx::query("INSERT INTO two_step (user_id, sealed_secret, started_at, confirmed_at) SELECT id, '', now(), now() FROM users")
        .execute(&pool)
        .await
        .unwrap();
    let password = [("email", "ada@example.org"), ("password", PASSWORD)];
    app.anonymous().post_form("/sign-in", &password).await.expect_redirect("/sign-in/code");
    sign_in(&app.anonymous(), &mut device).await.expect_redirect("/datasets");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn where_a_code_goes_with_the_password_the_password_alone_adds_none(pool: PgPool) {
    let (app, _) = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let codes = set_up(&ada).await;
    sqlx::query("UPDATE sessions SET confirmed_at = now() - interval '11 minutes'").execute(&pool).await.unwrap();
    ada.server_fn("passkeys/start", json!({ "name": "Phone", "password": "not it at all" })).await.expect(422);
    let before = Snapshot::take(&pool).await;
    // However often it is typed.
    for _ in 0..2 {
        let refused = ada.server_fn("passkeys/start", json!({ "name": "Phone", "password": PASSWORD })).await.expect(403);
        assert_eq!(refused.error(), AppError::ConfirmFirst);
        assert!(refused.header(SET_COOKIE).is_none(), "nothing began");
    }
    let changed = before.changed(&pool).await;
    assert!(changed.iter().all(|table| table == "throttles"), "{changed:?}");
    ada.server_fn("identity/confirm", json!({ "password": PASSWORD, "code": codes[0] })).await.ok();
    let mut device = add(&ada).await;
    sign_in(&app.anonymous(), &mut device).await.expect_redirect("/datasets");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_ceremony_is_ended_once_in_time_and_by_whoever_began_it(pool: PgPool) {
    let (app, clock) = start(&pool).await;
    let (ada, eve) = (app.sign_up("ada@example.org").await, app.sign_up("eve@example.org").await);
    let mut device = Authenticator::at(ADDRESS);
    let made = device.create(&begin(&ada).await);
    // Eve holds a ceremony of her own, and none without the cookie.
    begin(&eve).await;
    for stranger in [&eve, &app.sign_in("ada@example.org").await] {
        stranger.server_fn("passkeys/add", json!({ "credential": made })).await.expect(409);
    }
    ada.server_fn("passkeys/add", json!({ "credential": made })).await.ok();
    ada.server_fn("passkeys/add", json!({ "credential": made })).await.expect(409);
    let late = Authenticator::at(ADDRESS).create(&begin(&ada).await);
    clock.advance(TimeDelta::minutes(5));
    ada.server_fn("passkeys/add", json!({ "credential": late })).await.expect(409);
    assert_eq!(list(&ada).await.passkeys.len(), 1);

    let browser = app.anonymous();
    let answer = device.get(&ask(&browser).await);
    post(&app.anonymous(), &answer).await.expect_redirect(&format!("{STALE}&next=/datasets"));
    let (one, other) = tokio::join!(post(&browser, &answer), post(&browser, &answer));
    let mut ends = [one.header("location"), other.header("location")].map(Option::unwrap);
    ends.sort_unstable();
    assert_eq!(ends, ["/datasets", &format!("{STALE}&next=/datasets")]);
    forget_failures(&pool).await;
    let slow = app.anonymous();
    let answer = device.get(&ask(&slow).await);
    clock.advance(TimeDelta::minutes(5));
    post(&slow, &answer).await.expect_redirect(&format!("{STALE}&next=/datasets"));
    // Adding is no signing in.
    begin(&eve).await;
    let answer = device.get(&ask(&app.anonymous()).await);
    post(&eve, &answer).await.expect_redirect(&format!("{STALE}&next=/datasets"));
    app.services.identity().delete_expired().await.unwrap();
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM passkey_ceremonies WHERE used_at IS NOT NULL").fetch_one(&pool).await.unwrap();
    assert_eq!(left, 0);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn whatever_is_odd_about_a_passkey_sounds_the_same(pool: PgPool) {
    let (app, _) = start(&pool).await;
    let (ada, eve) = (app.sign_up("ada@example.org").await, app.sign_up("eve@example.org").await);
    let unknown = format!("{UNKNOWN}&next=/datasets");
    let refused = async |device: &mut Authenticator| {
        forget_failures(&pool).await;
        sign_in(&app.anonymous(), device).await.expect_redirect(&unknown);
    };
    // Nobody has it.
    let mut nobodys = Authenticator::at(ADDRESS);
    nobodys.claim(&[7; 16]);
    refused(&mut nobodys).await;
    // It was cloned: its counter has been seen.
    let mut device = add(&ada).await;
    sign_in(&app.anonymous(), &mut device).await.expect_redirect("/datasets");
    device.counter -= 1;
    refused(&mut device).await;
    // The device did not make sure who holds it.
    device.verifies = false;
    refused(&mut device).await;
    device.verifies = true;
    // It says to be somebody else's.
    let viewer: domain::ViewerInfo = eve.server_fn("identity/viewer", Value::Null).await.json();
    let mut liar = add(&ada).await;
    liar.claim(viewer.user_id.as_uuid().as_bytes());
    refused(&mut liar).await;
    // Its person is suspended, or gone.
    app.suspend("ada@example.org").await;
    refused(&mut device).await;
    let mut hers = add(&eve).await;
    sqlx::query("DELETE FROM teams USING users WHERE created_by = users.id AND email = 'eve@example.org'").execute(&pool).await.unwrap();
    sqlx::query("DELETE FROM users WHERE email = 'eve@example.org'").execute(&pool).await.unwrap();
    refused(&mut hers).await;
    post(&app.anonymous(), "").await.expect_redirect("/sign-in?trouble=no-passkey&next=/datasets");
    let page = app.anonymous().get(&unknown).await.expect(200);
    assert!(page.text.contains("This passkey does not open an account here."), "{}", page.text);
    let reasons: Vec<String> = sqlx::query_scalar("SELECT reason FROM sign_ins WHERE method = 'Passkey' AND NOT succeeded ORDER BY id")
        .fetch_all(&pool)
        .await
        .unwrap();
    assert_eq!(reasons, ["unknown-passkey", "wrong-passkey", "wrong-passkey", "wrong-passkey", "suspended", "unknown-passkey"]);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_device_of_another_site_is_not_taken(pool: PgPool) {
    let (app, _) = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let mut elsewhere = Authenticator::at("http://localhost:4000");
    let made = elsewhere.create(&begin(&ada).await);
    ada.server_fn("passkeys/add", json!({ "credential": made })).await.expect(409);
    let mut careless = Authenticator::at(ADDRESS);
    careless.verifies = false;
    let made = careless.create(&begin(&ada).await);
    ada.server_fn("passkeys/add", json!({ "credential": made })).await.expect(409);
    begin(&ada).await;
    ada.server_fn("passkeys/add", json!({ "credential": "not even JSON" })).await.expect(409);
    assert!(list(&ada).await.passkeys.is_empty());
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn one_removes_ones_own_and_one_device_opens_one_account(pool: PgPool) {
    let (app, _) = start(&pool).await;
    let (ada, eve) = (app.sign_up("ada@example.org").await, app.sign_up("eve@example.org").await);
    let mut device = add(&ada).await;
    let again = device.create(&begin(&eve).await);
    let refused = eve.server_fn("passkeys/add", json!({ "credential": again })).await.expect(409);
    assert!(refused.text.contains("opens an account already"), "{}", refused.text);
    let id = list(&ada).await.passkeys[0].id;
    eve.server_fn("passkeys/remove", json!({ "id": id })).await.expect(404);
    ada.server_fn("passkeys/remove", json!({ "id": id })).await.ok();
    ada.server_fn("passkeys/remove", json!({ "id": id })).await.expect(404);
    sign_in(&app.anonymous(), &mut device).await.expect_redirect(&format!("{UNKNOWN}&next=/datasets"));
    add(&ada).await;
    sqlx::query("UPDATE users SET password_hash = ''").execute(&pool).await.unwrap();
    let id = list(&ada).await.passkeys[0].id;
    let refused = ada.server_fn("passkeys/remove", json!({ "id": id })).await.expect(409);
    assert!(refused.text.contains("your only way in"), "{}", refused.text);
    app.services.identity().reset_password("ada@example.org").await.expect("reset");
    let removed: Vec<Option<uuid::Uuid>> =
        sqlx::query_scalar("SELECT actor_id FROM audit_events WHERE action = 'account.passkey-removed' ORDER BY position")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(removed.len(), 2, "by herself, and by the command");
    assert!(removed[0].is_some() && removed[1].is_none());
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn turned_off_it_is_neither_shown_nor_taken(pool: PgPool) {
    let (app, _) = start(&pool).await;
    let administrator = app.sign_up("ada@example.org").await;
    let mut device = add(&administrator).await;
    let browser = app.anonymous();
    let options = ask(&browser).await;
    administrator.server_fn("identity-providers/allow-own-way", json!({ "way": "passkeys", "is_allowed": false })).await.ok();
    post(&browser, &device.get(&options)).await.expect_redirect("/sign-in?trouble=way-off&next=/datasets");
    browser.server_fn("passkeys/start-sign-in", json!({})).await.expect(409);
    administrator.server_fn("passkeys/start", json!({ "name": "Phone", "password": PASSWORD })).await.expect(409);
    assert!(!browser.get("/sign-in").await.expect(200).text.contains("Continue with a passkey"));
    administrator.server_fn("identity-providers/allow-own-way", json!({ "way": "passkeys", "is_allowed": true })).await.ok();
    sign_in(&browser, &mut device).await.expect_redirect("/datasets");
    let actions: Vec<String> = sqlx::query_scalar("SELECT action FROM audit_events WHERE action LIKE 'sign-in.way%' ORDER BY position")
        .fetch_all(&pool)
        .await
        .unwrap();
    assert_eq!(actions, ["sign-in.way-turned-off", "sign-in.way-turned-on"]);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn failures_count_like_wrong_passwords(pool: PgPool) {
    let (app, _) = start(&pool).await;
    app.sign_up("ada@example.org").await;
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(post(&app.anonymous(), "{}").await.status.as_u16());
    }
    assert_eq!(statuses, [303, 303, 303, 429]);
    app.anonymous().post_form("/sign-in", &[("email", "ada@example.org"), ("password", PASSWORD)]).await.expect(429);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn at_an_ip_address_the_screens_say_why_there_are_none(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    for screen in ["/account", "/admin/sign-in"] {
        assert!(ada.get(screen).await.expect(200).text.contains("Passkeys need an address with a name"), "{screen}");
    }
    assert!(!app.anonymous().get("/sign-in").await.expect(200).text.contains("Continue with a passkey"));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_passkey_confirms_the_session_of_its_own_person_once(pool: PgPool) {
    let (app, clock) = start(&pool).await;
    let (ada, eve) = (app.sign_up("ada@example.org").await, app.sign_up("eve@example.org").await);
    let (mut device, mut of_eve) = (add(&ada).await, add(&eve).await);
    sqlx::query("UPDATE sessions SET confirmed_at = now() - interval '11 minutes'").execute(&pool).await.unwrap();
    let ask = async |client: &TestClient| client.server_fn("passkeys/start-confirmation", json!({})).await.json::<String>();
    let confirm = async |client: &TestClient, credential: &str| {
        client.server_fn("passkeys/confirm", json!({ "credential": credential })).await.status.as_u16()
    };
    let export = async |client: &TestClient| client.server_fn("my-data/request-export", json!({})).await.status.as_u16();
    let options = ask(&ada).await;
    assert_eq!(confirm(&ada, &of_eve.get(&options)).await, 409, "somebody else’s");
    let options = ask(&ada).await;
    device.verifies = false;
    assert_eq!(confirm(&ada, &device.get(&options)).await, 409, "nobody was made sure of");
    device.verifies = true;
    let options = ask(&ada).await;
    clock.advance(TimeDelta::minutes(5));
    assert_eq!(confirm(&ada, &device.get(&options)).await, 409, "it took too long");
    let options = ask(&ada).await;
    let answer = device.get(&options);
    assert_eq!(confirm(&eve, &answer).await, 409, "another browser");
    assert_eq!((export(&ada).await, export(&eve).await), (403, 403));
    assert_eq!(confirm(&ada, &answer).await, 200);
    assert_eq!(confirm(&ada, &answer).await, 409, "it was used");
    assert_eq!((export(&ada).await, export(&eve).await), (200, 403));
    // What was asked for signing in is no answer to this.
    let signing_in = self::ask(&eve).await;
    assert_eq!(confirm(&eve, &of_eve.get(&signing_in)).await, 409);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_passkey_that_is_gone_or_not_taken_confirms_nothing(pool: PgPool) {
    let (app, _) = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    ada.server_fn("passkeys/start-confirmation", json!({})).await.expect(409);
    let mut device = add(&ada).await;
    let options: String = ada.server_fn("passkeys/start-confirmation", json!({})).await.json();
    ada.server_fn("passkeys/remove", json!({ "id": list(&ada).await.passkeys[0].id })).await.ok();
    ada.server_fn("passkeys/confirm", json!({ "credential": device.get(&options) })).await.expect(409);
    add(&ada).await;
    ada.server_fn("identity-providers/allow-own-way", json!({ "way": "passkeys", "is_allowed": false })).await.ok();
    ada.server_fn("passkeys/start-confirmation", json!({})).await.expect(409);
    let terms: domain::identity::ConfirmationTerms = ada.server_fn("identity/confirmation-terms", Value::Null).await.json();
    assert!(terms.has_password && !terms.has_passkey);
}
