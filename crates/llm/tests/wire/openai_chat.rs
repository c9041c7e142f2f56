//! The OpenAI-compatible chat protocol against a provider on loopback, well-behaved and not.

use std::time::{Duration, Instant};

use crate::support::{Provider, Reply, listen, question};
use llm::{ChatDelta, ChatModel, FinishReason, LlmError, OpenAiChat, Retries, test_chat};
use secrecy::SecretString;
use serde_json::json;

const HELLO: &str = concat!(
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Grüß \"}}],\"new\":1}\n\n",
    ": keep-alive\n\n",
    "event: weather\ndata: {\"rain\":true}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Gott\"},\"finish_reason\":null}],\"usage\":null}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":2,\"total_tokens\":12}}\n\n",
    "data: [DONE]\n\n",
);
const FIRST: &str = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"So far\"}}]}\n\n";

fn quick() -> Retries {
    Retries { first_wait: Duration::from_millis(1), ..Retries::default() }
}

async fn chat(script: Vec<Reply>) -> (Provider, OpenAiChat) {
    let provider = Provider::start(script).await;
    let key = Some(SecretString::from("sk-secret"));
    let chat = OpenAiChat::new(provider.client(), &provider.base(), key).with_retries(quick());
    (provider, chat)
}

fn complete() -> Vec<ChatDelta> {
    vec![ChatDelta::Usage { prompt_tokens: 10, completion_tokens: 2 }, ChatDelta::Finished(FinishReason::Stop)]
}

#[tokio::test]
async fn a_streamed_answer_arrives_with_usage_and_end() {
    let (provider, chat) = chat(vec![Reply::events(&[HELLO])]).await;
    let (text, others, error) = listen(&chat).await;
    assert_eq!((text.as_str(), others), ("Grüß Gott", complete()));
    assert!(error.is_none(), "{error:?}");
    let seen = provider.seen().remove(0);
    assert_eq!(seen.path, "/v1/chat/completions");
    assert_eq!(seen.headers["authorization"], "Bearer sk-secret");
    assert_eq!(
        seen.body,
        json!({
            "model": "mock", "stream": true, "stream_options": { "include_usage": true },
            "messages": [{ "role": "system", "content": "Be brief." }, { "role": "user", "content": "Hello?" }],
        })
    );
}

#[tokio::test]
async fn limits_of_the_request_are_sent_under_the_names_that_providers_know() {
    let (provider, chat) = chat(vec![Reply::events(&[HELLO])]).await;
    let request = llm::ChatRequest { temperature: Some(0.5), max_completion_tokens: Some(7), ..question() };
    drop(chat.stream(request).await.unwrap());
    let body = provider.seen().remove(0).body;
    assert_eq!((&body["temperature"], &body["max_tokens"]), (&json!(0.5), &json!(7)));
}

