//! The rule of two-step sign-in: of whom administrators require it.
//!
//! The invariant: nobody requires of themselves what they do not have. Whom it holds for is found out with the viewer at every request
//! (`identity::queries::find_viewer`), and what they may do meanwhile is decided where everybody's requests come in.

use super::{IdentityProviders, queries_own_ways};
use crate::{Error, Result, Viewer, audit};
use domain::IdentityProviderId;
use domain::audit::{Action, Event};
use domain::identity_providers::{TwoStepRequirement, TwoStepRule};
use sqlx::PgConnection;

impl IdentityProviders<'_> {
    /// Of whom a second step is required, for those who manage the installation; for others there is nothing.
    pub async fn two_step_rule(&self, viewer: &Viewer) -> Result<TwoStepRule> {
        viewer.require_system_administrator()?;
        let mut tx = self.services.parts.db.system_tx().await?;
        let required_of = two_step_requirement(&mut tx).await?;
        Ok(TwoStepRule { required_of, viewer_passes: self.services.identity().has_both_factors(&mut tx, viewer).await? })
    }

    /// Requires a second step of others than before.
    pub async fn require_two_step(&self, viewer: &Viewer, required_of: TwoStepRequirement) -> Result<()> {
        viewer.require_system_administrator()?;
        self.services.identity().require_recent(viewer).await?;
        let mut tx = self.services.parts.db.installation_tx().await?;
        if required_of.holds_for(true) && !self.services.identity().has_both_factors(&mut tx, viewer).await? {
            return Err(Error::Conflict("Set up two-step sign-in for yourself first, on your account page.".to_owned()));
        }
        if queries_own_ways::require_two_step(&mut tx, required_of).await? {
            let event = Event::new(Action::SignInTwoStepRequired, IdentityProviderId::nil().as_uuid(), required_of.words());
            audit::record_in(&mut tx, None, viewer, event).await?;
        }
        tx.commit().await
    }
}

/// Of whom a second step is required.
pub(crate) async fn two_step_requirement(tx: &mut PgConnection) -> Result<TwoStepRequirement> {
    let word = queries_own_ways::find_two_step_requirement(tx).await?;
    Ok(word.and_then(|word| word.parse().ok()).unwrap_or(TwoStepRequirement::Nobody))
}
