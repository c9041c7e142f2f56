//! Confirming: a session whose person proved longer than ten minutes ago who they are does nothing dangerous before they do it again.

use crate::support::{Answer, FakeProvider, NOTHING, PASSWORD, Snapshot, TestApp, TestClient};
use app::error::AppError;
use axum::http::header::RETRY_AFTER;
use chrono::TimeDelta;
use domain::identity::ConfirmationTerms;
use domain::identity_providers::IdentityProviderSummary;
use domain::models::ModelSummary;
use domain::my_data::ExportSummary;
use domain::team::InvitationSent;
use domain::{IdentityId, IdentityProviderId, PasskeyId, Role, UserId, ViewerInfo};
use serde_json::{Value, json};
use services::MockClock;
use sqlx::PgPool;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What asks. What does not, and why, `unconfirmed` says.
pub const GUARDED: [&str; 32] = [
    "POST /api/identity-providers/allow-own-way",
    "POST /api/identity-providers/remove",
    "POST /api/identity-providers/require-two-step",
    "POST /api/identity-providers/save",
    "POST /api/identity-providers/set-enabled",
    "POST /api/identity-providers/unlink",
    "POST /api/licences/install",
    "POST /api/models/add",
    "POST /api/models/make-default",
    "POST /api/models/update-address",
    "POST /api/models/update-key",
    "POST /api/my-data/find-export",
    "POST /api/my-data/request-export",
    "POST /api/passkeys/remove",
    "POST /api/people/delete",
    "POST /api/people/make-administrator",
    "POST /api/people/reinstate",
    "POST /api/people/suspend",
    "POST /api/people/take-administration",
    "POST /api/roles/change",
    "POST /api/team/change-roles",
    "POST /api/team/delete",
    "POST /api/team/hand-over",
    "POST /api/team/import",
    "POST /api/team/invite",
    "POST /api/team/leave",
    "POST /api/team/remove-member",
    "POST /api/team/resend-invitation",
    "POST /api/team/suspend",
    "POST /api/team/update-settings",
    "POST /api/team/view-as",
    "GET /api/exports/{id}/file",
];

/// A call of what asks.
struct Call<'a> {
    client: &'a TestClient,
    route: &'static str,
    arguments: Value,
    path: String,
}

/// An administrator who owns a team, somebody with a team to delete, and somebody whom things are done to.
struct Scene {
    _app: TestApp,
    provider: FakeProvider,
    ada: TestClient,
    carol: TestClient,
    /// Carol in another browser, from which she looks at her team as somebody else.
    looking: TestClient,
    beside_carol: ViewerInfo,
    leaver: ViewerInfo,
    colleague: ViewerInfo,
    co_owner: ViewerInfo,
    stranger: ViewerInfo,
    invitation: InvitationSent,
    identity_provider: IdentityProviderSummary,
    /// What Ada has at the provider.
    identity: IdentityId,
    passkey: PasskeyId,
    model: ModelSummary,
    export: ExportSummary,
}

async fn start(pool: &PgPool) -> (TestApp, Arc<MockClock>) {
    let clock = Arc::new(MockClock::at(chrono::Utc::now()));
    let its_clock = clock.clone();
    (TestApp::start_with(pool, |parts| parts.clock = its_clock).await, clock)
}

/// Whoever is signed in proved so long ago who they are.
async fn age(pool: &PgPool, minutes: i32) {
    let earlier = sqlx::query("UPDATE sessions SET confirmed_at = now() - make_interval(mins => $1)").bind(minutes);
    earlier.execute(pool).await.expect("older sessions");
}

async fn confirm(client: &TestClient) {
    client.server_fn("identity/confirm", json!({ "password": PASSWORD })).await.ok();
}

fn draft(name: &str) -> Value {
    json!({
        "name": name, "issuer": "https://nobody.invalid", "client_id": "lyceum", "client_secret": "", "scopes": "", "email_domains": "",
        "role_claim": "", "role_rules": "", "default_team_id": null, "default_role": "Viewer",
        "updates_roles": false, "creates_accounts": false,
    })
}

fn model(provider: &FakeProvider, name: &str) -> Value {
    json!({
        "provider": "Puppeteer", "kind": "OpenAI-compatible", "base_url": provider.url, "api_key": "secret", "name": name,
        "model_type": "LLM", "context_size": 8_000,
    })
}

