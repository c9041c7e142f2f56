//! My data: a person takes along what is theirs, as a ZIP with JSON per noun, chats to read, and the files they uploaded.
//!
//! The invariant: an export holds what its person made or is, of the teams they are in while it is put together, and nothing of
//! anybody else; of other teams only what they used and did there, without a name, and that their address was invited, which may be
//! somebody else's where nobody confirmed it. What others did to them is told without who it was. Every column that names a person is
//! exported or has its reason (`tests::export`). Only they download it; after seven days its file and its row are gone.
//!
//! the end of an account [`MyData::delete_account`], [`MyData::keep_account`], [`MyData::remove_gone_accounts`]   (`deletion`)
//! asking and fetching   [`MyData::request_export`], [`MyData::list_exports`], [`MyData::find_export`], [`MyData::open_export`]
//! in the background     `write` (the job), `archive` (the ZIP), `chats` (what people read)
//! tidying               [`MyData::delete_expired_exports`]         table: exports, users.deletion_requested_at

mod archive;
mod chats;
mod deletion;
mod queries;
#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests look at rows that the code has no query for")]
mod tests;
mod write;

pub(crate) use deletion::{call_off_order, gone_at, order, terms_for_others};
pub(crate) use write::{give_up, write};

use self::queries::exports;
use crate::datasets::Original;
use crate::jobs::{self, JobKind, NewJob};
use crate::{Error, OnConstraint as _, Result, Services, Viewer, audit};
use chrono::TimeDelta;
use domain::ExportId;
use domain::audit::{Action, Event};
use domain::my_data::{ExportStatus, ExportSummary};
use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use serde_json::json;

/// How long an export can be downloaded.
const KEPT: TimeDelta = TimeDelta::days(7);
/// How long one may take; what waits longer has lost its job.
const LONGEST_WAIT: TimeDelta = TimeDelta::days(1);
/// How many exports one person can have at a time.
const MOST_EXPORTS: usize = 5;

/// What a person takes along.
pub struct MyData<'a> {
    pub(crate) services: &'a Services,
}

impl MyData<'_> {
    /// Asks for an export of everything that is the viewer's. One is put together at a time.
    pub async fn request_export(&self, viewer: &Viewer) -> Result<ExportSummary> {
        self.services.identity().require_recent(viewer).await?;
        let (id, now) = (ExportId::new(), self.services.parts.clock.now());
        let mut tx = self.services.parts.db.ongoing_tx(viewer).await?;
        if exports::list(&mut tx, viewer.user_id, now).await?.len() >= MOST_EXPORTS {
            return Err(Error::Conflict(format!("You have {MOST_EXPORTS} exports. The oldest goes after seven days.")));
        }
        exports::insert(&mut tx, id, viewer.user_id, now, now + KEPT)
            .await
            .on_constraint("exports_one_at_a_time", || Error::Conflict("An export is being put together already.".to_owned()))?;
        let payload = json!({ "user_id": viewer.user_id });
        jobs::enqueue(&mut tx, NewJob { team_id: viewer.team_id, kind: JobKind::ExportMyData, subject_id: id.as_uuid(), payload }).await?;
        let asked = exports::find(&mut tx, id, viewer.user_id, now).await?.ok_or(Error::NotFound)?;
        audit::record(&mut tx, viewer, Event::new(Action::AccountExportRequested, viewer.user_id.as_uuid(), "")).await?;
        tx.commit().await?;
        Ok(asked)
    }

    /// The viewer's exports, the newest first.
    pub async fn list_exports(&self, viewer: &Viewer) -> Result<Vec<ExportSummary>> {
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        Ok(exports::list(&mut tx, viewer.user_id, self.services.parts.clock.now()).await?)
    }

    /// An export of the viewer's that they may fetch now; one of anybody else, or one that is not ready, does not exist.
    pub async fn find_export(&self, viewer: &Viewer, id: ExportId) -> Result<ExportSummary> {
        let mut tx = self.services.parts.db.ongoing_tx(viewer).await?;
        let export = exports::find(&mut tx, id, viewer.user_id, self.services.parts.clock.now()).await?;
        let export = export.filter(|export| export.status == ExportStatus::Ready).ok_or(Error::NotFound)?;
        tx.commit().await?;
        self.services.identity().require_recent(viewer).await?;
        Ok(export)
    }

    /// The file of such an export.
    pub async fn open_export(&self, viewer: &Viewer, id: ExportId) -> Result<Original> {
        let export = self.find_export(viewer, id).await?;
        let found = self.services.parts.objects.get(&key(id)).await?;
        let mut tx = self.services.parts.db.ongoing_tx(viewer).await?;
        audit::record(&mut tx, viewer, Event::new(Action::AccountExportDownloaded, viewer.user_id.as_uuid(), "")).await?;
        tx.commit().await?;
        Ok(Original {
            name: format!("lyceum-{}.zip", export.requested_at.format("%Y-%m-%d")),
            media_type: "application/zip".to_owned(),
            size_bytes: found.meta.size,
            bytes: found.into_stream(),
        })
    }

    /// Removes exports whose time is over, files first; what waits for too long has failed. How many went. Housekeeping calls it.
    pub async fn delete_expired_exports(&self) -> Result<u64> {
        let now = self.services.parts.clock.now();
        let mut tx = self.services.parts.db.system_tx().await?;
        exports::fail_lost(&mut tx, now - LONGEST_WAIT).await?;
        let expired = exports::list_expired(&mut tx, now).await?;
        tx.commit().await?;
        let mut gone = 0;
        for id in expired {
            match self.services.parts.objects.delete(&key(id)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
            let mut tx = self.services.parts.db.system_tx().await?;
            gone += u64::from(exports::delete(&mut tx, id).await?);
            tx.commit().await?;
        }
        Ok(gone)
    }
}

/// Where the file of an export lies.
fn key(id: ExportId) -> Path {
    Path::from(format!("exports/{id}.zip"))
}
