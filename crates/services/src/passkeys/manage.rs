//! Manage: the viewer's passkeys: looking at them, adding one and removing one.

use super::ceremony::Begun;
use super::queries::{self, NewPasskey};
use super::{Passkeys, relying_party};
use crate::mails::SecurityAct;
use crate::{Error, OnConstraint as _, Result, Viewer, audit};
use domain::PasskeyId;
use domain::audit::{Action, Event};
use domain::passkeys::{PasskeyOverview, PasskeySummary};
use domain::text::PasskeyName;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use webauthn_rs::prelude::{PasskeyRegistration, RegisterPublicKeyCredential};

/// Most passkeys of one person.
const MOST: usize = 20;

/// What is kept while a device makes a passkey.
#[derive(Serialize, Deserialize)]
struct Adding {
    name: PasskeyName,
    registration: PasskeyRegistration,
}

impl Passkeys<'_> {
    /// The viewer's passkeys, and what is in the way of more.
    pub async fn list(&self, viewer: &Viewer) -> Result<PasskeyOverview> {
        let mut tx = self.services.parts.db.system_tx().await?;
        let passkeys = queries::list(&mut tx, viewer.user_id).await?;
        Ok(PasskeyOverview { passkeys, obstacle: self.refusal(&mut tx).await?.map(str::to_owned) })
    }

    /// Begins to add a passkey: what the viewer's device is to be asked. It takes the password, and a confirmed session, since a passkey
    /// stands for both steps.
    pub async fn start(&self, viewer: &Viewer, name: &str, password: SecretString) -> Result<Begun> {
        let name = PasskeyName::parse(name)?;
        let refusal = {
            let mut tx = self.services.parts.db.system_tx().await?;
            self.refusal(&mut tx).await?
        };
        let relying_party = relying_party::at(&self.services.settings().public_url).map_err(conflict)?;
        if let Some(refusal) = refusal {
            return Err(conflict(refusal));
        }
        self.services.identity().prove_all(viewer, password).await?;
        let person = self.services.identity().current_viewer_info(viewer).await?;
        let mut tx = self.services.parts.db.system_tx().await?;
        let known = queries::list_credential_ids(&mut tx, viewer.user_id).await?;
        if known.len() >= MOST {
            return Err(Error::Conflict(format!("You have {MOST} passkeys. Remove one that you do not use any more.")));
        }
        let full_name = format!("{} {}", person.first_name, person.last_name);
        let (options, registration) = relying_party
            .start_passkey_registration(viewer.user_id.as_uuid(), &person.email, full_name.trim(), Some(known))
            .map_err(Error::internal)?;
        let mut options = serde_json::to_value(&options).map_err(Error::internal)?;
        // Whoever signs in types no address: the device has to know by itself which passkeys it has for us.
        let selection = &mut options["publicKey"]["authenticatorSelection"];
        selection["residentKey"] = "required".into();
        selection["requireResidentKey"] = true.into();
        let begun = self.keep(&mut tx, Some(viewer.user_id), &options, &Adding { name, registration }).await?;
        tx.commit().await?;
        Ok(begun)
    }

    /// Adds the passkey that the viewer's device made, for whoever holds the token.
    pub async fn add(&self, viewer: &Viewer, token: Option<&str>, credential: &str) -> Result<PasskeySummary> {
        let relying_party = relying_party::at(&self.services.settings().public_url).map_err(conflict)?;
        let Adding { name, registration } =
            self.take(token, Some(viewer.user_id)).await?.ok_or_else(|| conflict("This took too long. Add the passkey again."))?;
        let answer: RegisterPublicKeyCredential = serde_json::from_str(credential).map_err(|_| not_taken())?;
        let passkey = relying_party.finish_passkey_registration(&answer, &registration).map_err(|error| {
            tracing::info!(%error, "a passkey was not taken");
            not_taken()
        })?;
        let (id, now) = (PasskeyId::new(), self.services.parts.clock.now());
        let content = serde_json::to_value(&passkey).map_err(Error::internal)?;
        let mut tx = self.services.parts.db.system_tx().await?;
        self.services.identity().hold_viewer(&mut tx, viewer).await?;
        if let Some(refusal) = self.refusal(&mut tx).await? {
            return Err(conflict(refusal));
        }
        let credential_id = passkey.cred_id();
        let new = NewPasskey { id, user: viewer.user_id, name: name.as_str(), credential_id, credential: &content, now };
        queries::insert(&mut tx, new)
            .await
            .on_constraint("passkeys_credential_id_key", || conflict("This passkey opens an account already."))?;
        let act = SecurityAct::PasskeyAdded { name: name.as_str().to_owned() };
        self.services.identity().tell_viewer(&mut tx, viewer, act).await?;
        let event = Event::new(Action::AccountPasskeyAdded, viewer.user_id.as_uuid(), name.as_str());
        audit::record_in(&mut tx, None, viewer, event).await?;
        tx.commit().await?;
        Ok(PasskeySummary { id, name: name.into_string(), created_at: now, last_used_at: None })
    }

    /// Removes a passkey of the viewer's, who proved lately who they are, unless it is their last way in; one of anybody else does not exist.
    pub async fn remove(&self, viewer: &Viewer, id: PasskeyId) -> Result<()> {
        self.services.identity().require_recent(viewer).await?;
        let mut tx = self.services.parts.db.system_tx().await?;
        self.services.identity_providers().lock_account(&mut tx, viewer.user_id).await?;
        let name = queries::delete(&mut tx, viewer.user_id, id).await?.ok_or(Error::NotFound)?;
        if !self.services.identity_providers().has_way_in(&mut tx, viewer.user_id).await? {
            return Err(conflict("This is your only way in. Set up another one first."));
        }
        self.services.identity().tell_viewer(&mut tx, viewer, SecurityAct::PasskeyRemoved { name: name.clone() }).await?;
        let event = Event::new(Action::AccountPasskeyRemoved, viewer.user_id.as_uuid(), name);
        audit::record_in(&mut tx, None, viewer, event).await?;
        tx.commit().await
    }
}

fn conflict(sentence: &'static str) -> Error {
    Error::Conflict(sentence.to_owned())
}

fn not_taken() -> Error {
    conflict("Your device’s answer could not be taken. Add the passkey again.")
}
