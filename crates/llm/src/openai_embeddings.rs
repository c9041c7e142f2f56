//! Vectors over the OpenAI-compatible protocol: `POST {base}/embeddings`.

use std::sync::Arc;

use async_trait::async_trait;
use egress::EgressClient;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::wire::{Authorization, Endpoint, Retries};
use crate::{Embedder, LlmError};

/// Most texts in one request; more are sent one request after the other.
const MOST_TEXTS: usize = 64;

/// An embedding model of a provider that speaks the OpenAI-compatible protocol.
#[derive(Debug, Clone)]
pub struct OpenAiEmbedder {
    endpoint: Endpoint,
    model: String,
    dimensions: usize,
}

impl OpenAiEmbedder {
    /// The model `model` at `base_url`, known to return vectors of length `dimensions` (see [`crate::test_embeddings`]).
    pub fn new(client: Arc<EgressClient>, base_url: &str, api_key: Option<SecretString>, model: &str, dimensions: usize) -> Self {
        let endpoint = Endpoint::new(client, base_url, api_key, Authorization::Bearer);
        Self { endpoint, model: model.to_owned(), dimensions }
    }

    /// Changes how requests are made again.
    #[must_use]
    pub fn with_retries(mut self, retries: Retries) -> Self {
        self.endpoint.retries = retries;
        self
    }

    /// One request: a vector per text, in order, of whatever length.
    pub(crate) async fn request(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, LlmError> {
        let body = Body { model: &self.model, input: texts, encoding_format: "float" };
        let response = self.endpoint.post("embeddings", &self.model, &body).await?;
        let answer = response.json::<Answer>().await.map_err(|error| match error {
            egress::EgressError::NotJson { .. } => LlmError::Garbled,
            other => other.into(),
        })?;
        in_order(answer.data, texts.len())
    }
}

#[async_trait]
impl Embedder for OpenAiEmbedder {
    fn dimensions(&self) -> usize {
        self.dimensions
    }

    async fn embed(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, LlmError> {
        let mut vectors = Vec::with_capacity(texts.len());
        for some in texts.chunks(MOST_TEXTS) {
            vectors.extend(self.request(some).await?);
        }
        match vectors.iter().map(Vec::len).find(|length| *length != self.dimensions) {
            Some(got) => Err(LlmError::WrongDimensions { expected: self.dimensions, got }),
            None => Ok(vectors),
        }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    input: &'a [String],
    encoding_format: &'static str,
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(default)]
    index: Option<usize>,
    embedding: Vec<f32>,
}

/// Sorts by index, where the provider gives one, and checks that every text has its vector of finite numbers.
fn in_order(mut items: Vec<Item>, expected: usize) -> Result<Vec<Vec<f32>>, LlmError> {
    if items.len() != expected {
        return Err(LlmError::Garbled);
    }
    if items.iter().all(|item| item.index.is_some()) {
        items.sort_by_key(|item| item.index);
        if items.iter().enumerate().any(|(position, item)| item.index != Some(position)) {
            return Err(LlmError::Garbled);
        }
    }
    if items.iter().any(|item| item.embedding.is_empty() || item.embedding.iter().any(|number| !number.is_finite())) {
        return Err(LlmError::Garbled);
    }
    Ok(items.into_iter().map(|item| item.embedding).collect())
}
