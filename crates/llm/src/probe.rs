//! "Test connection": the smallest request that proves a model works. Errors are sentences to act on.

use std::sync::Arc;

use egress::EgressClient;
use futures::StreamExt;
use secrecy::SecretString;

use crate::{ChatMessage, ChatModel, ChatRequest, LlmError, OpenAiEmbedder, Retries, Role};

/// Asks `model` for one word and waits for the first sign of an answer.
///
/// Give `chat` [`Retries::none`], so that the person who waits learns at once what is wrong.
pub async fn test_chat(chat: &dyn ChatModel, model: &str) -> Result<(), LlmError> {
    let request = ChatRequest {
        model: model.to_owned(),
        messages: vec![ChatMessage { role: Role::User, content: "Answer with the word: yes".to_owned() }],
        max_completion_tokens: Some(16),
        ..ChatRequest::default()
    };
    let mut answer = chat.stream(request).await?;
    // Text, or an end for a good reason: a model that thinks first may use up the 16 tokens without a word.
    answer.next().await.unwrap_or(Err(LlmError::Empty)).map(drop)
}

/// Embeds one word and returns the length of its vector.
pub async fn test_embeddings(
    client: Arc<EgressClient>,
    base_url: &str,
    api_key: Option<SecretString>,
    model: &str,
) -> Result<usize, LlmError> {
    let embedder = OpenAiEmbedder::new(client, base_url, api_key, model, 0).with_retries(Retries::none());
    let vectors = embedder.request(&["lyceum".to_owned()]).await?;
    vectors.first().map(Vec::len).ok_or(LlmError::Garbled)
}
