//! Scores sentences against the question and chooses the few to quote.

use std::collections::{BTreeMap, BTreeSet};

use super::{sentences, words};
use crate::Passage;

/// Most sentences of an answer.
const MOST: usize = 4;
/// Fewest sentences of an answer, if there are as many with any relation to the question.
const FEWEST: usize = 2;
/// A sentence beyond the fewest must reach this share of the best score.
const GOOD_ENOUGH: f32 = 0.6;
/// Two sentences that share this much of their words say the same.
const SAME: f32 = 0.7;

/// A sentence that may be quoted.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candidate {
    /// The sentence.
    pub text: String,
    /// Index of its passage.
    pub passage: usize,
    /// Position within the passage.
    position: usize,
    stems: BTreeSet<String>,
    /// Score by words, 0 to about 1.4.
    by_words: f32,
    /// Likeness in meaning, 0 to 1; 0 where it was not compared.
    pub likeness: f32,
}

impl Candidate {
    /// Where in its passage it stands.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Words and meaning together.
    pub fn score(&self) -> f32 {
        self.by_words + self.likeness
    }
}

/// All sentences of all passages with their score by words, best first.
pub(super) fn candidates(question: &str, passages: &[Passage]) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = Vec::new();
    for (passage, source) in passages.iter().enumerate() {
        for (position, text) in sentences::split(&source.text).into_iter().enumerate() {
            let stems = words::stems(&text);
            candidates.push(Candidate { text, passage, position, stems, by_words: 0.0, likeness: 0.0 });
        }
    }
    let asked = weigh(&words::stems(question), &candidates);
    let wants_number = asks_for_number(question);
    let settings: Vec<f32> = passages.iter().map(|passage| coverage(&asked, &setting(passage))).collect();
    for candidate in &mut candidates {
        let covered = coverage(&asked, &candidate.stems);
        let has_number = candidate.text.contains(|c: char| c.is_ascii_digit());
        let is_short = candidate.stems.len() < 4;
        let mut score = covered;
        if covered > 0.0 {
            // The heading says what a sentence leaves out; earlier passages were found to be better.
            score += 0.25 * settings[candidate.passage] + 0.1 / rank(candidate.passage);
            score += if wants_number && has_number { 0.15 } else { 0.0 };
        }
        candidate.by_words = if is_short { score * 0.7 } else { score };
    }
    sort(&mut candidates);
    candidates
}

/// The sentences to quote, best first: two to four, fewer only where there are not more. The first passage, which the search found to be
/// the best, is quoted too where any of its sentences has to do with the question.
pub(super) fn choose(mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    sort(&mut candidates);
    let best = candidates.first().map_or(0.0, Candidate::score);
    // A likeness alone is hardly ever nothing: it has to be one.
    let is_related = |candidate: &&Candidate| candidate.by_words > 0.0 || candidate.likeness >= GOOD_ENOUGH * best;
    let of_first: Vec<_> = candidates.iter().filter(|candidate| candidate.passage == 0).filter(is_related).cloned().collect();
    let mut chosen: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        let score = candidate.score();
        let is_wanted = chosen.len() < FEWEST || (score > 0.0 && score >= GOOD_ENOUGH * best);
        if chosen.len() == MOST || !is_wanted || (score <= 0.0 && best > 0.0) {
            break;
        }
        if is_new(&chosen, &candidate) {
            chosen.push(candidate);
        }
    }
    if chosen.iter().all(|candidate| candidate.passage > 0)
        && let Some(of_first) = of_first.into_iter().find(|candidate| is_new(&chosen, candidate))
    {
        chosen.truncate(MOST - 1);
        chosen.push(of_first);
    }
    chosen
}

/// Whether it says what none of the chosen says.
fn is_new(chosen: &[Candidate], candidate: &Candidate) -> bool {
    chosen.iter().all(|other| overlap(&other.stems, &candidate.stems) < SAME)
}

/// Best first; equal ones in the order in which they are read.
fn sort(candidates: &mut [Candidate]) {
    candidates.sort_by(|a, b| {
        let by_score = b.score().total_cmp(&a.score());
        by_score.then(a.passage.cmp(&b.passage)).then(a.position.cmp(&b.position))
    });
}

/// The words of the question with their weight: the rarer among the sentences, the heavier. The weights add up to 1.
fn weigh(asked: &BTreeSet<String>, candidates: &[Candidate]) -> BTreeMap<String, f32> {
    let count = |stem: &String| candidates.iter().filter(|candidate| candidate.stems.contains(stem)).count();
    let total = real(candidates.len());
    let weights: Vec<f32> = asked.iter().map(|stem| (1.0 + (total + 0.5) / (real(count(stem)) + 0.5)).ln()).collect();
    let sum: f32 = weights.iter().sum();
    asked.iter().cloned().zip(weights.into_iter().map(|weight| weight / sum)).collect()
}

fn coverage(asked: &BTreeMap<String, f32>, stems: &BTreeSet<String>) -> f32 {
    asked.iter().filter(|(stem, _)| stems.contains(*stem)).map(|(_, weight)| weight).sum()
}

/// What the passage is about, by its heading and the name of its document.
fn setting(passage: &Passage) -> BTreeSet<String> {
    words::stems(&format!("{} {}", passage.heading.as_deref().unwrap_or_default(), passage.document))
}

fn asks_for_number(question: &str) -> bool {
    let question = question.to_lowercase();
    ["how many", "how much", "how long", "how old", "how often", "when", "what year", "what date", "price", "cost"]
        .iter()
        .any(|phrase| question.contains(phrase))
}

/// Shared words over all words of two sentences.
fn overlap(a: &BTreeSet<String>, b: &BTreeSet<String>) -> f32 {
    let shared = a.intersection(b).count();
    if shared == 0 { 0.0 } else { real(shared) / real(a.len() + b.len() - shared) }
}

fn rank(index: usize) -> f32 {
    real(index + 1)
}

/// Counts here stay far below the 2^24 that f32 holds exactly.
fn real(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}
