//! List and get: what the screens and pickers show.

use super::Datasets;
use super::access::{self, is_editable};
use super::queries::{self, DatasetRow};
use crate::{Result, Viewer};
use domain::datasets::{DatasetDetail, DatasetSummary, DocumentSummary};
use domain::{DatasetId, Page, PageRequest, Permission};

impl Datasets<'_> {
    /// The datasets the viewer may see, by name: those of the team, their own private ones, what is shared with them, and the
    /// company's.
    pub async fn list(&self, viewer: &Viewer) -> Result<Vec<DatasetSummary>> {
        viewer.require(Permission::ViewDatasets)?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let rows = queries::list(&mut tx, viewer).await?;
        Ok(rows.into_iter().map(|row| summary(viewer, row)).collect())
    }

    /// One dataset with what its page needs to know.
    pub async fn get(&self, viewer: &Viewer, id: DatasetId) -> Result<DatasetDetail> {
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let row = access::visible(&mut tx, viewer, id).await?;
        tx.commit().await?;
        Ok(DatasetDetail {
            embedding_model: row.embedding_model.clone(),
            search_notice: self.services.models().embedding_trouble(row.embedding_model_id).await,
            max_upload_bytes: self.services.team().max_upload_bytes(viewer).await?,
            is_shareable: access::is_shareable(viewer, &row),
            summary: summary(viewer, row),
        })
    }

    /// One page of the documents of a dataset, newest first.
    pub async fn list_documents(&self, viewer: &Viewer, id: DatasetId, page: PageRequest) -> Result<Page<DocumentSummary>> {
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        access::visible(&mut tx, viewer, id).await?;
        let total = queries::count_documents(&mut tx, id).await?;
        let items = queries::list_documents(&mut tx, id, page).await?;
        Ok(Page { items, total })
    }
}

pub(super) fn summary(viewer: &Viewer, row: DatasetRow) -> DatasetSummary {
    DatasetSummary {
        is_editable: is_editable(viewer, &row),
        id: row.id,
        name: row.name,
        description: row.description,
        visibility: row.visibility,
        document_count: row.document_count,
        failed_count: row.failed_count,
        moving_count: row.moving_count,
        created_at: row.created_at,
        share_count: row.share_count,
    }
}
