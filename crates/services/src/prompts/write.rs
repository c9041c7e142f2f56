//! Changing: make, change and delete prompts of one's own team.

use super::Prompts;
use super::draft::ParsedDraft;
use super::queries;
use super::read::{changeable, detail};
use crate::sharing::check_audience;
use crate::{Error, OnConstraint, Result, TeamTx, Viewer, audit};
use domain::audit::{Action, Details, Event};
use domain::datasets::Visibility;
use domain::prompts::{PromptDetail, PromptDraft};
use domain::{ModelId, Permission, PromptId};

impl Prompts<'_> {
    /// Makes a prompt in the viewer's team. Choosing a model takes the right to.
    pub async fn create(&self, viewer: &Viewer, draft: PromptDraft) -> Result<PromptDetail> {
        viewer.require(Permission::ManagePrompts)?;
        let draft = ParsedDraft::parse(draft)?;
        check_audience(viewer, None, draft.visibility)?;
        may_choose_model(viewer, None, draft.model_id)?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        check_references(&mut tx, viewer, &draft).await?;
        let created = store(&mut tx, viewer, &draft).await?;
        audit::record(&mut tx, viewer, about(Action::PromptCreated, &created)).await?;
        tx.commit().await?;
        Ok(created)
    }

    /// Changes a prompt as a whole. Datasets that the viewer cannot read stay in it, and so does the model where they may not choose one.
    pub async fn update(&self, viewer: &Viewer, id: PromptId, draft: PromptDraft) -> Result<PromptDetail> {
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        viewer.require(Permission::ViewPrompts)?;
        let before = changeable(&mut tx, viewer, id).await?;
        let draft = ParsedDraft::parse(draft)?;
        may_become(viewer, &before, draft.visibility)?;
        may_choose_model(viewer, before.model_id, draft.model_id)?;
        check_references(&mut tx, viewer, &draft).await?;
        queries::update(&mut tx, viewer.team_id, id, &draft).await.on_constraint("prompts_team_id_name_key", || name_taken(&draft))?;
        let shown: Vec<_> = queries::list_datasets(&mut tx, viewer, id).await?.into_iter().map(domain::DatasetId::as_uuid).collect();
        queries::delete_datasets(&mut tx, viewer.team_id, id, &shown).await?;
        queries::insert_datasets(&mut tx, viewer.team_id, id, &draft.dataset_ids).await?;
        let updated = detail(&mut tx, viewer, id).await?;
        audit::record(&mut tx, viewer, about(Action::PromptChanged, &updated)).await?;
        tx.commit().await?;
        Ok(updated)
    }

    /// Deletes a prompt; chats that used it go on without.
    pub async fn delete(&self, viewer: &Viewer, id: PromptId) -> Result<()> {
        viewer.require(Permission::ViewPrompts)?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let before = changeable(&mut tx, viewer, id).await?;
        if !before.standing().may_share(viewer, Permission::ManagePrompts) {
            return Err(Error::Forbidden);
        }
        queries::delete(&mut tx, viewer.team_id, id).await?;
        audit::record(&mut tx, viewer, Event::new(Action::PromptDeleted, id.as_uuid(), before.name)).await?;
        tx.commit().await
    }
}

/// What happened to a prompt.
pub(super) fn about(action: Action, prompt: &PromptDetail) -> Event {
    let details = Details { visibility: Some(prompt.draft.visibility), ..Details::default() };
    Event::new(action, prompt.id.as_uuid(), prompt.draft.name.as_str()).with(details)
}

/// Stores a new prompt of the viewer's with its datasets.
pub(super) async fn store(tx: &mut TeamTx, viewer: &Viewer, draft: &ParsedDraft) -> Result<PromptDetail> {
    let id = PromptId::new();
    queries::insert(tx, viewer, id, draft).await.on_constraint("prompts_team_id_name_key", || name_taken(draft))?;
    queries::insert_datasets(tx, viewer.team_id, id, &draft.dataset_ids).await?;
    detail(tx, viewer, id).await
}

/// Refuses datasets the viewer may not read, as not found, and models that cannot answer. Who may not choose another keeps a removed
/// one: what it asks of them they could not do.
async fn check_references(tx: &mut TeamTx, viewer: &Viewer, draft: &ParsedDraft) -> Result<()> {
    let readable = queries::count_readable(tx, viewer, &draft.dataset_ids).await?;
    if usize::try_from(readable) != Ok(draft.dataset_ids.len()) {
        return Err(Error::NotFound);
    }
    match draft.model_id {
        Some(model) if viewer.may(Permission::ViewModels) && !queries::has_language_model(tx, model).await? => {
            Err(Error::field("model_id", "This model cannot be used any more. Choose another."))
        }
        _ => Ok(()),
    }
}

/// Refuses another model than there is already unless the viewer may choose one.
fn may_choose_model(viewer: &Viewer, before: Option<ModelId>, after: Option<ModelId>) -> Result<()> {
    if before == after { Ok(()) } else { viewer.require(Permission::ViewModels) }
}

/// Leaves a prompt of the team to the team, and a private one to its maker: only they decide that it becomes the other.
fn may_become(viewer: &Viewer, before: &queries::PromptRow, after: Visibility) -> Result<()> {
    if before.visibility == after {
        return Ok(());
    }
    check_audience(viewer, Some(before.visibility), after)?;
    if !before.standing().may_share(viewer, Permission::ManagePrompts) {
        return Err(Error::field("visibility", "Only the person who made this prompt can open it to others."));
    }
    if after == Visibility::Private && before.created_by != viewer.user_id {
        return Err(Error::field("visibility", "Only the person who made this prompt can make it private."));
    }
    Ok(())
}

fn name_taken(draft: &ParsedDraft) -> Error {
    Error::field("name", format!("This team already has a prompt called “{}”.", draft.name))
}
