//! Connections: one pool whose connections are `lyceum_app` and see one team per transaction, and one small pool whose
//! connections are `lyceum_system` for sign-in, worker claims and sweeps.
//!
//! The invariants: without a team set, a query on team rows fails; a transaction never spans a model call; and what a person
//! changes is changed in a [`Db::team_tx`] or, across teams, a [`Db::installation_tx`]. The statement that begins those makes them
//! read-only once the licence is over, so that a new write is refused without knowing of licences. What goes on all the same says
//! so by the transaction it takes: [`Db::ongoing_tx`], [`Db::ongoing_opening_tx`], [`Db::tx_for`], [`Db::system_tx`]. For an owner who sees
//! the team as somebody else Postgres refuses all changes in those of a viewer, but in the two in whose names `opening_tx` stands, where
//! what they open is told.

use crate::{Result, Viewer};
use domain::{TeamId, UserId};
use sqlx::migrate::Migrator;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, Postgres, Transaction};
use std::ops::{Deref, DerefMut};
use std::time::Duration;

mod migrate;

pub use migrate::MigrationError;

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests look at rows that the code has no query for")]
mod tests;

/// The migrations, compiled in. They run as the connecting user, under sqlx's advisory lock.
pub static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// Longest wait for a connection: requests fail within 3 s while Postgres is away (security.md, promise 3).
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);

/// A connection is tested when it is given back; within this time after that it need not be tested again, which is a trip to the
/// database less for each use.
const SURELY_ALIVE: Duration = Duration::from_secs(1);

/// Makes a connection one of the system pool.
const SYSTEM_ROLE: &str = "SET ROLE lyceum_system";

/// The two pools.
#[derive(Clone, Debug)]
pub struct Db {
    app: PgPool,
    system: PgPool,
    options: PgConnectOptions,
}

impl Db {
    /// Pools that connect when first used. `app_connections` bounds the app pool, the system pool takes up to 6.
    pub fn new(options: PgConnectOptions, app_connections: u32) -> Self {
        let app = pool(app_connections, "SET ROLE lyceum_app").connect_lazy_with(options.clone());
        let system = pool(6, SYSTEM_ROLE).connect_lazy_with(options.clone());
        Self { app, system, options }
    }

    /// Brings the schema up to date, as the connecting user.
    pub async fn migrate(&self) -> Result<(), MigrationError> {
        migrate::migrate(&self.options).await
    }

    /// Whether Postgres answers.
    pub async fn ping(&self) -> Result<()> {
        self.system.acquire().await?.ping().await?;
        Ok(())
    }

    /// A transaction that sees the viewer's team; read-only once the licence is over, and for an owner who only looks.
    pub async fn team_tx(&self, viewer: &Viewer) -> Result<TeamTx> {
        let begin = if viewer.seen_by.is_some() { "BEGIN READ ONLY" } else { "BEGIN; SELECT obey_licence()" };
        self.begin_as(begin, viewer.team_id, viewer.user_id).await
    }

    /// The same for what goes on when the licence is over: taking things out of Lyceum, and answers that were begun.
    pub async fn ongoing_tx(&self, viewer: &Viewer) -> Result<TeamTx> {
        if viewer.seen_by.is_some() {
            return self.team_tx(viewer).await;
        }
        self.tx_for(viewer.team_id, viewer.user_id).await
    }

    /// The same as [`Self::team_tx`] for opening something of somebody's own. For an owner who only looks it is no read-only one: that they
    /// opened it is told in it (`audit::record_opened`), also when the licence is over. Nothing else is written in it.
    pub async fn opening_tx(&self, viewer: &Viewer) -> Result<TeamTx> {
        if viewer.seen_by.is_none() {
            return self.team_tx(viewer).await;
        }
        self.ongoing_opening_tx(viewer).await
    }

    /// The same for what is taken out of Lyceum by being opened, which goes on when the licence is over, whoever does it.
    pub async fn ongoing_opening_tx(&self, viewer: &Viewer) -> Result<TeamTx> {
        self.tx_for(viewer.team_id, viewer.user_id).await
    }

