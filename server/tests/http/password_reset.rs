//! Forgotten passwords on the wire: the same answer for everybody, a link that works once, and nothing left of it afterwards.

use crate::support::{Answer, FakeMailServer, PASSWORD, Quickest, ROUNDS, RowCounts, Snapshot, TestApp, TestClient};
use axum::http::header::{LOCATION, SET_COOKIE};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

const NEW: &str = "an entirely new secret";

async fn ask(app: &TestApp, email: &str) -> Answer {
    app.anonymous().post_form("/forgot-password", &[("email", email)]).await
}

/// Asks for a link and reads it in the mail; its token.
async fn link(app: &TestApp, server: &FakeMailServer, email: &str) -> String {
    app.run_jobs().await; // what they were told of before
    let before = server.mails().len();
    ask(app, email).await.expect_redirect("/forgot-password/sent");
    app.run_jobs().await;
    server.nth(before + 1).await.token(&format!("{}/reset-password?token=", app.url))
}

async fn reset(client: &TestClient, token: &str, password: &str) -> Answer {
    client.post_form("/reset-password", &[("token", token), ("password", password)]).await
}

/// Refused in the words of every link that does not work.
fn expect_over(answer: &Answer) {
    assert_eq!(answer.status, 409, "{}", answer.text);
    assert!(answer.text.contains("This link does not work any more.") && answer.header(SET_COOKIE).is_none(), "{}", answer.text);
}

