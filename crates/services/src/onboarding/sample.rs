//! Sample: a small real dataset about Lyceum itself, read by the same pipeline as everything else, and a prompt that asks it.

use super::{Onboarding, queries};
use crate::{Error, Result, Viewer};
use bytes::Bytes;
use domain::datasets::{DatasetSummary, NewDataset, Visibility};
use domain::onboarding::Sample;
use domain::prompts::{PromptDetail, PromptDraft};
use domain::{Permission, PromptId};
use futures::stream;
use std::convert::Infallible;

/// What dataset and prompt are called; a team has at most one of each of a name.
pub(super) const NAME: &str = "About Lyceum";
/// Its documents.
pub(super) const FILES: [(&str, &str); 4] = [
    ("Asking questions.md", include_str!("sample/asking_questions.md")),
    ("Datasets and documents.md", include_str!("sample/datasets_and_documents.md")),
    ("Teams and roles.md", include_str!("sample/teams_and_roles.md")),
    ("Running Lyceum.md", include_str!("sample/running_lyceum.md")),
];
/// What the prompt starts with; the documents hold the answers.
pub(super) const QUESTIONS: [&str; 4] =
    ["Which files can I upload?", "Who sees a private dataset?", "What may a viewer do?", "What does a backup hold?"];

impl Onboarding<'_> {
    /// Makes the sample dataset in the viewer's team and a prompt that asks it, or completes them: what is there already is not added
    /// again. Whoever may not make prompts makes the dataset alone.
    pub async fn add_sample(&self, viewer: &Viewer) -> Result<Sample> {
        let dataset = self.sample_dataset(viewer).await?;
        for (name, text) in FILES {
            let bytes = stream::iter([Ok::<_, Infallible>(Bytes::from_static(text.as_bytes()))]);
            let outcome = self.services.datasets().accept_upload(viewer, dataset.id, name, bytes).await?;
            if let Some(refusal) = outcome.refusal {
                tracing::debug!(%refusal, "a sample document was not taken");
            }
        }
        // Last, so that what has a prompt is whole: the guide offers to add the sample until it has one.
        let prompt_id = self.sample_prompt(viewer, &dataset).await?;
        Ok(Sample { dataset_id: dataset.id, prompt_id })
    }

    async fn sample_dataset(&self, viewer: &Viewer) -> Result<DatasetSummary> {
        let datasets = self.services.datasets();
        let existing = datasets.list(viewer).await?.into_iter().find(|dataset| dataset.name == NAME && dataset.is_editable);
        if let Some(dataset) = existing {
            return Ok(dataset);
        }
        let new = NewDataset {
            name: NAME.to_owned(),
            description: "How Lyceum works, to try it with. Delete it when you like.".to_owned(),
            visibility: Visibility::Team,
            embedding_model_id: None,
        };
        datasets.create(viewer, new).await
    }

    /// What asks the sample: a prompt that does already, or else one that is made. Where its name is taken it gets a number.
    async fn sample_prompt(&self, viewer: &Viewer, dataset: &DatasetSummary) -> Result<Option<PromptId>> {
        let may_make = viewer.may(Permission::ViewPrompts) && viewer.may(Permission::ManagePrompts);
        let mut number = 1;
        loop {
            // Each time anew: somebody else may add the sample at the same moment, which takes the name too.
            let mut tx = self.services.parts.db.team_tx(viewer).await?;
            let existing = queries::find_prompt_of(&mut tx, viewer, dataset.id).await?;
            tx.commit().await?;
            if existing.is_some() || !may_make {
                return Ok(existing);
            }
            let name = if number == 1 { NAME.to_owned() } else { format!("{NAME} ({number})") };
            match self.make_prompt(viewer, name, dataset).await {
                Ok(made) => return Ok(Some(made.id)),
                Err(Error::Invalid(errors)) if errors.get("name").is_some() => number += 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// A prompt of this name over the sample, as open as it is; one that lost its dataset, as when the sample was deleted, gets it back.
    async fn make_prompt(&self, viewer: &Viewer, name: String, dataset: &DatasetSummary) -> Result<PromptDetail> {
        let visibility = if dataset.visibility == Visibility::Private { Visibility::Private } else { Visibility::Team };
        let prompts = self.services.prompts();
        let named = prompts.list(viewer).await?.into_iter().find(|prompt| prompt.name == name && prompt.is_editable);
        if let Some(idle) = named.filter(|prompt| prompt.dataset_count == 0 && prompt.visibility == visibility) {
            let found = prompts.get(viewer, idle.id).await?;
            if found.trouble.is_none() {
                return prompts.update(viewer, idle.id, PromptDraft { dataset_ids: vec![dataset.id], ..found.draft }).await;
            }
        }
        let draft = PromptDraft {
            name,
            description: "Tells how Lyceum works, from the sample documents.".to_owned(),
            instructions: "Answer questions about Lyceum from its documents, in a few plain sentences.".to_owned(),
            dataset_ids: vec![dataset.id],
            visibility,
            examples: QUESTIONS.into_iter().map(str::to_owned).collect(),
            ..PromptDraft::default()
        };
        prompts.create(viewer, draft).await
    }
}
