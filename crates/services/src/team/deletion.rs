//! Deletion: a team ends in two steps. For 30 days nobody is in it and an owner can restore it; then housekeeping removes its
//! rows, vectors and files. While the licence is over nothing is removed, and whatever is there can be restored.

use super::Team;
use super::queries::{leaving, teams};
use super::settings::require_owner;
use crate::audit::{self, Author};
use crate::{Error, Result, SystemTx, Viewer, licences};
use chrono::{DateTime, TimeDelta, Utc};
use domain::audit::{Action, Details, Event, SealedChain};
use domain::team::DeletedTeam;
use domain::{Permission, TeamId};
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::path::Path;

/// How long a deleted team can be restored.
const GRACE: TimeDelta = TimeDelta::days(30);

impl Team<'_> {
    /// Deletes the viewer's team, whose name they typed. Everybody in it goes on in another team of theirs; who has none gets one.
    pub async fn delete(&self, viewer: &Viewer, typed_name: &str) -> Result<()> {
        viewer.require(Permission::ManageTeam)?;
        self.services.identity().require_recent(viewer).await?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        require_owner(&mut tx, viewer).await?;
        let name = teams::get(&mut tx, viewer.team_id).await?.name;
        if typed_name.trim() != name {
            return Err(Error::field("name", format!("Type the team’s name, “{name}”, to delete it.")));
        }
        if !teams::mark_deleted(&mut tx, viewer.team_id, self.services.parts.clock.now()).await? {
            return Err(Error::NotFound);
        }
        for person in teams::list_people(&mut tx, viewer.team_id).await? {
            crate::chat::stop_all(&mut tx, viewer.team_id, person).await?;
            leaving::give_home(&mut tx, person, TeamId::new()).await?;
        }
        audit::record(&mut tx, viewer, Event::new(Action::TeamDeleted, viewer.team_id.as_uuid(), name)).await?;
        tx.commit().await
    }

    /// The viewer's deleted teams that can be restored: those they own.
    pub async fn list_deleted(&self, viewer: &Viewer) -> Result<Vec<DeletedTeam>> {
        let mut tx = self.services.parts.db.system_tx().await?;
        let now = self.services.parts.clock.now();
        let since = restorable_since(&mut tx, now).await?;
        let rows = teams::list_deleted(&mut tx, viewer.user_id, since).await?;
        let team = |row: teams::DeletedRow| DeletedTeam { id: row.id, name: row.name, gone_at: (row.deleted_at + GRACE).max(now) };
        Ok(rows.into_iter().map(team).collect())
    }

    /// Lets a deleted team live again, with everything in it; one that the viewer does not own does not exist. Goes on when the licence
    /// is over: what it would take is not to be lost meanwhile.
    pub async fn restore(&self, viewer: &Viewer, id: TeamId) -> Result<()> {
        let mut tx = self.services.parts.db.system_tx().await?;
        let since = restorable_since(&mut tx, self.services.parts.clock.now()).await?;
        let name = teams::restore(&mut tx, id, viewer.user_id, since).await?.ok_or(Error::NotFound)?;
        audit::record_in(&mut tx, Some(id), viewer, Event::new(Action::TeamRestored, id.as_uuid(), name)).await?;
        tx.commit().await
    }

    /// Removes teams whose time to be restored is over, files first: a row that is still there finds them again when this breaks
    /// off. None while the licence is over. Returns how many. Housekeeping calls it.
    pub async fn remove_deleted(&self) -> Result<u64> {
        let until = self.services.parts.clock.now() - GRACE;
        let mut tx = self.services.parts.db.system_tx().await?;
        let gone = teams::give_up(&mut tx, until).await?;
        tx.commit().await?;
        let mut removed = 0;
        for team in gone {
            self.remove_files(team).await?;
            let mut tx = self.services.parts.db.system_tx().await?;
            let sealed = audit::seal(&mut tx, team).await?;
            if let Some(name) = teams::delete_gone(&mut tx, team, until).await? {
                record_removed(&mut tx, (team, name), sealed, Author::SYSTEM).await?;
                removed += 1;
            }
            tx.commit().await?;
        }
        Ok(removed)
    }

    /// Everything under the team's prefix, also what no row speaks of any more.
    pub(crate) async fn remove_files(&self, team: TeamId) -> Result<()> {
        let objects = &self.services.parts.objects;
        let keys = objects.list(Some(&Path::from(team.to_string()))).map_ok(|found| found.location).boxed();
        objects.delete_stream(keys).try_collect::<Vec<_>>().await?;
        Ok(())
    }
}

/// Teams that were deleted after this can be restored: 30 days long, and all that were not given up while the licence is over.
async fn restorable_since(tx: &mut SystemTx, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    Ok(if licences::is_over(tx).await? { DateTime::UNIX_EPOCH } else { now - GRACE })
}

/// Tells the installation of a team that is gone, and what [`audit::seal`] found of its trail before it went along.
pub(crate) async fn record_removed(
    tx: &mut SystemTx,
    (team, name): (TeamId, String),
    sealed: Option<SealedChain>,
    author: Author,
) -> Result<()> {
    let event = Event::new(Action::TeamRemoved, team.as_uuid(), name).with(Details { sealed, ..Details::default() });
    audit::record_in(tx, None, author, event).await
}
