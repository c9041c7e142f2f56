//! Signing up by mail on the wire: the same page for everybody, and no account before whoever reads the mail says so.

use crate::support::{Answer, FakeMailServer, PASSWORD, Quickest, ROUNDS, Snapshot, TestApp, TestClient};
use axum::http::header::SET_COOKIE;
use domain::ViewerInfo;
use reqwest::Method;
use serde_json::{Value, json};
use services::SignUp;
use sqlx::PgPool;

async fn ask(app: &TestApp, email: &str) -> Answer {
    let form = [("first_name", "Grace"), ("last_name", "Hopper"), ("email", email), ("password", PASSWORD)];
    app.anonymous().post_form("/sign-up", &form).await
}

/// Asks for an account and reads the link in its mail; its token.
async fn token(app: &TestApp, server: &FakeMailServer, email: &str) -> String {
    let before = server.mails().len();
    ask(app, email).await.expect(200);
    app.run_jobs().await;
    server.nth(before + 1).await.token(&format!("{}/sign-up/finish?token=", app.url))
}

async fn finish(client: &TestClient, token: &str) -> Answer {
    client.post_form("/sign-up/finish", &[("token", token), ("password", PASSWORD)]).await
}

async fn people(pool: &PgPool) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM users").fetch_one(pool).await.expect("a number")
}

