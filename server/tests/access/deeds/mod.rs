//! Deeds: calls that come after others, of the routes whose rows show refusals alone: success takes a mailed code, a passkey, an identity
//! provider before. `access_coverage.rs` does them, with a licence and without.
//!
//! To add one: write a [`Deed`] in the file of its noun. It takes the steps before as somebody new, on the [`Stage`] that all of them
//! share, and gives who makes the last call and what is sent.

mod account;
mod installation;
mod passkeys;
mod providers;
mod sign_in;
mod team;

use super::{Call, Trail, end_licence_in, forget_attempts, wait_for_answers};
use crate::support::{Answer, FakeIdentityProvider, FakeMailServer, PASSWORD, ReceivedMail, Snapshot, TestApp, TestClient};
use app::error::AppError;
use axum::http::header::LOCATION;
use domain::{IdentityProviderId, Role, ViewerInfo};
use futures::future::BoxFuture;
use serde_json::json;
use services::MockClock;
use services::licences::testing::licence;
use sqlx::PgPool;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Where people reach the server; browsers bind passkeys to the name in it.
const ADDRESS: &str = "http://localhost:3000";
const ADMINISTRATOR: &str = "administrator@example.org";
/// More than there are people.
const SEATS: u32 = 500;

/// The steps before a call: who makes it, and what is sent.
pub type Prepare = fn(&Stage) -> BoxFuture<'_, (TestClient, Call)>;

/// A call that comes after others.
pub struct Deed {
    /// As in the rows.
    pub route: &'static str,
    /// Which case of it this is.
    pub case: &'static str,
    /// Takes the steps before.
    pub prepare: Prepare,
    /// How the address begins that a plain route leads to when it succeeds; a server function succeeds with 200.
    pub leads_to: Option<&'static str>,
}

/// Every deed there is. Those of the installation come last: under a licence whoever comes in takes a seat, which is an event.
pub fn deeds() -> Vec<Deed> {
    [sign_in::deeds(), account::deeds(), passkeys::deeds(), providers::deeds(), team::deeds(), installation::deeds()]
        .into_iter()
        .flatten()
        .collect()
}

/// A deed by a server function.
fn function(route: &'static str, case: &'static str, prepare: Prepare) -> Deed {
    Deed { route, case, prepare, leads_to: None }
}

/// A deed by a plain route.
fn plain(route: &'static str, case: &'static str, leads_to: &'static str, prepare: Prepare) -> Deed {
    Deed { route, case, prepare, leads_to: Some(leads_to) }
}

