//! The whole server under test: the real router on a loopback port, on a database of its own, with a provider that follows a script.
//!
//! ```ignore
//! let app = TestApp::start(&pool).await;
//! let ada = app.sign_up("ada@example.org").await;
//! let datasets = ada.server_fn("datasets/list", json!({"page": {"index": 0, "size": 50}})).await.ok();
//! ```
#![allow(clippy::disallowed_methods, reason = "tests arrange and look with statements of their own")]
#![allow(dead_code, unused_imports, reason = "every test binary uses a part of it")]

mod authenticator;
mod client;
mod encode;
mod even_time;
mod oidc;
mod provider;
mod reading;
mod smtp;
mod snapshot;

pub use authenticator::Authenticator;
pub use client::{Answer, TestClient};
pub use encode::form;
pub use even_time::{MOST_ROUNDS, Quickest, ROUNDS};
pub use oidc::{CLIENT_ID, CLIENT_SECRET, FakeIdentityProvider, Lie};
pub use provider::{FakeProvider, Script, Step};
pub use reading::READING;
pub use smtp::{FakeMailServer, ReceivedMail};
pub use snapshot::{NOTHING, RowCounts, Snapshot};

use domain::{Role, TeamId, UserId};
use leptos::config::LeptosOptions;
use server::peer::TrustedProxies;
use server::router::{AppState, build_router};
use services::identity::{NewPerson, Origin};
use services::{CameFrom, MockClock, Parts, Services, SignUp, Viewer, testing};
use sqlx::PgPool;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// The password of everybody the tests sign up.
pub const PASSWORD: &str = "correct horse battery staple";

/// A running server. It stops when dropped.
pub struct TestApp {
    /// `http://127.0.0.1:<port>`.
    pub url: String,
    /// The services behind it, for arranging and for looking.
    pub services: Services,
    /// The database, as its owner.
    pub pool: PgPool,
    /// Cancelling it is the request to stop.
    pub shutdown: CancellationToken,
    site: tempfile::TempDir,
}

impl TestApp {
    /// Anybody may sign up.
    pub async fn start(pool: &PgPool) -> Self {
        Self::start_with(pool, |_| {}).await
    }

    /// With parts changed before the services are made from them.
    pub async fn start_with(pool: &PgPool, change: impl FnOnce(&mut Parts)) -> Self {
        Self::start_behind(pool, "", change).await
    }

    /// With a mail server, and a clock that a test turns.
    pub async fn start_with_mail(pool: &PgPool) -> (Self, FakeMailServer, Arc<MockClock>) {
        let server = FakeMailServer::start().await;
        let clock = Arc::new(MockClock::at(chrono::Utc::now()));
        let (mailer, its_clock) = (server.mailer(), clock.clone());
        let app = Self::start_with(pool, |parts| {
            parts.mailer = Some(mailer);
            parts.clock = its_clock;
        });
        (app.await, server, clock)
    }

    /// Runs the jobs that are due, and those they make.
    pub async fn run_jobs(&self) {
        while self.services.jobs().run_due_once().await.expect("jobs run") > 0 {}
    }