async fn signs_in(app: &TestApp, password: &str) -> bool {
    app.anonymous().post_form("/sign-in", &[("email", "ada@example.org"), ("password", password)]).await.status == 303
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_mailed_link_gives_a_new_password_once_and_ends_all_sessions(pool: PgPool) {
    let (app, server, _) = TestApp::start_with_mail(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let phone = app.sign_in("ada@example.org").await;
    let key = json!({ "name": "of a thief", "scopes": ["read"], "days": 90 });
    let made: domain::api_keys::ApiKeyMade = ada.server_fn("api-keys/create", json!({ "key": key, "password": PASSWORD })).await.json();
    let program = TestClient::program(&app.url, &made.key);
    program.server_fn("datasets/list", json!({})).await.ok();
    let spare = link(&app, &server, "ada@example.org").await;
    let token = link(&app, &server, " ADA@Example.org ").await;
    let page = app.anonymous().get(&format!("/reset-password?token={token}")).await.expect(200);
    assert!(page.text.contains("New password") && page.text.contains(&token), "{}", page.text);

    let weak = reset(&ada, &token, "password1").await.expect(422);
    assert!(weak.text.contains("easy to guess") && weak.text.contains(&token), "the link is not used up by it");
    reset(&ada, &token, NEW).await.expect_redirect("/reset-password/done");
    assert!(app.anonymous().get("/reset-password/done").await.expect(200).text.contains("Your password is changed"));
    for browser in [&ada, &phone] {
        browser.server_fn("identity/viewer", Value::Null).await.expect(401);
    }
    program.server_fn("datasets/list", json!({})).await.expect(401);
    assert!(!signs_in(&app, PASSWORD).await && signs_in(&app, NEW).await);
    let before = Snapshot::take(&pool).await;
    for used in [&token, &spare] {
        expect_over(&reset(&app.anonymous(), used, "yet another long secret").await);
        let page = app.anonymous().get(&format!("/reset-password?token={used}")).await.expect(200);
        assert!(page.text.contains("does not work any more"), "{}", page.text);
    }
    assert_eq!(before.changed(&pool).await, ["throttles"]);
    assert!(signs_in(&app, NEW).await);

    app.run_jobs().await;
    let told = server.mails().last().cloned().expect("a mail");
    assert_eq!(told.to, ["ada@example.org"]);
    assert!(told.header("Subject").is_some_and(|subject| subject.contains("was changed")), "{}", told.raw);
    let events: i64 = sqlx::query_scalar("SELECT count(*) FROM audit_events WHERE action = 'account.password-reset-by-mail' AND ip <> ''")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(events, 1);
    let revoked: i64 =
        sqlx::query_scalar("SELECT count(*) FROM audit_events WHERE action = 'api-key.revoked'").fetch_one(&pool).await.unwrap();
    assert_eq!(revoked, 1);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn whether_somebody_has_the_address_shows_neither_in_the_answer_nor_in_its_time(pool: PgPool) {
    let (app, server, _) = TestApp::start_with_mail(&pool).await;
    app.sign_up("ada@example.org").await;
    app.sign_up("gone@example.org").await;
    app.suspend("gone@example.org").await;
    let mut answers = Vec::new();
    let mut quickest = Quickest::default();
    for _ in 0..ROUNDS {
        for email in ["ada@example.org", "nobody@example.org", "gone@example.org"] {
            let answer = quickest.of(email, ask(&app, email)).await;
            answers.push((answer.status, answer.header(LOCATION).map(str::to_owned), answer.text));
        }
        sqlx::query("DELETE FROM throttles").execute(&pool).await.unwrap();
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(answers[0].0, 303);
    quickest.expect_even();
    app.run_jobs().await;
    let to: Vec<String> = server.mails().into_iter().flat_map(|mail| mail.to).collect();
    assert_eq!(to, ["ada@example.org"; ROUNDS]);
    ask(&app, "not an address").await.expect(422);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_mailbox_cannot_be_filled(pool: PgPool) {
    let (app, _, _) = TestApp::start_with_mail(&pool).await;
    app.sign_up("ada@example.org").await;
    for email in ["ada@example.org", "nobody@example.org"] {
        for _ in 0..3 {
            ask(&app, email).await.expect_redirect("/forgot-password/sent");
        }
        let busy = ask(&app, email).await.expect(429);
        assert!(busy.header("retry-after").is_some() && busy.text.contains("Too many attempts."));
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_token_of_any_other_kind_changes_nothing(pool: PgPool) {
    let (app, server, clock) = TestApp::start_with_mail(&pool).await;
    for email in ["ada@example.org", "eve@example.org", "grace@example.org"] {
        app.sign_up(email).await;
    }
    let used = link(&app, &server, "grace@example.org").await;
    reset(&app.anonymous(), &used, "yet another long secret").await.expect_redirect("/reset-password/done");
    let expired = link(&app, &server, "grace@example.org").await;
    clock.advance(chrono::TimeDelta::minutes(60));
    let token = link(&app, &server, "ada@example.org").await;
    let foreign = link(&app, &server, "eve@example.org").await;
    let (selector, verifier) = token.split_once('.').unwrap();
    let odd = [
        used,
        expired,
        String::new(),
        "null".to_owned(),
        " ".to_owned(),
        format!(" {token}"),
        format!("{token} "),
        format!("{token}\r\n"),
        format!("{token}="),
        format!("{token}\0"),
        format!("{token}A"),
        selector.to_owned(),
        format!(".{verifier}"),
        format!("{selector}."),
        format!("{selector}.{}", foreign.split_once('.').unwrap().1),
        format!("{selector}' OR '1'='1.{verifier}"),
        "AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned(),
    ];
    let before = Snapshot::take(&pool).await;
    for odd in odd {
        expect_over(&reset(&app.anonymous(), &odd, NEW).await);
    }
    app.anonymous().post_form("/reset-password", &[("password", NEW)]).await.expect(422);
    for extra in ["email", "user_id", "role"] {
        app.anonymous().post_form("/reset-password", &[("token", &token), ("password", NEW), (extra, "ada@example.org")]).await.expect(422);
    }
    for (kind, body) in [
        ("application/json", format!("{{\"token\":null,\"password\":\"{NEW}\"}}")),
        ("text/plain", format!("token={token}&password={NEW}")),
    ] {
        let request = app.anonymous().own_request(Method::POST, "/reset-password").header("content-type", kind).body(body);
        assert_eq!(Answer::of(request).await.status, 422, "{kind}");
    }
    assert_eq!(before.changed(&pool).await, ["throttles"]);
    reset(&app.anonymous(), &foreign, NEW).await.expect_redirect("/reset-password/done");
    assert!(signs_in(&app, PASSWORD).await, "another person's link is another person's");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_link_ends_after_an_hour(pool: PgPool) {
    let (app, server, clock) = TestApp::start_with_mail(&pool).await;
    app.sign_up("ada@example.org").await;
    let token = link(&app, &server, "ada@example.org").await;
    clock.advance(chrono::TimeDelta::minutes(60));
    let before = Snapshot::take(&pool).await;
    expect_over(&reset(&app.anonymous(), &token, NEW).await);
    assert_eq!(before.changed(&pool).await, ["throttles"]);
    assert!(signs_in(&app, PASSWORD).await);
    app.services.identity().delete_expired().await.unwrap();
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM password_resets").fetch_one(&pool).await.unwrap();
    assert_eq!(left, 0);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn of_two_who_use_a_link_at_once_one_wins_and_the_other_leaves_nothing(pool: PgPool) {
    const OTHER: &str = "yet another long secret";
    let (app, server, _) = TestApp::start_with_mail(&pool).await;
    for email in ["root@example.org", "eve@example.org", "ada@example.org"] {
        app.sign_up(email).await;
    }
    // What one leaves who comes alone.
    let alone = link(&app, &server, "eve@example.org").await;
    let before = (Snapshot::take(&pool).await, RowCounts::take(&pool).await);
    reset(&app.anonymous(), &alone, NEW).await.expect_redirect("/reset-password/done");
    let by_one = (without_tries(before.0.changed(&pool).await), before.1.growth(&pool).await);

    let token = link(&app, &server, "ada@example.org").await;
    let before = (Snapshot::take(&pool).await, RowCounts::take(&pool).await);
    let (one, other) = (app.anonymous(), app.anonymous());
    let (first, second) = tokio::join!(reset(&one, &token, NEW), reset(&other, &token, OTHER));
    let is_first = first.status == 303;
    let (winner, loser) = if is_first { (first, second) } else { (second, first) };
    winner.expect_redirect("/reset-password/done");
    expect_over(&loser);
    assert_eq!((without_tries(before.0.changed(&pool).await), before.1.growth(&pool).await), by_one);
    assert_eq!((signs_in(&app, NEW).await, signs_in(&app, OTHER).await), (is_first, !is_first));
}

/// The tables that changed, but the one that counts tries.
fn without_tries(mut tables: Vec<String>) -> Vec<String> {
    tables.retain(|table| table != "throttles");
    tables
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn the_link_follows_the_public_address_and_no_header(pool: PgPool) {
    let (app, server, _) = TestApp::start_with_mail(&pool).await;
    app.sign_up("ada@example.org").await;
    let forged = app
        .anonymous()
        .own_request(Method::POST, "/forgot-password")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("host", "evil.example")
        .header("x-forwarded-host", "evil.example")
        .header("forwarded", "host=evil.example")
        .body("email=ada%40example.org");
    Answer::of(forged).await.expect_redirect("/forgot-password/sent");
    app.run_jobs().await;
    let mail = server.nth(1).await;
    assert!(!mail.raw.contains("evil.example") && mail.words().contains(&format!("{}/reset-password?token=", app.url)));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_password_of_a_megabyte_is_refused_and_the_link_still_works(pool: PgPool) {
    let (app, server, _) = TestApp::start_with_mail(&pool).await;
    app.sign_up("ada@example.org").await;
    let token = link(&app, &server, "ada@example.org").await;
    let page = reset(&app.anonymous(), &token, &"x".repeat(1024 * 1024)).await.expect(422);
    assert!(page.text.contains("1,024 bytes at most"));
    reset(&app.anonymous(), &token, NEW).await.expect_redirect("/reset-password/done");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn without_a_mail_server_the_page_says_whom_to_ask(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let page = app.anonymous().get("/forgot-password").await.expect(200);
    assert!(page.text.contains("Mail is not set up here") && !page.text.contains("Mail me a link"), "{}", page.text);
    ask(&app, "ada@example.org").await.expect(409);
    let change = json!({ "current_password": PASSWORD, "new_password": NEW });
    ada.server_fn("identity/change-password", change).await.ok();
    let queued: i64 = sqlx::query_scalar("SELECT count(*) FROM jobs").fetch_one(&pool).await.unwrap();
    assert_eq!(queued, 0, "nothing is mailed");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_changed_password_is_told_by_mail_and_ends_links_under_way(pool: PgPool) {
    let (app, server, _) = TestApp::start_with_mail(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let token = link(&app, &server, "ada@example.org").await;
    let change = json!({ "current_password": PASSWORD, "new_password": NEW });
    ada.server_fn("identity/change-password", change).await.ok();
    expect_over(&reset(&app.anonymous(), &token, "yet another long secret").await);
    app.run_jobs().await;
    assert!(server.mails().last().is_some_and(|mail| mail.words().contains("Your password was changed")));
}
