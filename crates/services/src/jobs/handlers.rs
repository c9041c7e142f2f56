//! What each kind of job does, and what is left behind when it is given up.

use super::{ClaimedJob, JobKind, Outcome};
use crate::datasets::{self, pipeline};
use crate::{Error, Result, Services, SystemTx, mails, my_data};
use domain::{DocumentId, ExportId, MailId};
use object_store::ObjectStoreExt;
use object_store::path::Path;

/// Runs a job. An error is tried again; what trying again cannot mend, a handler writes to the document itself.
pub(super) async fn run(services: &Services, job: &ClaimedJob) -> Result<Outcome> {
    match job.kind {
        JobKind::ExtractDocument => pipeline::extract(services, job).await,
        JobKind::EmbedDocument => pipeline::embed(services, job).await,
        JobKind::DeleteObjects => delete_objects(services, job).await,
        JobKind::ExportMyData => my_data::write(services, job).await,
        JobKind::SendMail => mails::deliver(services, MailId::from_uuid(job.subject_id)).await,
    }
}

/// What the screen shows of a job that was given up.
pub(super) async fn bury(tx: &mut SystemTx, job: &ClaimedJob) -> Result<()> {
    let document = DocumentId::from_uuid(job.subject_id);
    match job.kind {
        JobKind::ExtractDocument => datasets::give_up(tx, document, "could not be read").await,
        JobKind::EmbedDocument => datasets::give_up(tx, document, "can be searched by words, but its vectors could not be made").await,
        JobKind::DeleteObjects => Ok(()),
        JobKind::ExportMyData => my_data::give_up(tx, ExportId::from_uuid(job.subject_id)).await,
        JobKind::SendMail => mails::give_up(tx, MailId::from_uuid(job.subject_id)).await,
    }
}

/// Removes bytes; those that are gone already are no error.
async fn delete_objects(services: &Services, job: &ClaimedJob) -> Result<Outcome> {
    let keys: Vec<String> = serde_json::from_value(job.payload["keys"].clone()).map_err(Error::internal)?;
    for key in keys {
        match services.parts.objects.delete(&Path::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Outcome::Done)
}
