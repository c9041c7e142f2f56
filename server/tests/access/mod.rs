//! Who may call what: one row per server function and plain route and way of looking at it; `access_coverage.rs` plays them.
//!
//! To add one: write a [`Row`] in the file of its noun. Its arguments are made afresh for every person, by the owner of the team.
//! [`cross_site`], [`foreign_keys`], [`extra_fields`] and [`extra_fields_of_deeds`] send the same calls as nobody may send them,
//! [`refused_events`] has the trail refuse their events, and [`routes`] looks for what is served without standing in the lists.
//! [`looking`] sends them in a view of somebody else's.
#![allow(clippy::disallowed_methods, reason = "tests arrange and look with statements of their own")]

mod api_keys;
mod audit;
mod call;
mod chat;
mod cross_site;
mod datasets;
pub mod deeds;
mod extra_fields;
mod extra_fields_of_deeds;
mod foreign_keys;
mod identity;
mod identity_providers;
mod licences;
mod looking;
mod mails;
mod models;
mod my_data;
mod onboarding;
mod passkeys;
mod people;
mod programs;
mod prompts;
mod refused_events;
mod roles;
mod routes;
pub mod screens;
mod sharing;
mod team;

pub use call::Call;
pub use programs::Key;
pub use refused_events::Trail;

use crate::support::{Answer, FakeProvider, Snapshot, TestApp, TestClient};
use domain::chat::{Asked, NewQuestion};
use domain::datasets::{NewDataset, Visibility};
use domain::models::{ModelSummary, ModelType, NewModel, ProviderKind};
use domain::prompts::PromptDraft;
use domain::{DatasetId, DocumentId, Permission, PromptId, Role};
use futures::future::BoxFuture;
use futures::{StreamExt as _, stream};
use programs::Programs;
use serde_json::{Value, json};
use services::Viewer;
use sqlx::PgPool;
use std::sync::atomic::{AtomicU32, Ordering};

/// The people, in the order of the statuses of a row.
pub const PEOPLE: [&str; 9] =
    ["anonymous", "other-team", "stranger", "viewer", "collaborator", "manager", "owner", "suspended", "administrator"];

/// Of [`PEOPLE`], the one outside of the owner's team.
pub const OUTSIDE: usize = 1;
const VIEWER: usize = 3;
const OWNER: usize = 6;
const ADMINISTRATOR: usize = 8;

/// Somebody who is suspended in the owner's team.
const LEFT_OUT: &str = "left-out@example.org";

/// What each of [`PEOPLE`] is answered.
pub type Statuses = [u16; 9];

/// Nobody has to sign in.
pub const EVERYBODY: Statuses = [200; 9];
/// Everybody who is signed in, about themselves or their own team.
pub const SIGNED_IN: Statuses = [401, 200, 200, 200, 200, 200, 200, 401, 200];
/// Something of the team, to be read by everybody in it.
pub const TEAM_READS: Statuses = [401, 404, 200, 200, 200, 200, 200, 401, 404];
/// Something of the team, to be changed by collaborators and up.
pub const TEAM_CHANGES: Statuses = [401, 404, 200, 403, 200, 200, 200, 401, 404];
/// Something everybody makes in their own team, from collaborators up.
pub const COLLABORATORS_MAKE: Statuses = [401, 200, 200, 403, 200, 200, 200, 401, 200];
/// Something for everybody on the installation, made by whoever runs a team or the installation.
pub const COMPANY_MAKES: Statuses = [401, 200, 422, 403, 422, 422, 200, 401, 200];
/// Something of the team that is opened to everybody on the installation by whoever runs the team.
pub const COMPANY_OPENS: Statuses = [401, 404, 422, 403, 422, 422, 200, 401, 404];
/// Something of the owner's own.
pub const PRIVATE: Statuses = [401, 404, 404, 404, 404, 404, 200, 401, 404];
/// Something of the installation.
pub const ADMINISTRATORS: Statuses = [401, 404, 404, 404, 404, 404, 404, 401, 200];

/// What one address answers whom.
pub struct Row {
    /// `POST /api/noun/verb`, or the method and path of a plain route as the router has it.
    pub route: &'static str,
    /// Which case of it this is.
    pub case: &'static str,
    /// What everybody is answered.
    pub statuses: Statuses,
    /// What a program is answered that comes with an API key of the owner, with every scope there is.
    pub by_key: u16,
    /// What it is answered with a key of the viewer's that may only read. What others are, [`Row::status_with`] says.
    pub by_reader: u16,
    /// Whether the call ends the session it is made with.
    pub ends_session: bool,
    /// What is sent.
    pub call: fn(&World) -> BoxFuture<'_, Call>,
}

