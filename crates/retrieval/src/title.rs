//! Names a conversation after its first question.
//!
//! The one invariant: a title is one line of at most [`MAX_CHARS`] characters and never empty.

use crate::shorten;

/// The longest title, in characters, the ellipsis included.
pub const MAX_CHARS: usize = 60;

/// The title of a conversation that starts with this question: its first sentence without markdown, cut at a word.
pub fn from_question(text: &str) -> String {
    let line = text.lines().map(plain).find(|line| line.chars().any(char::is_alphanumeric));
    let Some(line) = line else { return "New conversation".to_owned() };
    let sentence = first_sentence(&line);
    if sentence.chars().count() <= MAX_CHARS {
        return sentence.to_owned();
    }
    let cut = shorten::keep_start(sentence, MAX_CHARS - 1).trim_end_matches([',', ';', ':', '-', '–']);
    format!("{}…", cut.trim_end())
}

/// A line without the marks of markdown and with single spaces.
fn plain(line: &str) -> String {
    let line = line.trim_start().trim_start_matches(['#', '>', '-', '+', '*', ' ']);
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '*' | '`' | '~' => {}
            '[' | '!' if link_text(c, rest).is_some() => {
                let (text, after) = link_text(c, rest).unwrap_or_default();
                plain.push_str(text);
                rest = after;
            }
            c if c.is_control() => plain.push(' '),
            c => plain.push(c),
        }
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Splits `text](target) more` (or `[alt](src) more` after an exclamation mark) into its text and what follows.
fn link_text(first: char, rest: &str) -> Option<(&str, &str)> {
    let rest = if first == '!' { rest.strip_prefix('[')? } else { rest };
    let (text, after) = rest.split_once("](")?;
    let (_target, after) = after.split_once(')')?;
    (!text.contains('[')).then_some((text, after))
}

/// Up to the first full stop, question or exclamation mark that a space and a capital follow. Questions keep their mark.
fn first_sentence(line: &str) -> &str {
    let end = line.char_indices().find_map(|(at, c)| {
        let after = &line[at + c.len_utf8()..];
        let is_wide = matches!(c, '。' | '？' | '！');
        let is_end = matches!(c, '.' | '?' | '!')
            && at >= 8
            && after.starts_with(' ')
            && after.trim_start().starts_with(|next: char| !next.is_lowercase());
        (is_wide || is_end).then_some(at + c.len_utf8())
    });
    let sentence = &line[..end.unwrap_or(line.len())];
    let without_stop = sentence.trim_end_matches(['.', '。']);
    if without_stop.is_empty() { sentence } else { without_stop }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sentence_is_the_title() {
        assert_eq!(from_question("How do I read a CSV file? I have one with semicolons."), "How do I read a CSV file?");
        assert_eq!(from_question("Explain version 2.5 to me."), "Explain version 2.5 to me");
    }

    #[test]
    fn markdown_is_taken_off() {
        assert_eq!(from_question("\n## **What** is `serde`?\n\nmore"), "What is serde?");
        assert_eq!(from_question("See [the guide](https://example.org/a) please"), "See the guide please");
    }

    #[test]
    fn a_long_question_ends_at_a_word_with_an_ellipsis() {
        let title = from_question("Which of the many ways to configure the embedded database would you recommend to us");
        assert_eq!(title, "Which of the many ways to configure the embedded database…");
        assert!(title.chars().count() <= MAX_CHARS);
    }

    #[test]
    fn a_question_without_words_has_a_title_too() {
        assert_eq!(from_question("  \n```\n???"), "New conversation");
        assert_eq!(from_question("東京の天気は？明日は？"), "東京の天気は？");
    }
}