/// Another two ways into somebody's account.
async fn give_ways_in(pool: &PgPool, person: UserId, provider: IdentityProviderId) -> (IdentityId, PasskeyId) {
    let (identity, passkey) = (IdentityId::new(), PasskeyId::new());
    let link = "INSERT INTO identities (id, user_id, provider_id, issuer, subject, linked_at)
                VALUES ($1, $2, $3, 'https://nobody.invalid', 'subject', now())";
    sqlx::query(link).bind(identity).bind(person).bind(provider).execute(pool).await.expect("a link");
    let add = "INSERT INTO passkeys (id, user_id, name, credential_id, credential, created_at)
               VALUES ($1, $2, 'Phone', 'phone', '{}', now())";
    sqlx::query(add).bind(passkey).bind(person).execute(pool).await.expect("a passkey");
    (identity, passkey)
}

impl Scene {
    async fn start(pool: &PgPool) -> Self {
        let (app, _) = start(pool).await;
        let provider = FakeProvider::start().await;
        let ada = app.sign_up("ada@example.org").await;
        let carol = app.sign_up("carol@example.org").await;
        let eve = app.sign_up("eve@example.org").await;
        let grace = app.sign_up_into(&ada, "grace@example.org", Role::Collaborator).await;
        let leaver = app.sign_up_into(&ada, "mary@example.org", Role::Viewer).await;
        let olga = app.sign_up_into(&ada, "olga@example.org", Role::Owner).await;
        let beside_carol = app.sign_up_into(&carol, "vera@example.org", Role::Viewer).await;
        let invite = json!({ "email": "asked@example.org", "role": "Owner" });
        let save = json!({ "id": IdentityProviderId::new(), "draft": draft("Our provider") });
        let identity_provider: IdentityProviderSummary = ada.server_fn("identity-providers/save", save).await.json();
        let own: ViewerInfo = ada.server_fn("identity/viewer", Value::Null).await.json();
        app.add_member(own.team_id, "carol@example.org", Role::Viewer).await;
        let (identity, passkey) = give_ways_in(pool, own.user_id, identity_provider.id).await;
        let export = ada.server_fn("my-data/request-export", json!({})).await.json();
        app.services.jobs().run_due_once().await.expect("it is put together");
        Self {
            colleague: grace.server_fn("identity/viewer", Value::Null).await.json(),
            co_owner: olga.server_fn("identity/viewer", Value::Null).await.json(),
            leaver: leaver.server_fn("identity/viewer", Value::Null).await.json(),
            looking: app.sign_in("carol@example.org").await,
            beside_carol: beside_carol.server_fn("identity/viewer", Value::Null).await.json(),
            stranger: eve.server_fn("identity/viewer", Value::Null).await.json(),
            invitation: ada.server_fn("team/invite", invite).await.json(),
            identity_provider,
            identity,
            passkey,
            model: ada.server_fn("models/add", json!({ "model": model(&provider, "one") })).await.json(),
            export,
            provider,
            _app: app,
            ada,
            carol,
        }
    }

