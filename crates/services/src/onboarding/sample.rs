//! Sample: a small real dataset about Lyceum itself, read by the same pipeline as everything else.

use super::Onboarding;
use crate::{Result, Viewer};
use bytes::Bytes;
use domain::DatasetId;
use domain::datasets::{NewDataset, Visibility};
use futures::stream;
use std::convert::Infallible;

/// What the dataset is called; a team has at most one of a name.
pub(super) const NAME: &str = "About Lyceum";
/// Its documents.
pub(super) const FILES: [(&str, &str); 4] = [
    ("Asking questions.md", include_str!("sample/asking_questions.md")),
    ("Datasets and documents.md", include_str!("sample/datasets_and_documents.md")),
    ("Teams and roles.md", include_str!("sample/teams_and_roles.md")),
    ("Running Lyceum.md", include_str!("sample/running_lyceum.md")),
];

impl Onboarding<'_> {
    /// Makes the sample dataset in the viewer's team, or completes it: what is there already is not added again.
    pub async fn add_sample(&self, viewer: &Viewer) -> Result<DatasetId> {
        let datasets = self.services.datasets();
        let existing = datasets.list(viewer).await?.into_iter().find(|dataset| dataset.name == NAME && dataset.is_editable);
        let id = if let Some(dataset) = existing {
            dataset.id
        } else {
            let new = NewDataset {
                name: NAME.to_owned(),
                description: "How Lyceum works, to try it with. Delete it when you like.".to_owned(),
                visibility: Visibility::Team,
                embedding_model_id: None,
            };
            datasets.create(viewer, new).await?.id
        };
        for (name, text) in FILES {
            let bytes = stream::iter([Ok::<_, Infallible>(Bytes::from_static(text.as_bytes()))]);
            let outcome = datasets.accept_upload(viewer, id, name, bytes).await?;
            if let Some(refusal) = outcome.refusal {
                tracing::debug!(%refusal, "a sample document was not taken");
            }
        }
        Ok(id)
    }
}
