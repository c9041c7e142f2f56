//! Ceremony: what stands between the question to a device and its answer.

use super::{Passkeys, queries};
use crate::identity::token;
use crate::{Error, Result, SystemTx};
use chrono::TimeDelta;
use domain::UserId;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// How long a device may take.
const LIFETIME: TimeDelta = TimeDelta::minutes(5);

/// A ceremony that begins.
#[derive(Debug)]
pub struct Begun {
    /// What the browser asks the device, as JSON.
    pub options: String,
    /// What it keeps until the device has answered.
    token: SecretString,
}

impl Begun {
    /// The token, for the one cookie that holds it.
    pub fn token_text(&self) -> &str {
        self.token.expose_secret()
    }
}

impl Passkeys<'_> {
    /// Keeps a ceremony for the browser that holds the token; of a person, or of whoever it turns out to be.
    pub(super) async fn keep(
        &self,
        tx: &mut SystemTx,
        user: Option<UserId>,
        options: &serde_json::Value,
        state: &impl Serialize,
    ) -> Result<Begun> {
        let token = token::fresh();
        let state = serde_json::to_value(state).map_err(Error::internal)?;
        let expires_at = self.services.parts.clock.now() + LIFETIME;
        queries::insert_ceremony(tx, &token::hash(&token), user, &state, expires_at).await?;
        Ok(Begun { options: options.to_string(), token: token.into() })
    }

    /// Uses a ceremony up, whatever comes of it; none for one of somebody else, one that was used, and one that took too long.
    pub(super) async fn take<T: DeserializeOwned>(&self, token: Option<&str>, user: Option<UserId>) -> Result<Option<T>> {
        let Some(token) = token else { return Ok(None) };
        let mut tx = self.services.parts.db.system_tx().await?;
        let found = queries::take_ceremony(&mut tx, &token::hash(token), user, self.services.parts.clock.now()).await?;
        tx.commit().await?;
        // One of the other kind has another shape.
        Ok(found.and_then(|state| serde_json::from_value(state).ok()))
    }
}
