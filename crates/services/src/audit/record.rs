//! Record: writes an event into the transaction of the act. Call it last: the chain of the team is locked from then on.

use super::opened::Opened;
use super::queries::{self, NewEventRow, NewEventRows};
use crate::written::hex;
use crate::{Result, Viewer};
use domain::audit::{Details, Event, SealedChain, Via};
use domain::{TeamId, UserId};
use serde_json::Value;
use sqlx::PgConnection;
use std::net::IpAddr;

/// Who did it, and from where.
#[derive(Clone, Copy)]
pub(crate) struct Author {
    actor: Option<UserId>,
    via: Via,
    ip: Option<IpAddr>,
}

impl Author {
    /// Lyceum itself, or whoever has its command line.
    pub(crate) const SYSTEM: Self = Self { actor: None, via: Via::System, ip: None };

    /// A person whose request made no viewer yet: signing up.
    pub(crate) const fn person(actor: UserId, ip: IpAddr) -> Self {
        Self { actor: Some(actor), via: Via::Screen, ip: Some(ip) }
    }

    /// Something that ends in a person's name when their request is long over.
    pub(crate) const fn in_the_name_of(actor: UserId) -> Self {
        Self { actor: Some(actor), via: Via::System, ip: None }
    }

    /// From where, as the trail holds it.
    fn address(self) -> String {
        self.ip.map(|ip| ip.to_canonical().to_string()).unwrap_or_default()
    }
}

impl From<&Viewer> for Author {
    fn from(viewer: &Viewer) -> Self {
        Self { actor: Some(viewer.actor()), via: viewer.came_from.via, ip: viewer.came_from.ip }
    }
}

/// Records what the viewer did in their team.
pub(crate) async fn record(tx: &mut PgConnection, viewer: &Viewer, event: Event) -> Result<()> {
    record_in(tx, Some(viewer.team_id), viewer, event).await
}

/// Records what somebody did in a team, or on the installation where none is given.
pub(crate) async fn record_in(tx: &mut PgConnection, team: Option<TeamId>, author: impl Into<Author>, event: Event) -> Result<()> {
    let author = author.into();
    let row =
        NewEventRow { team, actor: author.actor, via: author.via, ip: author.address(), details: stored(&event.details), event: &event };
    Ok(queries::insert(tx, row).await?)
}

/// Records what the viewer opened in their team, each thing in an event of its own.
pub(super) async fn record_each(tx: &mut PgConnection, viewer: &Viewer, details: &Details, opened: &[Opened<'_>]) -> Result<()> {
    let author = Author::from(viewer);
    let rows = NewEventRows {
        team: viewer.team_id,
        actor: viewer.actor(),
        via: author.via,
        ip: author.address(),
        details: stored(details),
        opened,
    };
    Ok(queries::insert_opened(tx, rows).await?)
}

fn stored(details: &Details) -> Value {
    serde_json::to_value(details).expect("details are plain data")
}

/// What is left to tell of a team's trail before it goes with the team.
pub(crate) async fn seal(tx: &mut PgConnection, team: TeamId) -> Result<Option<SealedChain>> {
    let head = queries::find_head(tx, team).await?;
    Ok(head.map(|head| SealedChain { events: head.seq, last_hash: hex(&head.hash) }))
}

/// Erases the names and addresses of a person in all chains, which stay whole; what they did can still be told apart by their id. Call it
/// while their account is there.
pub(crate) async fn forget(tx: &mut PgConnection, person: UserId) -> Result<()> {
    Ok(queries::forget(tx, person).await?)
}

/// The words of those that hold: what changed.
pub(crate) fn those_that_hold<const N: usize>(all: [(bool, &str); N]) -> Vec<&str> {
    all.into_iter().filter(|(holds, _)| *holds).map(|(_, words)| words).collect()
}
