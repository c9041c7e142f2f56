//! Chat over the Anthropic messages protocol: `POST {base}/messages`, answered by server-sent events.
//!
//! Differs from the other protocol in three ways that matter here: instructions travel apart from the
//! messages, a limit of tokens is required, and the end is an event of its own.

use std::sync::Arc;

use async_trait::async_trait;
use egress::EgressClient;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::wire::{Answer, Authorization, Endpoint, Protocol, Retries, SseEvent, clean, deltas, error_message};
use crate::{ChatModel, ChatRequest, DeltaStream, FinishReason, LlmError, Role};

/// The limit of tokens sent where the request has none: the protocol requires one.
const DEFAULT_MAX_TOKENS: u32 = 4096;

/// A provider that speaks the Anthropic messages protocol.
#[derive(Debug, Clone)]
pub struct AnthropicChat {
    endpoint: Endpoint,
}

impl AnthropicChat {
    /// The provider at `base_url`, with or without `/v1`.
    pub fn new(client: Arc<EgressClient>, base_url: &str, api_key: Option<SecretString>) -> Self {
        Self { endpoint: Endpoint::new(client, base_url, api_key, Authorization::AnthropicKey) }
    }

    /// Changes how requests are made again.
    #[must_use]
    pub fn with_retries(mut self, retries: Retries) -> Self {
        self.endpoint.retries = retries;
        self
    }
}

#[async_trait]
impl ChatModel for AnthropicChat {
    async fn stream(&self, request: ChatRequest) -> Result<DeltaStream, LlmError> {
        let response = self.endpoint.post("messages", &request.model, &Body::of(&request)).await?;
        let key = self.endpoint.key().map(SecretString::from);
        Ok(deltas(response.into_byte_stream(), Messages { key }))
    }
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    #[serde(skip_serializing_if = "String::is_empty")]
    system: String,
    messages: Vec<Message<'a>>,
    max_tokens: u32,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f32>,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
}

impl<'a> Body<'a> {
    fn of(request: &'a ChatRequest) -> Self {
        let mut system: Vec<&str> = Vec::new();
        let mut messages = Vec::new();
        // The protocol refuses empty messages, such as an answer that was stopped before its first word.
        for message in request.messages.iter().filter(|message| !message.content.trim().is_empty()) {
            let content = message.content.as_str();
            match message.role {
                Role::System => system.push(content),
                Role::User => messages.push(Message { role: "user", content }),
                Role::Assistant => messages.push(Message { role: "assistant", content }),
            }
        }
        Self {
            model: &request.model,
            system: system.join("\n\n"),
            messages,
            max_tokens: request.max_completion_tokens.unwrap_or(DEFAULT_MAX_TOKENS),
            stream: true,
            temperature: request.temperature.map(|temperature| temperature.clamp(0.0, 1.0)),
        }
    }
}

/// Any event; what a kind does not have stays absent.
#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    message: Option<Started>,
    #[serde(default)]
    delta: Option<Delta>,
    #[serde(default)]
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Started {
    #[serde(default)]
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Delta {
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    stop_reason: Option<String>,
}

#[derive(Deserialize)]
struct Usage {
    #[serde(default)]
    input_tokens: Option<u32>,
    #[serde(default)]
    output_tokens: Option<u32>,
}

struct Messages {
    key: Option<SecretString>,
}

impl Protocol for Messages {
    fn read(&mut self, event: &SseEvent, answer: &mut Answer) -> Result<bool, LlmError> {
        let Ok(read) = serde_json::from_str::<Event>(&event.data) else { return Ok(false) };
        if read.kind == "error" {
            let words = serde_json::from_str::<Value>(&event.data).ok().as_ref().and_then(error_message);
            let key = self.key.as_ref().map(ExposeSecret::expose_secret);
            return Err(LlmError::Stopped { message: clean(&words.unwrap_or_default(), key) });
        }
        let usage = read.usage.or(read.message.and_then(|message| message.usage));
        if let Some(usage) = usage {
            answer.usage(usage.input_tokens, usage.output_tokens);
        }
        match read.kind.as_str() {
            "message_start" => answer.understood(),
            "content_block_delta" => answer.text(read.delta.and_then(|delta| delta.text).unwrap_or_default()),
            "message_delta" => {
                if let Some(reason) = read.delta.and_then(|delta| delta.stop_reason) {
                    answer.finish(reason_of(&reason));
                }
            }
            "message_stop" => {
                answer.finish(FinishReason::Stop);
                return Ok(true);
            }
            _ => {}
        }
        Ok(false)
    }
}

fn reason_of(text: &str) -> FinishReason {
    match text {
        "end_turn" | "stop_sequence" => FinishReason::Stop,
        "max_tokens" | "model_context_window_exceeded" => FinishReason::Length,
        "refusal" => FinishReason::ContentFilter,
        _ => FinishReason::Other,
    }
}
