//! Two-step sign-in on the wire: no session before the code, a code works once, and guessing is slow.

use crate::support::{Answer, PASSWORD, Snapshot, TestApp, TestClient};
use app::error::AppError;
use axum::http::header::{RETRY_AFTER, SET_COOKIE};
use chrono::TimeDelta;
use domain::audit::AuditPage;
use domain::identity::{ConfirmationTerms, SecondStep, TwoStepSetup, TwoStepState};
use serde_json::{Value, json};
use services::{Clock as _, MockClock};
use sqlx::PgPool;
use std::net::Ipv4Addr;
use std::sync::Arc;
use totp_rs::{Builder, Secret, Totp};

/// Somebody with two-step sign-in.
pub struct Ada {
    /// The server.
    pub app: TestApp,
    /// Its time.
    pub clock: Arc<MockClock>,
    browser: TestClient,
    totp: Totp,
    codes: Vec<String>,
}

impl Ada {
    /// Somebody whose two-step sign-in is on; their last code is a minute old.
    pub async fn start(pool: &PgPool) -> Self {
        let clock = Arc::new(MockClock::at(chrono::Utc::now()));
        let its_clock = clock.clone();
        let app = TestApp::start_with(pool, |parts| parts.clock = its_clock).await;
        let browser = app.sign_up("ada@example.org").await;
        let setup: TwoStepSetup = browser.server_fn("identity/start-two-step", json!({ "password": PASSWORD })).await.json();
        assert!(setup.qr_path.starts_with("M0 0h7"), "{setup:?}");
        let secret = Secret::try_from_base32(setup.secret.replace(' ', "")).expect("base32");
        let mut ada = Self {
            app,
            clock,
            browser,
            totp: Builder::new().with_secret(secret).build().expect("a secret of 160 bits"),
            codes: Vec::new(),
        };
        ada.browser.server_fn("identity/confirm-two-step", json!({ "code": "000000x" })).await.expect(422);
        let code = ada.code();
        ada.codes = ada.browser.server_fn("identity/confirm-two-step", json!({ "code": code })).await.json();
        assert_eq!(ada.codes.len(), 10);
        ada.clock.advance(TimeDelta::seconds(60));
        ada
    }

    /// What the app shows now.
    pub fn code(&self) -> String {
        self.code_in(0)
    }

    fn code_in(&self, seconds: i64) -> String {
        let then = u64::try_from(self.clock.now().timestamp() + seconds).expect("after 1970");
        self.totp.generate(then).to_string()
    }

    /// Six digits that the app shows neither now nor around it; others for another salt.
    fn wrong_code(&self, salt: u8) -> String {
        let near = [-60, -30, 0, 30, 60].map(|seconds| self.code_in(seconds));
        let mut candidates = (u32::from(salt) * 7_919..).map(|number| format!("{:06}", number % 1_000_000));
        candidates.find(|candidate| !near.contains(candidate)).expect("most are wrong")
    }

    /// A browser in which the password was typed.
    async fn after_the_password(&self) -> TestClient {
        self.type_password(self.app.anonymous()).await
    }

    /// The same at another network address.
    async fn after_the_password_at(&self, place: u8) -> TestClient {
        self.type_password(TestClient::from_address(&self.app.url, Ipv4Addr::new(127, 0, 2, place))).await
    }

    async fn type_password(&self, client: TestClient) -> TestClient {
        let form = [("email", "ada@example.org"), ("password", PASSWORD), ("next", "/datasets")];
        let answer = client.post_form("/sign-in", &form).await;
        answer.clone().expect_redirect("/sign-in/code?next=/datasets");
        let cookie = answer.header(SET_COOKIE).expect("a cookie");
        assert!(cookie.starts_with("lyceum_step=") && cookie.contains("Max-Age=600") && cookie.contains("HttpOnly"), "{cookie}");
        client
    }
}

