//! Create, change, delete.

use super::queries::{self, DatasetRow, NewDatasetRow};
use super::{Datasets, access, list};
use crate::jobs::{self, JobKind, NewJob};
use crate::sharing::check_audience;
use crate::{Error, OnConstraint, Result, TeamTx, Viewer, audit};
use domain::audit::{Action, Details, Event};
use domain::datasets::{DatasetPatch, DatasetSummary, NewDataset, Visibility};
use domain::text::{DatasetName, Description};
use domain::{DatasetId, Permission};
use serde_json::json;
use uuid::Uuid;

/// Keys per job that removes bytes: a job is a unit of retrying.
const KEYS_PER_JOB: usize = 500;

impl Datasets<'_> {
    /// Makes a dataset of the viewer's team; without a model it takes the default one, and only who may choose among models names
    /// one. Everybody on the installation sees it only where the viewer may show it to them.
    pub async fn create(&self, viewer: &Viewer, new: NewDataset) -> Result<DatasetSummary> {
        viewer.require(Permission::ManageDatasets)?;
        let (name, description) = parse(&new.name, &new.description)?;
        check_audience(viewer, None, new.visibility)?;
        let models = self.services.models();
        let model = match new.embedding_model_id {
            Some(id) => {
                viewer.require(Permission::ViewModels)?;
                Some(models.embedder(id).await?.id)
            }
            None => models.default_embedding_model().await?,
        };
        let row = NewDatasetRow { id: DatasetId::new(), name, description, visibility: new.visibility, embedding_model_id: model };
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        queries::insert(&mut tx, viewer, &row).await.on_constraint("datasets_team_id_name_key", || name_taken(&row.name))?;
        let made = access::visible(&mut tx, viewer, row.id).await?;
        let details = Details { visibility: Some(made.visibility), ..Details::default() };
        audit::record(&mut tx, viewer, about(Action::DatasetCreated, &made).with(details)).await?;
        tx.commit().await?;
        Ok(list::summary(viewer, made))
    }

    /// Changes name, description and visibility. Only its maker can make a dataset private: others would lose it; and only those who run
    /// the team or the installation show it to everybody there.
    pub async fn update(&self, viewer: &Viewer, id: DatasetId, patch: DatasetPatch) -> Result<DatasetSummary> {
        let (name, description) = parse(&patch.name, &patch.description)?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let dataset = access::editable(&mut tx, viewer, id).await?;
        check_audience(viewer, Some(dataset.visibility), patch.visibility)?;
        if patch.visibility == Visibility::Private && patch.visibility != dataset.visibility && dataset.created_by != viewer.user_id {
            return Err(Error::field("visibility", "Only the person who made this dataset can make it private."));
        }
        if patch.visibility != dataset.visibility && !access::is_shareable(viewer, &dataset) {
            return Err(Error::field("visibility", "Only the person who made this dataset can open it to others."));
        }
        queries::update(&mut tx, viewer, id, &name, &description, patch.visibility)
            .await
            .on_constraint("datasets_team_id_name_key", || name_taken(&name))?;
        let changed = access::visible(&mut tx, viewer, id).await?;
        audit::record(&mut tx, viewer, difference(&dataset, &changed)).await?;
        tx.commit().await?;
        Ok(list::summary(viewer, changed))
    }

    /// Deletes a dataset with its documents and passages at once; their bytes go by a job, which tries again if it must.
    pub async fn delete(&self, viewer: &Viewer, id: DatasetId) -> Result<()> {
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let dataset = access::editable(&mut tx, viewer, id).await?;
        if !access::is_shareable(viewer, &dataset) {
            return Err(Error::Forbidden);
        }
        // Locks the dataset first, so that no upload slips in between the two.
        queries::lock(&mut tx, viewer, id).await?.ok_or(Error::NotFound)?;
        let keys = queries::object_keys(&mut tx, id).await?;
        queries::delete(&mut tx, viewer, id).await?;
        delete_objects(&mut tx, viewer, id.as_uuid(), &keys).await?;
        audit::record(&mut tx, viewer, about(Action::DatasetDeleted, &dataset)).await?;
        tx.commit().await
    }
}

/// What happened to a dataset.
fn about(action: Action, dataset: &DatasetRow) -> Event {
    Event::new(action, dataset.id.as_uuid(), dataset.name.as_str())
}

fn difference(before: &DatasetRow, after: &DatasetRow) -> Event {
    let changed = audit::those_that_hold([
        (before.name != after.name, "name"),
        (before.description != after.description, "description"),
        (before.visibility != after.visibility, "who may see it"),
    ]);
    let changed = changed.into_iter().map(str::to_owned).collect();
    about(Action::DatasetChanged, after).with(Details { changed, visibility: Some(after.visibility), ..Details::default() })
}

/// Accepts the removal of bytes.
pub(super) async fn delete_objects(tx: &mut TeamTx, viewer: &Viewer, subject_id: Uuid, keys: &[String]) -> Result<()> {
    for keys in keys.chunks(KEYS_PER_JOB) {
        let payload = json!({ "keys": keys });
        jobs::enqueue(tx, NewJob { team_id: viewer.team_id, kind: JobKind::DeleteObjects, subject_id, payload }).await?;
    }
    Ok(())
}

/// Both fields at once, so that the form shows both messages.
fn parse(name: &str, description: &str) -> Result<(DatasetName, Description)> {
    match (DatasetName::parse(name), Description::parse(description)) {
        (Ok(name), Ok(description)) => Ok((name, description)),
        (name, description) => {
            let mut errors = domain::FieldErrors::default();
            for error in [name.err(), description.err()].into_iter().flatten() {
                errors.add(error.field, error.message);
            }
            Err(errors.into())
        }
    }
}

fn name_taken(name: &DatasetName) -> Error {
    Error::field("name", format!("There is already a dataset called “{name}” in this team."))
}
