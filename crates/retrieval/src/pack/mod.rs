//! Fits instructions, passages and history into a model's budget.
//!
//! The one invariant: what is packed is never longer than the budget (by [`tokens::estimate`]), and the newest turn is
//! always there.
//!
//! Order of claims: instructions (at most half of the budget), the newest turn, passages (at most 60 % of what is left,
//! best first), then earlier turns, newest first. A newest turn that is too long keeps its beginning: that is where
//! people put the question, and pasted material follows.

mod sources;

use crate::{shorten, tokens};

/// Who said something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnRole {
    /// The person.
    User,
    /// The model.
    Assistant,
}

/// One message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Who said it.
    pub role: TurnRole,
    /// What was said, as markdown.
    pub text: String,
}

/// A retrieved chunk, ready to be shown to a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassageText {
    /// The number it is cited by: `[number]`.
    pub number: u32,
    /// Where it is from: "report.pdf, page 3".
    pub label: String,
    /// The text of the chunk.
    pub text: String,
}

/// What is to be fitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackInput {
    /// The prompt's instructions; may be empty.
    pub system: String,
    /// Retrieved passages, best first.
    pub passages: Vec<PassageText>,
    /// The conversation, oldest first; the last is the newest question.
    pub history: Vec<Turn>,
    /// How many turns before the newest may be sent.
    pub max_history_items: u32,
    /// Tokens the input may take, see [`tokens::budget`].
    pub budget_tokens: u32,
}

/// What is sent to the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// Instructions, then the sources with the rule how to cite them.
    pub system: String,
    /// The conversation, oldest first; starts with a user's turn and ends with the newest.
    pub turns: Vec<Turn>,
    /// Numbers of the passages that are in `system`, best first.
    pub used_passages: Vec<u32>,
    /// How many turns were left out.
    pub dropped_history: u32,
    /// The estimate for `system` and `turns` together.
    pub estimated_tokens: u32,
}

/// Packs a request. Never fails: with a budget near zero, texts are cut down to nothing.
pub fn context(input: PackInput) -> Packed {
    let budget = input.budget_tokens;
    let mut system = cut(&input.system, budget / 2);
    let mut history = input.history;
    let mut left = budget - tokens::estimate(&system);
    let newest = history.pop().map(|turn| Turn { text: cut(&turn.text, left), ..turn });
    left -= newest.as_ref().map_or(0, |turn| tokens::estimate(&turn.text));

    let sources = sources::fit(&input.passages, share(left));
    if !sources.text.is_empty() {
        let before = tokens::estimate(&system);
        if !system.is_empty() {
            system.push_str("\n\n");
        }
        system.push_str(&sources.text);
        left -= tokens::estimate(&system) - before;
    }
    let (mut turns, dropped_history) = fit_history(history, input.max_history_items, left);
    turns.extend(newest);
    let estimated_tokens = tokens::estimate(&system) + turns.iter().map(|turn| tokens::estimate(&turn.text)).sum::<u32>();
    Packed { system, turns, used_passages: sources.numbers, dropped_history, estimated_tokens }
}

/// Keeps the newest turns that fit, in order, and says how many were left out.
///
/// Whole turns only. An answer whose question did not fit is left out too, so the result starts with a user's turn, as
/// every provider wants it.
pub fn fit_history(history: Vec<Turn>, max_items: u32, budget_tokens: u32) -> (Vec<Turn>, u32) {
    let mut left = budget_tokens;
    let fitting = history.iter().rev().take(usize::try_from(max_items).unwrap_or(usize::MAX)).take_while(|turn| {
        let cost = tokens::estimate(&turn.text);
        let fits = cost <= left;
        left = left.saturating_sub(cost);
        fits
    });
    let mut first = history.len() - fitting.count();
    first += history[first..].iter().take_while(|turn| turn.role == TurnRole::Assistant).count();
    let dropped = u32::try_from(first).unwrap_or(u32::MAX);
    (history.into_iter().skip(first).collect(), dropped)
}

/// What passages may take of what is left: 60 %.
fn share(left: u32) -> u32 {
    u32::try_from(u64::from(left) * 60 / 100).unwrap_or(u32::MAX)
}

fn cut(text: &str, max_tokens: u32) -> String {
    if tokens::estimate(text) <= max_tokens {
        return text.to_owned();
    }
    shorten::keep_start(text, tokens::chars_for(max_tokens)).to_owned()
}

#[cfg(test)]
mod tests;
