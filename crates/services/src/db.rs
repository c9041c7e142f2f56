//! Connections: one pool whose connections are `lyceum_app` and see one team per transaction, and one small pool whose
//! connections are `lyceum_system` for sign-in, worker claims and sweeps.
//!
//! The invariant: without a team set, a query on team rows fails; a transaction never spans a model call.

use crate::{Result, Viewer};
use domain::{TeamId, UserId};
use sqlx::migrate::Migrator;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{Connection, Postgres, Transaction};
use std::ops::{Deref, DerefMut};
use std::time::Duration;

/// The migrations, compiled in. They run as the connecting user, under sqlx's advisory lock.
pub static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// Longest wait for a connection: requests fail within 3 s while Postgres is away (security.md, promise 3).
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);

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
        let system = pool(6, "SET ROLE lyceum_system").connect_lazy_with(options.clone());
        Self { app, system, options }
    }

    /// Brings the schema up to date, as the connecting user.
    pub async fn migrate(&self) -> Result<(), sqlx::migrate::MigrateError> {
        let mut connection = PgConnection::connect_with(&self.options).await?;
        MIGRATIONS.run(&mut connection).await?;
        connection.close().await?;
        Ok(())
    }

    /// Whether Postgres answers.
    pub async fn ping(&self) -> Result<()> {
        self.system.acquire().await?.ping().await?;
        Ok(())
    }

    /// A transaction that sees the viewer's team.
    pub async fn team_tx(&self, viewer: &Viewer) -> Result<TeamTx> {
        self.tx_for(viewer.team_id, viewer.user_id).await
    }

    /// A transaction for work done in somebody's name: jobs and generations.
    pub async fn tx_for(&self, team: TeamId, user: UserId) -> Result<TeamTx> {
        let mut tx = self.app.begin().await?;
        crate::db::queries::set_viewer(&mut tx, team, user).await?;
        Ok(TeamTx(tx))
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

    /// How to open a connection of one's own, for LISTEN.
    pub fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// Closes both pools.
    pub async fn close(&self) {
        self.app.close().await;
        self.system.close().await;
    }
}

fn pool(connections: u32, set_role: &'static str) -> PgPoolOptions {
    PgPoolOptions::new().max_connections(connections).min_connections(0).acquire_timeout(ACQUIRE_TIMEOUT).after_connect(
        move |connection, _| {
            Box::pin(async move {
                sqlx::Executor::execute(connection, set_role).await?;
                Ok(())
            })
        },
    )
}

mod queries {
    //! The one statement that makes a transaction somebody's.

    use super::{PgConnection, TeamId, UserId};

    pub(super) async fn set_viewer(connection: &mut PgConnection, team: TeamId, user: UserId) -> sqlx::Result<()> {
        sqlx::query!(
            "SELECT set_config('app.team_id', $1, true) AS team, set_config('app.user_id', $2, true) AS person",
            team.to_string(),
            user.to_string()
        )
        .fetch_one(connection)
        .await?;
        Ok(())
    }
}

/// A transaction that sees one team; rolled back unless committed.
pub struct TeamTx(Transaction<'static, Postgres>);

impl TeamTx {
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
