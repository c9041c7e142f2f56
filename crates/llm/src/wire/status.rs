//! What a status that is not success means, and which words of the provider may be shown.

use egress::{EgressResponse, StatusCode};
use serde_json::Value;

use crate::LlmError;

/// Most bytes of an error body that are read.
const MOST_ERROR_BYTES: usize = 64 * 1024;
/// Most characters of a provider's message that are shown.
const MOST_SHOWN: usize = 300;

/// What was asked, as far as it matters for naming a refusal.
pub(crate) struct Asked<'a> {
    /// Model that was asked for.
    pub model: &'a str,
    /// The key that was sent, to keep it out of every message.
    pub key: Option<&'a str>,
}

/// Names the refusal in `response`, whose status is not success.
pub(crate) async fn refusal(response: EgressResponse, asked: Asked<'_>) -> LlmError {
    let status = response.status();
    let retry_after = response.retry_after();
    let host = response.host().to_string();
    let body = response.text(MOST_ERROR_BYTES).await.unwrap_or_default();
    let body = serde_json::from_str::<Value>(&body).ok();
    let message = body.as_ref().and_then(error_message).unwrap_or_default();
    let code = status.as_u16();
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if asked.key.is_none() => LlmError::KeyMissing { status: code },
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => LlmError::KeyRefused { status: code },
        StatusCode::TOO_MANY_REQUESTS => LlmError::RateLimited { retry_after },
        _ if status.is_server_error() => LlmError::ProviderDown { status: code, retry_after },
        _ if speaks_of_length(&message) => LlmError::TooLong,
        _ if speaks_of_model(&message, asked.model) => LlmError::UnknownModel { model: asked.model.to_owned(), status: code },
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => LlmError::WrongAddress { host, status: code },
        _ if status.is_redirection() => LlmError::WrongAddress { host, status: code },
        _ => LlmError::Rejected { status: code, message: clean(&message, asked.key) },
    }
}

/// The message of an error object in any of the usual shapes: `{"error":{"message"}}`, `{"error":""}`, `{"message"}`, `{"detail"}`.
pub(crate) fn error_message(body: &Value) -> Option<String> {
    let error = body.get("error").filter(|error| !error.is_null());
    let text = match error {
        Some(Value::String(text)) => Some(text.as_str()),
        Some(error) => error.get("message").or_else(|| error.get("type")).and_then(Value::as_str),
        None => body.get("message").or_else(|| body.get("detail")).and_then(Value::as_str),
    };
    match (text, error) {
        (Some(text), _) => Some(text.to_owned()),
        (None, Some(_)) => Some(String::new()),
        (None, None) => None,
    }
}

/// Makes words of a provider fit to show: one line, no control characters, at most 300 characters, without the key.
pub(crate) fn clean(message: &str, key: Option<&str>) -> String {
    let message = match key {
        Some(key) if !key.is_empty() => message.replace(key, "…"),
        _ => message.to_owned(),
    };
    let words: Vec<&str> = message.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    let line = words.join(" ");
    match line.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn speaks_of_length(message: &str) -> bool {
    let message = message.to_lowercase();
    ["context length", "context window", "context_length", "prompt is too long", "too many tokens", "maximum context"]
        .iter()
        .any(|phrase| message.contains(phrase))
}

fn speaks_of_model(message: &str, model: &str) -> bool {
    let lower = message.to_lowercase();
    let names_it = !model.is_empty() && lower.contains(&model.to_lowercase());
    let misses_it = ["not found", "does not exist", "not exist", "unknown", "invalid model", "no such", "not supported"]
        .iter()
        .any(|phrase| lower.contains(phrase));
    misses_it && (names_it || lower.contains("model"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{clean, error_message, speaks_of_model};

    #[test]
    fn the_message_is_found_in_the_usual_shapes() {
        let message = |body| error_message(&body);
        assert_eq!(message(json!({ "error": { "message": "no" } })).as_deref(), Some("no"));
        assert_eq!(message(json!({ "error": "no" })).as_deref(), Some("no"));
        assert_eq!(message(json!({ "error": { "type": "overloaded_error" } })).as_deref(), Some("overloaded_error"));
        assert_eq!(message(json!({ "detail": "no" })).as_deref(), Some("no"));
        assert_eq!(message(json!({ "error": {} })).as_deref(), Some(""));
        assert_eq!(message(json!({ "error": null, "choices": [] })), None);
    }

    #[test]
    fn words_of_a_provider_are_shortened_and_lose_the_key() {
        assert_eq!(clean("bad\n\tkey  sk-1\u{7}!", Some("sk-1")), "bad key … !");
        assert_eq!(clean(&"ü".repeat(400), None).chars().count(), 301);
    }

    #[test]
    fn a_message_about_the_model_is_told_from_another_not_found() {
        assert!(speaks_of_model("model 'x' not found, try pulling it first", "x"));
        assert!(speaks_of_model("The model `gpt-9` does not exist", "gpt-9"));
        assert!(!speaks_of_model("Not Found", "x"));
    }
}
