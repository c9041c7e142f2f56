//! Chat over the OpenAI-compatible protocol: `POST {base}/chat/completions`, answered by server-sent events.
//!
//! Unknown fields and events are dropped. Servers that answer without streaming are read as well.

use std::sync::Arc;

use async_trait::async_trait;
use egress::{EgressClient, EgressResponse, header};
use futures::stream::{self, StreamExt};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::wire::{Answer, Authorization, Endpoint, Protocol, Retries, SseEvent, clean, deltas, error_message};
use crate::{ChatDelta, ChatModel, ChatRequest, DeltaStream, FinishReason, LlmError, Role};

/// A provider that speaks the OpenAI-compatible chat protocol.
#[derive(Debug, Clone)]
pub struct OpenAiChat {
    endpoint: Endpoint,
}

impl OpenAiChat {
    /// The provider at `base_url` (`http://host:9100` and `http://host:9100/v1` are the same).
    pub fn new(client: Arc<EgressClient>, base_url: &str, api_key: Option<SecretString>) -> Self {
        Self { endpoint: Endpoint::new(client, base_url, api_key, Authorization::Bearer) }
    }

    /// Changes how requests are made again.
    #[must_use]
    pub fn with_retries(mut self, retries: Retries) -> Self {
        self.endpoint.retries = retries;
        self
    }
}

#[async_trait]
impl ChatModel for OpenAiChat {
    async fn stream(&self, request: ChatRequest) -> Result<DeltaStream, LlmError> {
        let response = self.endpoint.post("chat/completions", &request.model, &Body::of(&request)).await?;
        let key = self.endpoint.key().map(SecretString::from);
        if is_json(&response) {
            return whole(response, key).await;
        }
        Ok(deltas(response.into_byte_stream(), Completions { key }))
    }
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: Vec<Message<'a>>,
    stream: bool,
    stream_options: StreamOptions,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
}

impl<'a> Body<'a> {
    fn of(request: &'a ChatRequest) -> Self {
        let messages = request.messages.iter().map(|message| Message {
            role: match message.role {
                Role::System => "system",
                Role::User => "user",
                Role::Assistant => "assistant",
            },
            content: &message.content,
        });
        Self {
            model: &request.model,
            messages: messages.collect(),
            stream: true,
            stream_options: StreamOptions { include_usage: true },
            temperature: request.temperature,
            max_tokens: request.max_completion_tokens,
        }
    }
}

/// A piece of an answer, or a whole one where the server does not stream. Everything may be absent.
#[derive(Deserialize)]
struct Completion {
    #[serde(default)]
    choices: Option<Vec<Choice>>,
    #[serde(default)]
    usage: Option<Usage>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    index: u32,
    #[serde(default, alias = "message")]
    delta: Option<Delta>,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Delta {
    #[serde(default)]
    content: Option<String>,
}

#[derive(Deserialize)]
struct Usage {
    #[serde(default)]
    prompt_tokens: Option<u32>,
    #[serde(default)]
    completion_tokens: Option<u32>,
}

struct Completions {
    key: Option<SecretString>,
}

impl Protocol for Completions {
    fn read(&mut self, event: &SseEvent, answer: &mut Answer) -> Result<bool, LlmError> {
        let data = event.data.trim();
        if data == "[DONE]" {
            answer.finish(FinishReason::Stop);
            return Ok(true);
        }
        // Not JSON, or JSON of another shape: an unknown event, dropped. If all are, the answer ends as garbled.
        if let Ok(completion) = serde_json::from_str::<Completion>(data) {
            self.take(completion, data, event.name == "error", answer)?;
        }
        Ok(false)
    }
}

impl Completions {
    fn take(&self, completion: Completion, data: &str, is_error: bool, answer: &mut Answer) -> Result<(), LlmError> {
        if is_error || completion.error.is_some() {
            let words = serde_json::from_str(data).ok().as_ref().and_then(error_message);
            return Err(LlmError::Stopped { message: self.clean(words) });
        }
        if let Some(usage) = completion.usage {
            answer.usage(usage.prompt_tokens, usage.completion_tokens);
        }
        let Some(choices) = completion.choices else { return Ok(()) };
        answer.understood();
        for choice in choices.into_iter().filter(|choice| choice.index == 0) {
            if let Some(text) = choice.delta.and_then(|delta| delta.content) {
                answer.text(text);
            }
            if let Some(reason) = choice.finish_reason {
                answer.finish(reason_of(&reason));
            }
        }
        Ok(())
    }

    fn clean(&self, words: Option<String>) -> String {
        use secrecy::ExposeSecret;
        clean(&words.unwrap_or_default(), self.key.as_ref().map(ExposeSecret::expose_secret))
    }
}

fn reason_of(text: &str) -> FinishReason {
    match text {
        "stop" => FinishReason::Stop,
        "length" => FinishReason::Length,
        "content_filter" => FinishReason::ContentFilter,
        _ => FinishReason::Other,
    }
}

fn is_json(response: &EgressResponse) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.trim_start().starts_with("application/json"))
}

/// Reads an answer that came as one JSON object; an event without a stream around it.
async fn whole(response: EgressResponse, key: Option<SecretString>) -> Result<DeltaStream, LlmError> {
    const MOST_BYTES: usize = 8 * 1024 * 1024;
    let text = response.text(MOST_BYTES).await?;
    let completion = serde_json::from_str::<Completion>(&text).map_err(|_| LlmError::Garbled)?;
    let mut answer = Answer::default();
    Completions { key }.take(completion, &text, false, &mut answer)?;
    let deltas: Vec<Result<ChatDelta, LlmError>> = answer.into_deltas()?.into_iter().map(Ok).collect();
    Ok(stream::iter(deltas).boxed())
}
