//! The built-in embedding model with its real weights. Skips, and says so, only where they are not installed.

use std::path::PathBuf;
use std::sync::Arc;

use llm::{Embedder, LlmError, MiniLmEmbedder};

/// The model, if `LYCEUM_MODELS_DIR` has it.
fn model() -> Option<MiniLmEmbedder> {
    let Some(folder) = std::env::var_os("LYCEUM_MODELS_DIR") else {
        println!("skipped: LYCEUM_MODELS_DIR is not set");
        return None;
    };
    let model = MiniLmEmbedder::lazy(PathBuf::from(folder).join("all-MiniLM-L6-v2"));
    if !model.is_available() {
        println!("skipped: the weights of all-MiniLM-L6-v2 are not in LYCEUM_MODELS_DIR");
        return None;
    }
    Some(model)
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[tokio::test]
async fn sentences_that_mean_the_same_are_closer_than_others_and_all_have_unit_length() {
    let Some(model) = model() else { return };
    let texts = owned(&["How many days of holiday do I get?", "Annual leave is 28 days.", "The pump runs on diesel."]);
    let vectors = model.embed(texts).await.unwrap();
    assert_eq!(model.dimensions(), 384);
    for vector in &vectors {
        assert_eq!(vector.len(), 384);
        assert!((dot(vector, vector) - 1.0).abs() < 1e-4);
    }
    let (near, far) = (dot(&vectors[0], &vectors[1]), dot(&vectors[0], &vectors[2]));
    assert!(near > far + 0.2, "near {near}, far {far}");
}

#[tokio::test]
async fn a_text_has_the_same_vector_alone_and_among_longer_ones() {
    let Some(model) = model() else { return };
    let mut texts: Vec<String> = (0..11).map(|n| "a rather long sentence about pumps ".repeat(n * 3)).collect();
    texts.insert(4, "short".to_owned());
    let together = model.embed(texts.clone()).await.unwrap();
    for index in [0, 4, 7, 11] {
        let alone = model.embed(vec![texts[index].clone()]).await.unwrap().remove(0);
        assert!(dot(&alone, &together[index]) > 0.9999, "text {index}");
    }
}

#[tokio::test]
async fn text_beyond_256_tokens_is_not_read() {
    let Some(model) = model() else { return };
    let long = "pump ".repeat(400);
    let vectors = model.embed(vec![long.clone(), long + "and a cat"]).await.unwrap();
    assert!(dot(&vectors[0], &vectors[1]) > 0.9999);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_does_not_wait_behind_documents() {
    let Some(model) = model() else { return };
    let model = Arc::new(model);
    let documents: Vec<String> = (0..24).map(|n| format!("{n} {}", "words about many things ".repeat(40))).collect();
    let busy = Arc::clone(&model);
    let documents = tokio::spawn(async move { busy.embed(documents).await });
    for _ in 0..3 {
        model.embed(owned(&["a question"])).await.unwrap();
    }
    assert!(!documents.is_finished(), "the questions were answered while the documents are computed");
    assert_eq!(documents.await.unwrap().unwrap().len(), 24);
}

#[tokio::test]
async fn nothing_is_loaded_before_the_first_use() {
    let Some(model) = model() else { return };
    assert!(!model.is_loaded());
    assert!(model.embed(Vec::new()).await.unwrap().is_empty());
    assert!(!model.is_loaded());
    model.embed(owned(&["now"])).await.unwrap();
    assert!(model.is_loaded());
}

#[tokio::test]
async fn missing_weights_are_an_error_that_says_what_to_do() {
    let model = MiniLmEmbedder::lazy("no-such-folder");
    assert!(!model.is_available());
    let error = model.embed(owned(&["text"])).await.unwrap_err();
    assert!(matches!(error, LlmError::WeightsMissing { .. }));
    let sentence = error.sentence();
    assert!(sentence.contains("model.safetensors") && sentence.contains("make setup"), "{sentence}");
}
