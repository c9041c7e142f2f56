//! Cuts the text of a passage into sentences that can stand alone.

/// Most characters of one quotation; longer sentences are cut at a word.
const MOST_CHARS: usize = 420;
/// Fewest characters that are worth quoting.
const FEWEST_CHARS: usize = 15;
/// Words whose full stop ends no sentence.
const ABBREVIATIONS: &str = "mr mrs ms dr prof st vs etc e.g i.e eg ie cf no nos fig figs sec ch vol approx inc ltd co \
    corp dept est al ed eds pp p art para jan feb mar apr jun jul aug sep sept oct nov dec";

/// The sentences of `text` in order. Headings, rules and code fences are left out; a table row is one sentence.
pub(super) fn split(text: &str) -> Vec<String> {
    let mut sentences = Vec::new();
    for block in blocks(text) {
        let mut rest = block.as_str();
        while let Some(end) = sentence_end(rest) {
            keep(&mut sentences, &rest[..end]);
            rest = &rest[end..];
        }
        keep(&mut sentences, rest);
    }
    sentences
}

fn keep(sentences: &mut Vec<String>, text: &str) {
    let text = text.trim();
    if text.chars().count() >= FEWEST_CHARS {
        sentences.push(shorten(text));
    }
}

/// Paragraphs, list items and table rows, each on one line.
fn blocks(text: &str) -> Vec<String> {
    let mut blocks = vec![String::new()];
    for line in text.lines().map(str::trim) {
        let item = line.strip_prefix(['-', '*', '•', '+']).filter(|rest| rest.starts_with(char::is_whitespace));
        if line.is_empty() || line.starts_with('#') || line.starts_with("```") || is_rule(line) {
            blocks.push(String::new());
        } else if line.starts_with('|') {
            let cells: Vec<&str> = line.split('|').map(str::trim).filter(|cell| !cell.is_empty()).collect();
            blocks.extend([cells.join(" · "), String::new()]);
        } else if let Some(item) = item {
            blocks.push(item.trim().to_owned());
        } else {
            append(blocks.last_mut().expect("there is always an open block"), line);
        }
    }
    blocks
}

fn append(block: &mut String, line: &str) {
    if !block.is_empty() {
        block.push(' ');
    }
    block.push_str(line);
}

/// A line of signs only, such as `---` or the second row of a table.
fn is_rule(line: &str) -> bool {
    line.chars().all(|c| matches!(c, '-' | '=' | '*' | '_' | '|' | ':' | ' '))
}

/// Where the first sentence of `text` ends, if another one follows.
fn sentence_end(text: &str) -> Option<usize> {
    text.char_indices().find_map(|(at, c)| {
        let after = &text[at + c.len_utf8()..];
        match c {
            '。' | '！' | '？' => (!after.is_empty()).then_some(at + c.len_utf8()),
            '.' | '!' | '?' | '…' => {
                let rest = after.trim_start_matches(['"', '\'', '”', '’', '»', ')', ']']);
                let next = rest.trim_start().chars().next()?;
                let is_end =
                    rest.starts_with(char::is_whitespace) && !next.is_lowercase() && !(c == '.' && ends_in_abbreviation(&text[..at]));
                is_end.then_some(text.len() - rest.len())
            }
            _ => None,
        }
    })
}

fn ends_in_abbreviation(text: &str) -> bool {
    let word = text.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default().to_lowercase();
    // A single letter is an initial; a bare number before the stop is a list number only at the very start.
    let is_initial = word.chars().count() == 1 && word.chars().all(char::is_alphabetic);
    let is_list_number = word == text.trim().to_lowercase() && word.chars().all(|c| c.is_ascii_digit());
    is_initial || is_list_number || ABBREVIATIONS.split_ascii_whitespace().any(|known| known == word)
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(MOST_CHARS) {
        None => text.to_owned(),
        Some((end, _)) => {
            let cut = text[..end].rfind(' ').unwrap_or(end);
            format!("{} …", text[..cut].trim_end())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn sentences_end_where_a_reader_would_end_them() {
        let text = "Dr. Smith paid 3.50 euros, e.g. in cash. “Really?” asked J. Doe. The end of it all!\nNot yet, though";
        let expected = ["Dr. Smith paid 3.50 euros, e.g. in cash.", "“Really?” asked J. Doe.", "The end of it all!", "Not yet, though"];
        assert_eq!(split(text), expected);
    }

    #[test]
    fn lists_tables_and_headings_are_taken_apart() {
        let text = "# Heading of it\n\n- first item of the list\n- second item\n  goes on here\n\n| Plan | Price a month |\n|---|---|\n| Small team | 10 euros |";
        let expected = ["first item of the list", "second item goes on here", "Plan · Price a month", "Small team · 10 euros"];
        assert_eq!(split(text), expected);
    }

    #[test]
    fn a_line_break_within_a_sentence_is_a_space() {
        assert_eq!(split("The lease ends\nin March 2027."), ["The lease ends in March 2027."]);
    }

    #[test]
    fn an_endless_sentence_is_cut_at_a_word() {
        let cut = split(&"word ".repeat(200)).remove(0);
        assert!(cut.ends_with("word …") && cut.chars().count() <= 422, "{cut}");
    }
}
