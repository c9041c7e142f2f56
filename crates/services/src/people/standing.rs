//! Standing: whether the viewer may change somebody, decided under the lock of the administrators with everybody as they are then.

use super::People;
use super::queries::{self, SubjectRow};
use crate::{Error, Result, SystemTx, Viewer};
use domain::UserId;

impl People<'_> {
    /// What a dangerous act begins with: that the viewer may do it, not to themselves, and that it is lately proven who they are.
    pub(super) async fn prove(&self, viewer: &Viewer, person: UserId, verb: &str) -> Result<()> {
        viewer.require_system_administrator()?;
        if person == viewer.user_id {
            return Err(Error::Conflict(format!("You cannot {verb} yourself. Ask another administrator.")));
        }
        self.services.identity().require_recent(viewer).await
    }
}

/// Takes the lock, then looks: whoever was suspended or lost the administration meanwhile finds nobody any more. The person stays as
/// they are until the transaction ends, and nobody signs in as them before that.
pub(super) async fn judge(tx: &mut SystemTx, viewer: &Viewer, person: UserId) -> Result<SubjectRow> {
    viewer.require_system_administrator()?;
    queries::lock_administrators(tx).await?;
    if !queries::administers(tx, viewer.user_id).await? {
        return Err(Error::NotFound);
    }
    queries::lock_person(tx, person).await?.ok_or(Error::NotFound)
}

/// Refuses what would leave the installation without an administrator who may come in and stays.
pub(super) async fn keep_an_administrator(tx: &mut SystemTx, person: UserId, subject: &SubjectRow) -> Result<()> {
    if !subject.is_suspended && queries::is_last_administrator(tx, person).await? {
        return Err(Error::Conflict("Somebody has to manage this installation. Make somebody else an administrator first.".to_owned()));
    }
    Ok(())
}