/// A form that is posted.
fn form(path: &str, fields: &[(&'static str, &str)]) -> Call {
    Call::Form(path.to_owned(), fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect())
}

/// The password of everybody, as the only argument.
fn password() -> Call {
    Call::Arguments(json!({ "password": PASSWORD }))
}

impl Deed {
    /// Whether this is the answer to a deed that was done. What goes wrong on a plain route may be a redirect as well, which names the
    /// trouble.
    pub fn is_done(&self, answer: &Answer) -> bool {
        let Some(start) = self.leads_to else { return answer.status == 200 };
        let onward = answer.header(LOCATION).unwrap_or_default();
        answer.status == 303 && onward.starts_with(start) && !onward.contains("trouble=")
    }

    /// The deed and its answer, for whoever reads of a failure.
    pub fn describe(&self, answer: &Answer) -> String {
        let onward = answer.header(LOCATION).unwrap_or_default();
        format!("{} ({}): {} {onward} {:.200}", self.route, self.case, answer.status.as_u16(), answer.text)
    }
}

/// Whether an answer refuses because the licence is over: a function in a word, a form in a sentence on its page, and the way back from an
/// identity provider by leading to the sign-in screen.
pub fn is_read_only(answer: &Answer) -> bool {
    let is_told = answer.text == "\"ReadOnly\"" || answer.text.contains(&AppError::ReadOnly.to_string());
    let is_sent_back = answer.header(LOCATION).is_some_and(|onward| onward.contains("trouble=licence-over"));
    (answer.status == 403 && is_told) || (answer.status == 303 && is_sent_back)
}

/// A server with mail, passkeys, an identity provider that makes accounts, and a clock that stands still: no session notes that it was
/// seen.
pub struct Stage {
    /// The server.
    pub app: TestApp,
    /// What it sends.
    pub mail: FakeMailServer,
    /// Its time.
    pub clock: Arc<MockClock>,
    vouching: FakeIdentityProvider,
    provider: IdentityProviderId,
    count: AtomicU32,
}

impl Stage {
    /// Puts everything in place.
    pub async fn start(pool: &PgPool) -> Self {
        let mail = FakeMailServer::start().await;
        let clock = Arc::new(MockClock::at(chrono::Utc::now()));
        let (mailer, its_clock) = (mail.mailer(), clock.clone());
        let app = TestApp::start_with(pool, |parts| {
            ADDRESS.clone_into(&mut parts.settings.public_url);
            parts.mailer = Some(mailer);
            parts.clock = its_clock;
        });
        let (app, vouching, provider) = (app.await, FakeIdentityProvider::start().await, IdentityProviderId::new());
        let administrator = app.sign_up(ADMINISTRATOR).await;
        administrator.server_fn("identity-providers/save", json!({ "id": provider, "draft": vouching.draft() })).await.ok();
        Self { app, mail, clock, vouching, provider, count: AtomicU32::new(0) }
    }

    /// Takes the steps before a deed: who makes its call, and what is sent.
    pub async fn take_steps(&self, deed: &Deed) -> (TestClient, Call) {
        forget_attempts(&self.app.pool).await;
        let taken = (deed.prepare)(self).await;
        wait_for_answers(&self.app.pool).await;
        taken
    }

    /// Does a deed: its answer, and the tables in which something is different afterwards.
    pub async fn leave_traces(&self, deed: &Deed, trail: Trail) -> (Answer, Vec<String>) {
        let (client, call) = self.take_steps(deed).await;
        let before = Snapshot::take(&self.app.pool).await;
        trail.begin(&self.app.pool).await;
        let answer = call.send(deed.route, &client).await;
        trail.end(&self.app.pool).await;
        wait_for_answers(&self.app.pool).await;
        let changed = before.changed(&self.app.pool).await;
        (answer, changed)
    }

    /// Does a deed once the licence is over. The steps before are taken while it is valid.
    pub async fn act_when_over(&self, deed: &Deed) -> Answer {
        end_licence_in(&self.app.pool, 1).await;
        let (client, call) = (deed.prepare)(self).await;
        wait_for_answers(&self.app.pool).await;
        end_licence_in(&self.app.pool, 0).await;
        call.send(deed.route, &client).await
    }

    /// Has a deed's last call made by an owner who sees the team as whoever would do the deed: the answer, and the tables in which
    /// something is different afterwards. Who is not signed in yet leaves what they would send to somebody who is.
    pub async fn act_in_view(&self, deed: &Deed) -> (Answer, Vec<String>) {
        forget_attempts(&self.app.pool).await;
        let (client, call) = (deed.prepare)(self).await;
        let is_signed_in = client.server_fn("identity/viewer", json!({})).await.status == 200;
        let seen = if is_signed_in { client } else { self.person().await.0 };
        let person: ViewerInfo = seen.server_fn("identity/viewer", json!({})).await.json();
        let looker = self.app.sign_up_into(&seen, &self.fresh_address(), Role::Owner).await;
        looker.server_fn("team/view-as", json!({ "user_id": person.user_id })).await.ok();
        wait_for_answers(&self.app.pool).await;
        let before = Snapshot::take(&self.app.pool).await;
        let answer = call.send(deed.route, &looker).await;
        wait_for_answers(&self.app.pool).await;
        let changed = before.changed(&self.app.pool).await;
        (answer, changed)
    }

    /// Puts a licence in force that nobody had before.
    pub async fn install_licence(&self) {
        let text = licence(&self.fresh("L"), SEATS);
        self.administrator().await.server_fn("licences/install", json!({ "text": text })).await.ok();
    }

    /// Who manages the installation, signed in just now.
    async fn administrator(&self) -> TestClient {
        self.app.sign_in(ADMINISTRATOR).await
    }

    /// Somebody new with a password and a team of their own, signed in just now, and their address.
    async fn person(&self) -> (TestClient, String) {
        let email = self.fresh_address();
        (self.app.sign_up(&email).await, email)
    }

    /// Somebody new whose second step is a code that is mailed.
    async fn person_with_mailed_step(&self) -> (TestClient, String) {
        let (client, email) = self.person().await;
        let token: String = client.server_fn("identity/start-mailed-two-step", json!({ "password": PASSWORD })).await.json();
        let code = self.code_to(&email).await;
        client.server_fn("identity/confirm-mailed-two-step", json!({ "token": token, "code": code })).await.ok();
        (client, email)
    }

    /// The latest mail to an address in which these words stand.
    async fn mail_to(&self, email: &str, words: &str) -> ReceivedMail {
        self.app.run_jobs().await;
        let latest = self.mail.mails().into_iter().rfind(|mail| mail.to == [email] && mail.words().contains(words));
        latest.unwrap_or_else(|| panic!("no mail to {email} says “{words}”"))
    }

    /// The code that was mailed to an address last.
    async fn code_to(&self, email: &str) -> String {
        let words = self.mail_to(email, "Your code is ").await.words();
        let (_, rest) = words.split_once("Your code is ").expect("it was looked for");
        rest[..6].to_owned()
    }

    /// A name nothing else has.
    fn fresh(&self, what: &str) -> String {
        format!("{what}-{}", self.count.fetch_add(1, Ordering::Relaxed))
    }

    /// An address nobody has.
    fn fresh_address(&self) -> String {
        format!("{}@example.org", self.fresh("person"))
    }
}
