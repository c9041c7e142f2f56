//! Words as they are compared: lower case, without endings, without the words that say nothing.

use std::collections::BTreeSet;

/// Words of questions and sentences that carry no content of their own.
const EMPTY_WORDS: &str = " a about all also am an and any are as at be been but by can could did do does for from get \
    had has have how i if in into is it its just may me my no not of on one or our out shall should so some tell than \
    that the their them then there these they this those to us was we were what when where which who whom whose why \
    will with would you your please explain describe give show much many long ";

/// The content words of `text`, each stem once, in alphabetical order. All words if none has content.
pub(super) fn stems(text: &str) -> BTreeSet<String> {
    let words = || text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase);
    let with_content: BTreeSet<String> = words().filter(|word| !is_empty_word(word)).map(|word| stem(&word)).collect();
    if with_content.is_empty() { words().map(|word| stem(&word)).collect() } else { with_content }
}

fn is_empty_word(word: &str) -> bool {
    // One letter says little ("s" of "it's"), one digit may be the point.
    let is_letter = word.chars().count() == 1 && word.chars().all(|c| c.is_ascii_alphabetic());
    is_letter || EMPTY_WORDS.split_ascii_whitespace().any(|empty| empty == word)
}

/// Takes common English endings off, so that forms of a word meet. The result need not be a word.
fn stem(word: &str) -> String {
    if word.len() < 4 || !word.is_ascii() {
        return word.to_owned();
    }
    let mut stem = word;
    if let Some(start) = stem.strip_suffix("ies").filter(|start| start.len() > 1) {
        return format!("{start}y");
    }
    if let Some(start) = stem.strip_suffix('s').filter(|start| !start.ends_with(['s', 'u', 'i'])) {
        stem = start;
    }
    for ending in ["ing", "ed", "ment", "ly"] {
        if let Some(start) = stem.strip_suffix(ending).filter(|start| start.len() > 3 && has_vowel(start)) {
            stem = undouble(start);
            break;
        }
    }
    stem.strip_suffix('e').filter(|start| start.len() > 2).unwrap_or(stem).to_owned()
}

fn has_vowel(text: &str) -> bool {
    text.contains(['a', 'e', 'i', 'o', 'u', 'y'])
}

/// "stopp" → "stop", but "call", "pass" and "agree" stay.
fn undouble(text: &str) -> &str {
    let bytes = text.as_bytes();
    match bytes {
        [.., a, b] if a == b && !b"aeioulsz".contains(b) => &text[..text.len() - 1],
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::{stem, stems};

    #[test]
    fn forms_of_a_word_meet() {
        for (a, b) in [
            ("policies", "policy"),
            ("invoices", "invoice"),
            ("planned", "plan"),
            ("planning", "plans"),
            ("uploading", "uploaded"),
            ("agreements", "agree"),
            ("storing", "stores"),
            ("quickly", "quick"),
        ] {
            assert_eq!(stem(a), stem(b), "{a} and {b}");
        }
        assert_ne!(stem("status"), stem("state"));
        assert_eq!(stem("process"), "process");
        assert_eq!(stem("grüße"), "grüße");
    }

    #[test]
    fn words_without_content_count_only_when_there_are_no_others() {
        assert_eq!(stems("What is the Notice period?").into_iter().collect::<Vec<_>>(), ["notic", "period"]);
        assert_eq!(stems("Who is it?").into_iter().collect::<Vec<_>>(), ["is", "it", "who"]);
    }
}
