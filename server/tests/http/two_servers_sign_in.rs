//! Two servers, one database: what is half done on one is finished on the other, and what was used on one is used up on both.

use crate::email_codes::{ADA, code_after};
use crate::guessed_codes::{ENTER, cookie, post_with_cookie, wrong};
use crate::oidc::{Scene, expect_refusal, viewer};
use crate::support::{Answer, FakeMailServer, PASSWORD, TestApp, TestClient};
use axum::http::header::{COOKIE, LOCATION, RETRY_AFTER};
use chrono::TimeDelta;
use domain::identity::TwoStepSetup;
use domain::team::InvitationSent;
use reqwest::Method;
use serde_json::json;
use services::{Clock as _, Keyring, MockClock, Parts};
use sqlx::PgPool;
use std::sync::Arc;
use totp_rs::{Builder, Secret};

/// Where people reach both.
const ADDRESS: &str = "http://lyceum.example";

/// Two servers of one installation: the same database, keys, time, address and mail server.
struct Servers {
    first: TestApp,
    second: TestApp,
    mails: FakeMailServer,
    clock: Arc<MockClock>,
}

impl Servers {
    async fn start(pool: &PgPool) -> Self {
        let (keys, clock, mails) = (Keyring::generate(), Arc::new(MockClock::at(chrono::Utc::now())), FakeMailServer::start().await);
        let share = |parts: &mut Parts| {
            ADDRESS.clone_into(&mut parts.settings.public_url);
            (parts.keyring, parts.clock, parts.mailer) = (keys.clone(), clock.clone(), Some(mails.mailer()));
        };
        let (first, second) = (TestApp::start_with(pool, share).await, TestApp::start_with(pool, share).await);
        Self { first, second, mails, clock }
    }

    const fn both(&self) -> [&TestApp; 2] {
        [&self.first, &self.second]
    }
}

/// A browser in which the password was typed, in front of this server.
async fn after_the_password(app: &TestApp) -> TestClient {
    let browser = app.anonymous();
    browser.post_form("/sign-in", &[("email", ADA), ("password", PASSWORD)]).await.expect_redirect("/sign-in/code");
    browser
}

