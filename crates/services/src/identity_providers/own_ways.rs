//! Own ways: what people can sign in with without a provider, as administrators allow it.
//!
//! The invariant: what is turned off is neither shown nor taken; nobody has to turn anything on. Without passwords a way is left that needs
//! none, and whoever turns something off has one.

use super::{IdentityProviders, queries_own_ways};
use crate::audit::{self, Author};
use crate::{Error, Result, SystemTx, Viewer};
use domain::audit::{Action, Event};
use domain::identity_providers::{OwnWay, OwnWayState};
use domain::{IdentityProviderId, UserId};
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
        self.hold_ways(&mut tx, viewer).await?;
        if queries_own_ways::set(&mut tx, way, is_allowed).await? {
            if !is_allowed {
                self.require_way_left(&mut tx, viewer).await?;
            }
            let action = if is_allowed { Action::SignInWayTurnedOn } else { Action::SignInWayTurnedOff };
            audit::record_in(&mut tx, None, viewer, event(action, way)).await?;
        }
        tx.commit().await
    }

    /// Whether people may sign in with a password: what the command line asks before it gives somebody one.
    pub async fn takes_passwords(&self) -> Result<bool> {
        let mut read = self.services.parts.db.system_read().await?;
        is_allowed(&mut read, OwnWay::Passwords).await
    }

    /// Locks the ways, and the account of whoever may be about to take one away: it comes before what hangs on it.
    pub(super) async fn hold_ways(&self, tx: &mut SystemTx, viewer: &Viewer) -> Result<()> {
        queries_own_ways::lock_ways(tx).await?;
        self.lock_account(tx, viewer.user_id).await
    }

    /// Refuses when passwords are off and no other way is left, or when none is left for the viewer, whom a password lets in only where
    /// they have one; as things stand in the transaction, which holds the ways.
    pub(super) async fn require_way_left(&self, tx: &mut SystemTx, viewer: &Viewer) -> Result<()> {
        let conflict = |sentence: &str| Err(Error::Conflict(sentence.to_owned()));
        let takes_passwords = is_allowed(tx, OwnWay::Passwords).await?;
        let is_another_left = queries_own_ways::has_enabled_provider(tx).await? || self.services.passkeys().are_taken(tx).await?;
        if !takes_passwords && !is_another_left {
            return conflict("Nobody could sign in then: without passwords there has to be a provider that is on, or passkeys.");
        }
        if self.has_way_in(tx, viewer.user_id).await? {
            return Ok(());
        }
        conflict(if takes_passwords {
            "You could not sign in yourself then. Set a password, add a passkey or link another provider on your account page first."
        } else {
            "You could not sign in yourself then. Add a passkey or link a provider on your account page first."
        })
    }

    /// Whether a person, who is locked until the transaction ends, has a way in as things stand in it. A mailed code is none to lean on.
    pub(crate) async fn has_way_in(&self, tx: &mut SystemTx, user: UserId) -> Result<bool> {
        let has_password = queries_own_ways::lock_person(tx, user).await?;
        Ok((has_password && is_allowed(tx, OwnWay::Passwords).await?) || self.opens_for(tx, user).await?)
    }

    /// Takes a person's account before what hangs on it, as a new password does: of the two one waits for the other.
    pub(crate) async fn lock_account(&self, tx: &mut SystemTx, user: UserId) -> Result<()> {
        queries_own_ways::lock_person(tx, user).await?;
        Ok(())
    }

    /// Whether a person can sign in with what they have at a provider, or with a passkey.
    pub(crate) async fn opens_for(&self, tx: &mut SystemTx, user: UserId) -> Result<bool> {
        Ok(queries_own_ways::has_open_identity(tx, user).await? || self.services.passkeys().open(tx, user).await?)
    }

    fn obstacle(&self, way: OwnWay) -> Option<&'static str> {
        match way {
            OwnWay::Passwords => None,
            OwnWay::Passkeys => self.services.passkeys().obstacle(),
            OwnWay::EmailCodes => (!self.services.mails().is_set_up()).then_some("Mail is not set up here, so that no code is sent."),
        }
    }
}

/// Whether people may sign in that way.
pub(crate) async fn is_allowed(tx: &mut PgConnection, way: OwnWay) -> Result<bool> {
    Ok(queries_own_ways::is_allowed(tx, way).await?)
}

/// Lets people sign in with passwords again: the way back for those who are locked out.
pub(crate) async fn turn_passwords_on(tx: &mut PgConnection) -> Result<()> {
    if queries_own_ways::set(tx, OwnWay::Passwords, true).await? {
        audit::record_in(tx, None, Author::SYSTEM, event(Action::SignInWayTurnedOn, OwnWay::Passwords)).await?;
    }
    Ok(())
}

fn event(action: Action, way: OwnWay) -> Event {
    Event::new(action, IdentityProviderId::nil().as_uuid(), way.words())
}
