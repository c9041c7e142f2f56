//! Without passwords: turned off only by somebody who comes in otherwise, and then good for nothing; the command line is the way back.

use crate::support::{
    Answer, Authenticator, CLIENT_ID, CLIENT_SECRET, FakeIdentityProvider, FakeMailServer, PASSWORD, TestApp, TestClient,
};
use app::own_path::with_next;
use axum::http::header::LOCATION;
use chrono::TimeDelta;
use domain::identity::ConfirmationTerms;
use domain::identity_providers::{IdentityProviderSummary, SignInWays};
use domain::passkeys::PasskeyOverview;
use domain::team::InvitationSent;
use domain::{IdentityProviderId, ViewerInfo};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use services::{MockClock, SignUp};
use sqlx::PgPool;
use std::sync::Arc;
use std::time::Duration;

/// Where browsers take passkeys.
const ADDRESS: &str = "http://localhost:3000";
const REFUSAL: &str = "People sign in without a password here.";

/// An installation with mail, a provider and passkeys, whose administrator has both.
struct Scene {
    app: TestApp,
    clock: Arc<MockClock>,
    mails: FakeMailServer,
    provider: FakeIdentityProvider,
    id: IdentityProviderId,
    ada: TestClient,
    device: Authenticator,
}

impl Scene {
    async fn start(pool: &PgPool) -> Self {
        Self::start_for(pool, SignUp::Open).await
    }

    async fn start_for(pool: &PgPool, sign_up: SignUp) -> Self {
        let (mails, provider) = (FakeMailServer::start().await, FakeIdentityProvider::start().await);
        let (mailer, clock) = (mails.mailer(), Arc::new(MockClock::at(chrono::Utc::now())));
        let its_clock = clock.clone();
        let app = TestApp::start_with(pool, |parts| {
            ADDRESS.clone_into(&mut parts.settings.public_url);
            parts.settings.sign_up = sign_up;
            parts.mailer = Some(mailer);
            parts.clock = its_clock;
        });
        let app = app.await;
        let ada = app.sign_up("ada@example.org").await;
        let id = add_provider(&ada, &provider).await;
        let mut device = Authenticator::at(ADDRESS);
        add_passkey(&ada, &mut device).await;
        Self { app, clock, mails, provider, id, ada, device }
    }

    /// Through the provider, and what comes of it.
    async fn go_through_provider(&self, browser: &TestClient, next: &str) -> Answer {
        let away = browser.get(&with_next(&format!("/auth/oidc/{}", self.id), next)).await.expect(303);
        let back = self.provider.agree(away.header(LOCATION).expect("an address")).await;
        browser.get(&back).await
    }

    /// The token of the latest link for a new password.
    async fn reset_link(&self, email: &str) -> String {
        self.app.run_jobs().await; // what she was told of before
        let before = self.mails.mails().len();
        self.app.anonymous().post_form("/forgot-password", &[("email", email)]).await.expect_redirect("/forgot-password/sent");
        self.app.run_jobs().await;
        self.mails.nth(before + 1).await.token("/reset-password?token=")
    }
}

/// Saves a provider, or has one lead to another.
async fn save_provider(administrator: &TestClient, id: IdentityProviderId, provider: &FakeIdentityProvider) -> Answer {
    let draft = json!({
        "name": "Works", "issuer": provider.issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "scopes": "", "email_domains": "",
        "role_claim": "", "role_rules": "", "default_team_id": null, "default_role": "Viewer", "creates_accounts": false, "updates_roles": false,
    });
    administrator.server_fn("identity-providers/save", json!({ "id": id, "draft": draft })).await
}

async fn add_provider(administrator: &TestClient, provider: &FakeIdentityProvider) -> IdentityProviderId {
    let id = IdentityProviderId::new();
    save_provider(administrator, id, provider).await.ok();
    id
}

/// Links what the person has at the provider to their account.
async fn link(person: &TestClient, id: IdentityProviderId, provider: &FakeIdentityProvider) {
    let address: String = person.server_fn("identity-providers/start-link", json!({ "id": id, "password": PASSWORD })).await.json();
    person.get(&provider.agree(&address).await).await.expect_redirect("/account");
}

