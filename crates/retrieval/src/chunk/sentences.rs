//! Divides a paragraph into sentences, rows or, where it has neither, runs of words.
//!
//! The one invariant: pieces are ordered, none is longer than the limit, and a word is cut only when it alone is longer.

use std::ops::Range;

/// A piece of a paragraph: byte range without white space at its ends.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub bytes: Range<usize>,
    /// False where a sentence had to be cut in the middle.
    pub starts_sentence: bool,
}

/// Divides a paragraph; no piece has more than `longest` characters.
pub(super) fn split(paragraph: &str, longest: usize) -> Vec<Piece> {
    let starts = if is_rows(paragraph) { row_starts(paragraph) } else { sentence_starts(paragraph) };
    let ends = starts.iter().skip(1).copied().chain([paragraph.len()]);
    let mut pieces = Vec::new();
    for (start, end) in starts.iter().copied().zip(ends) {
        cut_long(paragraph, start..end, longest, &mut pieces);
    }
    pieces
}

/// Tables, lists and "Header: value" rows: each of the first lines starts in the same way.
fn is_rows(paragraph: &str) -> bool {
    let mut keys = paragraph.lines().take(5).map(row_key);
    let Some(Some(first)) = keys.next() else { return false };
    let mut others = keys.peekable();
    others.peek().is_some() && others.all(|key| key == Some(first))
}

fn row_key(line: &str) -> Option<&str> {
    let line = line.trim_start();
    if let Some(marker) = ["|", "- ", "* ", "+ ", "• "].into_iter().find(|marker| line.starts_with(marker)) {
        return Some(marker);
    }
    if line.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(". ") {
        return Some("1. ");
    }
    line.split_once(": ").map(|(key, _)| key).filter(|key| key.len() <= 80)
}

fn row_starts(paragraph: &str) -> Vec<usize> {
    let mut starts = vec![0];
    starts.extend(paragraph.match_indices('\n').filter_map(|(at, _)| next_text(paragraph, at)));
    starts.dedup();
    starts
}

fn next_text(text: &str, from: usize) -> Option<usize> {
    text[from..].find(|c: char| !c.is_whitespace()).map(|offset| from + offset)
}

const CLOSERS: [char; 12] = [')', ']', '}', '"', '\'', '”', '’', '»', '*', '_', '`', '」'];

fn sentence_starts(paragraph: &str) -> Vec<usize> {
    let mut starts = vec![0];
    for (at, end_mark) in paragraph.char_indices().filter(|(_, c)| matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？')) {
        let after_mark = at + end_mark.len_utf8();
        let rest = paragraph[after_mark..].trim_start_matches(CLOSERS);
        let Some(start) = next_text(paragraph, paragraph.len() - rest.len()) else { break };
        let is_wide = matches!(end_mark, '。' | '！' | '？');
        let next_is_lower = paragraph[start..].starts_with(char::is_lowercase);
        let ends =
            is_wide || (rest.starts_with(char::is_whitespace) && !next_is_lower && !(end_mark == '.' && is_abbreviation(&paragraph[..at])));
        if ends && starts.last() != Some(&start) {
            starts.push(start);
        }
    }
    starts
}

const ABBREVIATIONS: [&str; 28] = [
    "dr", "mr", "mrs", "ms", "prof", "st", "jr", "sr", "inc", "fig", "figs", "eq", "no", "nr", "vs", "cf", "al", "ch", "sec", "vol", "pp",
    "ca", "bzw", "abs", "art", "approx", "e.g", "i.e",
];

/// Whether the full stop after `before` ends an abbreviation, an initial or the number of an item.
fn is_abbreviation(before: &str) -> bool {
    let start = before
        .rfind(|c: char| !(c.is_alphanumeric() || c == '.'))
        .map_or(0, |at| at + before[at..].chars().next().map_or(0, char::len_utf8));
    let word = &before[start..];
    let is_item = word.bytes().all(|byte| byte.is_ascii_digit())
        && before[..start].trim_end_matches([' ', '\t']).chars().next_back().is_none_or(|c| c == '\n');
    let is_initial = word.chars().count() == 1 && word.chars().all(char::is_alphabetic);
    is_item || is_initial || ABBREVIATIONS.contains(&word.to_lowercase().as_str())
}

/// Adds a sentence, in several pieces if it is too long: at a line end, else between words, else at the limit.
fn cut_long(paragraph: &str, range: Range<usize>, longest: usize, pieces: &mut Vec<Piece>) {
    let mut rest = range.start..range.start + paragraph[range].trim_end().len();
    let mut starts_sentence = true;
    while !rest.is_empty() {
        let text = &paragraph[rest.clone()];
        let length = match text.char_indices().nth(longest) {
            None => text.len(),
            Some((limit, _)) => cut_place(text, limit),
        };
        pieces.push(Piece { bytes: rest.start..rest.start + text[..length].trim_end().len(), starts_sentence });
        starts_sentence = false;
        rest.start = next_text(paragraph, rest.start + length).map_or(rest.end, |at| at.min(rest.end));
    }
}

fn cut_place(text: &str, limit: usize) -> usize {
    if text[limit..].starts_with(char::is_whitespace) {
        return limit;
    }
    let head = &text[..limit];
    let line_end = head.rfind('\n').filter(|&at| at >= limit / 2);
    line_end.or_else(|| head.rfind(char::is_whitespace)).filter(|&at| at > 0).unwrap_or(limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(paragraph: &str, longest: usize) -> Vec<&str> {
        split(paragraph, longest).into_iter().map(|piece| &paragraph[piece.bytes]).collect()
    }

    #[test]
    fn sentences_end_at_full_stops_but_not_at_abbreviations() {
        assert_eq!(
            texts("Dr. A. Smith saw Fig. 3. It was (nearly) new. see 2.5 there! Is it? \"Yes.\" Done", 100),
            ["Dr. A. Smith saw Fig. 3.", "It was (nearly) new. see 2.5 there!", "Is it?", "\"Yes.\"", "Done"]
        );
    }

    #[test]
    fn wide_full_stops_need_no_space() {
        assert_eq!(texts("これは本です。それは犬です。", 100), ["これは本です。", "それは犬です。"]);
    }

    #[test]
    fn rows_of_a_table_are_pieces() {
        assert_eq!(texts("| a. B | b |\n| c | d |", 100), ["| a. B | b |", "| c | d |"]);
        assert_eq!(texts("Name: A. B; Age: 3\nName: C; Age: 4", 100), ["Name: A. B; Age: 3", "Name: C; Age: 4"]);
    }

    #[test]
    fn a_long_sentence_is_cut_between_words() {
        assert_eq!(texts("alpha beta gamma delta", 12), ["alpha beta", "gamma delta"]);
        assert_eq!(texts("aaaaaaaaaa", 4), ["aaaa", "aaaa", "aa"]);
    }
}