/// Types a code in front of this server.
async fn type_code(browser: &TestClient, app: &TestApp, code: &str) -> Answer {
    browser.at(&app.url).post_form("/sign-in/code", &[("code", code)]).await
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn the_password_is_typed_on_one_and_the_code_on_the_other_and_both_count_and_use_up_together(pool: PgPool) {
    let servers = Servers::start(&pool).await;
    let (first, second) = (&servers.first, &servers.second);
    let ada = first.sign_up(ADA).await;
    let setup: TwoStepSetup = ada.server_fn("identity/start-two-step", json!({ "password": PASSWORD })).await.json();
    let secret = Secret::try_from_base32(setup.secret.replace(' ', "")).expect("base32");
    let totp = Builder::new().with_secret(secret).build().expect("a secret of 160 bits");
    let shown = || totp.generate(u64::try_from(servers.clock.now().timestamp()).expect("after 1970")).to_string();
    let there = ada.at(&second.url);
    let recovery: Vec<String> = there.server_fn("identity/confirm-two-step", json!({ "code": shown() })).await.json();
    servers.clock.advance(TimeDelta::seconds(60));

    let (one, other) = (after_the_password(first).await, after_the_password(second).await);
    let code = shown();
    type_code(&one, second, &code).await.expect_redirect("/chat");
    for app in servers.both() {
        assert_eq!(viewer(&one.at(&app.url)).await.email, ADA);
        type_code(&other, app, &code).await.expect(422);
    }
    type_code(&after_the_password(second).await, first, &recovery[0]).await.expect_redirect("/chat");
    // The third wrong one, and with two more there are as many as one person may type.
    type_code(&other, second, &recovery[0]).await.expect(422);
    for app in servers.both() {
        type_code(&other, app, "AAAAAA").await.expect(422);
    }
    servers.clock.advance(TimeDelta::seconds(60));
    for app in servers.both() {
        assert!(type_code(&other, app, &shown()).await.expect(429).header(RETRY_AFTER).is_some());
    }
    servers.clock.advance(TimeDelta::seconds(60));
    type_code(&other, first, &shown()).await.expect_redirect("/chat");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_mailed_code_asked_for_on_one_lets_in_on_the_other_once_and_is_tried_five_times_on_both(pool: PgPool) {
    let servers = Servers::start(&pool).await;
    let (first, second) = (&servers.first, &servers.second);
    first.sign_up(ADA).await;
    let asked = first.anonymous().post_form("/sign-in/email-code", &[("email", ADA)]).await;
    second.run_jobs().await;
    let (held, code) = (cookie(&asked), code_after(&servers.mails, 0));
    let enter =
        async |app: &TestApp, held: &str, code: &str| post_with_cookie(&app.anonymous(), ENTER, held, json!({ "code": code })).await;
    enter(second, &held, &code).await.expect_redirect("/chat");
    for app in servers.both() {
        let over = enter(app, &held, &code).await.expect(422);
        assert!(over.text.contains("This code does not work any more."), "{}", over.text);
    }

    let before = servers.mails.mails().len();
    let asked = second.anonymous().post_form("/sign-in/email-code", &[("email", ADA)]).await;
    first.run_jobs().await;
    let (held, code) = (cookie(&asked), code_after(&servers.mails, before));
    for (salt, app) in [(1, first), (2, second), (3, first), (4, second), (5, first)] {
        let not_it = enter(app, &held, &wrong(&code, salt)).await.expect(422);
        assert!(not_it.text.contains("This code is not right."), "{}", not_it.text);
    }
    for app in servers.both() {
        let over = enter(app, &held, &code).await.expect(422);
        assert!(over.text.contains("This code does not work any more."), "{}", over.text);
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_sign_in_at_an_identity_provider_begins_on_one_and_ends_on_the_other_once(pool: PgPool) {
    let Servers { first, second, .. } = Servers::start(&pool).await;
    let scene = Scene::start_on(first, |_| {}).await;
    let browser = scene.app.anonymous();
    let away = browser.get(&scene.address()).await.expect(303);
    let back = scene.provider.agree(away.header(LOCATION).expect("an address")).await;
    let there = browser.at(&second.url);
    there.get(&back).await.expect_redirect("/chat");
    assert_eq!(viewer(&browser).await.user_id, viewer(&there).await.user_id);
    let counts = scene.counts().await;
    for app in [&scene.app, &second] {
        let stranger = app.anonymous();
        let replayed = Answer::of(stranger.request(Method::GET, &back).header(COOKIE, cookie(&away))).await;
        expect_refusal(&scene, &stranger, replayed, "wrong-state", counts).await;
    }

    // The password that links an account is typed on yet another one than the browser came back to.
    scene.app.sign_up("grace@example.org").await;
    scene.provider.vouch_for(json!({ "sub": "subject-2", "email": "grace@example.org", "email_verified": true }));
    let browser = second.anonymous();
    let back = scene.go(&browser, "").await;
    browser.get(&back).await.expect_redirect("/sign-in/link");
    browser.at(&scene.app.url).post_form("/sign-in/link", &[("password", PASSWORD)]).await.expect_redirect("/chat");
    assert_eq!(viewer(&browser).await.email, "grace@example.org");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn both_together_mail_three_invitations_to_an_address_and_hand_over_the_next(pool: PgPool) {
    let servers = Servers::start(&pool).await;
    let (first, second) = (&servers.first, &servers.second);
    let ada = first.sign_up(ADA).await;
    let there = ada.at(&second.url);
    let invite = async |browser: &TestClient| -> InvitationSent {
        browser.server_fn("team/invite", json!({ "email": "grace@example.org", "role": "Viewer" })).await.json()
    };
    for browser in [&ada, &there, &ada] {
        assert!(invite(browser).await.is_mailed);
    }
    let fourth = invite(&there).await;
    assert!(!fourth.is_mailed && fourth.replaces_link, "{fourth:?}");
    let renew = json!({ "id": fourth.invitation.id, "days": 7 });
    let renewed: InvitationSent = ada.server_fn("team/resend-invitation", renew).await.json();
    for sent in [&fourth, &renewed] {
        let sentence = sent.not_mailed.as_deref().unwrap_or_default();
        assert!(sentence.starts_with("It is not mailed: this address was mailed several invitations in a short time."), "{sent:?}");
    }
    for app in servers.both() {
        app.run_jobs().await;
    }
    assert_eq!(servers.mails.mails().iter().filter(|mail| mail.to == ["grace@example.org"]).count(), 3);
    let path = renewed.link.strip_prefix(ADDRESS).expect("a link of ours");
    assert!(second.anonymous().get(path).await.expect(200).text.contains("grace@example.org"));
    servers.clock.advance(TimeDelta::minutes(10));
    assert!(invite(&there).await.is_mailed);
}