    /// A call of each of [`GUARDED`], in an order in which all of them can be done.
    fn calls(&self) -> Vec<Call<'_>> {
        let (colleague, stranger, provider) = (self.colleague.user_id, self.stranger.user_id, self.model.provider_id);
        let by_ada = [
            ("POST /api/team/change-roles", json!({ "user_id": colleague, "roles": ["Owner"] })),
            ("POST /api/team/suspend", json!({ "user_id": self.co_owner.user_id })),
            ("POST /api/team/update-settings", json!({ "settings": { "chat_retention_days": 30 } })),
            ("POST /api/team/invite", json!({ "email": "jane@example.org", "role": "Owner" })),
            ("POST /api/team/resend-invitation", json!({ "id": self.invitation.invitation.id, "days": 7 })),
            ("POST /api/team/import", json!({ "import": { "text": "jo@example.org,,,owner", "role": "Viewer", "days": 7 } })),
            ("POST /api/identity-providers/save", json!({ "id": IdentityProviderId::new(), "draft": draft("Another") })),
            ("POST /api/identity-providers/set-enabled", json!({ "id": self.identity_provider.id, "is_enabled": false })),
            ("POST /api/identity-providers/unlink", json!({ "id": self.identity })),
            ("POST /api/passkeys/remove", json!({ "id": self.passkey })),
            ("POST /api/identity-providers/remove", json!({ "id": self.identity_provider.id })),
            ("POST /api/identity-providers/allow-own-way", json!({ "way": "passkeys", "is_allowed": false })),
            ("POST /api/identity-providers/require-two-step", json!({ "required_of": "nobody" })),
            ("POST /api/roles/change", json!({ "change": { "role": "Viewer", "permission": "ManagePrompts", "granted": true } })),
            ("POST /api/models/update-key", json!({ "provider_id": provider, "api_key": "another" })),
            ("POST /api/models/update-address", json!({ "provider_id": provider, "base_url": self.provider.url, "api_key": "a third" })),
            ("POST /api/models/add", json!({ "model": model(&self.provider, "two") })),
            ("POST /api/models/make-default", json!({ "id": self.model.id })),
            ("POST /api/my-data/find-export", json!({ "id": self.export.id })),
            ("GET /api/exports/{id}/file", Value::Null),
            ("POST /api/my-data/request-export", json!({})),
            ("POST /api/people/make-administrator", json!({ "user_id": stranger })),
            ("POST /api/people/take-administration", json!({ "user_id": stranger })),
            ("POST /api/people/suspend", json!({ "user_id": stranger })),
            ("POST /api/people/reinstate", json!({ "user_id": stranger })),
            ("POST /api/people/delete", json!({ "user_id": stranger, "email": "eve@example.org" })),
            ("POST /api/licences/install", json!({ "text": services::licences::testing::licence("L-1", 50) })),
            ("POST /api/team/remove-member", json!({ "user_id": self.leaver.user_id })),
            ("POST /api/team/hand-over", json!({ "user_id": colleague })),
        ];
        let by_carol =
            [("POST /api/team/leave", json!({ "id": self.leaver.team_id })), ("POST /api/team/delete", json!({ "name": "carol’s team" }))];
        let file = format!("/api/exports/{}/file", self.export.id);
        let call = |client, (route, arguments)| Call { client, route, arguments, path: file.clone() };
        let looks = ("POST /api/team/view-as", json!({ "user_id": self.beside_carol.user_id }));
        let looks = std::iter::once(call(&self.looking, looks));
        looks
            .chain(by_ada.into_iter().map(|step| call(&self.ada, step)))
            .chain(by_carol.into_iter().map(|step| call(&self.carol, step)))
            .collect()
    }
}

