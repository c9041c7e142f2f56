//! Create: a key for oneself, in the team one works in, in return for the password and, where one signs in with one, a code.

use super::ApiKeys;
use super::queries::{self, NewApiKeyRow};
use super::secret::{Key, prefix};
use crate::mails::SecurityAct;
use crate::{Error, Result, Viewer, audit, licences};
use chrono::{DateTime, TimeDelta, Utc};
use domain::api_keys::{ApiKeyMade, ApiKeySummary, ApiScope, NewApiKey};
use domain::audit::{Action, Details, Event};
use domain::licences::Feature;
use domain::text::ApiKeyName;
use domain::{ApiKeyId, FieldErrors};
use secrecy::SecretString;

/// How many keys one person can have in one team.
const MOST_KEYS: i64 = 50;

/// A key that can be made.
struct Checked {
    name: ApiKeyName,
    scopes: Vec<ApiScope>,
    lifetime: Option<TimeDelta>,
}

impl Checked {
    /// All that is wrong with the fields at once, or what can be stored.
    fn parse(new: &NewApiKey) -> Result<Self> {
        let mut wrong = FieldErrors::default();
        let name = ApiKeyName::parse(&new.name).map_err(|error| wrong.add(error.field, error.message)).ok();
        let mut scopes = new.scopes.clone();
        scopes.sort_unstable();
        scopes.dedup();
        if scopes.is_empty() {
            wrong.add("scopes", "Choose what the key may do.");
        }
        if new.days.is_some_and(|days| !NewApiKey::DAYS.contains(&days)) {
            wrong.add("days", "A key works 30, 90 or 365 days, or without end.");
        }
        match name {
            Some(name) if wrong.is_empty() => Ok(Self { name, scopes, lifetime: new.days.map(|days| TimeDelta::days(i64::from(days))) }),
            _ => Err(wrong.into()),
        }
    }

    fn summary(&self, key: &Key, owner: String, now: DateTime<Utc>) -> ApiKeySummary {
        ApiKeySummary {
            id: ApiKeyId::new(),
            name: self.name.as_str().to_owned(),
            prefix: prefix(&key.selector),
            scopes: self.scopes.clone(),
            owner,
            created_at: now,
            last_used_at: None,
            expires_at: self.lifetime.map(|lifetime| now + lifetime),
            is_expired: false,
        }
    }
}

impl ApiKeys<'_> {
    /// Makes a key for the viewer in the team they work in. It is in the answer only; a mail tells its person that it was made.
    pub async fn create(&self, viewer: &Viewer, new: NewApiKey, password: SecretString) -> Result<ApiKeyMade> {
        let checked = Checked::parse(&new)?;
        self.services.identity().prove_all(viewer, password).await?;
        let (key, now) = (Key::fresh(), self.services.parts.clock.now());
        // Beside the team's transaction, which sees no sessions, until that ends: a new password either was first or takes the key back.
        let mut held = self.services.parts.db.system_tx().await?;
        self.services.identity().hold_viewer(&mut held, viewer).await?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        licences::require(&mut tx, Feature::Api).await?;
        let owner = queries::owner(&mut tx, viewer.team_id, viewer.user_id).await?;
        if owner.keys >= MOST_KEYS {
            return Err(Error::Conflict(format!("You have {MOST_KEYS} API keys in this team. Revoke one first.")));
        }
        let summary = checked.summary(&key, owner.name, now);
        let row = NewApiKeyRow { summary: &summary, selector: &key.selector, secret_hash: &key.secret_hash() };
        queries::insert(&mut tx, viewer.team_id, viewer.user_id, &row).await?;
        let act = SecurityAct::ApiKeyCreated { name: summary.name.clone() };
        self.services.identity().tell_viewer_in_team(&mut tx, &mut held, viewer, act).await?;
        let details = Details { scopes: summary.scopes.clone(), ..Details::default() };
        let event = Event::new(Action::ApiKeyCreated, summary.id.as_uuid(), summary.name.as_str()).with(details);
        audit::record(&mut tx, viewer, event).await?;
        tx.commit().await?;
        held.commit().await?;
        Ok(ApiKeyMade { summary, key: key.text() })
    }
}
