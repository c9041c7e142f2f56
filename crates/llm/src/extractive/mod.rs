//! The built-in answerer: quotes the sentences of the passages that fit the question best, and says that it quotes.
//!
//! Invariant: every sentence it shows stands in a passage, followed by that passage's marker `[n]`; nothing else
//! in the answer looks like a marker. Without an embedder the same request always gives the same answer.
//! Next: `sentences` cuts, `words` normalises, `rank` chooses, `answer` writes.

mod answer;
mod rank;
mod sentences;
mod words;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use futures::stream::{self, StreamExt};

use self::rank::Candidate;
use crate::{ChatDelta, ChatModel, ChatRequest, DeltaStream, Embedder, FinishReason, LlmError, Role};

/// Most sentences that are compared with the question by meaning; the best by words are.
const MOST_COMPARED: usize = 20;
/// Most bytes of text compared by meaning, so that the embedder treats it as a small request.
const MOST_COMPARED_BYTES: usize = 4000;
/// Most bytes of the question that are read.
const MOST_QUESTION_BYTES: usize = 2000;

/// Answers by quoting. Needs no configuration; with an embedder it also finds sentences that use other words.
#[derive(Clone, Default)]
pub struct ExtractiveModel {
    embedder: Option<Arc<dyn Embedder>>,
}

impl fmt::Debug for ExtractiveModel {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ExtractiveModel").field("has_embedder", &self.embedder.is_some()).finish()
    }
}

impl ExtractiveModel {
    /// Chooses by words, and by meaning too where there is an embedder. One that fails is done without.
    pub fn new(embedder: Option<Arc<dyn Embedder>>) -> Self {
        Self { embedder }
    }

    async fn answer(&self, request: &ChatRequest) -> String {
        let question = question_of(request);
        let mut candidates = rank::candidates(question, &request.passages);
        if let Some(embedder) = &self.embedder {
            compare_by_meaning(embedder.as_ref(), question, &mut candidates).await;
        }
        let chosen = rank::choose(candidates);
        answer::write(&chosen, &request.passages)
    }
}

#[async_trait]
impl ChatModel for ExtractiveModel {
    async fn stream(&self, request: ChatRequest) -> Result<DeltaStream, LlmError> {
        let answer = self.answer(&request).await;
        let words: Vec<_> = answer.split_inclusive([' ', '\n']).map(|word| ChatDelta::Text(word.to_owned())).collect();
        let end = ChatDelta::Finished(FinishReason::Stop);
        Ok(stream::iter(words.into_iter().chain([end]).map(Ok)).boxed())
    }
}

/// The last thing the person said.
fn question_of(request: &ChatRequest) -> &str {
    let last = request.messages.iter().rev().find(|message| message.role == Role::User);
    let text = last.map_or("", |message| message.content.as_str());
    &text[..text.floor_char_boundary(MOST_QUESTION_BYTES)]
}

/// Sets the likeness of the best candidates, which are sorted best first.
async fn compare_by_meaning(embedder: &dyn Embedder, question: &str, candidates: &mut [Candidate]) {
    let mut bytes = question.len();
    let mut texts = vec![question.to_owned()];
    for candidate in candidates.iter().take(MOST_COMPARED) {
        bytes += candidate.text.len();
        if bytes > MOST_COMPARED_BYTES {
            break;
        }
        texts.push(candidate.text.clone());
    }
    match embedder.embed(texts).await {
        Ok(vectors) => {
            let Some((question, sentences)) = vectors.split_first() else { return };
            for (candidate, sentence) in candidates.iter_mut().zip(sentences) {
                candidate.likeness = cosine(question, sentence);
            }
        }
        Err(error) => tracing::debug!(%error, "quotes are chosen by words alone"),
    }
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let lengths = (dot(a, a) * dot(b, b)).sqrt();
    if lengths > 0.0 { (dot(a, b) / lengths).max(0.0) } else { 0.0 }
}

#[cfg(test)]
mod tests;