#[tokio::test]
async fn it_does_not_matter_how_the_bytes_are_cut() {
    let pieces = HELLO.replace('\n', "\r\n").into_bytes().chunks(3).map(<[u8]>::to_vec).collect();
    let (_provider, chat) = chat(vec![Reply::pieces("text/event-stream", pieces)]).await;
    let (text, others, error) = listen(&chat).await;
    assert_eq!((text.as_str(), others), ("Grüß Gott", complete()));
    assert!(error.is_none(), "{error:?}");
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_read_as_well() {
    let body = json!({
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": "Grüß Gott" }, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 10, "completion_tokens": 2 },
    });
    let (_provider, chat) = chat(vec![Reply::json(200, &body)]).await;
    let (text, others, _) = listen(&chat).await;
    assert_eq!((text.as_str(), others), ("Grüß Gott", complete()));
}

#[tokio::test]
async fn an_error_after_the_status_of_success_is_an_error_and_keeps_what_came() {
    let error = "data: {\"error\":{\"message\":\"GPU on fire, key sk-secret\",\"code\":500}}\n\n";
    let (_provider, chat) = chat(vec![Reply::events(&[FIRST, error])]).await;
    let (text, _, error) = listen(&chat).await;
    assert_eq!(text, "So far");
    assert_eq!(error.unwrap().sentence(), "The provider stopped with an error: GPU on fire, key …");

    let whole = Reply::json(200, &json!({ "error": "model is loading" }));
    let (_provider, chat) = self::chat(vec![whole]).await;
    assert!(matches!(listen(&chat).await.2, Some(LlmError::Stopped { .. })));
}

#[tokio::test]
async fn an_end_in_the_middle_is_truncated_and_keeps_what_came() {
    for reply in [Reply::events(&[FIRST]), Reply::events(&[FIRST]).hanging_up()] {
        let (_provider, chat) = chat(vec![reply]).await;
        let (text, others, error) = listen(&chat).await;
        assert_eq!((text.as_str(), others.len()), ("So far", 0));
        assert!(matches!(error, Some(LlmError::Truncated)), "{error:?}");
    }
}

#[tokio::test]
async fn an_end_without_its_last_line_is_complete_if_the_reason_came() {
    let reason = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"length\"}]}";
    for reply in [Reply::events(&[FIRST, reason]), Reply::events(&[FIRST, reason, "\n\n"]).hanging_up()] {
        let (_provider, chat) = chat(vec![reply]).await;
        let (text, others, error) = listen(&chat).await;
        assert_eq!((text.as_str(), others), ("So far", vec![ChatDelta::Finished(FinishReason::Length)]));
        assert!(error.is_none(), "{error:?}");
    }
}

#[tokio::test]
async fn garbage_is_garbled_and_nothing_is_empty() {
    let garbage = [
        Reply::pieces("text/html", vec![b"<html><body>Welcome to nginx</body></html>".to_vec()]),
        Reply::pieces("text/event-stream", vec![vec![0xff, 0xfe, b'\n', 0, 1, 2]]),
        Reply::events(&["data: {not json\n\n"]),
        Reply::pieces("application/json", vec![b"[1,2".to_vec()]),
    ];
    for reply in garbage {
        let (_provider, chat) = chat(vec![reply]).await;
        let error = listen(&chat).await.2;
        assert!(matches!(error, Some(LlmError::Garbled)), "{error:?}");
    }
    for reply in [Reply::events(&[]), Reply::events(&["data: [DONE]\n\n"])] {
        let (_provider, chat) = chat(vec![reply]).await;
        let error = listen(&chat).await.2;
        assert!(matches!(error, Some(LlmError::Empty)), "{error:?}");
    }
}

#[tokio::test]
async fn a_refused_key_is_not_tried_again_and_is_not_shown() {
    let refusal = Reply::json(401, &json!({ "error": { "message": "Incorrect API key provided: sk-secret" } }));
    let (provider, chat) = chat(vec![refusal]).await;
    let error = listen(&chat).await.2.unwrap();
    assert_eq!(error.sentence(), "The provider refused the API key (401).");
    assert!(!error.is_retryable());
    assert_eq!(provider.seen().len(), 1);
}

#[tokio::test]
async fn a_missing_key_an_unknown_model_and_a_wrong_address_read_differently() {
    let script = vec![
        Reply::json(401, &json!({ "error": "unauthorized" })),
        Reply::json(404, &json!({ "error": { "message": "model 'mock' not found, try pulling it first" } })),
        Reply { status: 404, ..Reply::pieces("text/plain", vec![b"404 page not found".to_vec()]) },
        Reply { status: 302, ..Reply::events(&[]).with_header("location", "http://127.0.0.1:1/") },
        Reply::json(400, &json!({ "error": { "message": "This model's maximum context length is 4096 tokens" } })),
        Reply::json(400, &json!({ "error": { "message": "temperature:\nmust be below 1" } })),
    ];
    let provider = Provider::start(script).await;
    let chat = OpenAiChat::new(provider.client(), &format!("{}/v1/", provider.base()), None);
    let host = provider.base().replace("http://", "");
    let expected = [
        "The provider asks for an API key (401), and none is set.".to_owned(),
        "The provider does not know the model “mock” (404).".to_owned(),
        format!("{host} answers, but there is no model API at this address (404). Check the base URL."),
        format!("{host} answers, but there is no model API at this address (302). Check the base URL."),
        "The question with its sources and history is too long for this model.".to_owned(),
        "The provider rejected the request (400): temperature: must be below 1.".to_owned(),
    ];
    for sentence in expected {
        assert_eq!(listen(&chat).await.2.unwrap().sentence(), sentence);
    }
}

#[tokio::test]
async fn a_rate_limit_is_waited_out_as_asked() {
    let busy = Reply::json(429, &json!({ "error": { "message": "slow down" } })).with_header("retry-after", "1");
    let (provider, chat) = chat(vec![busy, Reply::events(&[HELLO])]).await;
    let started = Instant::now();
    assert_eq!(listen(&chat).await.0, "Grüß Gott");
    assert!(started.elapsed() >= Duration::from_secs(1));
    assert_eq!(provider.seen().len(), 2);
}

#[tokio::test]
async fn a_rate_limit_of_minutes_is_told_at_once() {
    let busy = Reply::json(429, &json!({})).with_header("retry-after", "300");
    let (provider, chat) = chat(vec![busy]).await;
    let error = listen(&chat).await.2.unwrap();
    assert_eq!(error.sentence(), "The provider is taking no more requests for now (429). Try again in 5 minutes.");
    assert_eq!(provider.seen().len(), 1);
}

#[tokio::test]
async fn two_failures_of_the_provider_are_survived_and_three_are_not() {
    let down = || Reply { status: 500, ..Reply::pieces("text/plain", vec![b"oops".to_vec()]) };
    let (provider, chat) = chat(vec![down(), down(), Reply::events(&[HELLO])]).await;
    assert_eq!(listen(&chat).await.0, "Grüß Gott");
    assert_eq!(provider.seen().len(), 3);

    let (provider, chat) = self::chat(vec![down(), down(), down()]).await;
    let error = listen(&chat).await.2.unwrap();
    assert_eq!(error.sentence(), "The provider has a problem of its own (500). Try again in a moment.");
    assert_eq!(provider.seen().len(), 3);
}

#[tokio::test]
async fn the_connection_test_says_what_is_wrong_or_nothing() {
    let thinking = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"length\"}]}\n\ndata: [DONE]\n\n";
    let (provider, chat) = chat(vec![Reply::events(&[HELLO]), Reply::events(&[thinking]), Reply::events(&[])]).await;
    assert!(test_chat(&chat, "mock").await.is_ok());
    assert!(test_chat(&chat, "mock").await.is_ok(), "a model that only had room to think works");
    assert!(matches!(test_chat(&chat, "mock").await, Err(LlmError::Empty)));
    assert_eq!(provider.seen()[0].body["max_tokens"], json!(16));

    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let nobody = OpenAiChat::new(provider.client(), &format!("http://{free}"), None);
    let error = test_chat(&nobody, "mock").await.unwrap_err();
    assert!(error.sentence().contains(&format!("adding {free} to LYCEUM_EGRESS_ALLOW")), "{error}");
}

#[tokio::test]
async fn nobody_at_an_allowed_address_is_tried_again_and_then_told() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let policy = egress::EgressPolicy { allow: vec![free.to_string().parse().unwrap()], ..Default::default() };
    let client = std::sync::Arc::new(egress::EgressClient::new(policy).unwrap());
    let chat = OpenAiChat::new(client, &format!("http://{free}"), None).with_retries(quick());
    let error = listen(&chat).await.2.unwrap();
    assert_eq!(error.sentence(), format!("Nothing answers at {free}."));
    assert!(error.is_retryable());
}
