//! Required two-step sign-in on the wire: one screen for whoever has no second step, and nothing else, whatever is added one day.

use crate::support::{Answer, Authenticator, CLIENT_ID, CLIENT_SECRET, FakeIdentityProvider, PASSWORD, TestApp, TestClient};
use app::error::AppError;
use app::own_path::TWO_STEP_REQUIRED;
use axum::http::header::{ACCEPT, LOCATION};
use axum::http::{Method, StatusCode};
use domain::identity::{TwoStepSetup, TwoStepState};
use domain::identity_providers::{TwoStepRequirement, TwoStepRule};
use domain::{IdentityProviderId, Role, ViewerInfo};
use leptos_axum::generate_route_list;
use serde_json::{Value, json};
use server::router::plain_routes;
use server::setting_up::PASSING;
use sqlx::PgPool;
use std::time::{SystemTime, UNIX_EPOCH};
use totp_rs::{Builder, Secret};

/// Where browsers take passkeys.
const ADDRESS: &str = "http://localhost:3000";

/// As if somebody had set a second step up.
async fn give_second_step(pool: &PgPool, email: &str) {
    let insert =
        "INSERT INTO two_step (user_id, sealed_secret, started_at, confirmed_at) SELECT id, '', now(), now() FROM users WHERE email = $1";
    sqlx::query(insert).bind(email).execute(pool).await.expect("a second step");
}

async fn require(administrator: &TestClient, required_of: TwoStepRequirement) -> Answer {
    administrator.server_fn("identity-providers/require-two-step", json!({ "required_of": required_of })).await
}

/// An administrator with a second step.
async fn administrator(app: &TestApp) -> TestClient {
    let ada = app.sign_up("ada@example.org").await;
    give_second_step(&app.pool, "ada@example.org").await;
    ada
}

/// Whether somebody has to set a second step up before anything else.
async fn is_held_up(client: &TestClient) -> bool {
    let asked = client.server_fn("datasets/list", json!({})).await;
    let leads_away = client.get("/datasets").await.header(LOCATION).is_some_and(|to| to.starts_with(TWO_STEP_REQUIRED));
    assert_eq!(asked.status == StatusCode::FORBIDDEN, leads_away, "{}", asked.text);
    leads_away
}

