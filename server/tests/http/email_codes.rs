//! Mailed codes on the wire: the same answer for everybody, five tries, one use, one per browser, and the second step they can be.

use crate::support::{Answer, FakeMailServer, PASSWORD, Quickest, ROUNDS, TestApp, TestClient};
use axum::http::header::{LOCATION, SET_COOKIE};
use chrono::TimeDelta;
use domain::identity::TwoStepState;
use serde_json::{Value, json};
use services::MockClock;
use sqlx::PgPool;
use std::sync::Arc;

/// Whose codes they are.
pub const ADA: &str = "ada@example.org";

/// A server that mails, and somebody who reads what it mails.
pub struct World {
    /// The server.
    pub app: TestApp,
    /// What takes its mails.
    pub server: FakeMailServer,
    /// Its time.
    pub clock: Arc<MockClock>,
    /// Ada’s browser.
    pub ada: TestClient,
}

/// The code of the next mail with one after `before` of them.
pub fn code_after(server: &FakeMailServer, before: usize) -> String {
    let mails = server.mails();
    let mail = mails.iter().skip(before).find(|mail| mail.words().contains("Your code is ")).expect("a mail with a code");
    assert!(mail.header("Subject").is_some_and(|subject| !subject.chars().any(|sign| sign.is_ascii_digit())), "{}", mail.raw);
    let words = mail.words();
    let (_, rest) = words.split_once("Your code is ").unwrap_or_else(|| panic!("no code: {words}"));
    rest[..6].to_owned()
}

impl World {
    /// With an account for Ada, who is signed in.
    pub async fn start(pool: &PgPool) -> Self {
        let (app, server, clock) = TestApp::start_with_mail(pool).await;
        let ada = app.sign_up(ADA).await;
        Self { app, server, clock, ada }
    }

    /// The code of the next mail with one after `before` of them.
    pub async fn code(&self, before: usize) -> String {
        self.app.run_jobs().await;
        code_after(&self.server, before)
    }

    /// A browser that asked for a code, and the code.
    async fn asked(&self) -> (TestClient, String) {
        let before = self.server.mails().len();
        let browser = self.app.anonymous();
        ask(&browser, ADA).await.expect_redirect("/sign-in/email-code/enter?next=/datasets");
        (browser, self.code(before).await)
    }

    /// Has the second step mailed from now on; the recovery codes.
    pub async fn turn_on(&self) -> Vec<String> {
        let before = self.server.mails().len();
        let token: String = self.ada.server_fn("identity/start-mailed-two-step", json!({ "password": PASSWORD })).await.json();
        let code = self.code(before).await;
        self.ada.server_fn("identity/confirm-mailed-two-step", json!({ "token": token, "code": other(&code) })).await.expect(422);
        self.ada.server_fn("identity/confirm-mailed-two-step", json!({ "token": token, "code": code })).await.json()
    }

    /// A browser in which the password was typed, and the code that was mailed.
    pub async fn after_the_password(&self) -> (TestClient, String) {
        let before = self.server.mails().len();
        let browser = self.app.anonymous();
        browser.post_form("/sign-in", &[("email", ADA), ("password", PASSWORD)]).await.expect_redirect("/sign-in/code");
        (browser, self.code(before).await)
    }
}

async fn ask(browser: &TestClient, email: &str) -> Answer {
    browser.post_form("/sign-in/email-code", &[("email", email), ("next", "/datasets")]).await
}

async fn enter(browser: &TestClient, code: &str) -> Answer {
    browser.post_form("/sign-in/email-code/enter", &[("code", code), ("next", "/datasets")]).await
}

async fn type_code(browser: &TestClient, code: &str) -> Answer {
    browser.post_form("/sign-in/code", &[("code", code)]).await
}

