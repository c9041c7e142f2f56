//! The Anthropic messages protocol against a provider on loopback.

use crate::support::{Provider, Reply, listen};
use llm::{AnthropicChat, ChatDelta, FinishReason, LlmError, Retries};
use secrecy::SecretString;
use serde_json::json;

const START: &str = concat!(
    "event: message_start\n",
    "data: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"usage\":{\"input_tokens\":25,\"output_tokens\":1}}}\n\n",
    "event: content_block_start\n",
    "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n",
    "event: ping\ndata: {\"type\":\"ping\"}\n\n",
    "event: content_block_delta\n",
    "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Good \"}}\n\n",
);
const END: &str = concat!(
    "event: content_block_delta\n",
    "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"hm\"}}\n\n",
    "event: content_block_delta\n",
    "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"day\"}}\n\n",
    "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n",
    "event: message_delta\n",
    "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":15}}\n\n",
    "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
);

async fn chat(script: Vec<Reply>) -> (Provider, AnthropicChat) {
    let provider = Provider::start(script).await;
    let key = Some(SecretString::from("sk-ant"));
    let chat = AnthropicChat::new(provider.client(), &provider.base(), key).with_retries(Retries::none());
    (provider, chat)
}

#[tokio::test]
async fn a_streamed_answer_arrives_with_usage_and_end() {
    let (provider, chat) = chat(vec![Reply::events(&[START, END])]).await;
    let (text, others, error) = listen(&chat).await;
    assert_eq!(text, "Good day");
    assert!(error.is_none(), "{error:?}");
    let usage = ChatDelta::Usage { prompt_tokens: 25, completion_tokens: 15 };
    assert_eq!(others, [usage, ChatDelta::Finished(FinishReason::Stop)]);
    let seen = provider.seen().remove(0);
    assert_eq!(seen.path, "/v1/messages");
    assert_eq!(seen.headers["x-api-key"], "sk-ant");
    assert_eq!(seen.headers["anthropic-version"], "2023-06-01");
    assert_eq!(
        seen.body,
        json!({
            "model": "mock", "stream": true, "max_tokens": 4096, "system": "Be brief.",
            "messages": [{ "role": "user", "content": "Hello?" }],
        })
    );
}

#[tokio::test]
async fn an_error_event_and_an_early_end_keep_what_came() {
    let overloaded = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n";
    let (_provider, chat) = chat(vec![Reply::events(&[START, overloaded])]).await;
    let (text, _, error) = listen(&chat).await;
    assert_eq!(text, "Good ");
    assert_eq!(error.unwrap().sentence(), "The provider stopped with an error: Overloaded.");

    let (_provider, chat) = self::chat(vec![Reply::events(&[START])]).await;
    let (text, _, error) = listen(&chat).await;
    assert_eq!(text, "Good ");
    assert!(matches!(error, Some(LlmError::Truncated)), "{error:?}");
}

#[tokio::test]
async fn refusals_are_named() {
    let refusal = |kind: &str, message: &str| json!({ "type": "error", "error": { "type": kind, "message": message } });
    let script = vec![
        Reply::json(401, &refusal("authentication_error", "invalid x-api-key")),
        Reply::json(404, &refusal("not_found_error", "model: mock not found")),
        Reply::json(529, &refusal("overloaded_error", "Overloaded")),
        Reply::json(400, &refusal("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum")),
    ];
    let (_provider, chat) = chat(script).await;
    assert!(matches!(listen(&chat).await.2, Some(LlmError::KeyRefused { status: 401 })));
    assert!(matches!(listen(&chat).await.2, Some(LlmError::UnknownModel { .. })));
    assert!(matches!(listen(&chat).await.2, Some(LlmError::ProviderDown { status: 529, .. })));
    assert!(matches!(listen(&chat).await.2, Some(LlmError::TooLong)));
}
