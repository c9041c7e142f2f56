//! Makes the text of PDF pages read like text: words whole again, running heads and page numbers gone.
//!
//! The one invariant: nothing is dropped that does not stand elsewhere too (a running head stays where it comes first) or
//! is not the page's own number.

use std::collections::HashSet;

/// Tidies the pages of a document, in place.
pub(super) fn pages(pages: &mut [String]) {
    drop_running_lines(pages);
    let words = Words::of(pages);
    for page in pages {
        *page = join_hyphens(page, &words);
    }
}

/// How the document writes words with and without a hyphen, away from line ends.
struct Words {
    plain: HashSet<String>,
    hyphened: HashSet<String>,
}

impl Words {
    fn of(pages: &[String]) -> Self {
        let mut words = Self { plain: HashSet::new(), hyphened: HashSet::new() };
        for line in pages.iter().flat_map(|page| page.lines()) {
            for word in line.split(|c: char| !(c.is_alphanumeric() || c == '-')) {
                let word = word.trim_matches('-');
                let set = if word.contains('-') { &mut words.hyphened } else { &mut words.plain };
                if word.len() > 3 && !set.contains(word) {
                    set.insert(word.to_owned());
                }
            }
        }
        words
    }

    /// Whether "left-" at a line end and "right" on the next are one word without the hyphen.
    fn is_one_word(&self, left: &str, right: &str) -> bool {
        self.plain.contains(&format!("{left}{right}")) || !self.hyphened.contains(&format!("{left}-{right}"))
    }
}

/// Joins a word divided at a line end; the rest of the next line follows on the same line.
fn join_hyphens(page: &str, words: &Words) -> String {
    let mut joined = String::with_capacity(page.len());
    for line in page.lines() {
        if let Some((left, right)) = divided(&joined, line) {
            if words.is_one_word(left, right) {
                joined.pop();
            }
            joined.push_str(line.trim_start());
        } else {
            if !joined.is_empty() {
                joined.push('\n');
            }
            joined.push_str(line);
        }
    }
    joined
}

/// The halves of a word that ends `before` with a hyphen and goes on, in lower case, on `line`.
fn divided<'a>(before: &'a str, line: &'a str) -> Option<(&'a str, &'a str)> {
    let stem = before.strip_suffix(['-', '\u{2010}'])?;
    let left = &stem[stem.rfind(|c: char| !(c.is_alphanumeric() || c == '-')).map_or(0, |at| at + char_len(stem, at))..];
    let line = line.trim_start();
    let right = &line[..line.find(|c: char| !(c.is_alphanumeric() || c == '-')).unwrap_or(line.len())];
    let is_word = left.chars().filter(|c| c.is_alphabetic()).count() >= 2 && left.ends_with(char::is_alphabetic);
    (is_word && right.starts_with(char::is_lowercase)).then_some((left, right))
}

fn char_len(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(0, char::len_utf8)
}

/// Where a running line can stand.
#[derive(Clone, Copy)]
enum Edge {
    Top,
    Bottom,
}

/// How many lines from the edge are looked at.
const EDGE_LINES: usize = 2;

/// A page with fewer lines, as a slide may have, is left alone: what repeats there may be all it says.
const LEAST_LINES: usize = 6;

/// Drops page numbers, and lines that stood at the same edge one or two pages before.
fn drop_running_lines(pages: &mut [String]) {
    for edge in [Edge::Top, Edge::Bottom] {
        let lines: Vec<Vec<EdgeLine>> = pages.iter().map(|page| edge_lines(page, edge)).collect();
        for (at, page) in pages.iter_mut().enumerate() {
            let dropped: Vec<usize> = lines[at]
                .iter()
                .filter(|line| is_page_number(&lines, at, line) || has_run(&lines, at, line))
                .map(|line| line.index)
                .collect();
            if !dropped.is_empty() {
                let kept = page.lines().enumerate().filter(|(index, _)| !dropped.contains(index));
                *page = kept.map(|(_, line)| line).collect::<Vec<_>>().join("\n");
            }
        }
    }
}

struct EdgeLine {
    /// Index among all lines of the page.
    index: usize,
    /// The line without a number at its start or end, where running heads have the page's.
    key: String,
    /// The page number it tells.
    number: Option<u32>,
    /// It tells nothing else.
    is_number: bool,
}

fn edge_lines(page: &str, edge: Edge) -> Vec<EdgeLine> {
    let filled: Vec<(usize, &str)> = page.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).collect();
    if filled.len() < LEAST_LINES {
        return Vec::new();
    }
    let chosen: Vec<_> = match edge {
        Edge::Top => filled.iter().take(EDGE_LINES).collect(),
        Edge::Bottom => filled.iter().rev().take(EDGE_LINES).collect(),
    };
    chosen.into_iter().map(|&(index, line)| edge_line(index, line)).collect()
}

fn edge_line(index: usize, line: &str) -> EdgeLine {
    let alone = lone_number(line);
    let at_end = || line.split_whitespace().next_back().and_then(|word| word.parse().ok());
    let at_start = || line.split_whitespace().next().and_then(|word| word.parse().ok());
    EdgeLine { index, key: key(line), number: alone.or_else(at_end).or_else(at_start), is_number: alone.is_some() }
}

