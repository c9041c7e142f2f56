//! Models: who provides them and what they can do.

use crate::words::words;
use crate::{ModelId, ProviderId};
use serde::{Deserialize, Serialize};

words! {
    /// What a model does.
    ModelType {
        /// Writes answers.
        Llm = "LLM",
        /// Turns text into vectors.
        Embeddings = "Embeddings",
    }
}

words! {
    /// How a provider is spoken to.
    ProviderKind {
        /// In this process, nothing to configure.
        BuiltIn = "BuiltIn",
        /// `POST {base}/chat/completions` and `/embeddings`.
        OpenAiCompatible = "OpenAI-compatible",
        /// The messages API.
        Anthropic = "Anthropic",
    }
}

/// A model as lists and pickers show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelSummary {
    /// The model.
    pub id: ModelId,
    /// Its provider.
    pub provider_id: ProviderId,
    /// The provider's name.
    pub provider: String,
    /// How the provider is spoken to.
    pub kind: ProviderKind,
    /// Where the provider answers; empty for built-in ones.
    pub base_url: String,
    /// The name on the wire.
    pub name: String,
    /// What it does.
    pub model_type: ModelType,
    /// Tokens it can read and write in one call.
    pub context_size: u32,
    /// Length of its vectors; embeddings only.
    pub dimensions: Option<u32>,
    /// Whether new prompts, chats and datasets start with it.
    pub is_default: bool,
    /// Whether a key is stored for its provider.
    pub has_key: bool,
    /// Why it cannot be used at the moment, in a sentence.
    pub trouble: Option<String>,
}

/// What "Add model" sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewModel {
    /// The provider's display name.
    pub provider: String,
    /// How it is spoken to.
    pub kind: ProviderKind,
    /// Where it answers.
    pub base_url: String,
    /// Its key; empty for none.
    pub api_key: String,
    /// The model's name on the wire.
    pub name: String,
    /// What it does.
    pub model_type: ModelType,
    /// Tokens it can read and write in one call.
    pub context_size: u32,
}

/// What "Test connection" found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionReport {
    /// Whether the model answered.
    pub is_working: bool,
    /// What happened, in a sentence.
    pub sentence: String,
    /// Length of its vectors; embeddings only.
    pub dimensions: Option<u32>,
}
