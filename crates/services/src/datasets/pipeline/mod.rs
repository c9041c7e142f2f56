//! The pipeline of a document: Queued → Extracting → Embedding → Ready, or Failed with a sentence.
//!
//! The invariant: every write checks that its worker still holds the job, replaces what an earlier attempt wrote, and finds
//! the document still there; one that was deleted meanwhile is dropped quietly.
//!
//! [`mod@extract`] text, pages and passages, searchable by words at once   →   [`mod@embed`] their vectors, batch by batch

mod embed;
mod extract;
pub(in crate::datasets) mod queries;
mod resume;

pub(crate) use embed::embed;
pub(crate) use extract::extract;

use crate::jobs::{self, ClaimedJob};
use crate::{Error, Result, Services, TeamTx};
use domain::{DocumentId, UserId};

/// The document a job is about.
const fn document_of(job: &ClaimedJob) -> DocumentId {
    DocumentId::from_uuid(job.subject_id)
}

/// Whoever asked for the job.
fn asked_by(job: &ClaimedJob) -> Result<UserId> {
    serde_json::from_value(job.payload["user_id"].clone()).map_err(Error::internal)
}

/// A transaction in the name of whoever asked for the job, which only goes on while the job is ours.
async fn tx_of(services: &Services, job: &ClaimedJob) -> Result<TeamTx> {
    let mut tx = services.parts.db.tx_for(job.team_id, asked_by(job)?).await?;
    jobs::hold(&mut tx, job).await?;
    Ok(tx)
}

/// Ends a document's way with a sentence; trying again without a change would not help.
async fn fail(services: &Services, job: &ClaimedJob, sentence: &str) -> Result<()> {
    let mut tx = tx_of(services, job).await?;
    queries::set_failed(&mut tx, document_of(job), sentence).await?;
    tx.commit().await
}