/// Every row there is.
pub fn rows() -> Vec<Row> {
    [
        identity::rows(),
        identity_providers::rows(),
        passkeys::rows(),
        team::rows(),
        roles::rows(),
        models::rows(),
        datasets::rows(),
        prompts::rows(),
        chat::rows(),
        sharing::rows(),
        my_data::rows(),
        audit::rows(),
        mails::rows(),
        licences::rows(),
        onboarding::rows(),
        api_keys::rows(),
        people::rows(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A row of a server function.
pub fn function(endpoint: &'static str, case: &'static str, statuses: Statuses, call: fn(&World) -> BoxFuture<'_, Call>) -> Row {
    Row { route: endpoint, case, statuses, by_key: 404, by_reader: 404, ends_session: false, call }
}

impl Row {
    /// The call ends the session it is made with.
    pub fn ending_the_session(self) -> Self {
        Self { ends_session: true, ..self }
    }

    /// A program reaches it with an API key; the others do not exist for one. What it is answered with one of the owner's that may
    /// everything, and with one of the viewer's that may read.
    pub fn by_key(self, status: u16, reader: u16) -> Self {
        Self { by_key: status, by_reader: reader, ..self }
    }
}

/// A server, a team with somebody in every role, and somebody outside of it.
pub struct World {
    /// The server.
    pub app: TestApp,
    /// A provider that answers.
    pub provider: FakeProvider,
    /// The owner of the team.
    pub owner: Viewer,
    /// Manages the installation, from another team.
    pub administrator: Viewer,
    clients: Vec<TestClient>,
    /// Somebody who is suspended in the team, and signed in to their own since.
    left_out: TestClient,
    programs: Programs,
    count: AtomicU32,
}

impl World {
    /// Puts everybody in place.
    pub async fn start(pool: &PgPool) -> Self {
        let app = TestApp::start(pool).await;
        let administrator = app.sign_up("administrator@example.org").await;
        let owner = app.sign_up("owner@example.org").await;
        let mut clients = vec![app.anonymous(), app.sign_up("other-team@example.org").await];
        let roles = [
            ("stranger", Role::Collaborator),
            ("viewer", Role::Viewer),
            ("collaborator", Role::Collaborator),
            ("manager", Role::TeamManager),
        ];
        for (name, role) in roles {
            clients.push(app.sign_up_into(&owner, &format!("{name}@example.org"), role).await);
        }
        let suspended = app.sign_up_into(&owner, "suspended@example.org", Role::Owner).await;
        let provider = FakeProvider::start().await;
        let programs = Programs::make(&app, &clients, &owner, &suspended).await;
        app.suspend("suspended@example.org").await;
        let (owner_viewer, administrator_viewer) = (all_rights(&owner, false).await, all_rights(&administrator, true).await);
        let left_out = left_out(&app, &owner, &owner_viewer).await;
        clients.extend([owner, suspended, administrator]);
        Self {
            app,
            provider,
            owner: owner_viewer,
            administrator: administrator_viewer,
            clients,
            left_out,
            programs,
            count: AtomicU32::new(0),
        }
    }

    /// Makes one call as one of [`PEOPLE`]. A call that ends sessions is made with one of its own, and followed by a new one.
    pub async fn ask(&mut self, row: &Row, person: usize) -> Answer {
        let call = self.prepare(row, person).await;
        self.make(row, person, call).await
    }

    /// Makes one call as somebody who is suspended in the team, and works in their own since.
    pub async fn ask_left_out(&mut self, row: &Row) -> Answer {
        self.left_out = self.app.sign_in(LEFT_OUT).await;
        self.wait_for_answers().await;
        let call = (row.call)(self).await;
        call.send(row.route, &self.left_out).await
    }

    /// The call of a row, to be made next by this person.
    async fn prepare(&mut self, row: &Row, person: usize) -> Call {
        if ends_one(row, person) {
            self.sign_in_again(person).await;
        }
        self.wait_for_answers().await;
        (row.call)(self).await
    }

    /// Makes a call that [`Self::prepare`] gave.
    async fn make(&mut self, row: &Row, person: usize, call: Call) -> Answer {
        let answer = call.send(row.route, &self.clients[person]).await;
        if ends_one(row, person) {
            self.sign_in_again(person).await;
        }
        answer
    }

    /// Makes the call of a row as somebody whom it answers 200, once the licence is over; nothing where the row answers nobody so.
    /// What the call is about is made while it is valid.
    pub async fn ask_when_over(&mut self, row: &Row) -> Option<Answer> {
        let person = [OWNER, ADMINISTRATOR].into_iter().find(|person| row.statuses[*person] == 200)?;
        end_licence_in(&self.app.pool, 1).await;
        self.sign_in_again(person).await;
        self.wait_for_answers().await;
        let call = (row.call)(self).await;
        end_licence_in(&self.app.pool, 0).await;
        Some(call.send(row.route, &self.clients[person]).await)
    }

    /// Makes the call of a row as the owner or the administrator: the answer, and the tables in which something is different afterwards.
    /// Nothing where the row lets neither of them.
    pub async fn leave_traces(&mut self, row: &Row, trail: Trail) -> Option<(Answer, Vec<String>)> {
        let person = [OWNER, ADMINISTRATOR].into_iter().find(|person| matches!(row.statuses[*person], 200 | 303))?;
        self.stand_as_before().await;
        let call = self.prepare(row, person).await;
        self.wait_for_answers().await;
        let before = Snapshot::take_with_all_seen(&self.app.pool).await;
        trail.begin(&self.app.pool).await;
        let answer = call.send(row.route, &self.clients[person]).await;
        trail.end(&self.app.pool).await;
        self.wait_for_answers().await;
        let changed = before.changed(&self.app.pool).await;
        if ends_one(row, person) {
            self.sign_in_again(person).await;
        }
        Some((answer, changed))
    }

    /// The row before may have handed the team over, or counted a wrong password.
    async fn stand_as_before(&self) {
        let own_again = "UPDATE memberships SET roles = '{Owner}' WHERE team_id = $1 AND user_id = $2";
        let owner = sqlx::query(own_again).bind(self.owner.team_id).bind(self.owner.user_id);
        owner.execute(&self.app.pool).await.expect("an owner");
        sqlx::query("DELETE FROM throttles").execute(&self.app.pool).await.expect("nobody has to wait");
    }

    async fn forget_attempts(&self) {
        forget_attempts(&self.app.pool).await;
    }

    async fn wait_for_answers(&self) {
        wait_for_answers(&self.app.pool).await;
    }

    async fn sign_in_again(&mut self, person: usize) {
        let client = self.app.sign_in(&format!("{}@example.org", PEOPLE[person])).await;
        if matches!(PEOPLE[person], "stranger" | "viewer" | "collaborator" | "manager") {
            client.server_fn("identity/switch-team", json!({ "id": self.owner.team_id })).await.ok();
        }
        self.clients[person] = client;
    }

    /// A name nothing else has.
    pub fn fresh_name(&self) -> String {
        format!("thing {}", self.count.fetch_add(1, Ordering::Relaxed))
    }

    /// A dataset of the owner's.
    pub async fn dataset(&self, visibility: Visibility) -> DatasetId {
        let new = NewDataset { name: self.fresh_name(), description: String::new(), visibility, embedding_model_id: None };
        self.app.services.datasets().create(&self.owner, new).await.expect("a dataset").id
    }

    /// A document in a dataset of the owner's.
    pub async fn document(&self, visibility: Visibility) -> DocumentId {
        let dataset = self.dataset(visibility).await;
        let bytes = stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from_static(b"Some words."))]);
        let outcome = self.app.services.datasets().accept_upload(&self.owner, dataset, "words.txt", bytes).await.expect("an upload");
        outcome.document_id.expect("it was taken")
    }

    /// The same with its first page read.
    pub async fn read_document(&self, visibility: Visibility) -> DocumentId {
        let id = self.document(visibility).await;
        let insert = "INSERT INTO document_pages (document_id, number, team_id, text) VALUES ($1, 1, $2, 'Some words.')";
        sqlx::query(insert).bind(id).bind(self.owner.team_id).execute(&self.app.pool).await.expect("a page");
        id
    }

    /// A prompt of the owner's.
    pub async fn prompt(&self, visibility: Visibility) -> PromptId {
        let draft = PromptDraft { name: self.fresh_name(), visibility, ..PromptDraft::default() };
        self.app.services.prompts().create(&self.owner, draft).await.expect("a prompt").id
    }

    /// A question of the owner's, answered by the built-in model.
    pub async fn asked(&self) -> Asked {
        let question = NewQuestion { conversation_id: None, prompt_id: None, model_id: None, text: "What is this?".to_owned() };
        self.app.services.chat().ask(&self.owner, question).await.expect("a question")
    }

    /// The same, once it is answered.
    pub async fn answered(&self) -> Asked {
        let asked = self.asked().await;
        let generation = asked.answer.generation_id.expect("it is being written");
        if let Some(mut events) = self.app.services.chat().follow(&self.owner, generation, 0).await.expect("its events") {
            while events.next().await.is_some() {}
        }
        asked
    }

    /// A model of a provider that answers.
    pub async fn model(&self) -> ModelSummary {
        self.app.services.models().add(&self.administrator, self.new_model()).await.expect("a model")
    }

    /// What adds such a model.
    pub fn new_model(&self) -> NewModel {
        NewModel {
            provider: self.fresh_name(),
            kind: ProviderKind::OpenAiCompatible,
            base_url: self.provider.url.clone(),
            api_key: "secret".to_owned(),
            name: self.fresh_name().replace(' ', "-"),
            model_type: ModelType::Llm,
            context_size: 8_000,
        }
    }
}

