//! Stop: the person has read enough.

use super::Chat;
use super::live::Cut;
use super::queries::generations::{self, UnfinishedRow};
use super::queries::leases;
use super::work::STOP;
use crate::{Error, Result, SystemTx, TeamTx, Viewer};
use domain::{GenerationId, Permission, TeamId, UserId};
use sqlx::PgConnection;

impl Chat<'_> {
    /// Stops a run of the viewer, at once on this server and within 2 s on any other. The text so far is kept. Stopping
    /// what has ended is no error.
    pub async fn stop(&self, viewer: &Viewer, id: GenerationId) -> Result<()> {
        viewer.require(Permission::ManageChats)?;
        let mut tx = self.services.parts.db.ongoing_tx(viewer).await?;
        if !generations::request_stop(&mut tx, id, viewer.user_id).await? {
            return Err(Error::NotFound);
        }
        leases::announce(&mut tx, &[format!("{STOP}{id}")]).await?;
        tx.commit().await?;
        self.runtime().cut(id, Cut::Stopped);
        Ok(())
    }

    /// Stops those of the viewer's runs that the transaction holds and nobody asked to stop yet; lets go of all of them.
    pub(super) async fn stop_held(&self, mut tx: TeamTx, viewer: &Viewer, running: &[UnfinishedRow]) -> Result<()> {
        let unasked: Vec<GenerationId> = running.iter().filter(|run| !run.is_stop_requested).map(|run| run.id).collect();
        if unasked.is_empty() {
            return Ok(());
        }
        for id in &unasked {
            generations::request_stop(&mut tx, *id, viewer.user_id).await?;
        }
        announce(&mut tx, &unasked).await?;
        tx.commit().await?;
        for id in unasked {
            self.runtime().cut(id, Cut::Stopped);
        }
        Ok(())
    }
}

/// Stops everything that is being written for a person in a team; servers learn of it when the transaction commits.
pub(crate) async fn stop_all(tx: &mut TeamTx, team: TeamId, person: UserId) -> Result<()> {
    let running = generations::request_stop_of_all(tx, team, person).await?;
    announce(tx, &running).await
}

/// The same in all of their teams.
pub(crate) async fn stop_everywhere(tx: &mut SystemTx, person: UserId) -> Result<()> {
    let running = leases::request_stop_of(tx, person).await?;
    announce(tx, &running).await
}

async fn announce(tx: &mut PgConnection, stopped: &[GenerationId]) -> Result<()> {
    let hints: Vec<String> = stopped.iter().map(|id| format!("{STOP}{id}")).collect();
    Ok(leases::announce(tx, &hints).await?)
}
