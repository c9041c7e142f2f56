//! Guessing codes that are mailed, and those that turn a second step on: a hundred addresses guess no more than one does.
//! Guessing the codes of an app is in [`crate::two_step`].

use crate::email_codes::{ADA, World};
use crate::guessing::{times_too_many, words};
use crate::support::{Answer, PASSWORD, Snapshot, TestClient, form};
use axum::http::header::{ACCEPT, CONTENT_TYPE, COOKIE, RETRY_AFTER, SET_COOKIE};
use chrono::TimeDelta;
use domain::identity::{TwoStepSetup, TwoStepState};
use reqwest::Method;
use serde_json::{Value, json};
use services::Clock as _;
use sqlx::PgPool;
use std::net::Ipv4Addr;
use totp_rs::{Builder, Secret};

/// How often one mailed code may be tried: `TRIES` in `services::identity::email_code`.
const TRIES: usize = 5;
/// How often the codes mailed to one address may be guessed at: `MAILED_CODE_PER_ADDRESS` in `services::identity::throttle`.
const GUESSES_PER_ADDRESS: usize = 10;
/// How often one person’s second step may be guessed at: `CODE_PER_PERSON` there.
const GUESSES_PER_PERSON: usize = 5;
/// When one more guess at it is earned: `CODE_PER_PERSON` again.
const EARNED_AFTER: TimeDelta = TimeDelta::minutes(2);
/// The address of the form that takes a mailed code.
pub const ENTER: &str = "/sign-in/email-code/enter";

/// The cookie that an answer gives, as a browser sends it back.
pub fn cookie(answer: &Answer) -> String {
    answer.header(SET_COOKIE).and_then(|cookie| cookie.split(';').next()).expect("a cookie").to_owned()
}

/// Posts a form with a cookie that came from elsewhere.
pub async fn post_with_cookie(client: &TestClient, path: &str, cookie: &str, fields: Value) -> Answer {
    let request = client.own_request(Method::POST, path).header(ACCEPT, "text/html").header(COOKIE, cookie);
    Answer::of(request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form(&fields))).await
}

/// Another code; for another salt another one.
pub fn wrong(code: &str, salt: u8) -> String {
    let code: u32 = code.parse().expect("six digits");
    format!("{:06}", (code + u32::from(salt)) % 1_000_000)
}

/// Types a code somewhere else, one place per number, in a browser that holds this cookie.
async fn guess(world: &World, place: u8, path: &str, cookie: &str, code: &str) -> Answer {
    let client = TestClient::from_address(&world.app.url, Ipv4Addr::new(127, 0, 3, place));
    post_with_cookie(&client, path, cookie, json!({ "code": code })).await
}

/// The statuses of so many guesses of which only the first are looked at.
fn looked_at(first: usize, of: usize) -> Vec<u16> {
    (0..of).map(|n| if n < first { 422 } else { 429 }).collect()
}

