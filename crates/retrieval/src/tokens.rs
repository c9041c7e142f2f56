//! How long a text is for a model, without the model's tokenizer.
//!
//! The one invariant: the estimate never falls when text is added. Next: [`crate::pack`] spends the budget.

/// Characters per token. `OpenAI`'s rule of thumb for English prose ("one token is about four characters",
/// help.openai.com, "What are tokens and how to count them"); other languages and code need more tokens than this
/// says, which the trim ratio of [`budget`] leaves room for.
pub const CHARS_PER_TOKEN: usize = 4;

/// Estimated tokens of a text: its characters (Unicode scalar values) divided by four, rounded up.
pub fn estimate(text: &str) -> u32 {
    u32::try_from(text.chars().count().div_ceil(CHARS_PER_TOKEN)).unwrap_or(u32::MAX)
}

/// Tokens a request may spend on its input: `(context_size − max_completion_tokens) × trim_ratio_percent %`.
///
/// Zero when the completion alone fills the context; a ratio above 100 counts as 100.
pub fn budget(context_size: u32, max_completion_tokens: u32, trim_ratio_percent: u32) -> u32 {
    let room = u64::from(context_size.saturating_sub(max_completion_tokens));
    u32::try_from(room * u64::from(trim_ratio_percent.min(100)) / 100).unwrap_or(u32::MAX)
}

/// The most characters whose estimate is at most `tokens`.
pub(crate) fn chars_for(tokens: u32) -> usize {
    usize::try_from(tokens).unwrap_or(usize::MAX).saturating_mul(CHARS_PER_TOKEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_characters_are_one_token_and_a_rest_counts_whole() {
        assert_eq!(estimate(""), 0);
        assert_eq!(estimate("abcd"), 1);
        assert_eq!(estimate("abcde"), 2);
        assert_eq!(estimate("äöüß"), 1);
    }

    #[test]
    fn the_budget_leaves_room_for_the_answer_and_for_a_wrong_estimate() {
        assert_eq!(budget(8000, 2000, 80), 4800);
        assert_eq!(budget(1000, 2000, 80), 0);
        assert_eq!(budget(1000, 0, 250), 1000);
    }
}
