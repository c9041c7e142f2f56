//! Audit: the trail of what was done, written in the transaction of the act, and never changed afterwards.
//!
//! The invariant: an act and its event commit together or not at all. The database numbers and chains the events and refuses
//! every change (the migration `audit` says how), so record an event last: its chain stays locked until the transaction ends.
//! The words about a person who is gone are erased ([`forget`]); what they did stays, under the end of their id.
//!
//! writing   [`record()`], [`record_in`]   (`record`), [`record_opened`] (`opened`)
//! reading   [`Audit::list`], [`Audit::choices`] (`list`, `filter`), [`Audit::export`] (`export`), [`Audit::verify`] (`verify`)
//!           people whom an event names by their ids: `people`
//! table     audit_events

mod export;
mod filter;
mod list;
mod opened;
mod people;
mod queries;
mod record;
#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests look at rows that the code has no query for")]
mod tests;
mod verify;

pub use export::ExportStream;
pub(crate) use opened::record_opened;
pub(crate) use record::{Author, forget, record, record_in, seal, those_that_hold};

use crate::{Result, Services, TeamTx, Viewer};
use domain::audit::AuditScope;
use domain::{Permission, TeamId};
use sqlx::PgConnection;

/// The trail.
pub struct Audit<'a> {
    pub(crate) services: &'a Services,
}

/// A transaction that reads a trail: of one team, or of everything.
enum Reading {
    Team(TeamTx),
    Installation(crate::SystemTx),
}

impl Reading {
    fn connection(&mut self) -> &mut PgConnection {
        match self {
            Self::Team(tx) => tx,
            Self::Installation(tx) => tx,
        }
    }

    async fn commit(self) -> Result<()> {
        match self {
            Self::Team(tx) => tx.commit().await,
            Self::Installation(tx) => tx.commit().await,
        }
    }
}

/// Refuses whoever may not read a trail; for those who do not manage the installation its trail does not exist.
fn require(viewer: &Viewer, scope: AuditScope) -> Result<()> {
    match scope {
        AuditScope::Team => viewer.require(Permission::ViewAudit),
        AuditScope::Installation => viewer.require_system_administrator(),
    }
}

/// Refuses whoever may read a team's trail and not take it out or have it checked.
fn require_managing(viewer: &Viewer, scope: AuditScope) -> Result<()> {
    match scope {
        AuditScope::Team => viewer.require(Permission::ManageAudit),
        AuditScope::Installation => Ok(()),
    }
}

/// Begins to read a trail the viewer may read; the team whose events are wanted, or none for all.
async fn begin(services: &Services, viewer: &Viewer, scope: AuditScope) -> Result<(Reading, Option<TeamId>)> {
    require(viewer, scope)?;
    let db = &services.parts.db;
    match scope {
        AuditScope::Team => Ok((Reading::Team(db.ongoing_tx(viewer).await?), Some(viewer.team_id))),
        AuditScope::Installation => Ok((Reading::Installation(db.system_tx().await?), None)),
    }
}
