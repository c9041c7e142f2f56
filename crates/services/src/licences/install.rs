//! Install: a licence takes the place of the one before, or of none.

use super::{LicenceFault, Licences, in_force, queries};
use crate::audit;
use crate::{Error, Result, Viewer};
use domain::LicenceId;
use domain::audit::{Action, Event};
use domain::licences::LicenceInstalled;

impl Licences<'_> {
    /// Puts the licence in this text in force. Those who are signed in keep their seats or get one, as far as there are any, who
    /// was seen last first; for the others there is none left, and they are signed out. The API keys of whoever has no seat open nothing.
    /// Goes on when the former licence is over.
    pub async fn install(&self, viewer: &Viewer, text: &str) -> Result<LicenceInstalled> {
        viewer.require_system_administrator()?;
        self.services.identity().require_recent(viewer).await?;
        let key = self.services.settings().licence_key.as_ref().ok_or_else(no_key)?;
        let mut tx = self.services.parts.db.system_tx().await?;
        queries::lock_sessions(&mut tx).await?;
        queries::lock(&mut tx).await?;
        let now = queries::now(&mut tx).await?;
        let payload = key.read(text, now).map_err(at_field)?;
        if queries::find_in_force(&mut tx).await?.is_some_and(|row| row.number == payload.id) {
            return Err(Error::field("licence", "This licence is installed already."));
        }
        let id = LicenceId::new();
        queries::replace(&mut tx).await?;
        queries::insert(&mut tx, id, &payload, text.trim(), viewer.user_id).await?;
        queries::seat_administrators(&mut tx).await?;
        queries::seat_signed_in(&mut tx, i64::from(payload.seats)).await?;
        let turned_away = queries::end_sessions_without_seat(&mut tx).await?;
        let licence = in_force(&mut tx).await?.ok_or(Error::NotFound)?;
        let name = format!("{}: {}, {} seats, until {}", payload.id, payload.tier, payload.seats, payload.expires_at.format("%-d %b %Y"));
        audit::record_in(&mut tx, None, viewer, Event::new(Action::LicenceInstalled, id.as_uuid(), name)).await?;
        tx.commit().await?;
        Ok(LicenceInstalled { licence, turned_away: u32::try_from(turned_away).unwrap_or(u32::MAX) })
    }
}

fn no_key() -> Error {
    Error::Conflict("No licence can be installed here: LYCEUM_LICENCE_KEY is not set.".to_owned())
}

fn at_field(fault: LicenceFault) -> Error {
    Error::field("licence", fault.to_string())
}
