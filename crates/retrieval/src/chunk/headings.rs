//! What counts as a heading, and the path of headings above a place in the text.
//!
//! The one invariant: a heading is one line (two with a setext underline) that holds a title; body text is never dropped
//! for looking like one.

/// A heading line: 1 is the outermost level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Heading {
    pub level: usize,
    pub title: String,
}

const LONGEST_TITLE: usize = 160;

/// Reads `## Title` (with up to three spaces before it).
pub(super) fn atx(line: &str) -> Option<Heading> {
    let trimmed = line.trim_end();
    let body = trimmed.trim_start_matches(' ');
    if trimmed.len() - body.len() > 3 {
        return None;
    }
    let level = body.bytes().take_while(|&byte| byte == b'#').count();
    let rest = &body[level..];
    if !(1..=6).contains(&level) || !rest.starts_with([' ', '\t']) {
        return None;
    }
    titled(level, rest.trim().trim_end_matches('#'))
}

/// The level of a setext underline (`===` or `---`).
pub(super) fn underline(line: &str) -> Option<usize> {
    let line = line.trim();
    let all = |wanted: char| line.len() >= 3 && line.chars().all(|c| c == wanted);
    if all('=') { Some(1) } else { all('-').then_some(2) }
}

/// A title with markdown emphasis taken off, unless nothing or too much is left.
pub(super) fn titled(level: usize, text: &str) -> Option<Heading> {
    let title = text.replace(['*', '`'], "");
    let title = title.trim();
    let fits = !title.is_empty() && title.chars().count() <= LONGEST_TITLE;
    fits.then(|| Heading { level, title: title.to_owned() })
}

/// Reads a numbered heading that stands alone, as in PDFs: "3 Results", "3.2 Method", "Chapter 4: Costs".
///
/// Lines of a table of contents (ending in a page number) and sentences (ending in a full stop) are refused.
pub(super) fn numbered(line: &str) -> Option<Heading> {
    let line = line.trim();
    if line.chars().count() > 90 || line.contains("...") || line.contains(". .") {
        return None;
    }
    if line.ends_with(['.', ';', ',', ':']) || line.ends_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (number, title) = line.split_once(char::is_whitespace)?;
    let title = title.trim_start();
    if matches!(number, "Chapter" | "Appendix" | "Kapitel" | "Anhang") {
        return titled(1, line);
    }
    let parts: Vec<&str> = number.split('.').collect();
    let depth = parts.iter().filter(|part| !part.is_empty()).count();
    // "1. Buy milk" is an item of a list; "1 Introduction" and "1.2. Scope" are headings.
    let is_number = parts.iter().enumerate().all(|(at, part)| {
        let may_be_empty = at > 1 && at == parts.len() - 1;
        (may_be_empty && part.is_empty()) || (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    });
    let starts_like_a_title = title.starts_with(char::is_uppercase) && title.chars().filter(|c| c.is_alphabetic()).count() > 2;
    (is_number && starts_like_a_title).then(|| Heading { level: depth, title: line.to_owned() })
}

/// The headings above the current place.
#[derive(Debug, Default)]
pub(super) struct Path {
    open: Vec<Heading>,
}

impl Path {
    /// Enters a section: headings of the same or a deeper level are left.
    pub(super) fn enter(&mut self, heading: Heading) {
        self.open.retain(|above| above.level < heading.level);
        self.open.push(heading);
    }

    /// "A › B", or nothing above the first heading.
    pub(super) fn label(&self) -> Option<String> {
        let titles: Vec<&str> = self.open.iter().map(|heading| heading.title.as_str()).collect();
        (!titles.is_empty()).then(|| titles.join(" › "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_lines_are_headings_and_hashtags_are_not() {
        assert_eq!(atx("## **Costs** ##"), Some(Heading { level: 2, title: "Costs".into() }));
        assert_eq!(atx("#tag"), None);
        assert_eq!(atx("    # code"), None);
        assert_eq!(atx("# "), None);
    }

    #[test]
    fn numbered_lines_are_headings_unless_they_are_items_or_contents() {
        assert_eq!(numbered("3.2 Reading data").map(|heading| heading.level), Some(2));
        assert_eq!(numbered("1 Introduction").map(|heading| heading.level), Some(1));
        assert_eq!(numbered("2.1. Scope").map(|heading| heading.level), Some(2));
        assert_eq!(numbered("Chapter 4: Costs").map(|heading| heading.level), Some(1));
        assert_eq!(numbered("1. Buy milk"), None);
        assert_eq!(numbered("3.2 Reading data . . . . . 17"), None);
        assert_eq!(numbered("12 people came to the party."), None);
        assert_eq!(numbered("2024 Annual report"), None);
    }

    #[test]
    fn entering_a_section_leaves_its_siblings() {
        let mut path = Path::default();
        for (level, title) in [(1, "A"), (2, "B"), (3, "C"), (2, "D")] {
            path.enter(Heading { level, title: title.into() });
        }
        assert_eq!(path.label().as_deref(), Some("A › D"));
    }
}