/// Another code.
fn other(code: &str) -> String {
    let (last, rest) = (code.chars().last().expect("six digits"), &code[..5]);
    format!("{rest}{}", if last == '0' { '1' } else { '0' })
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_mailed_code_lets_its_person_in_once_and_in_the_browser_that_asked(pool: PgPool) {
    let world = World::start(&pool).await;
    assert!(world.app.anonymous().get("/sign-in").await.expect(200).text.contains("E-mail me a code"));
    let browser = world.app.anonymous();
    let answer = ask(&browser, " ADA@Example.org ").await;
    let cookie = answer.header(SET_COOKIE).expect("a cookie").to_owned();
    assert!(cookie.starts_with("lyceum_email_code=") && cookie.contains("Max-Age=600") && cookie.contains("HttpOnly"), "{cookie}");
    answer.expect_redirect("/sign-in/email-code/enter?next=/datasets");
    let code = world.code(0).await;
    let page = browser.get("/sign-in/email-code/enter?next=/datasets").await.expect(200);
    assert!(page.text.contains("one-time-code") && page.text.contains("value=\"/datasets\""), "{}", page.text);
    let stored: Vec<u8> = sqlx::query_scalar("SELECT code_hash FROM email_codes").fetch_one(&pool).await.unwrap();
    assert!(stored.len() == 32 && !stored.windows(6).any(|window| window == code.as_bytes()));

    enter(&world.app.anonymous(), &code).await.expect(422);
    let elsewhere = world.app.anonymous();
    world.app.sign_up("eve@example.org").await;
    ask(&elsewhere, "eve@example.org").await;
    enter(&elsewhere, &code).await.expect(422);
    let wrong = enter(&browser, &other(&code)).await.expect(422);
    assert!(wrong.text.contains("This code is not right."), "{}", wrong.text);
    enter(&browser, &format!(" {} {} ", &code[..3], &code[3..])).await.expect_redirect("/datasets");
    browser.server_fn("identity/viewer", Value::Null).await.ok();
    let method: String =
        sqlx::query_scalar("SELECT method FROM sign_ins WHERE succeeded ORDER BY id DESC LIMIT 1").fetch_one(&pool).await.unwrap();
    assert_eq!(method, "E-mailed code");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_code_that_was_used_took_too_long_or_was_replaced_is_over(pool: PgPool) {
    let world = World::start(&pool).await;
    let (browser, code) = world.asked().await;
    let (one, two) = tokio::join!(enter(&browser, &code), enter(&browser, &code));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 422], "of two at once one is in");
    // What another browser asks for leaves the code of this one alone.
    let (older, first) = world.asked().await;
    let (newer, second) = world.asked().await;
    enter(&older, &first).await.expect_redirect("/datasets");
    sqlx::query("DELETE FROM throttles").execute(&pool).await.unwrap();
    ask(&newer, ADA).await.expect(303);
    let third = world.code(3).await;
    if third != second {
        enter(&newer, &second).await.expect(422);
    }
    world.clock.advance(TimeDelta::minutes(10));
    let over = enter(&newer, &third).await.expect(422);
    assert!(over.text.contains("This code does not work any more."), "{}", over.text);
    world.app.services.identity().delete_expired().await.unwrap();
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM email_codes").fetch_one(&pool).await.unwrap();
    assert_eq!(left, 0);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn five_wrong_tries_make_a_code_worthless(pool: PgPool) {
    let world = World::start(&pool).await;
    let (browser, code) = world.asked().await;
    for _ in 0..5 {
        assert!(enter(&browser, &other(&code)).await.expect(422).text.contains("This code is not right."));
    }
    let over = enter(&browser, &code).await.expect(422);
    assert!(over.text.contains("This code does not work any more."), "{}", over.text);
    let noted = "SELECT count(*) FROM sign_ins JOIN users ON users.id = user_id WHERE method = 'E-mailed code' AND reason = 'wrong-code'";
    let noted: i64 = sqlx::query_scalar(noted).fetch_one(&pool).await.unwrap();
    assert_eq!(noted, 6, "the one that came too late too");
    // Another code does not buy more guesses than an address has.
    let (browser, code) = world.asked().await;
    let mut statuses = Vec::new();
    for _ in 0..5 {
        statuses.push(enter(&browser, &other(&code)).await.status.as_u16());
    }
    assert_eq!(statuses, [422, 422, 422, 422, 429]);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn whether_somebody_has_the_address_shows_neither_in_the_answers_nor_in_their_time(pool: PgPool) {
    let world = World::start(&pool).await;
    world.app.sign_up("gone@example.org").await;
    world.app.suspend("gone@example.org").await;
    let kinds = [ADA, "nobody@example.org", "gone@example.org"];
    let mut answers = Vec::new();
    for email in kinds {
        let browser = world.app.anonymous();
        let answer = ask(&browser, email).await;
        let mut said = vec![format!("{} {:?} {}", answer.status, answer.header(LOCATION), answer.text)];
        for _ in 0..6 {
            let wrong = enter(&browser, "not a code").await;
            let sentence = ["not right", "does not work any more"].iter().find(|words| wrong.text.contains(**words));
            said.push(format!("{} {sentence:?}", wrong.status));
        }
        answers.push(said);
        sqlx::query("DELETE FROM throttles").execute(&pool).await.unwrap();
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    let mut quickest = Quickest::default();
    for _ in 0..ROUNDS {
        for email in kinds {
            quickest.of(email, ask(&world.app.anonymous(), email)).await.expect(303);
        }
        sqlx::query("DELETE FROM throttles").execute(&pool).await.unwrap();
    }
    quickest.expect_even();
    world.app.run_jobs().await;
    let to: Vec<String> = world.server.mails().into_iter().flat_map(|mail| mail.to).collect();
    assert_eq!(to, [ADA; ROUNDS + 1]);
    ask(&world.app.anonymous(), "not an address").await.expect(422);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_mailbox_cannot_be_filled(pool: PgPool) {
    let world = World::start(&pool).await;
    for email in [ADA, "nobody@example.org"] {
        for _ in 0..3 {
            ask(&world.app.anonymous(), email).await.expect(303);
        }
        ask(&world.app.anonymous(), email).await.expect(429);
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn an_app_is_asked_for_after_a_mailed_code_too(pool: PgPool) {
    let world = World::start(&pool).await;
    sqlx::query("INSERT INTO two_step (user_id, sealed_secret, started_at, confirmed_at) SELECT id, '', now(), now() FROM users")
        .execute(&pool)
        .await
        .unwrap();
    let (browser, code) = world.asked().await;
    enter(&browser, &code).await.expect_redirect("/sign-in/code?next=/datasets");
    browser.server_fn("identity/viewer", Value::Null).await.expect(401);
    assert!(browser.get("/sign-in/code").await.expect(200).text.contains("your app shows now"));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn turned_off_or_without_mail_it_is_neither_shown_nor_taken(pool: PgPool) {
    let world = World::start(&pool).await;
    let (browser, code) = world.asked().await;
    world.ada.server_fn("identity-providers/allow-own-way", json!({ "way": "email-codes", "is_allowed": false })).await.ok();
    enter(&browser, &code).await.expect(422);
    ask(&browser, ADA).await.expect(409);
    assert!(!browser.get("/sign-in").await.expect(200).text.contains("E-mail me a code"));
    let state: TwoStepState = world.ada.server_fn("identity/two-step", json!({})).await.json();
    assert!(!state.offers_mail);
    world.ada.server_fn("identity/start-mailed-two-step", json!({ "password": PASSWORD })).await.expect(409);

    let unmailed = TestApp::start(&pool).await;
    assert!(!unmailed.anonymous().get("/sign-in").await.expect(200).text.contains("E-mail me a code"));
    let screen = unmailed.sign_in(ADA).await.get("/admin/sign-in").await.expect(200);
    assert!(screen.text.contains("Mail is not set up here"), "{}", screen.text);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn the_second_step_can_be_mailed(pool: PgPool) {
    let world = World::start(&pool).await;
    let recovery = world.turn_on().await;
    assert_eq!(recovery.len(), 10);
    world.ada.server_fn("identity/start-two-step", json!({ "password": PASSWORD })).await.expect(409);
    let (browser, code) = world.after_the_password().await;
    browser.server_fn("identity/viewer", Value::Null).await.expect(401);
    assert!(browser.get("/sign-in/code").await.expect(200).text.contains("E-mail me another code"));
    let wrong = type_code(&browser, &other(&code)).await.expect(422);
    assert!(wrong.text.contains("Look at the latest mail"), "{}", wrong.text);
    // Another browser has a code of its own.
    let (elsewhere, newer) = world.after_the_password().await;
    if newer != code {
        type_code(&browser, &newer).await.expect(422);
    }
    type_code(&elsewhere, &newer).await.expect_redirect("/chat");
    type_code(&browser, &code).await.expect_redirect("/chat");
    let (browser, _) = world.after_the_password().await;
    type_code(&browser, &recovery[0]).await.expect_redirect("/chat");

    sqlx::query("DELETE FROM throttles").execute(&pool).await.unwrap();
    let (browser, stale) = world.after_the_password().await;
    let before = world.server.mails().len();
    browser.post_form("/sign-in/code/again", &[("next", "/datasets")]).await.expect_redirect("/sign-in/code?next=/datasets");
    let fresh = world.code(before).await;
    if stale != fresh {
        type_code(&browser, &stale).await.expect(422);
    }
    type_code(&browser, &fresh).await.expect_redirect("/chat");
    world.app.anonymous().post_form("/sign-in/code/again", &[]).await.expect_redirect("/sign-in");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_mailed_second_step_is_not_replaced_by_another_mail(pool: PgPool) {
    let world = World::start(&pool).await;
    world.turn_on().await;
    let (browser, code) = world.asked().await;
    let refused = enter(&browser, &code).await.expect(422);
    assert!(refused.text.contains("Sign in with your password, or in another way."), "{}", refused.text);
    browser.server_fn("identity/viewer", Value::Null).await.expect(401);
    // Nor does it move to another address for the password alone.
    let elsewhere = json!({ "password": PASSWORD, "email": "eve@example.org" });
    let refused = world.ada.server_fn("identity/change-email", elsewhere).await.expect(409);
    assert!(refused.text.contains("Turn two-step sign-in off first."), "{}", refused.text);
    // The administrator's switch opens no lock.
    world.ada.server_fn("identity-providers/allow-own-way", json!({ "way": "email-codes", "is_allowed": false })).await.ok();
    let (browser, code) = world.after_the_password().await;
    type_code(&browser, &code).await.expect_redirect("/chat");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn turning_it_off_takes_the_password_and_a_code_of_ones_own(pool: PgPool) {
    let world = World::start(&pool).await;
    world.ada.server_fn("identity/mail-two-step-code", json!({ "password": PASSWORD })).await.expect(409);
    world.turn_on().await;
    let before = world.server.mails().len();
    world.ada.server_fn("identity/mail-two-step-code", json!({ "password": "not it at all" })).await.expect(422);
    let token: String = world.ada.server_fn("identity/mail-two-step-code", json!({ "password": PASSWORD })).await.json();
    let code = world.code(before).await;
    let turn_off = async |code: &str, token: &str| {
        world.ada.server_fn("identity/turn-off-two-step", json!({ "password": PASSWORD, "code": code, "token": token })).await
    };
    turn_off(&code, "nobody’s").await.expect(422);
    turn_off(&other(&code), &token).await.expect(422);
    turn_off(&code, &token).await.ok();
    let state: TwoStepState = world.ada.server_fn("identity/two-step", json!({})).await.json();
    assert_eq!((state.since, state.is_mailed), (None, false));
    world.app.sign_in(ADA).await;
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn neither_strangers_nor_too_many_mails_keep_a_person_from_their_second_step(pool: PgPool) {
    let world = World::start(&pool).await;
    let recovery = world.turn_on().await;
    while ask(&world.app.anonymous(), ADA).await.status == 303 {}
    world.app.run_jobs().await;
    let (browser, code) = world.after_the_password().await;
    type_code(&browser, &code).await.expect_redirect("/chat");

    let mails = async || {
        world.app.run_jobs().await;
        world.server.mails().len()
    };
    let mut last = 0;
    let browser = loop {
        let (browser, before) = (world.app.anonymous(), mails().await);
        browser.post_form("/sign-in", &[("email", ADA), ("password", PASSWORD)]).await.expect_redirect("/sign-in/code");
        if mails().await == before {
            break browser;
        }
        last += 1;
        assert!(last < 10, "mails without an end");
    };
    browser.post_form("/sign-in/code/again", &[]).await.expect(429);
    type_code(&browser, &recovery[0]).await.expect_redirect("/chat");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_right_code_that_opens_nothing_is_written_down(pool: PgPool) {
    let world = World::start(&pool).await;
    let eve = world.app.sign_up("eve@example.org").await;
    let browser = world.app.anonymous();
    ask(&browser, "eve@example.org").await.expect(303);
    let code = world.code(0).await;
    drop(eve);
    world.app.suspend("eve@example.org").await;
    let over = enter(&browser, &code).await.expect(422);
    assert!(over.text.contains("This code does not work any more."), "{}", over.text);
    let written = "SELECT u.email, s.reason FROM sign_ins s JOIN users u ON u.id = s.user_id WHERE s.method = 'E-mailed code' ORDER BY s.id DESC LIMIT 1";
    let (email, reason): (String, String) = sqlx::query_as(written).fetch_one(&pool).await.unwrap();
    assert_eq!((email.as_str(), reason.as_str()), ("eve@example.org", "suspended"));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_form_that_is_refused_is_taken_over_by_the_browser_where_it_was_posted(pool: PgPool) {
    let world = World::start(&pool).await;
    for (address, words) in
        [("/sign-in/passkey", "Forgot password?"), ("/sign-in/code/again", "Enter your code"), ("/join", "Create your account")]
    {
        let page = world.app.anonymous().get(address).await.expect(200);
        assert!(page.text.contains(words), "{address}: {}", page.text);
    }
}