    /// A transaction for work done in somebody's name: jobs and generations.
    pub async fn tx_for(&self, team: TeamId, user: UserId) -> Result<TeamTx> {
        self.begin_as("BEGIN", team, user).await
    }

    /// Begins and says for whom in one message to the database. It takes no parameters; ids print as hexadecimal digits and dashes.
    async fn begin_as(&self, begin: &str, team: TeamId, user: UserId) -> Result<TeamTx> {
        let message = AssertSqlSafe(format!("{begin}; SELECT set_viewer('{team}', '{user}')"));
        Ok(TeamTx(self.app.begin_with(message).await?))
    }

    /// A transaction across teams in which a person changes something; read-only once the licence is over.
    pub async fn installation_tx(&self) -> Result<SystemTx> {
        Ok(SystemTx(self.system.begin_with("BEGIN; SELECT obey_licence()").await?))
    }

    /// A transaction across teams: sign-in, claims, sweeps; never on behalf of a screen's list.
    pub async fn system_tx(&self) -> Result<SystemTx> {
        Ok(SystemTx(self.system.begin().await?))
    }

    /// A connection across teams for one statement that reads: the look-ups that every request begins with.
    pub async fn system_read(&self) -> Result<SystemRead> {
        Ok(SystemRead(self.system.acquire().await?))
    }

    /// A connection of the app's role for one statement that sets team and person by itself.
    pub(crate) async fn app_call(&self) -> Result<PoolConnection<Postgres>> {
        Ok(self.app.acquire().await?)
    }

    /// One connection of its own, for LISTEN. It is the system's role, as little as it needs of that.
    pub(crate) fn for_listening(&self) -> PgPool {
        pool(1, SYSTEM_ROLE).connect_lazy_with(self.options.clone())
    }

    /// Closes both pools.
    pub async fn close(&self) {
        self.app.close().await;
        self.system.close().await;
    }
}

fn pool(connections: u32, set_role: &'static str) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(connections)
        .min_connections(0)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .before_acquire(|connection, now| {
            Box::pin(async move {
                if now.idle_for > SURELY_ALIVE {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .after_connect(move |connection, _| {
            Box::pin(async move {
                sqlx::Executor::execute(connection, set_role).await?;
                Ok(())
            })
        })
}

mod queries {
    use super::PgConnection;

    pub(super) async fn is_read_only(connection: &mut PgConnection) -> sqlx::Result<bool> {
        sqlx::query_scalar!(r#"SELECT current_setting('transaction_read_only') = 'on' AS "is_read_only!""#).fetch_one(connection).await
    }
}

/// A transaction that sees one team; rolled back unless committed.
pub struct TeamTx(Transaction<'static, Postgres>);

impl TeamTx {
    /// Refuses when nothing can be changed: for work that costs something before its first change.
    pub async fn require_writable(&mut self) -> Result<()> {
        if queries::is_read_only(&mut self.0).await? { Err(crate::Error::ReadOnly) } else { Ok(()) }
    }

    /// Makes it durable.
    pub async fn commit(self) -> Result<()> {
        Ok(self.0.commit().await?)
    }
}

impl Deref for TeamTx {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.0
    }
}

impl DerefMut for TeamTx {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.0
    }
}

/// A transaction across teams; rolled back unless committed.
pub struct SystemTx(Transaction<'static, Postgres>);

impl SystemTx {
    /// Makes it durable.
    pub async fn commit(self) -> Result<()> {
        Ok(self.0.commit().await?)
    }
}

impl Deref for SystemTx {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.0
    }
}

impl DerefMut for SystemTx {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.0
    }
}

/// A connection across teams, outside a transaction.
pub struct SystemRead(PoolConnection<Postgres>);

impl Deref for SystemRead {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.0
    }
}

impl DerefMut for SystemRead {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.0
    }
}
