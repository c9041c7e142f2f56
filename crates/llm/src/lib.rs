//! Chat and embedding models: provider protocols on the wire, and the two that are built in.
//!
//! Invariant: what a provider sends is untrusted. It is parsed into [`ChatDelta`]s or refused with an
//! [`LlmError`]; unknown events are dropped, and a stream that ends early says so.
//!
//! shapes        [`model`]: requests, deltas and the two traits
//! on the wire   [`OpenAiChat`], [`AnthropicChat`], [`OpenAiEmbedder`]; shared parts in `wire`
//! built in      [`MiniLmEmbedder`] (vectors in this process), [`ExtractiveModel`] (quotes, does not generate)
//! set-up        [`test_chat`], [`test_embeddings`]: "Test connection"

mod anthropic;
mod error;
mod extractive;
mod minilm;
pub mod model;
mod openai;
mod openai_embeddings;
mod probe;
mod wire;

pub use anthropic::AnthropicChat;
pub use error::LlmError;
pub use extractive::ExtractiveModel;
pub use minilm::MiniLmEmbedder;
pub use model::{ChatDelta, ChatMessage, ChatModel, ChatRequest, DeltaStream, Embedder, FinishReason, Passage, Role};
pub use openai::OpenAiChat;
pub use openai_embeddings::OpenAiEmbedder;
pub use probe::{test_chat, test_embeddings};
pub use wire::Retries;