/// Moves the end of the licence in force to so many days from now.
async fn end_licence_in(pool: &PgPool, days: i32) {
    let move_end = "UPDATE licences SET expires_at = now() + make_interval(days => $1) WHERE replaced_at IS NULL";
    sqlx::query(move_end).bind(days).execute(pool).await.expect("its end moves");
    forget_attempts(pool).await;
}

/// Keys and links that lead nowhere are counted: what earlier calls used up must not be missing in the next.
async fn forget_attempts(pool: &PgPool) {
    sqlx::query("DELETE FROM throttles").execute(pool).await.expect("nobody has to wait");
}

/// A team has a share of running answers: what earlier rows asked must not use it up.
async fn wait_for_answers(pool: &PgPool) {
    let running = "SELECT count(*) FROM generations WHERE status IN ('Pending', 'InProgress')";
    while sqlx::query_scalar::<_, i64>(running).fetch_one(pool).await.expect("a count") > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

/// Somebody who was let into the team and then suspended in it; they come in again, to their own team.
async fn left_out(app: &TestApp, owner: &TestClient, owner_viewer: &Viewer) -> TestClient {
    let client = app.sign_up_into(owner, LEFT_OUT, Role::Collaborator).await;
    let person = all_rights(&client, false).await.user_id;
    app.services.team().suspend(owner_viewer, person).await.expect("they are suspended");
    app.sign_in(LEFT_OUT).await
}

fn ends_one(row: &Row, person: usize) -> bool {
    row.ends_session && !matches!(PEOPLE[person], "anonymous" | "suspended")
}

async fn all_rights(client: &TestClient, is_system_administrator: bool) -> Viewer {
    let info: domain::ViewerInfo = client.server_fn("identity/viewer", Value::Null).await.json();
    Viewer {
        user_id: info.user_id,
        team_id: info.team_id,
        session_id: None,
        api_key: None,
        is_system_administrator,
        must_set_up_two_step: false,
        permissions: Permission::ALL.to_vec(),
        seen_by: None,
        came_from: services::CameFrom::default(),
    }
}

/// In these a person is called by the name they chose, which may look like anybody's address, and by their own where they chose none.
const CALLED_AS_CHOSEN: [&str; 6] =
    ["member.left", "member.made-owner", "member.reinstated", "member.removed", "member.roles-changed", "member.suspended"];

/// Other acts whose name is the address of their person and that `forget_person` does not learn it from.
pub async fn addresses_not_learned(pool: &PgPool) -> Vec<String> {
    let actions = "SELECT DISTINCT action FROM audit_events
                   WHERE target_type = 'Person' AND target_name LIKE '%@%' AND action <> ALL ($1)
                     AND strpos((SELECT prosrc FROM pg_proc WHERE proname = 'forget_person'), quote_literal(action)) = 0";
    sqlx::query_scalar(actions).bind(CALLED_AS_CHOSEN.as_slice()).fetch_all(pool).await.expect("the trail")
}
