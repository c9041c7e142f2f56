//! "Test connection": one small call, and what came of it in a sentence.

use super::add::check_dimensions;
use super::draft::ParsedModel;
use super::queries::{self, ModelRow};
use super::{Models, provider_key, require_managing};
use crate::{Error, Result, Viewer};
use domain::ModelId;
use domain::models::{ConnectionReport, ModelType, NewModel, ProviderKind};
use llm::{AnthropicChat, ChatModel, Embedder, LlmError, OpenAiChat, Retries};
use secrecy::SecretString;
use std::sync::Arc;

/// What is tested: what stands in the form, or what is stored.
pub enum ConnectionTest {
    /// The form's contents; an empty key stands for the stored one of the same provider at the same address.
    Draft(NewModel),
    /// A stored model with its stored key.
    Stored(ModelId),
}

/// One call that is about to be made.
struct Call<'a> {
    kind: ProviderKind,
    base_url: &'a str,
    key: Option<SecretString>,
    name: &'a str,
    model_type: ModelType,
}

impl Models<'_> {
    /// Calls the model once, without retries. That it does not answer is a report, not an error.
    pub async fn test(&self, viewer: &Viewer, what: ConnectionTest) -> Result<ConnectionReport> {
        require_managing(viewer)?;
        match what {
            ConnectionTest::Draft(draft) => {
                let draft = ParsedModel::parse(draft, &self.services.parts.egress)?;
                let key = self.key_for(&draft).await?;
                let name = draft.name.as_str();
                Ok(self.call(Call { kind: draft.kind, base_url: &draft.base_url, key, name, model_type: draft.model_type }).await)
            }
            ConnectionTest::Stored(id) => {
                let (row, key) = self.stored(id).await?;
                Ok(self.call(Call { kind: row.kind, base_url: &row.base_url, key, name: &row.name, model_type: row.model_type }).await)
            }
        }
    }

    /// The key that goes with a draft: the typed one, or the stored one of the same provider at the same address.
    pub(super) async fn key_for(&self, draft: &ParsedModel) -> Result<Option<SecretString>> {
        if !draft.api_key.is_empty() {
            return Ok(Some(SecretString::from(draft.api_key.as_str())));
        }
        let parts = &self.services.parts;
        let mut tx = parts.db.system_tx().await?;
        let provider = queries::find_provider_at(&mut tx, draft.provider.as_str(), &draft.base_url).await?;
        provider.map_or(Ok(None), |provider| provider_key::open(&parts.keyring, provider.id, provider.sealed_api_key.as_deref()))
    }

    /// Length of the vectors a provider's model returns.
    pub(super) async fn probe_embeddings(&self, base_url: &str, key: Option<SecretString>, name: &str) -> Result<usize, LlmError> {
        llm::test_embeddings(Arc::clone(&self.services.parts.egress), base_url, key, name).await
    }

    async fn stored(&self, id: ModelId) -> Result<(ModelRow, Option<SecretString>)> {
        let parts = &self.services.parts;
        let mut tx = parts.db.system_tx().await?;
        let row = queries::find(&mut tx, id).await?.filter(|row| !row.is_removed).ok_or(Error::NotFound)?;
        let provider = queries::find_provider(&mut tx, row.provider_id).await?.ok_or(Error::NotFound)?;
        let key = provider_key::open(&parts.keyring, provider.id, provider.sealed_api_key.as_deref())?;
        Ok((row, key))
    }

    async fn call(&self, call: Call<'_>) -> ConnectionReport {
        let parts = &self.services.parts;
        let started = parts.clock.now();
        let found = match (call.kind, call.model_type) {
            (ProviderKind::BuiltIn, ModelType::Llm) => {
                return report(true, "Built in: it quotes the sources it finds. Nothing to connect to.", None);
            }
            (ProviderKind::BuiltIn, ModelType::Embeddings) => self.call_built_in().await,
            (_, ModelType::Embeddings) => self.probe_embeddings(call.base_url, call.key, call.name).await.map(Some),
            (kind, ModelType::Llm) => {
                let chat = self.asked_once(kind, call.base_url, call.key);
                llm::test_chat(chat.as_ref(), call.name).await.map(|()| None)
            }
        };
        let took = (parts.clock.now() - started).num_milliseconds().max(0);
        match found.map_err(|error| error.sentence()) {
            Ok(None) => report(true, format!("It works: “{}” answered after {took} ms.", call.name), None),
            Ok(Some(length)) => match check_dimensions(length) {
                Ok(dimensions) => {
                    let sentence = format!("It works: “{}” answered after {took} ms with a vector of {dimensions} numbers.", call.name);
                    report(true, sentence, u32::try_from(dimensions).ok())
                }
                Err(sentence) => report(false, sentence, None),
            },
            Err(sentence) => report(false, sentence, None),
        }
    }

    async fn call_built_in(&self) -> Result<Option<usize>, LlmError> {
        let vectors = self.services.parts.minilm.embed(vec!["lyceum".to_owned()]).await?;
        Ok(vectors.first().map(Vec::len))
    }

    /// A model that is asked once: the person who waits learns at once what is wrong.
    fn asked_once(&self, kind: ProviderKind, base_url: &str, key: Option<SecretString>) -> Box<dyn ChatModel> {
        let client = Arc::clone(&self.services.parts.egress);
        match kind {
            ProviderKind::Anthropic => Box::new(AnthropicChat::new(client, base_url, key).with_retries(Retries::none())),
            _ => Box::new(OpenAiChat::new(client, base_url, key).with_retries(Retries::none())),
        }
    }
}

fn report(is_working: bool, sentence: impl Into<String>, dimensions: Option<u32>) -> ConnectionReport {
    ConnectionReport { is_working, sentence: sentence.into(), dimensions }
}
