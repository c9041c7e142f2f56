//! The shapes that every model shares: what is asked, what comes back, and the two traits.
//!
//! Next: `openai` for the usual way a request goes over the wire.

use async_trait::async_trait;
use futures::stream::BoxStream;

use crate::LlmError;

/// Who wrote a message, as models see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Instructions of the program.
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatMessage {
    /// Who wrote it.
    pub role: Role,
    /// Its text.
    pub content: String,
}

/// One retrieved piece of a document, numbered as it is cited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The number in its citation marker, `[1]` for 1.
    pub number: u32,
    /// Name of the document.
    pub document: String,
    /// Page it is on, counted from 1, where the document has pages.
    pub page: Option<u32>,
    /// The heading it stands under.
    pub heading: Option<String>,
    /// Its text.
    pub text: String,
}

/// What is asked of a chat model.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChatRequest {
    /// Name of the model as the provider knows it.
    pub model: String,
    /// The conversation, oldest first, instructions included.
    pub messages: Vec<ChatMessage>,
    /// Sampling temperature; the provider's default when absent.
    pub temperature: Option<f32>,
    /// Most tokens of the answer; the provider's default when absent.
    pub max_completion_tokens: Option<u32>,
    /// The passages that `messages` already spell out. Only [`crate::ExtractiveModel`] reads them here.
    pub passages: Vec<Passage>,
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinishReason {
    /// The model was done.
    Stop,
    /// The limit of tokens was reached.
    Length,
    /// The provider held the rest back.
    ContentFilter,
    /// Anything else, such as a tool call that nobody asked for.
    Other,
}

/// One step of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChatDelta {
    /// The next piece of text; never empty.
    Text(String),
    /// What the answer cost; comes at most once, before the end.
    Usage {
        /// Tokens read.
        prompt_tokens: u32,
        /// Tokens written.
        completion_tokens: u32,
    },
    /// The answer is complete; always the last item of a stream without error.
    Finished(FinishReason),
}

/// An answer as it comes. It ends with [`ChatDelta::Finished`] or with its first error; dropping it hangs up.
pub type DeltaStream = BoxStream<'static, Result<ChatDelta, LlmError>>;

/// Something that answers.
#[async_trait]
pub trait ChatModel: Send + Sync {
    /// Asks, and returns once the model has accepted; the text comes with the stream.
    async fn stream(&self, request: ChatRequest) -> Result<DeltaStream, LlmError>;
}

/// Something that turns texts into vectors.
#[async_trait]
pub trait Embedder: Send + Sync {
    /// Length of every vector.
    fn dimensions(&self) -> usize;

    /// One vector per text, in the same order. No text, no call.
    async fn embed(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, LlmError>;
}