async fn add_passkey(client: &TestClient, device: &mut Authenticator) {
    let begun: String = client.server_fn("passkeys/start", json!({ "name": "Phone", "password": PASSWORD })).await.json();
    client.server_fn("passkeys/add", json!({ "credential": device.create(&begun) })).await.ok();
}

async fn allow(administrator: &TestClient, way: &str, is_allowed: bool) -> Answer {
    administrator.server_fn("identity-providers/allow-own-way", json!({ "way": way, "is_allowed": is_allowed })).await
}

async fn sign_in(browser: &TestClient, password: &str) -> Answer {
    browser.post_form("/sign-in", &[("email", "ada@example.org"), ("password", password)]).await
}

fn says(answer: &Answer, words: &str) {
    assert!(answer.text.contains(words), "“{words}” is missing: {}", answer.text);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn only_who_comes_in_without_one_turns_them_off(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    says(&allow(&ada, "passwords", false).await.expect(409), "Nobody could sign in then");
    let provider = FakeIdentityProvider::start().await;
    let id = add_provider(&ada, &provider).await;
    says(&allow(&ada, "passwords", false).await.expect(409), "You could not sign in yourself then");
    sign_in(&app.anonymous(), PASSWORD).await.expect_redirect("/chat");
    link(&ada, id, &provider).await;
    allow(&ada, "passwords", false).await.ok();
    sign_in(&app.anonymous(), PASSWORD).await.expect(409);
    says(&ada.get("/admin/audit").await.expect(200), "stopped people from signing in with passwords");
    // The provider is the last way there is.
    let off = json!({ "id": id, "is_enabled": false });
    says(&ada.server_fn("identity-providers/set-enabled", off.clone()).await.expect(409), "Nobody could sign in then");
    says(&ada.server_fn("identity-providers/remove", json!({ "id": id })).await.expect(409), "Nobody could sign in then");
    allow(&ada, "passwords", true).await.ok();
    sign_in(&app.anonymous(), PASSWORD).await.expect_redirect("/chat");
    ada.server_fn("identity-providers/set-enabled", off).await.ok();
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn the_last_way_stays_while_they_are_off(pool: PgPool) {
    let scene = Scene::start(&pool).await;
    allow(&scene.ada, "passwords", false).await.ok();
    scene.ada.server_fn("identity-providers/remove", json!({ "id": scene.id })).await.ok();
    says(&allow(&scene.ada, "passkeys", false).await.expect(409), "Nobody could sign in then");
    // Mailed codes are no way to lean on: they may go.
    allow(&scene.ada, "email-codes", false).await.ok();
    // Nor does she remove her own last one: her password is none now.
    let own: PasskeyOverview = scene.ada.server_fn("passkeys/list", json!({})).await.json();
    let refused = scene.ada.server_fn("passkeys/remove", json!({ "id": own.passkeys[0].id })).await.expect(409);
    says(&refused, "This is your only way in.");
    allow(&scene.ada, "passwords", true).await.ok();
    scene.ada.server_fn("passkeys/remove", json!({ "id": own.passkeys[0].id })).await.ok();
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn what_one_has_at_an_issuer_that_the_provider_left_is_no_way_in(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let (old, new, other) = (FakeIdentityProvider::start().await, FakeIdentityProvider::start().await, FakeIdentityProvider::start().await);
    let id = add_provider(&ada, &old).await;
    link(&ada, id, &old).await;
    save_provider(&ada, id, &new).await.ok();
    says(&allow(&ada, "passwords", false).await.expect(409), "You could not sign in yourself then");
    let ways = async || ada.server_fn("identity-providers/ways", json!({})).await.json::<SignInWays>();
    assert_eq!(ways().await.linkable.len(), 1, "she can link what she has at the new one");
    link(&ada, id, &new).await;
    assert_eq!((ways().await.linked.len(), ways().await.linkable.len()), (2, 0));
    allow(&ada, "passwords", false).await.ok();
    // Nor does it leave for where she has nothing while that is her way in; back to where she has something it does.
    says(&save_provider(&ada, id, &other).await.expect(409), "You could not sign in yourself then");
    save_provider(&ada, id, &new).await.ok();
    save_provider(&ada, id, &old).await.ok();
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn who_has_none_keeps_their_only_way_in_also_while_they_are_on(pool: PgPool) {
    let scene = Scene::start(&pool).await;
    let elsewhere = FakeIdentityProvider::start().await;
    link(&scene.ada, scene.id, &scene.provider).await;
    sqlx::query("UPDATE users SET password_hash = ''").execute(&pool).await.unwrap();
    let refusal = "You could not sign in yourself then. Set a password, add a passkey or link another provider";
    // Of her passkey and the provider one may go.
    allow(&scene.ada, "passkeys", false).await.ok();
    let off = json!({ "id": scene.id, "is_enabled": false });
    says(&scene.ada.server_fn("identity-providers/set-enabled", off.clone()).await.expect(409), refusal);
    says(&scene.ada.server_fn("identity-providers/remove", json!({ "id": scene.id })).await.expect(409), refusal);
    says(&save_provider(&scene.ada, scene.id, &elsewhere).await.expect(409), refusal);
    // And so the other way round.
    allow(&scene.ada, "passkeys", true).await.ok();
    scene.ada.server_fn("identity-providers/set-enabled", off).await.ok();
    says(&allow(&scene.ada, "passkeys", false).await.expect(409), refusal);
    allow(&scene.ada, "email-codes", false).await.ok();
    scene.ada.server_fn("identity-providers/remove", json!({ "id": scene.id })).await.ok();
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_provider_that_is_turned_off_while_it_is_edited_stays_off(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let (ada, provider) = (app.sign_up("ada@example.org").await, FakeIdentityProvider::start().await);
    let id = add_provider(&ada, &provider).await;
    let mut off = pool.begin().await.expect("a transaction");
    sqlx::query("UPDATE identity_providers SET is_enabled = false").execute(&mut *off).await.expect("turned off");
    let waits = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')";
    let turned_off = async {
        while !sqlx::query_scalar::<_, bool>(waits).fetch_one(&pool).await.expect("activity") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        off.commit().await.expect("committed");
    };
    let (saved, ()) = tokio::join!(save_provider(&ada, id, &provider), turned_off);
    assert!(!saved.json::<IdentityProviderSummary>().is_enabled);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn while_they_are_off_none_lets_in_and_nobody_gets_one(pool: PgPool) {
    let mut scene = Scene::start(&pool).await;
    let token = scene.reset_link("ada@example.org").await;
    allow(&scene.ada, "passwords", false).await.ok();
    let browser = scene.app.anonymous();
    let page = browser.get("/sign-in").await.expect(200).text;
    assert!(!page.contains("name=\"password\"") && !page.contains("Forgot password?") && !page.contains("Create an account"), "{page}");
    assert!(
        page.contains("Continue with Works") && page.contains("Continue with a passkey") && page.contains("E-mail me a code"),
        "{page}"
    );
    // Whatever is typed, the sentence is the same.
    for password in [PASSWORD, "not it at all"] {
        says(&sign_in(&browser, password).await.expect(409), REFUSAL);
    }
    says(&browser.post_form("/sign-in", &[("email", "nobody@example.org"), ("password", PASSWORD)]).await.expect(409), REFUSAL);
    let newcomer = [("first_name", "Eve"), ("email", "eve@example.org"), ("password", PASSWORD)];
    says(&browser.post_form("/sign-up", &newcomer).await.expect(409), REFUSAL);
    says(&browser.post_form("/forgot-password", &[("email", "ada@example.org")]).await.expect(409), REFUSAL);
    let fresh = [("token", token.as_str()), ("password", "an entirely new secret")];
    says(&browser.post_form("/reset-password", &fresh).await.expect(409), REFUSAL);
    for screen in ["/forgot-password", "/reset-password?token=x", "/sign-up"] {
        assert!(!browser.get(screen).await.expect(200).text.contains("name=\"password\""), "{screen}");
    }
    let people: i64 = sqlx::query_scalar("SELECT count(*) FROM users").fetch_one(&pool).await.unwrap();
    assert_eq!(people, 1);
    // Her session goes on, and her passkey and a mailed code open another.
    scene.ada.server_fn("identity/viewer", Value::Null).await.ok();
    let asked: String = browser.server_fn("passkeys/start-sign-in", json!({})).await.json();
    let answer = scene.device.get(&asked);
    browser.post_form("/sign-in/passkey", &[("credential", answer.as_str()), ("next", "")]).await.expect_redirect("/chat");
    let asking = scene.app.anonymous().post_form("/sign-in/email-code", &[("email", "ada@example.org")]).await;
    asking.expect_redirect("/sign-in/email-code/enter");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn an_invitation_is_accepted_through_a_provider(pool: PgPool) {
    let scene = Scene::start(&pool).await;
    allow(&scene.ada, "passwords", false).await.ok();
    let invite = json!({ "email": "grace@example.org", "role": "Viewer" });
    let sent: InvitationSent = scene.ada.server_fn("team/invite", invite).await.json();
    let path = sent.link.strip_prefix(ADDRESS).expect("a link of ours").to_owned();
    let browser = scene.app.anonymous();
    let page = browser.get(&path).await.expect(200);
    says(&page, "It has to know you as grace@example.org.");
    says(&page, "Continue with Works");
    assert!(!page.text.contains("name=\"password\""), "{}", page.text);
    let token = path.split_once("invitation=").expect("a token").1;
    let form = [("first_name", "Grace"), ("email", "grace@example.org"), ("password", PASSWORD), ("invitation", token)];
    says(&browser.post_form("/sign-up", &form).await.expect(409), REFUSAL);
    scene.provider.vouch_for(json!({ "sub": "s", "email": "grace@example.org", "email_verified": true }));
    scene.go_through_provider(&browser, &path).await.expect_redirect("/chat");
    let grace: ViewerInfo = browser.server_fn("identity/viewer", Value::Null).await.json();
    assert_eq!((grace.team_id, grace.has_password), (scene.ada.team().await, false));
    // Nobody who has none chooses one now.
    let choose = json!({ "current_password": "", "new_password": "an entirely new secret" });
    says(&browser.server_fn("identity/change-password", choose).await.expect(409), REFUSAL);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn the_page_of_a_new_account_shows_only_what_makes_one(pool: PgPool) {
    let scene = Scene::start(&pool).await;
    let invite = json!({ "email": "grace@example.org", "role": "Viewer" });
    let sent: InvitationSent = scene.ada.server_fn("team/invite", invite).await.json();
    let invitation = sent.link.strip_prefix(ADDRESS).expect("a link of ours").to_owned();
    let browser = scene.app.anonymous();
    let shown = async |path: &str| {
        let page = browser.get(path).await.expect(200).text;
        ["Continue with Works", "Continue with a passkey", "E-mail me a code"].map(|words| page.contains(words))
    };
    let only_the_provider = [true, false, false];
    for takes_passwords in [true, false] {
        if !takes_passwords {
            allow(&scene.ada, "passwords", false).await.ok();
        }
        sqlx::query("UPDATE identity_providers SET creates_accounts = false").execute(&pool).await.unwrap();
        assert_eq!(shown("/sign-in").await, [true; 3]);
        assert_eq!(shown("/sign-up").await, [false; 3], "the provider makes no accounts");
        assert_eq!(shown(&invitation).await, only_the_provider, "but for whoever is invited");
        sqlx::query("UPDATE identity_providers SET creates_accounts = true").execute(&pool).await.unwrap();
        assert_eq!(shown("/sign-up").await, only_the_provider);
        // Whoever has an account finds the way to sign in, and keeps the invitation.
        says(&browser.get(&invitation).await, &format!("href=\"{}\"", with_next("/sign-in", &invitation)));
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn where_an_invitation_is_needed_a_provider_that_makes_accounts_is_shown_all_the_same(pool: PgPool) {
    let scene = Scene::start_for(&pool, SignUp::Invited).await;
    let browser = scene.app.anonymous();
    let closed = browser.get("/sign-up").await.expect(200);
    says(&closed, "An account here needs an invitation.");
    assert!(!closed.text.contains("Continue with Works"), "{}", closed.text);
    sqlx::query("UPDATE identity_providers SET creates_accounts = true").execute(&pool).await.unwrap();
    let open = browser.get("/sign-up").await.expect(200);
    says(&open, "Make an account with one of the ways below, or open the link of an invitation");
    says(&open, "Continue with Works");
    scene.provider.vouch_for(json!({ "sub": "s", "email": "grace@example.org", "email_verified": true }));
    scene.go_through_provider(&browser, "").await.expect_redirect("/chat");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn an_account_from_before_is_linked_once_by_its_password(pool: PgPool) {
    let scene = Scene::start(&pool).await;
    scene.app.sign_up("grace@example.org").await;
    allow(&scene.ada, "passwords", false).await.ok();
    scene.provider.vouch_for(json!({ "sub": "s", "email": "grace@example.org", "email_verified": true }));
    let browser = scene.app.anonymous();
    scene.go_through_provider(&browser, "").await.expect_redirect("/sign-in/link");
    browser.post_form("/sign-in/link", &[("password", PASSWORD)]).await.expect_redirect("/chat");
    scene.go_through_provider(&scene.app.anonymous(), "").await.expect_redirect("/chat");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_password_proves_who_one_is_only_where_nothing_else_does(pool: PgPool) {
    let mut scene = Scene::start(&pool).await;
    let grace = scene.app.sign_up("grace@example.org").await;
    allow(&scene.ada, "email-codes", false).await.ok();
    allow(&scene.ada, "passwords", false).await.ok();
    sqlx::query("UPDATE sessions SET confirmed_at = now() - interval '11 minutes'").execute(&pool).await.unwrap();
    scene.clock.advance(TimeDelta::minutes(11));
    let terms = async |client: &TestClient| client.server_fn("identity/confirmation-terms", Value::Null).await.json::<ConfirmationTerms>();
    let confirm = async |client: &TestClient| client.server_fn("identity/confirm", json!({ "password": PASSWORD })).await.status.as_u16();
    let make_key = async |client: &TestClient| {
        let key = json!({ "name": "Nightly", "scopes": ["read"], "days": 30 });
        client.server_fn("api-keys/create", json!({ "key": key, "password": PASSWORD })).await.status.as_u16()
    };
    assert_eq!(terms(&scene.ada).await, ConfirmationTerms { has_password: false, has_passkey: true, second_step: None });
    assert_eq!((confirm(&scene.ada).await, make_key(&scene.ada).await), (409, 422));
    assert_eq!(terms(&grace).await, ConfirmationTerms { has_password: true, has_passkey: false, second_step: None });
    assert_eq!((confirm(&grace).await, make_key(&grace).await), (200, 200));
    // A passkey proves it; with it she turns them on again, and her password counts as before.
    let asked: String = scene.ada.server_fn("passkeys/start-confirmation", json!({})).await.json();
    let answer = scene.device.get(&asked);
    scene.ada.server_fn("passkeys/confirm", json!({ "credential": answer })).await.ok();
    allow(&scene.ada, "passwords", true).await.ok();
    assert!(terms(&scene.ada).await.has_password);
    assert_eq!((confirm(&scene.ada).await, make_key(&scene.ada).await), (200, 200));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn the_command_line_lets_them_in_again(pool: PgPool) {
    let scene = Scene::start(&pool).await;
    allow(&scene.ada, "passwords", false).await.ok();
    let services = &scene.app.services;
    services.identity().reset_password("nobody@example.org").await.unwrap_err();
    assert!(!services.identity_providers().takes_passwords().await.unwrap(), "a slip changes nothing");
    let fresh = services.identity().reset_password("ada@example.org").await.unwrap();
    assert!(services.identity_providers().takes_passwords().await.unwrap());
    sign_in(&scene.app.anonymous(), fresh.expose_secret()).await.expect_redirect("/chat");
    let told: Vec<(String, bool)> =
        sqlx::query_as("SELECT action, actor_id IS NULL FROM audit_events WHERE action LIKE 'sign-in.way%' ORDER BY position")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(told, [("sign-in.way-turned-off".to_owned(), false), ("sign-in.way-turned-on".to_owned(), true)]);
}