/// Sets a second step up; its recovery codes.
pub async fn set_up(client: &TestClient) -> Vec<String> {
    let setup: TwoStepSetup = client.server_fn("identity/start-two-step", json!({ "password": PASSWORD })).await.json();
    let secret = Secret::try_from_base32(setup.secret.replace(' ', "")).expect("base32");
    let totp = Builder::new().with_secret(secret).build().expect("a secret of 160 bits");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    client.server_fn("identity/confirm-two-step", json!({ "code": totp.generate(now).to_string() })).await.json()
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn whoever_has_no_second_step_gets_nothing_but_the_screen_that_sets_it_up(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = administrator(&app).await;
    let grace = app.sign_up("grace@example.org").await;
    require(&ada, TwoStepRequirement::Everybody).await.ok();
    assert!(!is_held_up(&ada).await && is_held_up(&grace).await);

    for (path, _) in server_fn::axum::server_fn_paths().filter(|(path, _)| !PASSING.contains(path)) {
        let refused = grace.server_fn(path.trim_start_matches("/api/"), json!({})).await;
        assert_eq!((refused.status.as_u16(), refused.error()), (403, AppError::TwoStepRequired), "{path}");
    }
    for route in plain_routes().filter(|route| !PASSING.contains(&route.path)) {
        let request = grace.own_request(route.method.clone(), route.path).header(ACCEPT, "application/json");
        let is_screen = route.method == Method::GET && !route.path.starts_with("/api/");
        let expected = if is_screen { 303 } else { 403 };
        assert_eq!(Answer::of(request).await.status.as_u16(), expected, "{} {}", route.method, route.path);
    }
    for screen in generate_route_list(app::App).iter().map(|listing| listing.path().to_owned()).filter(|path| path != TWO_STEP_REQUIRED) {
        let leads_to = grace.get(&screen).await.expect(303).header(LOCATION).unwrap_or_default().to_owned();
        assert!(leads_to.starts_with(TWO_STEP_REQUIRED), "{screen} leads to {leads_to}");
    }
    grace.get("/datasets?a=b").await.expect_redirect("/account/two-step-required?next=/datasets%3Fa%3Db");
    grace.get("/").await.expect_redirect(TWO_STEP_REQUIRED);
    let refused = grace.post_form("/join", &[("invitation", "x")]).await.expect(403);
    assert!(refused.text.contains("Two-step sign-in is required of you here."), "{}", refused.text);

    let screen = grace.get("/account/two-step-required?next=/datasets").await.expect(200).text;
    assert!(screen.contains("Your administrator requires it of you") && !screen.contains("Go on"), "{screen}");
    let own: ViewerInfo = grace.server_fn("identity/viewer", Value::Null).await.json();
    assert_eq!(own.email, "grace@example.org");
    set_up(&grace).await;
    assert!(!is_held_up(&grace).await);
    assert!(grace.get("/account/two-step-required?next=/datasets").await.expect(200).text.contains("href=\"/datasets\""));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn they_can_sign_out_and_are_held_up_again_the_next_time(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = administrator(&app).await;
    let grace = app.sign_up("grace@example.org").await;
    require(&ada, TwoStepRequirement::Everybody).await.ok();
    grace.post_form("/sign-out", &[]).await.expect_redirect("/sign-in");
    let again = app.sign_in("grace@example.org").await;
    assert!(is_held_up(&again).await);
    again.server_fn("identity/sign-out", Value::Null).await.ok();
    again.server_fn("identity/viewer", Value::Null).await.expect(401);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn it_holds_for_administrators_alone_where_that_was_chosen_and_who_turns_it_off_sets_another_up(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = administrator(&app).await;
    let (grace, mary) = (app.sign_up("grace@example.org").await, app.sign_up("mary@example.org").await);
    let promote = sqlx::query("UPDATE users SET is_system_administrator = true WHERE email = 'mary@example.org'");
    promote.execute(&pool).await.expect("an administrator");
    require(&ada, TwoStepRequirement::Administrators).await.ok();
    assert!(!is_held_up(&ada).await && !is_held_up(&grace).await && is_held_up(&mary).await);
    let codes = set_up(&mary).await;
    assert!(!is_held_up(&mary).await);

    let state = async |client: &TestClient| client.server_fn("identity/two-step", Value::Null).await.json::<TwoStepState>();
    assert!(state(&mary).await.is_required && !state(&grace).await.is_required);
    let page = mary.get("/account").await.expect(200).text;
    assert!(page.contains("Your administrator requires it of you.") && page.contains("Set up another…"), "{page}");
    mary.server_fn("identity/turn-off-two-step", json!({ "password": PASSWORD, "code": "123456" })).await.expect(422);
    assert!(!is_held_up(&mary).await);
    mary.server_fn("identity/turn-off-two-step", json!({ "password": PASSWORD, "code": codes[0] })).await.ok();
    assert!(is_held_up(&mary).await, "another phone is set up before anything else");
    set_up(&mary).await;
    assert!(!is_held_up(&mary).await);
    require(&ada, TwoStepRequirement::Nobody).await.ok();
    let told = ada.get("/admin/audit").await.expect(200).text;
    for whom in ["system administrators", "nobody"] {
        assert!(told.contains(&format!("required two-step sign-in of {whom}")), "{whom}: {told}");
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn nobody_requires_of_themselves_what_they_do_not_have(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let screen = ada.get("/admin/sign-in").await.expect(200).text;
    assert!(
        screen.contains("Set up two-step sign-in for yourself first") && screen.contains("Whether mail arrives, a test mail shows"),
        "{screen}"
    );
    for whom in [TwoStepRequirement::Administrators, TwoStepRequirement::Everybody] {
        let refused = require(&ada, whom).await.expect(409);
        assert!(refused.text.contains("for yourself first"), "{}", refused.text);
    }
    set_up(&ada).await;
    assert!(!ada.get("/admin/sign-in").await.expect(200).text.contains("Set up two-step sign-in for yourself first"));
    require(&ada, TwoStepRequirement::Everybody).await.ok();
    let rule: TwoStepRule = ada.server_fn("identity-providers/two-step-rule", json!({})).await.json();
    assert_eq!(rule, TwoStepRule { required_of: TwoStepRequirement::Everybody, viewer_passes: true });
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_passkey_is_both_steps(pool: PgPool) {
    let app = TestApp::start_with(&pool, |parts| ADDRESS.clone_into(&mut parts.settings.public_url)).await;
    let ada = administrator(&app).await;
    let grace = app.sign_up("grace@example.org").await;
    let mut device = Authenticator::at(ADDRESS);
    let begun: String = grace.server_fn("passkeys/start", json!({ "name": "Phone", "password": PASSWORD })).await.json();
    grace.server_fn("passkeys/add", json!({ "credential": device.create(&begun) })).await.ok();
    require(&ada, TwoStepRequirement::Everybody).await.ok();
    assert!(is_held_up(&grace).await, "she came with her password");
    let browser = app.anonymous();
    let asked: String = browser.server_fn("passkeys/start-sign-in", json!({})).await.json();
    let answer = device.get(&asked);
    browser.post_form("/sign-in/passkey", &[("credential", answer.as_str()), ("next", "/datasets")]).await.expect_redirect("/datasets");
    assert!(!is_held_up(&browser).await);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn an_identity_provider_is_both_steps(pool: PgPool) {
    let (app, provider) = (TestApp::start(&pool).await, FakeIdentityProvider::start().await);
    let ada = administrator(&app).await;
    let id = IdentityProviderId::new();
    let draft = json!({
        "name": "Works", "issuer": provider.issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "scopes": "", "email_domains": "",
        "role_claim": "", "role_rules": "", "default_team_id": null, "default_role": "Viewer", "creates_accounts": true, "updates_roles": false,
    });
    ada.server_fn("identity-providers/save", json!({ "id": id, "draft": draft })).await.ok();
    require(&ada, TwoStepRequirement::Everybody).await.ok();
    provider.vouch_for(json!({ "sub": "s", "email": "grace@example.org", "email_verified": true }));
    // Somebody new, and the same person again.
    for _ in 0..2 {
        let browser = app.anonymous();
        let away = browser.get(&format!("/auth/oidc/{id}")).await.expect(303);
        let back = provider.agree(away.header(LOCATION).expect("an address")).await;
        browser.get(&back).await.expect_redirect("/chat");
        assert!(!is_held_up(&browser).await);
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_key_is_no_session_and_goes_on(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = administrator(&app).await;
    let grace = app.sign_up("grace@example.org").await;
    let key = json!({ "name": "Nightly", "scopes": ["read"], "days": 30 });
    let made: domain::api_keys::ApiKeyMade = grace.server_fn("api-keys/create", json!({ "key": key, "password": PASSWORD })).await.json();
    require(&ada, TwoStepRequirement::Everybody).await.ok();
    assert!(is_held_up(&grace).await);
    TestClient::program(&app.url, &made.key).server_fn("datasets/list", json!({})).await.ok();
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn an_owner_who_looks_as_somebody_else_sets_their_own_second_step_up_first(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = administrator(&app).await;
    let olga = app.sign_up("olga@example.org").await;
    let grace = app.sign_up_into(&olga, "grace@example.org", Role::Viewer).await;
    let member: ViewerInfo = grace.server_fn("identity/viewer", Value::Null).await.json();
    olga.server_fn("team/view-as", json!({ "user_id": member.user_id })).await.ok();
    require(&ada, TwoStepRequirement::Everybody).await.ok();
    // The request that notices ends the view.
    olga.server_fn("datasets/list", json!({})).await.expect(409);
    assert!(is_held_up(&olga).await);
    let own: ViewerInfo = olga.server_fn("identity/viewer", Value::Null).await.json();
    assert_eq!((own.email.as_str(), own.is_viewed_by_owner), ("olga@example.org", false));
}
