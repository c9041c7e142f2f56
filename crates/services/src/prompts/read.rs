//! Reading: the prompts a viewer may use, and one of them.

use super::Prompts;
use super::queries::{self, PromptRow};
use crate::models::removed;
use crate::sharing::{Standing, may_share_with_company};
use crate::{Error, Result, TeamTx, Viewer, audit};
use domain::audit::Action;
use domain::datasets::Visibility;
use domain::models::ModelType;
use domain::prompts::{DatasetChoice, PromptChoices, PromptDetail, PromptDraft, PromptSummary};
use domain::{Permission, PromptId};

impl Prompts<'_> {
    /// Every prompt the viewer may use, by name.
    pub async fn list(&self, viewer: &Viewer) -> Result<Vec<PromptSummary>> {
        viewer.require(Permission::ViewPrompts)?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let rows = queries::list(&mut tx, viewer).await?;
        let summary = |row: queries::SummaryRow| PromptSummary {
            id: row.id,
            is_editable: row.standing().may_edit(viewer, Permission::ManagePrompts),
            is_shareable: row.standing().may_share(viewer, Permission::ManagePrompts),
            share_count: count(row.share_count),
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

    /// One prompt the viewer may use; its datasets are those the viewer may read. That an owner who sees the team as somebody else opened a
    /// private one is told.
    pub async fn get(&self, viewer: &Viewer, id: PromptId) -> Result<PromptDetail> {
        viewer.require(Permission::ViewPrompts)?;
        let mut tx = self.services.parts.db.opening_tx(viewer).await?;
        let prompt = detail(&mut tx, viewer, id).await?;
        if prompt.draft.visibility == Visibility::Private {
            audit::record_opened(tx, viewer, &[(Action::PromptOpenedInView, id.as_uuid(), prompt.draft.name.as_str())]).await?;
        }
        Ok(prompt)
    }

    /// What the form of a prompt offers the viewer.
    pub async fn choices(&self, viewer: &Viewer) -> Result<PromptChoices> {
        viewer.require(Permission::ViewPrompts)?;
        let models = self.services.models().choosable(viewer, ModelType::Llm).await?;
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

/// The prompt as the viewer sees it.
pub(super) async fn detail(tx: &mut TeamTx, viewer: &Viewer, id: PromptId) -> Result<PromptDetail> {
    let row = queries::find(tx, viewer, id).await?.ok_or(Error::NotFound)?;
    let dataset_ids = queries::list_datasets(tx, viewer, id).await?;
    Ok(PromptDetail {
        id: row.id,
        is_editable: row.standing().may_edit(viewer, Permission::ManagePrompts),
        is_shareable: row.standing().may_share(viewer, Permission::ManagePrompts),
        trouble: row.removed_model.as_deref().map(removed),
        model: row.model.clone(),
        draft: draft(row, dataset_ids),
    })
}

/// What decides who may change and share a prompt that the viewer sees.
pub(crate) async fn standing_of(tx: &mut TeamTx, viewer: &Viewer, id: PromptId) -> Result<Standing> {
    viewer.require(Permission::ViewPrompts)?;
    queries::find(tx, viewer, id).await?.map(|row| row.standing()).ok_or(Error::NotFound)
}

/// A prompt the viewer may change: not found when it is not theirs to see, forbidden when it is not theirs to change.
pub(super) async fn changeable(tx: &mut TeamTx, viewer: &Viewer, id: PromptId) -> Result<PromptRow> {
    let row = queries::find(tx, viewer, id).await?.ok_or(Error::NotFound)?;
    if row.standing().may_edit(viewer, Permission::ManagePrompts) { Ok(row) } else { Err(Error::Forbidden) }
}

impl queries::SummaryRow {
    fn standing(&self) -> Standing {
        Standing { team_id: self.team_id, visibility: self.visibility, created_by: self.created_by, share: self.share }
    }
}

impl PromptRow {
    /// What decides who may change and share it.
    pub(super) fn standing(&self) -> Standing {
        Standing { team_id: self.team_id, visibility: self.visibility, created_by: self.created_by, share: self.share }
    }
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