impl Call<'_> {
    async fn make(&self) -> Answer {
        match self.route.strip_prefix("POST /api/") {
            Some(endpoint) => self.client.server_fn(endpoint, self.arguments.clone()).await,
            None => self.client.get_json(&self.path).await,
        }
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn nothing_dangerous_is_done_before_an_old_session_is_confirmed_and_everything_after(pool: PgPool) {
    let scene = Scene::start(&pool).await;
    let asking: BTreeSet<&str> = scene.calls().iter().map(|call| call.route).collect();
    assert_eq!(asking, BTreeSet::from(GUARDED));
    age(&pool, 11).await;
    let before = Snapshot::take(&pool).await;
    for call in scene.calls() {
        let refused = call.make().await;
        assert_eq!((refused.status.as_u16(), refused.text.as_str()), (403, "\"ConfirmFirst\""), "{}", call.route);
        assert_eq!(refused.error(), AppError::ConfirmFirst);
    }
    assert_eq!(before.changed(&pool).await, NOTHING);
    confirm(&scene.ada).await;
    confirm(&scene.carol).await;
    confirm(&scene.looking).await;
    for call in scene.calls() {
        let done = call.make().await;
        assert!(done.status.is_success(), "{}: {} {}", call.route, done.status, done.text);
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn what_gives_nobody_power_is_not_asked_about(pool: PgPool) {
    let scene = Scene::start(&pool).await;
    age(&pool, 11).await;
    let invite = json!({ "email": "ellen@example.org", "role": "TeamManager" });
    scene.ada.server_fn("team/invite", invite).await.ok();
    let roles = json!({ "user_id": scene.colleague.user_id, "roles": ["Viewer"] });
    scene.ada.server_fn("team/change-roles", roles).await.ok();
    scene.ada.server_fn("team/suspend", json!({ "user_id": scene.colleague.user_id })).await.ok();
    keep_chats_for_sixty_days(&pool).await;
    for settings in [json!({ "chat_retention_days": 60, "requests_per_minute": 90 }), json!({ "chat_retention_days": 61 }), json!({})] {
        scene.ada.server_fn("team/update-settings", json!({ "settings": settings })).await.ok();
    }
    let mut fresh = model(&scene.provider, "three");
    fresh["provider"] = json!("A new one");
    scene.ada.server_fn("models/add", json!({ "model": fresh })).await.ok();
}

async fn keep_chats_for_sixty_days(pool: &PgPool) {
    sqlx::query("UPDATE teams SET chat_retention_days = 60").execute(pool).await.expect("a setting");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn what_takes_power_or_chats_away_is_asked_about(pool: PgPool) {
    let scene = Scene::start(&pool).await;
    keep_chats_for_sixty_days(&pool).await;
    age(&pool, 11).await;
    let demote = json!({ "user_id": scene.co_owner.user_id, "roles": ["TeamManager"] });
    let shorten = json!({ "settings": { "chat_retention_days": 59 } });
    for (endpoint, arguments) in [("team/change-roles", &demote), ("team/update-settings", &shorten)] {
        assert_eq!(scene.ada.server_fn(endpoint, arguments.clone()).await.error(), AppError::ConfirmFirst, "{endpoint}");
    }
    confirm(&scene.ada).await;
    scene.ada.server_fn("team/change-roles", demote).await.ok();
    scene.ada.server_fn("team/update-settings", shorten).await.ok();
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_confirmation_is_good_for_ten_minutes_and_one_browser(pool: PgPool) {
    let (app, _) = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let elsewhere = app.sign_in("ada@example.org").await;
    let change = async |client: &TestClient| {
        let arguments = json!({ "change": { "role": "Viewer", "permission": "ManagePrompts", "granted": true } });
        client.server_fn("roles/change", arguments).await.status.as_u16()
    };
    age(&pool, 9).await;
    assert_eq!((change(&ada).await, change(&elsewhere).await), (200, 200));
    age(&pool, 11).await;
    confirm(&ada).await;
    assert_eq!((change(&ada).await, change(&elsewhere).await), (200, 403));
    // Whatever else asks for the password confirms too.
    let key = json!({ "name": "Nightly", "scopes": ["read"], "days": 30 });
    elsewhere.server_fn("api-keys/create", json!({ "key": key, "password": PASSWORD })).await.ok();
    assert_eq!(change(&elsewhere).await, 200);
    // A session of a server of the version before does not say when.
    sqlx::query("UPDATE sessions SET confirmed_at = NULL").execute(&pool).await.unwrap();
    assert_eq!(change(&ada).await, 403);
    assert_eq!(change(&app.sign_in("ada@example.org").await).await, 200, "whoever signs in proved it");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn guesses_are_counted_as_at_sign_in(pool: PgPool) {
    let (app, clock) = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    age(&pool, 11).await;
    let before = Snapshot::take(&pool).await;
    let mut statuses = Vec::new();
    for n in 0..12 {
        statuses.push(ada.server_fn("identity/confirm", json!({ "password": format!("guess number {n}") })).await.status.as_u16());
    }
    assert_eq!(statuses, [[422; 10].as_slice(), &[429; 2]].concat());
    let busy = ada.server_fn("identity/confirm", json!({ "password": PASSWORD })).await.expect(429);
    assert!(busy.header(RETRY_AFTER).is_some());
    assert_eq!(before.changed(&pool).await, ["throttles"]);
    clock.advance(TimeDelta::seconds(61));
    confirm(&ada).await;
    ada.server_fn("my-data/request-export", json!({})).await.ok();
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn whoever_has_no_password_is_told_to_sign_in_again(pool: PgPool) {
    let (app, _) = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    sqlx::query("UPDATE users SET password_hash = ''").execute(&pool).await.unwrap();
    let terms: ConfirmationTerms = ada.server_fn("identity/confirmation-terms", json!({})).await.json();
    assert_eq!(terms, ConfirmationTerms { has_password: false, has_passkey: false, second_step: None });
    age(&pool, 11).await;
    ada.server_fn("identity/confirm", json!({ "password": "" })).await.expect(409);
    ada.server_fn("my-data/request-export", json!({})).await.expect(403);
    assert!(ada.get("/sign-in?next=/account").await.status.is_redirection());
    let page = ada.get("/sign-in?next=/account&again=true").await.expect(200);
    assert!(page.text.contains("Forgot password?") && page.text.contains("value=\"/account\""), "{}", page.text);
    // What they try there in vain is said, instead of leading them on to where they are refused once more.
    let wrong = [("email", "ada@example.org"), ("password", "something else"), ("next", "/account")];
    let page = ada.post_form("/sign-in", &wrong).await.expect(422);
    assert!(page.text.contains("The email address or the password is not right."), "{}", page.text);
    let page = ada.get("/sign-in?trouble=unknown-passkey&next=/account").await.expect(200);
    assert!(page.text.contains("This passkey does not open an account here."), "{}", page.text);
}
