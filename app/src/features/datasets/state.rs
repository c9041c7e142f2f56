//! What the screens of datasets work out without a browser.

use crate::ui::{SelectOption, Tone};
use domain::datasets::{DatasetSummary, DocumentStatus, DocumentSummary, Visibility};

/// What a status means by its colour.
pub fn tone(status: DocumentStatus) -> Tone {
    match status {
        DocumentStatus::Queued => Tone::Neutral,
        DocumentStatus::Extracting | DocumentStatus::Embedding => Tone::Accent,
        DocumentStatus::Ready => Tone::Success,
        DocumentStatus::Failed => Tone::Danger,
    }
}

/// How far the vectors of a document are; none while nothing can be counted.
pub fn embedding_progress(document: &DocumentSummary) -> Option<f64> {
    let is_counted = document.status == DocumentStatus::Embedding && document.chunk_count > 0;
    is_counted.then(|| f64::from(document.embedded_count) * 100.0 / f64::from(document.chunk_count))
}

/// A size as people write it: "640 bytes", "12 kB", "3.4 MB", "100 MB".
pub fn size(bytes: u64) -> String {
    const KB: u64 = 1024;
    const MB: u64 = 1024 * KB;
    match bytes {
        0..KB => format!("{bytes} bytes"),
        KB..MB => format!("{} kB", bytes.div_ceil(KB)),
        _ if bytes.is_multiple_of(MB) || bytes >= 100 * MB => format!("{} MB", bytes / MB),
        _ => format!("{}.{} MB", bytes / MB, bytes % MB * 10 / MB),
    }
}

/// "1 document", "3 documents".
pub fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// Who may see a dataset, in two or three words.
pub fn audience(dataset: &DatasetSummary) -> &'static str {
    match dataset.visibility {
        Visibility::Private if dataset.share_count > 0 => "Some of your team",
        Visibility::Private => "Only you",
        Visibility::Team => "Your team",
        Visibility::Company => "Whole company",
    }
}

/// The choices of the field "Visibility"; everybody on the server only where that is the viewer's to choose, or chosen already.
pub fn visibility_options(with_company: bool) -> Vec<SelectOption> {
    let words = [
        (Visibility::Team, "Your team"),
        (Visibility::Private, "Only you, and those you share it with"),
        (Visibility::Company, "Whole company: everybody on this server"),
    ];
    let offered = words.into_iter().filter(|(visibility, _)| with_company || *visibility != Visibility::Company);
    offered.map(|(visibility, label)| SelectOption::new(visibility.as_str(), label)).collect()
}

/// What a dataset's tile says about its documents.
pub fn documents_line(dataset: &DatasetSummary) -> String {
    let mut line = counted(dataset.document_count.into(), "document");
    if dataset.moving_count > 0 {
        line = format!("{line} · {} in work", dataset.moving_count);
    }
    if dataset.failed_count > 0 {
        line = format!("{line} · {} failed", dataset.failed_count);
    }
    line
}

/// Datasets whose name or description holds all the words.
pub fn matching(datasets: &[DatasetSummary], words: &str) -> Vec<DatasetSummary> {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    let holds = |dataset: &&DatasetSummary| {
        let text = format!("{} {}", dataset.name, dataset.description).to_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    };
    datasets.iter().filter(holds).cloned().collect()
}

/// A piece of a passage; marked when it is a word of the question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// Whether it is a word of the question.
    pub is_marked: bool,
}

/// Words that say nothing about what is asked.
const SMALL_WORDS: [&str; 40] = [
    "the", "and", "for", "are", "was", "were", "what", "when", "where", "which", "who", "whom", "why", "how", "does", "did", "has", "have",
    "had", "this", "that", "these", "those", "with", "from", "into", "can", "may", "must", "will", "would", "should", "there", "their",
    "its", "you", "your", "our", "not", "any",
];

/// Cuts a passage so that the words of the question can be marked: those of three letters or more that say something, by
/// their beginning, so that "keys" marks "key".
pub fn marked(text: &str, question: &str) -> Vec<Piece> {
    let stems: Vec<String> = question
        .split(|c: char| !c.is_alphanumeric())
        .map(str::to_lowercase)
        .filter(|word| word.chars().count() >= 3 && !SMALL_WORDS.contains(&word.as_str()))
        .map(|word| stem(&word))
        .collect();
    let mut pieces: Vec<Piece> = Vec::new();
    for word in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let letters = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        let is_marked = !letters.is_empty() && stems.contains(&stem(&letters.to_lowercase()));
        push(&mut pieces, letters, is_marked);
        push(&mut pieces, &word[letters.len()..], false);
    }
    pieces
}

fn push(pieces: &mut Vec<Piece>, text: &str, is_marked: bool) {
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(last) if last.is_marked == is_marked && !is_marked => last.text.push_str(text),
        _ => pieces.push(Piece { text: text.to_owned(), is_marked }),
    }
}

/// A word without its most common endings; crude, and only for marking.
fn stem(word: &str) -> String {
    let cut = ["ing", "ies", "ed", "es", "s", "y", "e"]
        .iter()
        .find_map(|ending| word.strip_suffix(ending).filter(|rest| rest.chars().count() >= 3));
    cut.unwrap_or(word).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, question: &str) -> String {
        marked(text, question).iter().map(|piece| if piece.is_marked { format!("[{}]", piece.text) } else { piece.text.clone() }).collect()
    }

    #[test]
    fn words_of_the_question_are_marked_in_all_their_forms() {
        assert_eq!(shown("The caretaker keeps spare keys.", "Who keeps the spare key?"), "The caretaker [keeps] [spare] [keys].");
        assert_eq!(shown("Policies apply: the policy.", "policy"), "[Policies] apply: the [policy].");
    }

    #[test]
    fn small_words_and_parts_of_words_are_not_marked() {
        assert_eq!(shown("the keyboard and the theme", "what is the key"), "the keyboard and the theme");
    }

    #[test]
    fn pieces_together_are_the_passage() {
        let text = "Äpfel – 3 Stück,\nje 2 €.  Ende";
        let whole: String = marked(text, "äpfel stück").into_iter().map(|piece| piece.text).collect();
        assert_eq!(whole, text);
    }

    #[test]
    fn everybody_on_the_server_is_offered_only_where_that_may_be_chosen() {
        let offered = |with_company| visibility_options(with_company).into_iter().map(|option| option.value).collect::<Vec<_>>();
        assert_eq!(offered(false), ["Team", "Private"]);
        assert_eq!(offered(true), ["Team", "Private", "Company"]);
    }

    #[test]
    fn sizes_read_naturally() {
        let sizes = [640, 12_345, 3_670_016, 100 << 20].map(size);
        assert_eq!(sizes, ["640 bytes", "13 kB", "3.5 MB", "100 MB"]);
    }
}
