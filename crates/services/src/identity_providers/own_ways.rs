//! Own ways: what people can sign in with beside the password and without a provider, as administrators allow it.
//!
//! The invariant: what is turned off is neither shown nor taken; nobody has to turn anything on.

use super::{IdentityProviders, queries_own_ways};
use crate::{Result, Viewer, audit};
use domain::IdentityProviderId;
use domain::audit::{Action, Event};
use domain::identity_providers::{OwnWay, OwnWayState};
use sqlx::PgConnection;

impl IdentityProviders<'_> {
    /// The ways, for those who manage the installation; for others there is nothing.
    pub async fn own_ways(&self, viewer: &Viewer) -> Result<Vec<OwnWayState>> {
        viewer.require_system_administrator()?;
        let mut tx = self.services.parts.db.system_tx().await?;
        let mut states = Vec::with_capacity(OwnWay::ALL.len());
        for way in OwnWay::ALL.iter().copied() {
            let is_allowed = is_allowed(&mut tx, way).await?;
            states.push(OwnWayState { way, is_allowed, obstacle: self.obstacle(way).map(str::to_owned) });
        }
        Ok(states)
    }

    /// Turns a way on or off.
    pub async fn allow_own_way(&self, viewer: &Viewer, way: OwnWay, is_allowed: bool) -> Result<()> {
        viewer.require_system_administrator()?;
        self.services.identity().require_recent(viewer).await?;
        let mut tx = self.services.parts.db.installation_tx().await?;
        if queries_own_ways::set(&mut tx, way, is_allowed).await? {
            let action = if is_allowed { Action::SignInWayTurnedOn } else { Action::SignInWayTurnedOff };
            let event = Event::new(action, IdentityProviderId::nil().as_uuid(), way.words());
            audit::record_in(&mut tx, None, viewer, event).await?;
        }
        tx.commit().await
    }

    fn obstacle(&self, way: OwnWay) -> Option<&'static str> {
        match way {
            OwnWay::Passkeys => self.services.passkeys().obstacle(),
            OwnWay::EmailCodes => (!self.services.mails().is_set_up()).then_some("Mail is not set up here, so that no code is sent."),
        }
    }
}

/// Whether people may sign in that way.
pub(crate) async fn is_allowed(tx: &mut PgConnection, way: OwnWay) -> Result<bool> {
    Ok(queries_own_ways::is_allowed(tx, way).await?)
}
