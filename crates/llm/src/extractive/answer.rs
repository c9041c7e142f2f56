//! Writes the chosen sentences down as markdown.

use super::rank::Candidate;
use crate::Passage;

const OPENING: &str =
    "The built-in model quotes your documents; it does not write answers of its own. These passages fit the question best.";
const NO_MATCH: &str = "The built-in model quotes your documents; it does not write answers of its own. No sentence uses the words of the \
     question; these passages came closest.";
const NOTHING: &str = "I found nothing to quote: either no dataset is attached here, or the attached datasets hold no passage that fits \
     the question.\n\nThe built-in model only quotes documents; it does not write answers of its own.";
const CLOSING: &str = "For written answers, an administrator can add a provider under **Admin → Models**.";

/// The whole answer. `chosen` is best first and points into `passages`.
pub(super) fn write(chosen: &[Candidate], passages: &[Passage]) -> String {
    let Some(best) = chosen.first() else {
        return format!("{NOTHING}\n\n{CLOSING}\n");
    };
    let mut paragraphs = vec![if best.score() > 0.0 { OPENING } else { NO_MATCH }.to_owned()];
    for group in groups(chosen) {
        let passage = &passages[group[0].passage];
        let quotes = group.iter().map(|candidate| format!("> {} [{}]", escape(&candidate.text), passage.number));
        // A quote mark on the empty line keeps the sentences in one block.
        let quotes = quotes.collect::<Vec<_>>().join("\n>\n");
        paragraphs.extend([format!("**{}**", title(passage)), quotes]);
    }
    paragraphs.push(format!("{CLOSING}\n"));
    paragraphs.join("\n\n")
}

/// Sentences by passage: passages in the order of their best sentence, sentences in the order of the text.
fn groups(chosen: &[Candidate]) -> Vec<Vec<&Candidate>> {
    let mut groups: Vec<Vec<&Candidate>> = Vec::new();
    for candidate in chosen {
        match groups.iter_mut().find(|group| group[0].passage == candidate.passage) {
            Some(group) => group.push(candidate),
            None => groups.push(vec![candidate]),
        }
    }
    for group in &mut groups {
        group.sort_by_key(|candidate| candidate.position());
    }
    groups
}

fn title(passage: &Passage) -> String {
    let page = passage.page.map_or_else(String::new, |page| format!(", page {page}"));
    let heading = passage.heading.as_deref().map(str::trim).filter(|heading| !heading.is_empty());
    let heading = heading.map_or_else(String::new, |heading| format!(" · {}", escape(heading)));
    format!("{}{page}{heading}", escape(&passage.document))
}

/// Text of a document as plain markdown text. Square brackets become round ones: in an answer, `[3]` is a marker.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    let list_mark = list_mark(text);
    for (at, c) in text.char_indices() {
        if Some(at) == list_mark {
            escaped.push('\\');
        }
        match c {
            '[' => escaped.push('('),
            ']' => escaped.push(')'),
            '\n' | '\r' => escaped.push(' '),
            '\\' | '`' | '*' | '_' | '<' | '>' | '#' | '|' | '~' | '&' | '!' => {
                escaped.push('\\');
                escaped.push(c);
            }
            _ => escaped.push(c),
        }
    }
    escaped
}

/// Where the sign is that would make a list of text at the start of a line: `-`, `+`, or what follows a number.
fn list_mark(text: &str) -> Option<usize> {
    let at = text.find(|c: char| !c.is_ascii_digit())?;
    let signs: &[char] = if at == 0 { &['-', '+', '='] } else { &['.', ')'] };
    text[at..].starts_with(signs).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn text_that_looks_like_markdown_stays_text() {
        assert_eq!(escape("1. First *of* all"), "1\\. First \\*of\\* all");
        assert_eq!(escape("- item"), "\\- item");
        assert_eq!(escape("3.5 % [1, 2] <b>"), "3\\.5 % (1, 2) \\<b\\>");
        assert_eq!(escape("12"), "12");
    }
}
