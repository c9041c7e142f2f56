//! Onboarding: the guide of whoever sets an installation up, a dataset to try with its prompt, and whom to ask for what one may not do.
//!
//! The invariant: a step is done because of what there is, never because somebody pressed it; only the two decisions that leave
//! nothing behind (staying with the built-in model, putting the guide away) are kept, per person. They are no acts on anybody's
//! data and have no event.
//!
//! guide      [`Onboarding::guide`], [`Onboarding::keep_model`], [`Onboarding::dismiss`]
//! trying     [`Onboarding::add_sample`] (`sample`)        asking   [`Onboarding::whom_to_ask`]
//! table: onboarding

mod queries;
mod sample;
#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests look at rows that the code has no query for")]
mod tests;

use crate::{Result, Services, Viewer};
use domain::Permission;
use domain::onboarding::{Guide, Sample};

/// Most people that are named.
const NAMED: i64 = 3;

/// Getting started.
pub struct Onboarding<'a> {
    pub(crate) services: &'a Services,
}

impl Onboarding<'_> {
    /// How far the viewer is with setting up; none for those who do not manage the installation and the team they work in, and
    /// once it was put away.
    pub async fn guide(&self, viewer: &Viewer) -> Result<Option<Guide>> {
        if !viewer.is_system_administrator || !viewer.may(Permission::ManageTeam) {
            return Ok(None);
        }
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let row = queries::find_guide(&mut tx, viewer, sample::NAME).await?;
        let sample = match row.sample {
            Some(dataset_id) => Some(Sample { dataset_id, prompt_id: queries::find_prompt_of(&mut tx, viewer, dataset_id).await? }),
            None => None,
        };
        tx.commit().await?;
        Ok((!row.is_dismissed).then_some(Guide {
            team_name: row.team_name,
            is_team_named: row.is_team_named,
            is_model_chosen: row.has_model || row.keeps_model,
            has_documents: row.has_documents,
            has_prompt: row.has_prompt,
            sample,
            has_invited: row.has_invited,
        }))
    }

    /// Notes that the viewer stays with the built-in model.
    pub async fn keep_model(&self, viewer: &Viewer) -> Result<()> {
        viewer.require_system_administrator()?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        queries::keep_model(&mut tx, viewer.user_id).await?;
        tx.commit().await
    }

    /// Puts the guide away for the viewer.
    pub async fn dismiss(&self, viewer: &Viewer) -> Result<()> {
        viewer.require_system_administrator()?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        queries::dismiss(&mut tx, viewer.user_id).await?;
        tx.commit().await
    }

    /// Whether the viewer sees any documents.
    pub(crate) async fn sees_documents(&self, viewer: &Viewer) -> Result<bool> {
        if !viewer.may(Permission::ViewDatasets) {
            return Ok(false);
        }
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        Ok(queries::sees_documents(&mut tx, viewer).await?)
    }

    /// Up to three people of the viewer's team who may do something, who stands highest first.
    pub async fn whom_to_ask(&self, viewer: &Viewer, permission: Permission) -> Result<Vec<String>> {
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let people = queries::list_permitted(&mut tx, viewer, permission, NAMED).await?;
        let name = |row: queries::PersonRow| match format!("{} {}", row.first_name, row.last_name).trim() {
            "" => row.email,
            name => name.to_owned(),
        };
        Ok(people.into_iter().map(name).collect())
    }
}
