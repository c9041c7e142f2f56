//! Programs: the callers of the matrix that come with an API key, and what the rows say that each is answered.

use super::{OUTSIDE, Row, VIEWER, World, all_rights};
use crate::support::{Answer, PASSWORD, TestApp, TestClient};
use domain::api_keys::{ApiScope, NewApiKey};

/// Programs, each with an API key.
pub(super) struct Programs {
    /// Of the owner, for everything.
    all: TestClient,
    /// Of the viewer, for reading.
    reader: TestClient,
    /// Of somebody who was suspended after it was made.
    suspended: TestClient,
    /// Of the owner of another team, for everything.
    foreign: TestClient,
}

/// With whose key a program comes.
#[derive(Clone, Copy)]
pub enum Key {
    /// The owner's, with every scope there is.
    All,
    /// The viewer's, with the scope to read.
    Reader,
    /// That of somebody suspended, with every scope there is.
    Suspended,
    /// That of the owner of another team, made there, with every scope there is.
    Foreign,
}

impl Key {
    /// All of them, and whose each is.
    pub const EVERY: [(Self, &'static str); 4] = [
        (Self::All, "the owner's"),
        (Self::Reader, "the viewer's"),
        (Self::Suspended, "somebody suspended's"),
        (Self::Foreign, "another team's"),
    ];
}

impl Row {
    /// What a program is answered that comes with this key. With one of another team it is answered as people outside are, where keys are
    /// taken at all.
    pub fn status_with(&self, key: Key) -> u16 {
        match key {
            Key::All => self.by_key,
            Key::Reader => self.by_reader,
            Key::Suspended => 401,
            Key::Foreign if self.by_key == 404 => 404,
            Key::Foreign => self.statuses[OUTSIDE],
        }
    }
}

impl Programs {
    /// Makes their keys. `clients` are those of [`super::PEOPLE`] as far as they are there.
    pub(super) async fn make(app: &TestApp, clients: &[TestClient], owner: &TestClient, suspended: &TestClient) -> Self {
        Self {
            all: program(app, owner, ApiScope::ALL).await,
            reader: program(app, &clients[VIEWER], &[ApiScope::Read]).await,
            suspended: program(app, suspended, ApiScope::ALL).await,
            foreign: program(app, &clients[OUTSIDE], ApiScope::ALL).await,
        }
    }
}

impl World {
    /// Makes one call as a program with a key.
    pub async fn ask_with_key(&self, row: &Row, key: Key) -> Answer {
        self.wait_for_answers().await;
        let call = (row.call)(self).await;
        call.send(row.route, self.program(key).await).await
    }

    /// The program that comes with a key.
    pub(super) async fn program(&self, key: Key) -> &TestClient {
        self.forget_attempts().await;
        match key {
            Key::All => &self.programs.all,
            Key::Reader => &self.programs.reader,
            Key::Suspended => &self.programs.suspended,
            Key::Foreign => &self.programs.foreign,
        }
    }
}

/// A program with a key of somebody, in the team they work in.
async fn program(app: &TestApp, owner: &TestClient, scopes: &[ApiScope]) -> TestClient {
    let key = NewApiKey { name: "a program".to_owned(), scopes: scopes.to_vec(), days: None };
    let viewer = all_rights(owner, false).await;
    let made = app.services.api_keys().create(&viewer, key, PASSWORD.to_owned().into()).await.expect("a key");
    TestClient::program(&app.url, &made.key)
}
