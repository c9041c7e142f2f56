//! Documents that became ready while no embedding model could be used get their vectors once one can.

use super::queries;
use crate::Result;
use crate::datasets::Datasets;
use crate::jobs::{self, JobKind, NewJob};
use serde_json::json;

/// Documents per round; the next round takes the next ones.
const MOST: i64 = 500;

impl Datasets<'_> {
    /// Accepts jobs for ready documents that lack vectors, where their model can be used now. How many.
    pub async fn resume_embedding(&self) -> Result<usize> {
        let parts = &self.services.parts;
        let mut tx = parts.db.system_tx().await?;
        let models = queries::models_with_gaps(&mut tx).await?;
        tx.commit().await?;
        let mut resumed = 0;
        for model in models {
            if self.services.models().embedding_trouble(Some(model)).await.is_some() {
                continue;
            }
            let mut tx = parts.db.system_tx().await?;
            let waiting = queries::list_with_gaps(&mut tx, model, MOST).await?;
            tx.commit().await?;
            for gap in waiting {
                let mut tx = parts.db.tx_for(gap.team_id, gap.user_id).await?;
                // Another server may have been quicker.
                if queries::resume(&mut tx, gap.id).await? {
                    let payload = json!({ "user_id": gap.user_id });
                    let job = NewJob { team_id: gap.team_id, kind: JobKind::EmbedDocument, subject_id: gap.id.as_uuid(), payload };
                    jobs::enqueue(&mut tx, job).await?;
                    resumed += 1;
                }
                tx.commit().await?;
            }
        }
        Ok(resumed)
    }
}
