//! Embeddings over the wire, and the connection test that learns their length.

use crate::support::{Provider, Reply};
use llm::{Embedder, LlmError, OpenAiEmbedder, Retries, test_embeddings};
use serde_json::{Value, json};

fn vectors(items: &[(usize, [f32; 2])]) -> Reply {
    let data: Vec<Value> =
        items.iter().map(|(index, vector)| json!({ "object": "embedding", "index": index, "embedding": vector })).collect();
    Reply::json(200, &json!({ "object": "list", "data": data, "usage": { "prompt_tokens": 1 } }))
}

async fn embedder(script: Vec<Reply>, dimensions: usize) -> (Provider, OpenAiEmbedder) {
    let provider = Provider::start(script).await;
    let embedder = OpenAiEmbedder::new(provider.client(), &provider.base(), None, "mock-embed", dimensions);
    (provider, embedder.with_retries(Retries::none()))
}

fn texts(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("text {number}")).collect()
}

#[tokio::test]
async fn vectors_come_in_the_order_of_the_texts() {
    let (provider, embedder) = embedder(vec![vectors(&[(1, [0.0, 1.0]), (0, [1.0, 0.0])])], 2).await;
    assert_eq!(embedder.embed(texts(2)).await.unwrap(), [[1.0, 0.0], [0.0, 1.0]]);
    let seen = provider.seen().remove(0);
    assert_eq!(seen.path, "/v1/embeddings");
    assert_eq!(seen.body, json!({ "model": "mock-embed", "input": ["text 0", "text 1"], "encoding_format": "float" }));
}

#[tokio::test]
async fn many_texts_travel_in_several_requests_and_none_in_no_request() {
    let page = |count: usize| vectors(&(0..count).map(|index| (index, [1.0, 0.0])).collect::<Vec<_>>());
    let (provider, embedder) = embedder(vec![page(64), page(6)], 2).await;
    assert_eq!(embedder.embed(texts(70)).await.unwrap().len(), 70);
    assert!(embedder.embed(Vec::new()).await.unwrap().is_empty());
    assert_eq!(provider.seen().len(), 2);
}

#[tokio::test]
async fn wrong_lengths_wrong_counts_and_nonsense_are_errors() {
    let script = vec![
        vectors(&[(0, [1.0, 0.0])]),
        vectors(&[]),
        vectors(&[(5, [1.0, 0.0])]),
        Reply::json(200, &json!({ "data": [{ "embedding": ["a"] }] })),
        Reply::json(404, &json!({ "error": { "message": "The model `mock-embed` does not exist" } })),
    ];
    let (_provider, embedder) = embedder(script, 3).await;
    let error = embedder.embed(texts(1)).await.unwrap_err();
    assert!(matches!(error, LlmError::WrongDimensions { expected: 3, got: 2 }), "{error:?}");
    for _ in 0..3 {
        let error = embedder.embed(texts(1)).await.unwrap_err();
        assert!(matches!(error, LlmError::Garbled), "{error:?}");
    }
    let error = embedder.embed(texts(1)).await.unwrap_err();
    assert_eq!(error.sentence(), "The provider does not know the model “mock-embed” (404).");
}

#[tokio::test]
async fn the_connection_test_finds_the_length_of_the_vectors() {
    let provider = Provider::start(vec![vectors(&[(0, [1.0, 0.0])])]).await;
    assert_eq!(test_embeddings(provider.client(), &provider.base(), None, "mock-embed").await.unwrap(), 2);
}
