//! Confirm: before a dangerous step the viewer's device proves again who they are.
//!
//! The invariant: only a passkey of the viewer's own confirms their session, and one that was removed meanwhile does not.

use super::ceremony::Begun;
use super::{Passkeys, queries, relying_party};
use crate::identity::confirm_session;
use crate::{Error, Result, Viewer};
use serde::{Deserialize, Serialize};
use webauthn_rs::prelude::{Passkey, PasskeyAuthentication, PublicKeyCredential};

/// What is kept while a device proves it.
#[derive(Serialize, Deserialize)]
struct Confirming {
    authentication: PasskeyAuthentication,
}

impl Passkeys<'_> {
    /// Begins to confirm the viewer's session: what their device is to be asked.
    pub async fn start_confirmation(&self, viewer: &Viewer) -> Result<Begun> {
        let mut tx = self.services.parts.db.system_tx().await?;
        if let Some(refusal) = self.refusal(&mut tx).await? {
            return Err(conflict(refusal));
        }
        let relying_party = relying_party::at(&self.services.settings().public_url).map_err(conflict)?;
        let known = queries::list_credentials(&mut tx, viewer.user_id).await?.into_iter();
        let known = known.map(serde_json::from_value).collect::<Result<Vec<Passkey>, _>>().map_err(Error::internal)?;
        if known.is_empty() {
            return Err(conflict("You have no passkey."));
        }
        let (options, authentication) = relying_party.start_passkey_authentication(&known).map_err(Error::internal)?;
        let options = serde_json::to_value(&options).map_err(Error::internal)?;
        let begun = self.keep(&mut tx, Some(viewer.user_id), &options, &Confirming { authentication }).await?;
        tx.commit().await?;
        Ok(begun)
    }

    /// Confirms the viewer's session by what their device answered, for whoever holds the token. Failures count like wrong codes.
    pub async fn confirm(&self, viewer: &Viewer, token: Option<&str>, credential: &str) -> Result<()> {
        let relying_party = relying_party::at(&self.services.settings().public_url).map_err(conflict)?;
        let identity = self.services.identity();
        let counted = identity.take_guess(viewer.user_id).await?;
        let Confirming { authentication } =
            self.take(token, Some(viewer.user_id)).await?.ok_or_else(|| conflict("This took too long. Confirm it again."))?;
        let answer: PublicKeyCredential = serde_json::from_str(credential).map_err(|_| not_taken())?;
        let proof = relying_party.finish_passkey_authentication(&answer, &authentication).map_err(|error| {
            tracing::info!(%error, "a passkey was refused");
            not_taken()
        })?;
        let mut tx = self.services.parts.db.system_tx().await?;
        identity.hold_viewer(&mut tx, viewer).await?;
        if let Some(refusal) = self.refusal(&mut tx).await? {
            return Err(conflict(refusal));
        }
        let known = queries::lock_by_credential(&mut tx, answer.get_credential_id()).await?;
        let known = known.filter(|known| known.user_id == viewer.user_id && proof.user_verified()).ok_or_else(not_taken)?;
        let mut passkey: Passkey = serde_json::from_value(known.credential).map_err(Error::internal)?;
        passkey.update_credential(&proof);
        let content = serde_json::to_value(&passkey).map_err(Error::internal)?;
        queries::touch(&mut tx, known.id, &content, self.services.parts.clock.now()).await?;
        confirm_session(&mut tx, viewer).await?;
        tx.commit().await?;
        counted.give_back(&self.services.parts.db).await
    }
}

fn conflict(sentence: &'static str) -> Error {
    Error::Conflict(sentence.to_owned())
}

fn not_taken() -> Error {
    conflict("Your device’s answer could not be taken. Confirm it again.")
}
