//! The rules and the SQL: what Lyceum does, for whom, on which rows.
//!
//! The invariant: a public function takes `&Viewer` first, and team rows are read and written in a [`TeamTx`] only.
//! Each noun has a folder: rules in its verbs, SQL in its `queries.rs`. Next: [`Services`], the one handle to all of it.

pub mod api_keys;
pub mod audit;
pub mod chat;
mod clock;
pub mod datasets;
mod db;
mod error;
pub mod identity;
pub mod identity_providers;
pub mod jobs;
pub mod licences;
pub mod mails;
pub mod models;
pub mod my_data;
pub mod onboarding;
pub mod passkeys;
pub mod people;
pub mod prompts;
pub mod roles;
pub mod search;
mod secrets;
pub mod sharing;
pub mod sign_ins;
pub mod team;
#[cfg(any(test, feature = "testing"))]
#[allow(clippy::disallowed_methods, reason = "tests look at rows that the code has no query for")]
pub mod testing;
mod viewer;
mod written;

pub use clock::{Clock, MockClock, SystemClock};
pub use db::{Db, MIGRATIONS, MigrationError, SystemRead, SystemTx, TeamTx};
pub use error::{Cause, Error, OnConstraint, Result, report, report_unavailable};
pub use secrets::{Keyring, KeyringError};
pub use viewer::{CameFrom, Viewer, only_looking};

use egress::EgressClient;
use llm::MiniLmEmbedder;
use object_store::ObjectStore;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Who may make an account once there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignUp {
    /// People with an invitation.
    Invited,
    /// Everybody.
    Open,
}

/// What the rules need to know of this installation; made from the server's configuration.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where people reach it, without a trailing slash; links are built from this alone.
    pub public_url: String,
    /// Who may make an account.
    pub sign_up: SignUp,
    /// The largest file taken, in bytes.
    pub max_upload_bytes: u64,
    /// The program that extracts text, and its arguments: this binary's `extract`.
    pub extractor: (PathBuf, Vec<String>),
    /// How long a session lives without being used.
    pub session_lifetime: Duration,
    /// The key licences are signed with; without one none is taken.
    pub licence_key: Option<licences::LicenceKey>,
}

/// The parts the services are built from; tests replace what they need to.
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Seals the secrets that are stored.
    pub keyring: Keyring,
    /// Holds the bytes of documents.
    pub objects: Arc<dyn ObjectStore>,
    /// The only way out.
    pub egress: Arc<EgressClient>,
    /// Sends mail, where that is set up.
    pub mailer: Option<egress::Mailer>,
    /// The built-in embedding model.
    pub minilm: Arc<MiniLmEmbedder>,
    /// What is configured.
    pub settings: Settings,
}

/// The one handle to all rules; cheap to clone.
#[derive(Clone)]
pub struct Services {
    pub(crate) parts: Arc<Parts>,
    pub(crate) chat_runtime: Arc<chat::Runtime>,
}

impl Services {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        Self { parts: Arc::new(parts), chat_runtime: Arc::new(chat::Runtime::new()) }
    }

    /// The database, for health checks and workers.
    pub fn db(&self) -> &Db {
        &self.parts.db
    }

    /// What is configured.
    pub fn settings(&self) -> &Settings {
        &self.parts.settings
    }

    /// People, sessions, accounts.
    pub fn identity(&self) -> identity::Identity<'_> {
        identity::Identity { services: self }
    }

    /// Who vouches for people.
    pub fn identity_providers(&self) -> identity_providers::IdentityProviders<'_> {
        identity_providers::IdentityProviders { services: self }
    }

    /// What people's devices keep for signing in.
    pub fn passkeys(&self) -> passkeys::Passkeys<'_> {
        passkeys::Passkeys { services: self }
    }

    /// Everybody on the installation.
    pub fn people(&self) -> people::People<'_> {
        people::People { services: self }
    }

    /// The record of sign-ins.
    pub fn sign_ins(&self) -> sign_ins::SignIns<'_> {
        sign_ins::SignIns { services: self }
    }

    /// Members and invitations.
    pub fn team(&self) -> team::Team<'_> {
        team::Team { services: self }
    }

    /// What each role may do.
    pub fn roles(&self) -> roles::Roles<'_> {
        roles::Roles { services: self }
    }

    /// Providers and models.
    pub fn models(&self) -> models::Models<'_> {
        models::Models { services: self }
    }

    /// Mails, and what became of them.
    pub fn mails(&self) -> mails::Mails<'_> {
        mails::Mails { services: self }
    }

    /// What the installation may be used for, and by whom.
    pub fn licences(&self) -> licences::Licences<'_> {
        licences::Licences { services: self }
    }

    /// Background work.
    pub fn jobs(&self) -> jobs::Jobs<'_> {
        jobs::Jobs { services: self }
    }

    /// Datasets and their documents.
    pub fn datasets(&self) -> datasets::Datasets<'_> {
        datasets::Datasets { services: self }
    }

    /// Hybrid search.
    pub fn search(&self) -> search::Search<'_> {
        search::Search { services: self }
    }

    /// Saved assistants.
    pub fn prompts(&self) -> prompts::Prompts<'_> {
        prompts::Prompts { services: self }
    }

    /// With whom private things are shared, and who may see what.
    pub fn sharing(&self) -> sharing::Sharing<'_> {
        sharing::Sharing { services: self }
    }

    /// Keys of programs.
    pub fn api_keys(&self) -> api_keys::ApiKeys<'_> {
        api_keys::ApiKeys { services: self }
    }

    /// What a person takes along.
    pub fn my_data(&self) -> my_data::MyData<'_> {
        my_data::MyData { services: self }
    }

    /// Getting started.
    pub fn onboarding(&self) -> onboarding::Onboarding<'_> {
        onboarding::Onboarding { services: self }
    }

    /// The trail of what was done.
    pub fn audit(&self) -> audit::Audit<'_> {
        audit::Audit { services: self }
    }

    /// Conversations and answers.
    pub fn chat(&self) -> chat::Chat<'_> {
        chat::Chat { services: self }
    }
}