    /// Behind proxies of these networks.
    pub async fn start_behind(pool: &PgPool, proxies: &str, change: impl FnOnce(&mut Parts)) -> Self {
        let trusted_proxies = TrustedProxies::parse(proxies).expect("networks");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address: SocketAddr = listener.local_addr().expect("it is bound");
        let url = format!("http://{address}");
        let mut parts = testing::parts(pool);
        parts.settings.public_url.clone_from(&url);
        parts.settings.sign_up = SignUp::Open;
        change(&mut parts);
        let services = Services::new(parts);
        let site = site();
        let shutdown = CancellationToken::new();
        let leptos_options = LeptosOptions::builder()
            .output_name("lyceum")
            .site_root(site.path().display().to_string())
            .site_pkg_dir("pkg")
            .hash_files(true)
            .build();
        let state = AppState { services: services.clone(), leptos_options, shutdown: shutdown.clone(), trusted_proxies };
        let router = build_router(state, axum::Router::new());
        let stop = shutdown.clone();
        tokio::spawn(async move {
            let service = router.into_make_service_with_connect_info::<SocketAddr>();
            axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned()).await
        });
        Self { url, services, pool: pool.clone(), shutdown, site }
    }

    /// A browser that has not signed in.
    pub fn anonymous(&self) -> TestClient {
        TestClient::new(&self.url)
    }

    /// A person with an account and a team of their own, signed in.
    pub async fn sign_up(&self, email: &str) -> TestClient {
        let client = self.anonymous();
        let first_name = email.split('@').next().unwrap_or("Ada");
        if self.services.mails().is_set_up() && self.has_people().await {
            self.make_account(first_name, email).await;
            return self.sign_in(email).await;
        }
        let form = [("first_name", first_name), ("last_name", "Tester"), ("email", email), ("password", PASSWORD)];
        client.post_form("/sign-up", &form).await.expect_redirect("/chat");
        client
    }

    /// Makes an account at once, where it would wait for its mail otherwise.
    async fn make_account(&self, first_name: &str, email: &str) {
        let person = NewPerson {
            first_name: first_name.to_owned(),
            last_name: "Tester".to_owned(),
            email: email.to_owned(),
            password: PASSWORD.to_owned().into(),
            invitation: None,
        };
        let origin = Origin { ip: Ipv4Addr::LOCALHOST.into(), user_agent: "Tests".to_owned() };
        let services = testing::without_mail(&self.services, &self.pool);
        services.identity().sign_up(person, origin).await.expect("an account");
    }

    async fn has_people(&self) -> bool {
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM users)").fetch_one(&self.pool).await.expect("whether there are people")
    }

    /// Signs somebody in who has an account.
    pub async fn sign_in(&self, email: &str) -> TestClient {
        let client = self.anonymous();
        client.post_form("/sign-in", &[("email", email), ("password", PASSWORD)]).await.expect_redirect("/chat");
        client
    }

    /// A new person who works in the team of `colleague` with one role, signed in there.
    pub async fn sign_up_into(&self, colleague: &TestClient, email: &str, role: Role) -> TestClient {
        let team = colleague.team().await;
        let client = self.sign_up(email).await;
        self.add_member(team, email, role).await;
        client.server_fn("identity/switch-team", serde_json::json!({ "id": team })).await.ok();
        client
    }

    /// Puts somebody into a team.
    pub async fn add_member(&self, team: TeamId, email: &str, role: Role) {
        let insert = "INSERT INTO memberships (team_id, user_id, roles) SELECT $1, id, ARRAY[$2] FROM users WHERE email = $3";
        sqlx::query(insert).bind(team).bind(role.as_str()).bind(email).execute(&self.pool).await.expect("a new membership");
    }

    /// Suspends somebody, as an administrator of the installation does.
    pub async fn suspend(&self, email: &str) {
        let find = "SELECT id FROM users WHERE email = $1";
        let person: UserId = sqlx::query_scalar(find).bind(email).fetch_one(&self.pool).await.expect("a person");
        let administrator = self.administrator_beside(person).await;
        self.services.people().suspend(&administrator, person).await.expect("suspended");
    }

    /// An administrator who is not this person: one there is, or else a new one.
    async fn administrator_beside(&self, person: UserId) -> Viewer {
        let find = "SELECT users.id, team_id FROM users JOIN memberships ON memberships.user_id = users.id
                    WHERE is_system_administrator AND users.suspended_at IS NULL AND users.id <> $1 LIMIT 1";
        let known: Option<(UserId, TeamId)> = sqlx::query_as(find).bind(person).fetch_optional(&self.pool).await.expect("people");
        if let Some((user_id, team_id)) = known {
            return Viewer {
                user_id,
                team_id,
                session_id: None,
                api_key: None,
                is_system_administrator: true,
                must_set_up_two_step: false,
                permissions: Vec::new(),
                seen_by: None,
                came_from: CameFrom::default(),
            };
        }
        let warden = testing::owner(&self.services, "warden@example.org").await;
        let promote = sqlx::query("UPDATE users SET is_system_administrator = true WHERE id = $1").bind(warden.user_id);
        promote.execute(&self.pool).await.expect("an administrator");
        Viewer { is_system_administrator: true, ..warden }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

/// A site with the files a page asks for.
fn site() -> tempfile::TempDir {
    let site = tempfile::tempdir().expect("a folder for the site");
    std::fs::create_dir(site.path().join("pkg")).expect("a folder in it");
    for (name, content) in [
        ("pkg/lyceum.css", "body{}"),
        ("pkg/lyceum.js", "export default 0"),
        ("pkg/lyceum.js.br", "not really brotli"),
        ("favicon.svg", "<svg/>"),
    ] {
        std::fs::write(site.path().join(name), content).expect("a file of the site");
    }
    site
}
