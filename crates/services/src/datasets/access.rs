//! Who may see and change a dataset: decided here for every verb.

use super::Datasets;
use super::queries::{self, DatasetRow, DocumentRow};
use crate::sharing::Standing;
use crate::{Error, Result, TeamTx, Viewer};
use domain::{DatasetId, DocumentId, Permission};

impl Datasets<'_> {
    /// Refuses with not found unless the viewer may see the dataset.
    pub(crate) async fn check_visible(&self, viewer: &Viewer, id: DatasetId) -> Result<()> {
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        visible(&mut tx, viewer, id).await?;
        tx.commit().await
    }
}

/// The dataset, when the viewer may see it.
pub(super) async fn visible(tx: &mut TeamTx, viewer: &Viewer, id: DatasetId) -> Result<DatasetRow> {
    if !viewer.may(Permission::ViewDatasets) {
        return Err(Error::NotFound);
    }
    queries::find(tx, viewer, id).await?.ok_or(Error::NotFound)
}

/// What decides who may change and share a dataset that the viewer sees.
pub(crate) async fn standing_of(tx: &mut TeamTx, viewer: &Viewer, id: DatasetId) -> Result<Standing> {
    visible(tx, viewer, id).await.map(|dataset| standing(&dataset))
}

/// The dataset, when the viewer may change it: same team, and its maker or shared with them for that where it is private.
pub(super) async fn editable(tx: &mut TeamTx, viewer: &Viewer, id: DatasetId) -> Result<DatasetRow> {
    let dataset = visible(tx, viewer, id).await?;
    if is_editable(viewer, &dataset) { Ok(dataset) } else { Err(Error::Forbidden) }
}

/// Whether the viewer may change a dataset they see.
pub(super) fn is_editable(viewer: &Viewer, dataset: &DatasetRow) -> bool {
    standing(dataset).may_edit(viewer, Permission::ManageDatasets)
}

/// Whether it is the viewer's to share, to open to others and to delete.
pub(super) fn is_shareable(viewer: &Viewer, dataset: &DatasetRow) -> bool {
    standing(dataset).may_share(viewer, Permission::ManageDatasets)
}

fn standing(dataset: &DatasetRow) -> Standing {
    Standing { team_id: dataset.team_id, visibility: dataset.visibility, created_by: dataset.created_by, share: dataset.share }
}

/// The document, when the viewer may see its dataset.
pub(super) async fn visible_document(tx: &mut TeamTx, viewer: &Viewer, id: DocumentId) -> Result<DocumentRow> {
    let document = queries::find_document(tx, id).await?.ok_or(Error::NotFound)?;
    visible(tx, viewer, document.dataset_id).await?;
    Ok(document)
}

/// The dataset that decides about a document that the viewer sees.
pub(crate) async fn dataset_of(tx: &mut TeamTx, viewer: &Viewer, id: DocumentId) -> Result<DatasetId> {
    visible_document(tx, viewer, id).await.map(|document| document.dataset_id)
}

/// The document, when the viewer may change its dataset.
pub(super) async fn editable_document(tx: &mut TeamTx, viewer: &Viewer, id: DocumentId) -> Result<DocumentRow> {
    let document = queries::find_document(tx, id).await?.ok_or(Error::NotFound)?;
    editable(tx, viewer, document.dataset_id).await?;
    Ok(document)
}