/// All that is kept of mailed codes but how often they were tried; and how often all of them were.
async fn kept(pool: &PgPool) -> (Vec<String>, i32) {
    let all = "SELECT (to_jsonb(email_codes) - 'tries')::text, tries FROM email_codes ORDER BY 1";
    let rows: Vec<(String, i32)> = sqlx::query_as(all).fetch_all(pool).await.expect("the codes");
    let (codes, tries): (Vec<String>, Vec<i32>) = rows.into_iter().unzip();
    (codes, tries.into_iter().sum())
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_mailed_code_guessed_from_a_hundred_addresses_is_dead_after_five_tries_and_none_is_looked_at_after_ten(pool: PgPool) {
    let world = World::start(&pool).await;
    let ask = async |email: &str| cookie(&world.app.anonymous().post_form("/sign-in/email-code", &[("email", email)]).await);
    let (hers, nobodys) = (ask(ADA).await, ask("nobody@example.org").await);
    let code = world.code(0).await;
    let (before, (codes, _)) = (Snapshot::take(&pool).await, kept(&pool).await);
    let mut told = Vec::new();
    for cookie in [&hers, &nobodys] {
        let (mut statuses, mut pages) = (Vec::new(), Vec::new());
        for place in 1..=100_u8 {
            let answer = guess(&world, place, ENTER, cookie, &wrong(&code, place)).await;
            assert!(answer.header(SET_COOKIE).is_none(), "{answer:?}");
            assert_eq!(answer.header(RETRY_AFTER).is_some(), answer.status == 429, "{answer:?}");
            statuses.push(answer.status.as_u16());
            pages.push(words(&answer, ADA));
        }
        assert_eq!(statuses, looked_at(GUESSES_PER_ADDRESS, 100));
        let saying = |words: &str| pages.iter().filter(|page| page.contains(words)).count();
        let said = (saying("This code is not right."), saying("This code does not work any more."), saying("Too many attempts."));
        assert_eq!(said, (TRIES, GUESSES_PER_ADDRESS - TRIES, 100 - GUESSES_PER_ADDRESS));
        told.push(pages);
    }
    assert!(told[0] == told[1], "whether somebody has the address shows");
    guess(&world, 200, ENTER, &hers, &code).await.expect(429);
    assert_eq!(before.changed(&pool).await, ["email_codes", "sign_ins", "throttles"]);
    assert_eq!(kept(&pool).await, (codes, 2 * i32::try_from(TRIES).expect("few")), "nothing but the tries were counted");
    assert_eq!(times_too_many(&pool).await, 2, "once a minute for each address, also for the one that nobody has");
    // Whoever does that keeps her from this way in and from no other.
    world.app.sign_in(ADA).await;
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_mailed_second_step_guessed_from_a_hundred_addresses_is_closed_after_five(pool: PgPool) {
    let world = World::start(&pool).await;
    let recovery = world.turn_on().await;
    world.clock.advance(TimeDelta::minutes(30)); // a wrong code was typed there
    // Three times the password was typed, so that no code is tried as often as it may be.
    let mut halves = Vec::new();
    for _ in 0..3 {
        let mails = world.server.mails().len();
        let cookie = cookie(&world.app.anonymous().post_form("/sign-in", &[("email", ADA), ("password", PASSWORD)]).await);
        halves.push((cookie, world.code(mails).await));
    }
    let (before, (codes, tries)) = (Snapshot::take(&pool).await, kept(&pool).await);
    let mut statuses = Vec::new();
    for place in 1..=100_u8 {
        let (cookie, code) = &halves[usize::from(place) % halves.len()];
        let answer = guess(&world, place, "/sign-in/code", cookie, &wrong(code, place)).await;
        let is_busy = answer.status == 429;
        let words = if is_busy { "Too many attempts." } else { "This code is not right, or it does not work any more." };
        assert!(answer.text.contains(words) && answer.header(SET_COOKIE).is_none(), "{answer:?}");
        assert_eq!(answer.header(RETRY_AFTER).is_some(), is_busy, "{answer:?}");
        statuses.push(answer.status.as_u16());
    }
    assert_eq!(statuses, looked_at(GUESSES_PER_PERSON, 100));
    let (cookie, code) = &halves[0];
    for right in [code, &recovery[0]] {
        guess(&world, 200, "/sign-in/code", cookie, right).await.expect(429);
    }
    assert_eq!(before.changed(&pool).await, ["email_codes", "sign_ins", "throttles"]);
    assert_eq!(kept(&pool).await, (codes, tries + i32::try_from(GUESSES_PER_PERSON).expect("few")));
    assert_eq!(times_too_many(&pool).await, 1, "once a minute, not ninety-five times");
    world.clock.advance(EARNED_AFTER);
    guess(&world, 200, "/sign-in/code", cookie, code).await.expect_redirect("/chat");
}

async fn is_on(world: &World) -> bool {
    world.ada.server_fn("identity/two-step", json!({})).await.json::<TwoStepState>().since.is_some()
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn who_is_signed_in_does_not_guess_the_mailed_code_that_turns_a_second_step_on(pool: PgPool) {
    let world = World::start(&pool).await;
    let token: String = world.ada.server_fn("identity/start-mailed-two-step", json!({ "password": PASSWORD })).await.json();
    let code = world.code(0).await;
    let confirm = async |code: &str| world.ada.server_fn("identity/confirm-mailed-two-step", json!({ "token": token, "code": code })).await;
    let (before, (codes, _)) = (Snapshot::take(&pool).await, kept(&pool).await);
    let mut statuses = Vec::new();
    for n in 1..=20 {
        statuses.push(confirm(&wrong(&code, n)).await.status.as_u16());
    }
    assert_eq!(statuses, looked_at(GUESSES_PER_PERSON, 20));
    assert!(confirm(&code).await.expect(429).header(RETRY_AFTER).is_some(), "nor is the right one looked at");
    assert_eq!(before.changed(&pool).await, ["email_codes", "throttles"]);
    assert_eq!(kept(&pool).await, (codes, i32::try_from(TRIES).expect("few")));
    // The guess that is earned comes too late: the code was tried as often as it may be.
    world.clock.advance(EARNED_AFTER);
    let over = confirm(&code).await.expect(422);
    assert!(over.text.contains("it does not work any more"), "{}", over.text);
    assert!(!is_on(&world).await);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn who_is_signed_in_does_not_guess_the_code_that_turns_an_app_on(pool: PgPool) {
    let world = World::start(&pool).await;
    let setup: TwoStepSetup = world.ada.server_fn("identity/start-two-step", json!({ "password": PASSWORD })).await.json();
    let secret = Secret::try_from_base32(setup.secret.replace(' ', "")).expect("base32");
    let totp = Builder::new().with_secret(secret).build().expect("a secret of 160 bits");
    let shown = |seconds: i64| totp.generate(u64::try_from(world.clock.now().timestamp() + seconds).expect("after 1970")).to_string();
    let near = [-60, -30, 0, 30, 60].map(&shown);
    let confirm = async |code: &str| world.ada.server_fn("identity/confirm-two-step", json!({ "code": code })).await;
    let before = Snapshot::take(&pool).await;
    let mut statuses = Vec::new();
    for guess in (0..).map(|n: u32| format!("{n:06}")).filter(|guess| !near.contains(guess)).take(20) {
        statuses.push(confirm(&guess).await.status.as_u16());
    }
    assert_eq!(statuses, looked_at(GUESSES_PER_PERSON, 20));
    assert!(confirm(&shown(0)).await.expect(429).header(RETRY_AFTER).is_some(), "nor is the right one looked at");
    assert_eq!(before.changed(&pool).await, ["throttles"]);
    assert!(!is_on(&world).await);
    world.clock.advance(EARNED_AFTER);
    confirm(&shown(0)).await.ok();
    assert!(is_on(&world).await);
}
