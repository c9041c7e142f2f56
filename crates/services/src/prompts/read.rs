//! Reading: the prompts a viewer may use, and one of them.

use super::Prompts;
use super::queries::{self, PromptRow};
use crate::models::removed;
use crate::{Error, Result, TeamTx, Viewer};
use domain::datasets::Visibility;
use domain::models::ModelType;
use domain::prompts::{DatasetChoice, PromptChoices, PromptDetail, PromptDraft, PromptSummary};
use domain::{Permission, PromptId, TeamId};

impl Prompts<'_> {
    /// Every prompt the viewer may use, by name.
    pub async fn list(&self, viewer: &Viewer) -> Result<Vec<PromptSummary>> {
        viewer.require(Permission::ViewPrompts)?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let rows = queries::list(&mut tx, viewer).await?;
        let summary = |row: queries::SummaryRow| PromptSummary {
            id: row.id,
            is_editable: is_editable(viewer, row.team_id),
            name: row.name,
            description: row.description,
            visibility: row.visibility,
            model: row.model.unwrap_or_else(|| "Default model".to_owned()),
            dataset_count: count(row.dataset_count),
            chat_count: count(row.chat_count),
            updated_at: row.updated_at,
        };
        Ok(rows.into_iter().map(summary).collect())
    }

    /// One prompt the viewer may use; its datasets are those the viewer may read.
    pub async fn get(&self, viewer: &Viewer, id: PromptId) -> Result<PromptDetail> {
        viewer.require(Permission::ViewPrompts)?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        detail(&mut tx, viewer, id).await
    }

    /// What the form of a prompt offers the viewer.
    pub async fn choices(&self, viewer: &Viewer) -> Result<PromptChoices> {
        viewer.require(Permission::ViewPrompts)?;
        let models = self.services.models().list(viewer, Some(ModelType::Llm)).await?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let rows = queries::list_readable(&mut tx, viewer).await?;
        let choice =
            |row: queries::DatasetChoiceRow| DatasetChoice { id: row.id, name: row.name, document_count: count(row.document_count) };
        Ok(PromptChoices {
            models,
            datasets: rows.into_iter().map(choice).collect(),
            may_share_with_company: may_share_with_company(viewer),
        })
    }
}

/// What everybody on the installation sees is shared by those who run the team, or the installation.
pub(super) fn may_share_with_company(viewer: &Viewer) -> bool {
    viewer.is_system_administrator || viewer.may(Permission::ManageTeam)
}

/// The prompt as the viewer sees it.
pub(super) async fn detail(tx: &mut TeamTx, viewer: &Viewer, id: PromptId) -> Result<PromptDetail> {
    let row = queries::find(tx, viewer, id).await?.ok_or(Error::NotFound)?;
    let dataset_ids = queries::list_datasets(tx, viewer, id).await?;
    Ok(PromptDetail {
        id: row.id,
        is_editable: is_editable(viewer, row.team_id),
        trouble: row.removed_model.as_deref().map(removed),
        draft: draft(row, dataset_ids),
    })
}

/// A prompt the viewer may change: not found when it is not theirs to see, forbidden when it is not theirs to change.
pub(super) async fn changeable(tx: &mut TeamTx, viewer: &Viewer, id: PromptId) -> Result<PromptRow> {
    let row = queries::find(tx, viewer, id).await?.ok_or(Error::NotFound)?;
    let is_own = row.visibility != Visibility::Private || row.created_by == viewer.user_id;
    if is_editable(viewer, row.team_id) && is_own { Ok(row) } else { Err(Error::Forbidden) }
}

/// Whether a prompt that the viewer sees is theirs to change. A private one is seen by its maker only.
fn is_editable(viewer: &Viewer, team: TeamId) -> bool {
    team == viewer.team_id && viewer.may(Permission::ManagePrompts)
}

fn draft(row: PromptRow, dataset_ids: Vec<domain::DatasetId>) -> PromptDraft {
    let whole = |number: i32| u32::try_from(number).unwrap_or_default();
    PromptDraft {
        name: row.name,
        description: row.description,
        instructions: row.instructions,
        model_id: row.model_id,
        dataset_ids,
        visibility: row.visibility,
        temperature: row.temperature,
        max_chunks: whole(row.max_chunks),
        max_history_items: whole(row.max_history_items),
        max_completion_tokens: row.max_completion_tokens.map(whole),
        trim_ratio: whole(row.trim_ratio),
        examples: row.examples,
    }
}

fn count(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