fn key(line: &str) -> String {
    let mut words: Vec<&str> = line.split_whitespace().collect();
    let is_number = |word: &&str| word.bytes().all(|byte| byte.is_ascii_digit());
    if words.last().is_some_and(is_number) {
        words.pop();
    } else if words.first().is_some_and(is_number) {
        words.remove(0);
    }
    words.join(" ")
}

/// "12", "- 12 -", "Page 12", "Page 12 of 80", "xii".
fn lone_number(line: &str) -> Option<u32> {
    let line = line.trim().trim_matches(['-', '–', '—', ' ']).to_lowercase();
    let line = ["page ", "seite ", "p. "].iter().find_map(|word| line.strip_prefix(word)).unwrap_or(&line);
    let number = [" of ", " von ", " / ", "/"].iter().find_map(|word| line.split_once(word)).map_or(line, |(number, _)| number);
    number.parse().ok().or_else(|| roman(number))
}

fn roman(text: &str) -> Option<u32> {
    let value = |c| match c {
        'i' => Some(1),
        'v' => Some(5),
        'x' => Some(10),
        'l' => Some(50),
        'c' => Some(100),
        _ => None,
    };
    let digits: Option<Vec<u32>> = text.chars().map(value).collect();
    let digits = digits.filter(|digits| (1..=9).contains(&digits.len()))?;
    let next = digits.iter().skip(1).copied().chain([0]);
    // A smaller digit before a larger one is taken away: "iv" is four.
    let (added, taken): (Vec<_>, Vec<_>) = digits.iter().copied().zip(next).partition(|(digit, next)| digit >= next);
    let sum = |digits: Vec<(u32, u32)>| digits.into_iter().map(|(digit, _)| digit).sum::<u32>();
    sum(added).checked_sub(sum(taken))
}

/// Whether the line is a number alone that an edge line of the page before or after continues.
fn is_page_number(lines: &[Vec<EdgeLine>], at: usize, line: &EdgeLine) -> bool {
    let Some(number) = line.number.filter(|_| line.is_number) else { return false };
    let has = |page: Option<&Vec<EdgeLine>>, wanted: Option<u32>| {
        page.is_some_and(|page| page.iter().any(|line| line.number.is_some() && line.number == wanted))
    };
    let before = at.checked_sub(1).and_then(|before| lines.get(before));
    has(before, number.checked_sub(1)) || has(lines.get(at + 1), number.checked_add(1))
}

/// Whether the same words stood at the same edge one page before, or two (left and right pages differ).
fn has_run(lines: &[Vec<EdgeLine>], at: usize, line: &EdgeLine) -> bool {
    let is_wordy = line.key.chars().filter(|c| c.is_alphabetic()).count() >= 4;
    is_wordy && lines[at.saturating_sub(2)..at].iter().flatten().any(|before| before.key == line.key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tidied(texts: &[&str]) -> Vec<String> {
        let mut texts: Vec<String> = texts.iter().map(|&text| text.to_owned()).collect();
        pages(&mut texts);
        texts
    }

    #[test]
    fn a_divided_word_is_made_whole_and_a_compound_keeps_its_hyphen() {
        assert_eq!(
            tidied(&["a coer-\ncion of a\nnon-\nzero, non-zero value, pre-\nCambrian 1-\nx"]),
            ["a coercion of a\nnon-zero, non-zero value, pre-\nCambrian 1-\nx"]
        );
    }

    /// Pages of six different lines between a first and a last line.
    fn with_body(edges: &[(&str, &str)]) -> Vec<String> {
        let page = |at: usize, first: &str, last: &str| {
            let body: Vec<String> = (1..7).map(|line| format!("text {line} of {at} goes on")).collect();
            format!("{first}\n{}\n{last}", body.join("\n"))
        };
        edges.iter().enumerate().map(|(at, (first, last))| page(at, first, last)).collect()
    }

    fn edges_left(edges: &[(&str, &str)]) -> Vec<(bool, bool)> {
        let before = with_body(edges);
        let after = tidied(&before.iter().map(String::as_str).collect::<Vec<_>>());
        let is_left = |text: &str, edge: &str| text.lines().any(|line| line == edge);
        edges.iter().zip(&after).map(|((first, last), text)| (is_left(text, first), is_left(text, last))).collect()
    }

    #[test]
    fn page_numbers_are_dropped_and_other_numbers_stay() {
        let edges = [("A", "40"), ("B", "- 6 -"), ("C", "Page 7 of 80"), ("D", "2024"), ("E", "iv"), ("F", "v")];
        let left: Vec<bool> = edges_left(&edges).into_iter().map(|(_, last)| last).collect();
        assert_eq!(left, [true, false, false, true, false, false]);
    }

    #[test]
    fn roman_page_numbers_are_read() {
        assert_eq!(["i", "iv", "ix", "xii", "xl"].map(roman), [Some(1), Some(4), Some(9), Some(12), Some(40)]);
    }

    #[test]
    fn a_running_head_stays_on_its_first_page_only() {
        let edges = [("Chapter 6: Grammar 10", "x"), ("Chapter 6: Grammar 11", "y"), ("The Book", "z"), ("13 Chapter 6: Grammar", "q")];
        let left: Vec<bool> = edges_left(&edges).into_iter().map(|(first, _)| first).collect();
        assert_eq!(left, [true, false, true, false]);
    }

    #[test]
    fn short_pages_are_left_alone() {
        assert_eq!(tidied(&["Our plan\n1", "Our plan\n2"]), ["Our plan\n1", "Our plan\n2"]);
    }
}
