//! Shortcuts: whether those of one key do anything for a person. The browser obeys; it learns it with `ViewerInfo`.

use super::{Identity, queries_preferences};
use crate::{Result, Viewer, audit};
use domain::audit::{Action, Event};

impl Identity<'_> {
    /// Turns the shortcuts of one key on or off for the viewer, in every browser.
    pub async fn set_single_key_shortcuts(&self, viewer: &Viewer, are_on: bool) -> Result<()> {
        let mut tx = self.services.parts.db.installation_tx().await?;
        let email = queries_preferences::set_single_key_shortcuts(&mut tx, viewer.user_id, are_on).await?;
        let event = Event::new(Action::AccountProfileChanged, viewer.user_id.as_uuid(), email).with_changes(&["single-key shortcuts"]);
        audit::record_in(&mut tx, None, viewer, event).await?;
        tx.commit().await
    }
}
