//! Changing: defaults, keys, addresses, and taking models out of the lists.

use super::add::about;
use super::queries::{self, ProviderRow};
use super::{Models, draft, provider_key, require_managing};
use crate::{Error, OnConstraint, Result, SystemTx, Viewer, audit};
use domain::audit::{Action, Event};
use domain::models::{ModelSummary, ProviderKind};
use domain::{ModelId, ProviderId};
use url::Url;

impl Models<'_> {
    /// Takes a model out of the lists. What names it (prompts, answers) goes on naming it. The default one and the
    /// built-in ones stay: a conflict says so.
    pub async fn remove(&self, viewer: &Viewer, id: ModelId) -> Result<()> {
        require_managing(viewer)?;
        let mut tx = self.services.parts.db.installation_tx().await?;
        let row = queries::find(&mut tx, id).await?.filter(|row| !row.is_removed).ok_or(Error::NotFound)?;
        if row.kind == ProviderKind::BuiltIn {
            return Err(Error::Conflict("Built-in models come with Lyceum and stay.".to_owned()));
        }
        if !queries::remove(&mut tx, id).await? {
            return Err(Error::Conflict(format!("“{}” is the default. Make another model the default first.", row.name)));
        }
        audit::record_in(&mut tx, None, viewer, about(Action::ModelRemoved, &row)).await?;
        tx.commit().await
    }

    /// Makes a model the one that new prompts, chats and datasets start with.
    pub async fn make_default(&self, viewer: &Viewer, id: ModelId) -> Result<ModelSummary> {
        require_managing(viewer)?;
        // Questions of all teams go to another server from now on, as when its address is changed.
        self.services.identity().require_recent(viewer).await?;
        let mut tx = self.services.parts.db.installation_tx().await?;
        let row = queries::find(&mut tx, id).await?.filter(|row| !row.is_removed).ok_or(Error::NotFound)?;
        queries::clear_default(&mut tx, row.model_type).await?;
        let is_set = queries::set_default(&mut tx, id).await.on_constraint("models_one_default", || {
            Error::Conflict("Somebody changed the default at the same moment. Try again.".to_owned())
        })?;
        let row = queries::find(&mut tx, id).await?.filter(|_| is_set).ok_or(Error::NotFound)?;
        audit::record_in(&mut tx, None, viewer, about(Action::ModelMadeDefault, &row)).await?;
        tx.commit().await?;
        Ok(self.summary(viewer, row))
    }

    /// Replaces the key of a provider; an empty one removes it.
    pub async fn update_key(&self, viewer: &Viewer, id: ProviderId, api_key: &str) -> Result<()> {
        require_managing(viewer)?;
        self.services.identity().require_recent(viewer).await?;
        let parts = &self.services.parts;
        let mut tx = parts.db.installation_tx().await?;
        let provider = changeable(&mut tx, id).await?;
        let key = draft::api_key(api_key)?;
        let sealed = provider_key::seal(&parts.keyring, id, &key);
        queries::update_provider(&mut tx, id, &provider.base_url, sealed.as_deref()).await?;
        let changed = if sealed.is_some() { "key replaced" } else { "key removed" };
        let event = Event::new(Action::ProviderKeyReplaced, id.as_uuid(), provider.name).with_changes(&[changed]);
        audit::record_in(&mut tx, None, viewer, event).await?;
        tx.commit().await
    }

    /// Moves a provider to another address. A stored key never goes to another origin: it is asked for again.
    pub async fn update_address(&self, viewer: &Viewer, id: ProviderId, base_url: &str, api_key: &str) -> Result<()> {
        require_managing(viewer)?;
        self.services.identity().require_recent(viewer).await?;
        let parts = &self.services.parts;
        let mut tx = parts.db.installation_tx().await?;
        let provider = changeable(&mut tx, id).await?;
        let base_url = draft::base_url(base_url, &parts.egress)?;
        let key = draft::api_key(api_key)?;
        let has_moved = origin(&provider.base_url) != origin(&base_url);
        if key.is_empty() && has_moved && provider.sealed_api_key.is_some() {
            return Err(Error::field("api_key", "The address leads to another server. Enter the key for it."));
        }
        let changed = audit::those_that_hold([(true, "address"), (!key.is_empty(), "key")]);
        let sealed = provider_key::seal(&parts.keyring, id, &key).or(provider.sealed_api_key);
        queries::update_provider(&mut tx, id, &base_url, sealed.as_deref()).await.on_constraint("providers_name_base_url_key", || {
            Error::field("base_url", format!("There is already a provider called “{}” at this address.", provider.name))
        })?;
        let event = Event::new(Action::ProviderAddressChanged, id.as_uuid(), provider.name).with_changes(&changed);
        audit::record_in(&mut tx, None, viewer, event).await?;
        tx.commit().await
    }
}

async fn changeable(tx: &mut SystemTx, id: ProviderId) -> Result<ProviderRow> {
    let provider = queries::find_provider(tx, id).await?.ok_or(Error::NotFound)?;
    if provider.kind == ProviderKind::BuiltIn {
        return Err(Error::Conflict("The built-in provider has neither a key nor an address.".to_owned()));
    }
    Ok(provider)
}

/// Scheme, host and port; none for text that is no address.
fn origin(base_url: &str) -> Option<url::Origin> {
    Url::parse(base_url).ok().map(|url| url.origin())
}
