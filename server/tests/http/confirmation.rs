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
use domain::{IdentityProviderId, Role, ViewerInfo};
use serde_json::{Value, json};
use server::router::plain_routes;
use services::MockClock;
use sqlx::PgPool;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What asks.
const GUARDED: [&str; 24] = [
    "POST /api/identity-providers/allow-own-way",
    "POST /api/identity-providers/remove",
    "POST /api/identity-providers/require-two-step",
    "POST /api/identity-providers/save",
    "POST /api/identity-providers/set-enabled",
    "POST /api/licences/install",
    "POST /api/models/add",
    "POST /api/models/update-address",
    "POST /api/models/update-key",
    "POST /api/my-data/find-export",
    "POST /api/my-data/request-export",
    "POST /api/people/make-administrator",
    "POST /api/people/suspend",
    "POST /api/people/take-administration",
    "POST /api/roles/change",
    "POST /api/team/change-roles",
    "POST /api/team/delete",
    "POST /api/team/hand-over",
    "POST /api/team/import",
    "POST /api/team/invite",
    "POST /api/team/remove-member",
    "POST /api/team/resend-invitation",
    "POST /api/team/view-as",
    "GET /api/exports/{id}/file",
];

/// What does not, of the nouns that hold something dangerous: it reads, it gives nobody power over others and their data, or it asks for
/// the password itself.
const UNGUARDED: [&str; 46] = [
    "/api/identity-providers/overview",
    "/api/identity-providers/own-ways",
    "/api/identity-providers/pending-link",
    "/api/identity-providers/start-link",
    "/api/identity-providers/test",
    "/api/identity-providers/two-step-rule",
    "/api/identity-providers/unlink",
    "/api/identity-providers/ways",
    "/api/licences/free-seat",
    "/api/licences/give-seat",
    "/api/licences/overview",
    "/api/licences/seats",
    "/api/models/list",
    "/api/models/make-default",
    "/api/models/overview",
    "/api/models/remove",
    "/api/models/test",
    "/api/models/test-draft",
    "/api/my-data/delete-account",
    "/api/my-data/deletion-terms",
    "/api/my-data/exports",
    "/api/my-data/keep-account",
    "/api/people/list",
    "/api/people/reinstate",
    "/api/roles/matrix",
    "/api/team/belongings",
    "/api/team/by-address",
    "/api/team/create",
    "/api/team/create-group",
    "/api/team/delete-group",
    "/api/team/deleted",
    "/api/team/groups",
    "/api/team/invitations",
    "/api/team/members",
    "/api/team/preview-import",
    "/api/team/reinstate",
    "/api/team/rename",
    "/api/team/rename-group",
    "/api/team/restore",
    "/api/team/revoke-invitation",
    "/api/team/set-group-members",
    "/api/team/settings",
    "/api/team/stop-viewing",
    "/api/team/suspend",
    "/api/team/teams",
    "/api/team/update-settings",
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
    stranger: ViewerInfo,
    invitation: InvitationSent,
    identity_provider: IdentityProviderSummary,
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

impl Scene {
    async fn start(pool: &PgPool) -> Self {
        let (app, _) = start(pool).await;
        let provider = FakeProvider::start().await;
        let ada = app.sign_up("ada@example.org").await;
        let carol = app.sign_up("carol@example.org").await;
        let eve = app.sign_up("eve@example.org").await;
        let grace = app.sign_up_into(&ada, "grace@example.org", Role::Collaborator).await;
        let leaver = app.sign_up_into(&ada, "mary@example.org", Role::Viewer).await;
        let beside_carol = app.sign_up_into(&carol, "vera@example.org", Role::Viewer).await;
        let invite = json!({ "email": "asked@example.org", "role": "Owner" });
        let save = json!({ "id": IdentityProviderId::new(), "draft": draft("Our provider") });
        let export = ada.server_fn("my-data/request-export", json!({})).await.json();
        app.services.jobs().run_due_once().await.expect("it is put together");
        Self {
            colleague: grace.server_fn("identity/viewer", Value::Null).await.json(),
            leaver: leaver.server_fn("identity/viewer", Value::Null).await.json(),
            looking: app.sign_in("carol@example.org").await,
            beside_carol: beside_carol.server_fn("identity/viewer", Value::Null).await.json(),
            stranger: eve.server_fn("identity/viewer", Value::Null).await.json(),
            invitation: ada.server_fn("team/invite", invite).await.json(),
            identity_provider: ada.server_fn("identity-providers/save", save).await.json(),
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
            ("POST /api/team/invite", json!({ "email": "jane@example.org", "role": "Owner" })),
            ("POST /api/team/resend-invitation", json!({ "id": self.invitation.invitation.id, "days": 7 })),
            ("POST /api/team/import", json!({ "import": { "text": "jo@example.org,,,owner", "role": "Viewer", "days": 7 } })),
            ("POST /api/identity-providers/save", json!({ "id": IdentityProviderId::new(), "draft": draft("Another") })),
            ("POST /api/identity-providers/set-enabled", json!({ "id": self.identity_provider.id, "is_enabled": false })),
            ("POST /api/identity-providers/remove", json!({ "id": self.identity_provider.id })),
            ("POST /api/identity-providers/allow-own-way", json!({ "way": "passkeys", "is_allowed": false })),
            ("POST /api/identity-providers/require-two-step", json!({ "required_of": "nobody" })),
            ("POST /api/roles/change", json!({ "change": { "role": "Viewer", "permission": "ManagePrompts", "granted": true } })),
            ("POST /api/models/update-key", json!({ "provider_id": provider, "api_key": "another" })),
            ("POST /api/models/update-address", json!({ "provider_id": provider, "base_url": self.provider.url, "api_key": "a third" })),
            ("POST /api/models/add", json!({ "model": model(&self.provider, "two") })),
            ("POST /api/my-data/find-export", json!({ "id": self.export.id })),
            ("GET /api/exports/{id}/file", Value::Null),
            ("POST /api/my-data/request-export", json!({})),
            ("POST /api/people/make-administrator", json!({ "user_id": stranger })),
            ("POST /api/people/take-administration", json!({ "user_id": stranger })),
            ("POST /api/people/suspend", json!({ "user_id": stranger })),
            ("POST /api/licences/install", json!({ "text": services::licences::testing::licence("L-1", 50) })),
            ("POST /api/team/remove-member", json!({ "user_id": self.leaver.user_id })),
            ("POST /api/team/hand-over", json!({ "user_id": colleague })),
        ];
        let by_carol = [("POST /api/team/delete", json!({ "name": "carol’s team" }))];
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

#[test]
fn what_a_dangerous_noun_offers_is_asked_about_or_known_to_need_no_asking() {
    let nouns = ["identity-providers", "licences", "models", "my-data", "people", "roles", "team"].map(|noun| format!("/api/{noun}/"));
    let functions = server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned());
    let offered: BTreeSet<String> = functions.filter(|path| nouns.iter().any(|noun| path.starts_with(noun))).collect();
    let guarded = GUARDED.iter().filter_map(|route| route.strip_prefix("POST "));
    let known: BTreeSet<String> = guarded.chain(UNGUARDED).map(str::to_owned).collect();
    let unknown: Vec<&String> = offered.symmetric_difference(&known).collect();
    assert!(unknown.is_empty(), "dangerous or not? {unknown:?}");
    assert!(plain_routes().any(|route| route.path == "/api/exports/{id}/file"));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn what_gives_nobody_power_is_not_asked_about(pool: PgPool) {
    let scene = Scene::start(&pool).await;
    age(&pool, 11).await;
    let invite = json!({ "email": "ellen@example.org", "role": "TeamManager" });
    scene.ada.server_fn("team/invite", invite).await.ok();
    let roles = json!({ "user_id": scene.colleague.user_id, "roles": ["Viewer"] });
    scene.ada.server_fn("team/change-roles", roles).await.ok();
    let mut fresh = model(&scene.provider, "three");
    fresh["provider"] = json!("A new one");
    scene.ada.server_fn("models/add", json!({ "model": fresh })).await.ok();
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
}
