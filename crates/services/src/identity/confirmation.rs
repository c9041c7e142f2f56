//! Confirmation: before a dangerous step people prove again who they are, unless they did so within ten minutes.
//!
//! The invariant: a session is confirmed by what would have begun it: the password, with a code where its person signs in with one, or a
//! passkey (`services::passkeys`). Whoever has neither, or a password while those are off, signs in again, and their identity provider is
//! to ask them anew: that it knows them still confirms nothing. Only the steps that ask ([`Identity::require_recent`]) pay for it.

use super::two_step::{record_use, wrong_code};
use super::{Identity, SignedIn, queries, queries_confirmation, queries_two_step, token};
use crate::{Error, Result, SystemTx, Viewer};
use chrono::{DateTime, Utc};
use domain::identity::{ConfirmationTerms, SecondStep};
use secrecy::{ExposeSecret as _, SecretString};

impl Identity<'_> {
    /// Refuses with [`Error::ConfirmFirst`] when it is too long ago that the viewer proved who they are.
    pub(crate) async fn require_recent(&self, viewer: &Viewer) -> Result<()> {
        if self.proved_lately(viewer).await? { Ok(()) } else { Err(Error::ConfirmFirst) }
    }

    /// Whether the viewer proved lately enough who they are, for acts that turn out to be dangerous only under a lock: it is asked before,
    /// because it takes a connection of its own.
    pub(crate) async fn proved_lately(&self, viewer: &Viewer) -> Result<bool> {
        let Some(session) = viewer.session_id else {
            // Lyceum's own work has nobody to ask; a key says nothing of who holds it.
            return Ok(viewer.api_key.is_none());
        };
        let mut read = self.services.parts.db.system_read().await?;
        Ok(queries_confirmation::is_recent(&mut read, session).await?)
    }

    /// Refuses unless the viewer's present password was typed, and their session is confirmed, which takes a code where they sign in with
    /// one: for what opens the account by itself from then on, or ends it, so that the password alone does not lead around the second step.
    pub(crate) async fn prove_all(&self, viewer: &Viewer, password: SecretString) -> Result<()> {
        self.prove_password(viewer, password).await?;
        self.require_recent(viewer).await
    }

    /// With what the viewer can confirm their session.
    pub async fn confirmation_terms(&self, viewer: &Viewer) -> Result<ConfirmationTerms> {
        let mut tx = self.services.parts.db.system_tx().await?;
        let account = queries::get_account(&mut tx, viewer.user_id).await?;
        let is_mailed = queries_two_step::is_mailed(&mut tx, viewer.user_id).await?;
        let asks_for_code = self.asks_for_code(&mut tx, viewer.user_id).await?;
        Ok(ConfirmationTerms {
            has_password: self.password_proves(&mut tx, viewer.user_id, &account.password_hash).await?,
            has_passkey: self.services.passkeys().open(&mut tx, viewer.user_id).await?,
            second_step: asks_for_code.then(|| SecondStep { is_mailed, sends_mail: self.services.mails().is_set_up() }),
        })
    }

    /// Confirms the viewer's session by their password, and by a code where they sign in with one; the token is that of a code that was
    /// mailed. Wrong guesses are counted like failed sign-ins.
    pub async fn confirm(&self, viewer: &Viewer, password: SecretString, code: &str, token: &SecretString) -> Result<()> {
        let terms = self.confirmation_terms(viewer).await?;
        if !terms.has_password {
            return Err(Error::Conflict("No password is taken from you here. Use a passkey, or sign in again instead.".to_owned()));
        }
        self.prove_password(viewer, password).await?;
        if terms.second_step.is_none() {
            return Ok(());
        }
        let counted = self.take_guess(viewer.user_id).await?;
        let mailed = self.account_code(viewer, token, code).await?;
        let mut tx = self.services.parts.db.system_tx().await?;
        let factor = self.accept_code(&mut tx, viewer.user_id, code, mailed).await?.ok_or_else(wrong_code)?;
        confirm_session(&mut tx, viewer).await?;
        record_use(&mut tx, viewer, factor).await?;
        tx.commit().await?;
        counted.give_back(&self.services.parts.db).await
    }

    /// Notes when an identity provider last asked somebody who they are whose session begins; none where it does not say.
    pub(crate) async fn proved_elsewhere(&self, tx: &mut SystemTx, session: &SignedIn, at: Option<DateTime<Utc>>) -> Result<()> {
        let at = at.map(|at| at.min(self.services.parts.clock.now()));
        self.proved_since(tx, session, at).await
    }

    /// [`Identity::proved_elsewhere`] for somebody who has yet to type a code: the code alone confirms nothing.
    pub(crate) async fn half_proved_elsewhere(&self, tx: &mut SystemTx, step: &SecretString, at: Option<DateTime<Utc>>) -> Result<()> {
        let at = at.map(|at| at.min(self.services.parts.clock.now()));
        Ok(queries_two_step::set_proved(tx, &token::hash(step.expose_secret()), at).await?)
    }

    /// The session that begins is confirmed since then.
    pub(super) async fn proved_since(&self, tx: &mut SystemTx, session: &SignedIn, at: Option<DateTime<Utc>>) -> Result<()> {
        Ok(queries_confirmation::set_confirmed(tx, &token::hash(session.token.expose_secret()), at).await?)
    }

    /// Notes that the viewer typed their password: who signs in with it alone has confirmed their session.
    pub(super) async fn confirm_by_password(&self, viewer: &Viewer) -> Result<()> {
        let Some(session) = viewer.session_id else { return Ok(()) };
        let mut tx = self.services.parts.db.system_tx().await?;
        queries_confirmation::confirm_by_password(&mut tx, session).await?;
        tx.commit().await
    }
}

/// Notes that the viewer gave everything that they sign in with.
pub(crate) async fn confirm_session(tx: &mut SystemTx, viewer: &Viewer) -> Result<()> {
    let Some(session) = viewer.session_id else { return Ok(()) };
    Ok(queries_confirmation::confirm(tx, session).await?)
}
