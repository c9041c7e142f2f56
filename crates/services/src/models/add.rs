//! Add: a model of a provider, which is found by its name and address or made.

use super::draft::ParsedModel;
use super::queries::{self, ModelRow, NewModelRow, NewProviderRow};
use super::{MOST_DIMENSIONS, Models, provider_key, require_managing};
use crate::{Error, OnConstraint, Result, SystemTx, Viewer, audit};
use domain::audit::{Action, Event};
use domain::models::{ModelSummary, ModelType, NewModel};
use domain::{ModelId, ProviderId};

impl Models<'_> {
    /// Adds a model. An embedding model is called once, to learn the length of its vectors.
    pub async fn add(&self, viewer: &Viewer, model: NewModel) -> Result<ModelSummary> {
        require_managing(viewer)?;
        let parts = &self.services.parts;
        let model = ParsedModel::parse(model, &parts.egress)?;
        if self.replaces_key(&model).await? {
            self.services.identity().require_recent(viewer).await?;
        }
        let dimensions = match model.model_type {
            ModelType::Llm => None,
            ModelType::Embeddings => Some(self.probed_dimensions(&model).await?),
        };
        let mut tx = parts.db.installation_tx().await?;
        let provider_id = self.provider_of(&mut tx, &model).await?;
        let id = insert(&mut tx, &model, provider_id, dimensions).await?;
        if dimensions.is_some() {
            queries::make_index(&mut tx, id).await?;
        }
        let row = queries::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
        audit::record_in(&mut tx, None, viewer, about(Action::ModelAdded, &row)).await?;
        tx.commit().await?;
        Ok(self.summary(viewer, row))
    }

    /// Whether a key was typed for a provider that is there already: it takes the place of the stored one.
    async fn replaces_key(&self, model: &ParsedModel) -> Result<bool> {
        if model.api_key.is_empty() {
            return Ok(false);
        }
        let mut tx = self.services.parts.db.system_tx().await?;
        Ok(queries::find_provider_at(&mut tx, model.provider.as_str(), &model.base_url).await?.is_some())
    }

    async fn probed_dimensions(&self, model: &ParsedModel) -> Result<i32> {
        let key = self.key_for(model).await?;
        let found =
            self.probe_embeddings(&model.base_url, key, model.name.as_str()).await.map_err(|error| Error::Conflict(error.sentence()))?;
        check_dimensions(found).map_err(Error::Conflict)
    }

    /// The provider at this name and address, with the new key if one was typed; made when there is none.
    async fn provider_of(&self, tx: &mut SystemTx, model: &ParsedModel) -> Result<ProviderId> {
        let keyring = &self.services.parts.keyring;
        let found = queries::find_provider_at(tx, model.provider.as_str(), &model.base_url).await?;
        let Some(provider) = found else {
            let id = ProviderId::new();
            let sealed = provider_key::seal(keyring, id, &model.api_key);
            let row = NewProviderRow {
                id,
                name: model.provider.as_str(),
                kind: model.kind,
                base_url: &model.base_url,
                sealed_api_key: sealed.as_deref(),
            };
            queries::insert_provider(tx, &row).await.on_constraint("providers_name_base_url_key", || {
                Error::Conflict("Somebody added this provider at the same moment. Try again.".to_owned())
            })?;
            return Ok(id);
        };
        if provider.kind != model.kind {
            return Err(Error::field("kind", format!("“{}” is set up as {} at this address.", provider.name, provider.kind)));
        }
        if let Some(sealed) = provider_key::seal(keyring, provider.id, &model.api_key) {
            queries::update_provider(tx, provider.id, &provider.base_url, Some(&sealed)).await?;
        }
        Ok(provider.id)
    }
}

/// What happened to a model.
pub(super) fn about(action: Action, row: &ModelRow) -> Event {
    Event::new(action, row.id.as_uuid(), format!("{} · {}", row.name, row.provider))
}

/// The length as the database keeps it, or a sentence about why there can be no index for it.
pub(super) fn check_dimensions(found: usize) -> Result<i32, String> {
    i32::try_from(found).ok().filter(|dimensions| (1..=MOST_DIMENSIONS.cast_signed()).contains(dimensions)).ok_or_else(|| {
        format!("The model returns vectors of {found} numbers; the search index takes {MOST_DIMENSIONS} at most. Choose a smaller model.")
    })
}

async fn insert(tx: &mut SystemTx, model: &ParsedModel, provider_id: ProviderId, dimensions: Option<i32>) -> Result<ModelId> {
    let id = ModelId::new();
    let row = NewModelRow {
        id,
        provider_id,
        name: model.name.as_str(),
        model_type: model.model_type,
        context_size: model.context_size,
        dimensions,
    };
    queries::insert(tx, &row).await.on_constraint("models_provider_name_key", || {
        Error::field("name", format!("“{}” already has a model called “{}”.", model.provider, model.name))
    })?;
    Ok(id)
}
