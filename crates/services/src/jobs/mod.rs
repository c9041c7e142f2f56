//! Jobs: work that is accepted now and done in the background, on whichever server is free.
//!
//! The invariant: a job is enqueued in the transaction that asks for it, counted when it is claimed, held under a lease on
//! the database's clock, and finished only by the worker whose fence is the newest. What fails is tried again with growing
//! pauses and ends as a dead letter that the screen shows.
//!
//! accepted by   [`enqueue`]          claimed, leased, finished   `run`
//! worker loop   `worker`             what each kind does         `handlers`
//! table         jobs

mod handlers;
mod queries;
mod run;
#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests look at rows that the code has no query for")]
mod tests;
mod worker;

pub(crate) use queries::{ClaimedJob, NewJob};
pub(crate) use run::Outcome;

use crate::{Error, Result, Services, TeamTx};
use sqlx::PgConnection;

/// The channel that tells workers to look; a hint only, they also look by themselves.
pub(crate) const CHANNEL: &str = "lyceum_jobs";

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// Reads the text of the document `subject_id` and stores its pages and passages.
    ExtractDocument,
    /// Makes the vectors of the passages of the document `subject_id`.
    EmbedDocument,
    /// Removes the bytes under the keys of the payload from the object store.
    DeleteObjects,
    /// Puts the export `subject_id` of the payload's person together.
    ExportMyData,
    /// Sends the mail `subject_id`.
    SendMail,
}

impl JobKind {
    /// Its spelling in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ExtractDocument => "ExtractDocument",
            Self::EmbedDocument => "EmbedDocument",
            Self::DeleteObjects => "DeleteObjects",
            Self::ExportMyData => "ExportMyData",
            Self::SendMail => "SendMail",
        }
    }

    fn parse(text: &str) -> Result<Self> {
        [Self::ExtractDocument, Self::EmbedDocument, Self::DeleteObjects, Self::ExportMyData, Self::SendMail]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| Error::internal(format!("unknown kind of job: {text}")))
    }

    /// How often it is tried. Bytes are worth more patience: nobody sees them, and the store may be away for an hour. So are
    /// mails: a server that greylists or is away for an hour still gets them.
    const fn max_attempts(self) -> i32 {
        match self {
            Self::ExtractDocument | Self::EmbedDocument | Self::ExportMyData => 3,
            Self::DeleteObjects | Self::SendMail => 10,
        }
    }
}

/// Accepts a job in the caller's transaction; workers learn of it when that commits.
pub(crate) async fn enqueue(connection: &mut PgConnection, job: NewJob) -> Result<()> {
    queries::insert(connection, &job).await?;
    queries::notify(connection, CHANNEL).await?;
    Ok(())
}

/// Refuses to go on when another worker has taken the job over; held until the transaction ends.
pub(crate) async fn hold(tx: &mut TeamTx, job: &ClaimedJob) -> Result<()> {
    if queries::lock_if_held(tx, job.id, job.fence).await? { Ok(()) } else { Err(Error::Conflict("the lease was lost".to_owned())) }
}

/// Background work.
pub struct Jobs<'a> {
    pub(crate) services: &'a Services,
}

impl Jobs<'_> {
    /// Forgets finished jobs after a week; dead letters stay. How many were forgotten.
    pub async fn purge(&self) -> Result<u64> {
        let mut tx = self.services.parts.db.system_tx().await?;
        let purged = queries::delete_done(&mut tx).await?;
        tx.commit().await?;
        Ok(purged)
    }
}