async fn type_code(client: &TestClient, code: &str) -> Answer {
    client.post_form("/sign-in/code", &[("code", code), ("next", "/datasets")]).await
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn after_the_password_there_is_no_session_before_the_code(pool: PgPool) {
    let ada = Ada::start(&pool).await;
    let client = ada.after_the_password().await;
    client.server_fn("identity/viewer", Value::Null).await.expect(401);
    client.get("/chat").await.expect_redirect("/sign-in?next=/chat");
    let page = client.get("/sign-in/code?next=/datasets").await.expect(200);
    assert!(page.text.contains("one-time-code") && page.text.contains("value=\"/datasets\""), "{}", page.text);
    let wrong = type_code(&client, "12345a").await.expect(422);
    assert!(wrong.text.contains("This code is not right"), "{}", wrong.text);
    type_code(&client, &format!(" {} ", ada.code())).await.expect_redirect("/datasets");
    client.server_fn("identity/viewer", Value::Null).await.ok();
    let stored: Vec<u8> = sqlx::query_scalar("SELECT sealed_secret FROM two_step").fetch_one(&pool).await.unwrap();
    assert!(stored.len() > 20 + 28, "it is sealed");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_code_works_once_even_when_two_come_with_it_at_once(pool: PgPool) {
    let ada = Ada::start(&pool).await;
    let (one, other) = (ada.after_the_password().await, ada.after_the_password().await);
    let code = ada.code();
    let (first, second) = tokio::join!(type_code(&one, &code), type_code(&other, &code));
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 422]);
    ada.clock.advance(TimeDelta::seconds(30));
    type_code(&ada.after_the_password().await, &code).await.expect(422);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_recovery_code_lets_in_once_and_is_written_down(pool: PgPool) {
    let ada = Ada::start(&pool).await;
    let typed = ada.codes[0].to_lowercase();
    type_code(&ada.after_the_password().await, &typed).await.expect_redirect("/datasets");
    type_code(&ada.after_the_password().await, &typed).await.expect(422);
    let state: TwoStepState = ada.browser.server_fn("identity/two-step", Value::Null).await.json();
    assert_eq!((state.since.is_some(), state.codes_left), (true, 9));
    let renew =
        async |code: &str| ada.browser.server_fn("identity/renew-recovery-codes", json!({ "password": PASSWORD, "code": code })).await;
    renew("AAAAA-AAAAA").await.expect(422);
    let renewed: Vec<String> = renew(&ada.codes[2]).await.json();
    type_code(&ada.after_the_password().await, &ada.codes[1]).await.expect(422);
    type_code(&ada.after_the_password().await, &renewed[0]).await.expect_redirect("/datasets");
    let actions: Vec<String> =
        sqlx::query_scalar("SELECT action FROM audit_events WHERE action LIKE '%two-step%' OR action LIKE '%recovery%' ORDER BY position")
            .fetch_all(&pool)
            .await
            .unwrap();
    let expected = [
        "account.two-step-turned-on",
        "account.recovery-code-used",
        "account.recovery-code-used",
        "account.recovery-codes-renewed",
        "account.recovery-code-used",
    ];
    assert_eq!(actions, expected);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn whatever_a_recovery_code_is_used_for_is_told_beside_it_and_a_code_of_the_app_is_not(pool: PgPool) {
    let ada = Ada::start(&pool).await;
    let act = async |endpoint: &str, code: &str| ada.browser.server_fn(endpoint, json!({ "password": PASSWORD, "code": code })).await;
    act("identity/confirm", &ada.code()).await.ok();
    act("identity/confirm", &ada.codes[0]).await.ok();
    let renewed: Vec<String> = act("identity/renew-recovery-codes", &ada.codes[1]).await.json();
    act("identity/turn-off-two-step", &renewed[0]).await.ok();
    let query = json!({ "scope": "installation", "query": { "action": "account" }, "before": null });
    let page: AuditPage = ada.browser.server_fn("audit/list", query).await.json();
    let told: Vec<&str> = page.entries.iter().rev().filter_map(|entry| entry.sentence.strip_prefix("ada Tester ")).collect();
    let expected = [
        "made an account",
        "turned two-step sign-in on",
        "used a recovery code",
        "used a recovery code",
        "made new recovery codes",
        "used a recovery code",
        "turned two-step sign-in off",
    ];
    assert_eq!(told, expected);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn codes_guessed_from_a_hundred_addresses_are_refused_after_five(pool: PgPool) {
    let ada = Ada::start(&pool).await;
    for kind in ["of the app", "for recovery"] {
        ada.clock.advance(TimeDelta::minutes(30));
        let mut statuses = Vec::new();
        let before = Snapshot::take(&pool).await;
        for place in 1..=100 {
            let client = ada.after_the_password_at(place).await;
            let guess = if kind == "of the app" { ada.wrong_code(place) } else { format!("ABCD-EFGH-JKLM-N{place:03}") };
            let answer = type_code(&client, &guess).await;
            assert!(answer.status == 422 || answer.header(RETRY_AFTER).is_some(), "{answer:?}");
            assert!(client.server_fn("identity/viewer", Value::Null).await.status == 401, "{kind} {place}");
            statuses.push(answer.status.as_u16());
        }
        assert_eq!(statuses, [[422; 5].as_slice(), &[429; 95]].concat(), "{kind}");
        assert_eq!(before.changed(&pool).await, ["sign_in_steps", "sign_ins", "throttles"], "{kind}");
        // The right ones are not let in either until some time has passed.
        let client = ada.after_the_password_at(200).await;
        type_code(&client, &ada.code()).await.expect(429);
        type_code(&client, &ada.codes[0]).await.expect(429);
    }
    ada.clock.advance(TimeDelta::minutes(10));
    let unused: i64 = sqlx::query_scalar("SELECT count(*) FROM recovery_codes WHERE used_at IS NULL").fetch_one(&pool).await.unwrap();
    assert_eq!(unused, 10);
    type_code(&ada.after_the_password().await, &ada.code()).await.expect_redirect("/datasets");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn whoever_stole_a_session_cannot_guess_the_code_that_turns_it_off(pool: PgPool) {
    let ada = Ada::start(&pool).await;
    ada.clock.advance(TimeDelta::minutes(30));
    ada.browser.server_fn("identity/viewer", Value::Null).await.ok();
    let before = Snapshot::take(&pool).await;
    let mut statuses = Vec::new();
    for n in 0..20 {
        let arguments = json!({ "password": PASSWORD, "code": ada.wrong_code(n) });
        statuses.push(ada.browser.server_fn("identity/turn-off-two-step", arguments).await.status.as_u16());
    }
    assert_eq!(statuses, [[422; 5].as_slice(), &[429; 15]].concat());
    assert_eq!(before.changed(&pool).await, ["throttles"]);
    let state: TwoStepState = ada.browser.server_fn("identity/two-step", Value::Null).await.json();
    assert_eq!((state.since.is_some(), state.codes_left), (true, 10));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn half_a_sign_in_ends_by_itself_and_with_the_password(pool: PgPool) {
    let ada = Ada::start(&pool).await;
    let late = ada.after_the_password().await;
    ada.clock.advance(TimeDelta::minutes(10));
    type_code(&late, &ada.code()).await.expect_redirect("/sign-in?next=/datasets");
    let stale = ada.after_the_password().await;
    let change = json!({ "current_password": PASSWORD, "new_password": "an entirely new secret" });
    ada.browser.server_fn("identity/change-password", change).await.ok();
    type_code(&stale, &ada.code()).await.expect_redirect("/sign-in?next=/datasets");
    type_code(&ada.app.anonymous(), &ada.code()).await.expect_redirect("/sign-in?next=/datasets");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn turning_it_off_takes_the_password_and_a_code(pool: PgPool) {
    let ada = Ada::start(&pool).await;
    let turn_off = async |password: &str, code: &str| {
        ada.browser.server_fn("identity/turn-off-two-step", json!({ "password": password, "code": code })).await
    };
    turn_off("wrong and long enough", &ada.code()).await.expect(422);
    turn_off(PASSWORD, "AAAAAA").await.expect(422);
    ada.browser.server_fn("identity/start-two-step", json!({ "password": PASSWORD })).await.expect(409);
    assert!(ada.browser.get("/account").await.expect(200).text.contains("10 recovery codes are left."));
    turn_off(PASSWORD, &ada.code()).await.ok();
    assert!(ada.browser.get("/account").await.expect(200).text.contains("Set up two-step sign-in"));
    let form = [("email", "ada@example.org"), ("password", PASSWORD)];
    ada.app.anonymous().post_form("/sign-in", &form).await.expect_redirect("/chat");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn the_command_line_turns_it_off_for_whoever_lost_everything(pool: PgPool) {
    use secrecy::ExposeSecret as _;
    let ada = Ada::start(&pool).await;
    let fresh = ada.app.services.identity().reset_password("ada@example.org").await.unwrap();
    let form = [("email", "ada@example.org"), ("password", fresh.expose_secret())];
    ada.app.anonymous().post_form("/sign-in", &form).await.expect_redirect("/chat");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn who_signs_in_with_a_code_confirms_with_one(pool: PgPool) {
    let ada = Ada::start(&pool).await;
    sqlx::query("UPDATE sessions SET confirmed_at = now() - interval '11 minutes'").execute(&pool).await.unwrap();
    let confirm =
        async |password: &str, code: &str| ada.browser.server_fn("identity/confirm", json!({ "password": password, "code": code })).await;
    let ask = async || ada.browser.server_fn("my-data/request-export", json!({})).await.status.as_u16();
    let terms: ConfirmationTerms = ada.browser.server_fn("identity/confirmation-terms", Value::Null).await.json();
    assert_eq!(terms.second_step, Some(SecondStep { is_mailed: false, sends_mail: false }));
    confirm(PASSWORD, &ada.wrong_code(1)).await.expect(422);
    confirm("wrong and long enough", &ada.code()).await.expect(422);
    // Nor does it do where the password is asked for: a key is never asked for a code.
    let key = json!({ "key": { "name": "Nightly", "scopes": ["read"], "days": 30 }, "password": PASSWORD });
    let refused = ada.browser.server_fn("api-keys/create", key.clone()).await.expect(403);
    assert_eq!(refused.error(), AppError::ConfirmFirst);
    let keys: i64 = sqlx::query_scalar("SELECT count(*) FROM api_keys").fetch_one(&pool).await.unwrap();
    assert_eq!((keys, ask().await), (0, 403));
    confirm(PASSWORD, &ada.code()).await.ok();
    ada.browser.server_fn("api-keys/create", key).await.ok();
    assert_eq!(ask().await, 200);
    let statuses = async || {
        let mut statuses = Vec::new();
        for n in 0..7 {
            statuses.push(confirm(PASSWORD, &ada.wrong_code(n)).await.status.as_u16());
        }
        statuses
    };
    ada.clock.advance(TimeDelta::minutes(30));
    assert_eq!(statuses().await, [[422; 5].as_slice(), &[429; 2]].concat());
}
