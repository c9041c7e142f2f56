//! From an id to something that can be called: what chat, search and jobs use.

use super::queries::{self, ModelRow, UsableRow};
use super::{Models, provider_key};
use crate::{Error, Result, Viewer};
use domain::models::{ModelType, ProviderKind};
use domain::{ModelId, TeamId};
use llm::{AnthropicChat, ChatModel, Embedder, ExtractiveModel, OpenAiChat, OpenAiEmbedder};
use secrecy::SecretString;
use std::sync::Arc;

/// A language model that is ready to be asked.
#[derive(Clone)]
pub struct ResolvedChat {
    /// The model.
    pub id: ModelId,
    /// Its name on the wire: what goes into `ChatRequest::model`.
    pub name: String,
    /// Its name for people, with its provider.
    pub display: String,
    /// Tokens it can read and write in one call.
    pub context_size: u32,
    /// The way to it.
    pub model: Arc<dyn ChatModel>,
    /// Whether it is the one that quotes and does not generate.
    pub is_built_in: bool,
}

/// An embedding model that is ready to be called.
#[derive(Clone)]
pub struct ResolvedEmbedder {
    /// The model.
    pub id: ModelId,
    /// Its name for people, with its provider.
    pub display: String,
    /// Length of its vectors.
    pub dimensions: u32,
    /// The way to it.
    pub embedder: Arc<dyn Embedder>,
    /// Whether it is part of Lyceum: what it reads goes to nobody.
    pub is_built_in: bool,
}

impl Models<'_> {
    /// The language model of this id, or the installation's default. A removed one is a conflict, an unknown one not found.
    pub async fn chat_model(&self, id: Option<ModelId>) -> Result<ResolvedChat> {
        self.resolve_chat(id, None).await
    }

    /// The language model of this id, or the default of the viewer's team, or the installation's where that has none.
    pub(crate) async fn team_chat_model(&self, viewer: &Viewer, id: Option<ModelId>) -> Result<ResolvedChat> {
        self.resolve_chat(id, Some(viewer.team_id)).await
    }

    async fn resolve_chat(&self, id: Option<ModelId>, team: Option<TeamId>) -> Result<ResolvedChat> {
        let (row, key) = self.usable(id, team, ModelType::Llm).await?;
        let parts = &self.services.parts;
        let client = || Arc::clone(&parts.egress);
        let model: Arc<dyn ChatModel> = match row.kind {
            ProviderKind::BuiltIn => Arc::new(ExtractiveModel::new(self.built_in_embedder())),
            ProviderKind::OpenAiCompatible => Arc::new(OpenAiChat::new(client(), &row.base_url, key)),
            ProviderKind::Anthropic => Arc::new(AnthropicChat::new(client(), &row.base_url, key)),
        };
        Ok(ResolvedChat {
            id: row.id,
            display: format!("{} · {}", row.name, row.provider),
            context_size: whole(row.context_size),
            model,
            is_built_in: row.kind == ProviderKind::BuiltIn,
            name: row.name,
        })
    }

    /// The embedding model of this id. A removed one is a conflict, an unknown one not found.
    pub async fn embedder(&self, id: ModelId) -> Result<ResolvedEmbedder> {
        let (row, key) = self.usable(Some(id), None, ModelType::Embeddings).await?;
        let parts = &self.services.parts;
        let dimensions = whole(row.dimensions.ok_or_else(|| Error::internal("an embedding model without dimensions"))?);
        let embedder: Arc<dyn Embedder> = match row.kind {
            ProviderKind::BuiltIn => Arc::clone(&parts.minilm) as _,
            _ => Arc::new(OpenAiEmbedder::new(Arc::clone(&parts.egress), &row.base_url, key, &row.name, dimensions as usize)),
        };
        let display = format!("{} · {}", row.name, row.provider);
        Ok(ResolvedEmbedder { id: row.id, display, dimensions, embedder, is_built_in: row.kind == ProviderKind::BuiltIn })
    }

    /// The default embedding model: what new datasets take.
    pub async fn default_embedding_model(&self) -> Result<Option<ModelId>> {
        let mut tx = self.services.parts.db.system_tx().await?;
        Ok(queries::find_default(&mut tx, ModelType::Embeddings).await?)
    }

    /// Why search by meaning is not possible with this model, in a sentence; none when it is.
    pub async fn embedding_trouble(&self, id: Option<ModelId>) -> Option<String> {
        let Some(id) = id else {
            return Some("No embedding model is set, so search is by words only.".to_owned());
        };
        match self.usable(Some(id), None, ModelType::Embeddings).await {
            Ok((row, _)) => self.weights_trouble(row.kind, row.model_type).map(|trouble| format!("Search is by words only: {trouble}")),
            Err(Error::Conflict(sentence)) => Some(format!("Search is by words only. {sentence}")),
            Err(error) => {
                tracing::warn!(%error, "the embedding model could not be looked up");
                Some("Search is by words only: the embedding model cannot be reached at the moment.".to_owned())
            }
        }
    }

    /// Why a model cannot be used at the moment, as far as this process knows without calling it.
    pub(super) fn trouble(&self, row: &ModelRow) -> Option<String> {
        self.weights_trouble(row.kind, row.model_type)
    }

    fn weights_trouble(&self, kind: ProviderKind, model_type: ModelType) -> Option<String> {
        let is_minilm = kind == ProviderKind::BuiltIn && model_type == ModelType::Embeddings;
        (is_minilm && !self.services.parts.minilm.is_available()).then(|| {
            "the weights of the built-in embedding model are not on this server. Run “make setup”, or set LYCEUM_MODELS_DIR.".to_owned()
        })
    }

    fn built_in_embedder(&self) -> Option<Arc<dyn Embedder>> {
        let minilm = &self.services.parts.minilm;
        minilm.is_available().then(|| Arc::clone(minilm) as _)
    }

    async fn usable(&self, id: Option<ModelId>, team: Option<TeamId>, wanted: ModelType) -> Result<(UsableRow, Option<SecretString>)> {
        let mut read = self.services.parts.db.system_read().await?;
        let found = queries::find_usable(&mut read, id, team, wanted).await?;
        drop(read);
        let row = match (found, id) {
            (Some(row), _) => row,
            (None, Some(_)) => return Err(Error::NotFound),
            (None, None) => return Err(Error::Conflict("No default model is set. An administrator can choose one.".to_owned())),
        };
        if row.is_removed {
            return Err(Error::Conflict(removed(&row.name)));
        }
        let key = provider_key::open(&self.services.parts.keyring, row.provider_id, row.sealed_api_key.as_deref())?;
        Ok((row, key))
    }
}

/// What is said wherever a removed model is still named.
pub(crate) fn removed(name: &str) -> String {
    format!("The model “{name}” was removed. Choose another.")
}

/// A number the database keeps positive.
pub(super) fn whole(number: i32) -> u32 {
    u32::try_from(number).unwrap_or_default()
}
