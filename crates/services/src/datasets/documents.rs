//! Documents: retry one that failed, delete one.

use super::{Datasets, access, change, queries};
use crate::jobs::{self, JobKind, NewJob};
use crate::{Error, Result, Viewer, audit};
use domain::DocumentId;
use domain::audit::{Action, Event};
use domain::datasets::{DocumentStatus, DocumentSummary};
use serde_json::json;

impl Datasets<'_> {
    /// Puts a failed document back to work: to be read again, or only its vectors where the text is there already.
    pub async fn retry_document(&self, viewer: &Viewer, id: DocumentId) -> Result<DocumentSummary> {
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let document = access::editable_document(&mut tx, viewer, id).await?;
        let (status, kind) = if document.chunk_count > 0 {
            (DocumentStatus::Embedding, JobKind::EmbedDocument)
        } else {
            (DocumentStatus::Queued, JobKind::ExtractDocument)
        };
        if !queries::restart_failed(&mut tx, id, status).await? {
            return Err(Error::Conflict(format!("“{}” has not failed, so there is nothing to retry.", document.name)));
        }
        let payload = json!({ "user_id": viewer.user_id });
        jobs::enqueue(&mut tx, NewJob { team_id: viewer.team_id, kind, subject_id: id.as_uuid(), payload }).await?;
        let restarted = queries::document_summary(&mut tx, id).await?.ok_or(Error::NotFound)?;
        audit::record(&mut tx, viewer, Event::new(Action::DocumentRetried, id.as_uuid(), document.name)).await?;
        tx.commit().await?;
        Ok(restarted)
    }

    /// Deletes a document with its passages at once; its bytes go by a job.
    pub async fn delete_document(&self, viewer: &Viewer, id: DocumentId) -> Result<()> {
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let document = access::editable_document(&mut tx, viewer, id).await?;
        queries::delete_document(&mut tx, viewer, id).await?;
        change::delete_objects(&mut tx, viewer, id.as_uuid(), &[document.object_key]).await?;
        audit::record(&mut tx, viewer, Event::new(Action::DocumentDeleted, id.as_uuid(), document.name)).await?;
        tx.commit().await
    }
}