/// A page without what is new each time it is rendered, and without the address that was typed.
fn words(answer: &Answer, email: &str) -> String {
    let policy = answer.header("content-security-policy").unwrap_or_default();
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap_or("no nonce");
    answer.text.replace(nonce, "").replace(email, "")
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn whether_somebody_has_the_address_shows_neither_in_the_page_nor_in_its_time(pool: PgPool) {
    let (app, server, _) = TestApp::start_with_mail(&pool).await;
    app.sign_up("ada@example.org").await;
    app.sign_up("gone@example.org").await;
    app.suspend("gone@example.org").await;
    let mut pages = Vec::new();
    let mut quickest = Quickest::default();
    for _ in 0..ROUNDS {
        for email in ["ada@example.org", "nobody@example.org", "gone@example.org"] {
            let answer = quickest.of(email, ask(&app, email)).await.expect(200);
            assert!(answer.header(SET_COOKIE).is_none(), "{email}");
            assert!(answer.text.contains("Check your mail") && answer.text.contains(email), "{}", answer.text);
            pages.push(words(&answer, email));
        }
        sqlx::query("DELETE FROM throttles").execute(&pool).await.unwrap();
    }
    pages.dedup();
    assert_eq!(pages.len(), 1, "{pages:#?}");
    quickest.expect_even();
    assert_eq!(people(&pool).await, 2, "nobody has an account before it is finished");

    app.run_jobs().await;
    let mut told: Vec<(String, bool, bool)> = Vec::new();
    for mail in server.mails() {
        let words = mail.words();
        let has_both = ["/sign-in", "/forgot-password"].iter().all(|path| words.contains(&format!("{}{path}", app.url)));
        told.push((mail.to.join(", "), words.contains("/sign-up/finish?token="), has_both));
    }
    told.sort();
    told.dedup();
    let expected = [("ada@example.org", false, true), ("gone@example.org", false, true), ("nobody@example.org", true, false)];
    assert_eq!(told, expected.map(|(to, finishes, has_both)| (to.to_owned(), finishes, has_both)));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn an_account_is_made_by_the_button_and_not_by_opening_the_link(pool: PgPool) {
    let (app, server, _) = TestApp::start_with_mail(&pool).await;
    app.sign_up("ada@example.org").await;
    let token = token(&app, &server, " Grace@Example.org ").await;
    let browser = app.anonymous();
    for _ in 0..2 {
        let page = browser.get(&format!("/sign-up/finish?token={token}")).await.expect(200);
        assert!(page.text.contains("Grace Hopper") && page.text.contains("grace@example.org"), "{}", page.text);
        assert!(page.text.contains("Create account") && page.header(SET_COOKIE).is_none());
    }
    assert_eq!(people(&pool).await, 1);
    app.anonymous().post_form("/sign-in", &[("email", "grace@example.org"), ("password", PASSWORD)]).await.expect(422);

    finish(&browser, &token).await.expect_redirect("/chat");
    let viewer: ViewerInfo = browser.server_fn("identity/viewer", Value::Null).await.json();
    assert_eq!((viewer.email.as_str(), viewer.team_name.as_str()), ("grace@example.org", "Grace’s team"));
    assert!(!viewer.is_system_administrator);
    app.sign_in("grace@example.org").await;
    let again = finish(&app.anonymous(), &token).await.expect(409);
    assert!(again.text.contains("This link does not work any more.") && again.header(SET_COOKIE).is_none(), "{}", again.text);
    let page = app.anonymous().get(&format!("/sign-up/finish?token={token}")).await.expect(200);
    assert!(page.text.contains("does not work any more"), "{}", page.text);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_token_of_any_other_kind_and_other_fields_make_nobody(pool: PgPool) {
    let (app, server, clock) = TestApp::start_with_mail(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let good = token(&app, &server, "grace@example.org").await;
    let invited: Value = ada.server_fn("team/invite", json!({ "email": "mary@example.org", "role": "Viewer" })).await.json();
    let invitation = invited["link"].as_str().unwrap().split_once("?invitation=").unwrap().1.to_owned();
    let selector = good.split_once('.').unwrap().0;
    let forged = format!("{selector}.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    let before = Snapshot::take(&pool).await;
    for odd in ["", "null", ".", selector, &forged, &invitation, &format!(" {good}"), &format!("{good}="), &format!("{good}\0")] {
        let page = finish(&app.anonymous(), odd).await.expect(409);
        assert!(page.text.contains("This link does not work any more.") && page.header(SET_COOKIE).is_none(), "{odd}");
    }
    for extra in ["email", "first_name", "role", "is_system_administrator"] {
        app.anonymous()
            .post_form("/sign-up/finish", &[("token", &good), ("password", PASSWORD), (extra, "eve@example.org")])
            .await
            .expect(422);
    }
    app.anonymous().post_form("/sign-up/finish", &[("token", &good)]).await.expect(422);
    let guessed = app.anonymous().post_form("/sign-up/finish", &[("token", &good), ("password", "not what was typed")]).await.expect(422);
    assert!(guessed.text.contains("This is not the password that was typed") && guessed.header(SET_COOKIE).is_none(), "{}", guessed.text);
    let from_elsewhere = app.anonymous().request(Method::POST, "/sign-up/finish").header("sec-fetch-site", "cross-site");
    let from_elsewhere =
        from_elsewhere.header("content-type", "application/x-www-form-urlencoded").body(format!("token={good}&password=x"));
    assert_eq!(Answer::of(from_elsewhere).await.status, 403);
    assert_eq!(before.changed(&pool).await, ["throttles"]);

    clock.advance(chrono::TimeDelta::hours(24));
    finish(&app.anonymous(), &good).await.expect(409);
    assert_eq!(people(&pool).await, 1);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_mailbox_cannot_be_filled(pool: PgPool) {
    let (app, _, _) = TestApp::start_with_mail(&pool).await;
    app.sign_up("ada@example.org").await;
    for email in ["ada@example.org", "nobody@example.org"] {
        for _ in 0..3 {
            ask(&app, email).await.expect(200);
        }
        let busy = ask(&app, email).await.expect(429);
        assert!(busy.header("retry-after").is_some() && busy.text.contains("Too many attempts."));
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn of_two_who_use_a_link_at_once_one_is_in(pool: PgPool) {
    let (app, server, _) = TestApp::start_with_mail(&pool).await;
    app.sign_up("ada@example.org").await;
    let token = token(&app, &server, "grace@example.org").await;
    let (one, other) = (app.anonymous(), app.anonymous());
    let (first, second) = tokio::join!(finish(&one, &token), finish(&other, &token));
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
    assert_eq!(people(&pool).await, 2);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn without_mail_an_account_is_made_at_once_and_one_that_is_there_is_named(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    ask(&app, "ada@example.org").await.expect_redirect("/chat");
    ask(&app, "grace@example.org").await.expect_redirect("/chat");
    let known = ask(&app, "grace@example.org").await.expect(422);
    assert!(known.text.contains("There is an account with this address."), "{}", known.text);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn where_an_invitation_is_needed_nobody_is_mailed(pool: PgPool) {
    let server = FakeMailServer::start().await;
    let mailer = server.mailer();
    let app = TestApp::start_with(&pool, |parts| {
        parts.mailer = Some(mailer);
        parts.settings.sign_up = SignUp::Invited;
    });
    let app = app.await;
    app.sign_up("ada@example.org").await;
    for email in ["ada@example.org", "nobody@example.org"] {
        assert!(ask(&app, email).await.expect(409).text.contains("needs an invitation"));
    }
    app.run_jobs().await;
    assert!(server.mails().is_empty());
}
