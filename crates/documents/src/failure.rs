//! Why a file could not be read, in sentences.
//!
//! The one invariant: every sentence names the file, says the reason and what to do; none holds a path, an error text of
//! a library or anything from inside the file.

use serde::{Deserialize, Serialize};

use crate::format::SUPPORTED;

/// Why a file could not be read. `Display` is the sentence to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[expect(missing_docs, reason = "`name` is the file's name as shown in the sentence; the rest is in the sentence")]
pub enum ExtractFailure {
    /// The file has no bytes.
    #[error("“{name}” is empty (0 bytes). Save it again in the program it comes from and upload that copy.")]
    Empty { name: String },
    /// The type is not one we read.
    #[error("“{name}” is not a type that can be read here. Supported are {SUPPORTED}.")]
    Unsupported { name: String },
    /// The name promises another type than the bytes hold.
    #[error("“{name}” is named like {claimed} but its content is {found}. Give it the right ending, or export it as one of {SUPPORTED}.")]
    Mismatch { name: String, claimed: String, found: String },
    /// A password is needed.
    #[error("“{name}” is protected with a password. Remove the protection in the program it comes from and upload that copy.")]
    Encrypted { name: String },
    /// The bytes do not form a whole file of the type.
    #[error(
        "“{name}” is damaged or incomplete: it cannot be opened as {kind}. Open it on your computer, save it again and upload that copy."
    )]
    Damaged { name: String, kind: String },
    /// Pages, but pictures of text only.
    #[error("“{name}” has {pages} pages but no text; it looks like a scan. Run text recognition (OCR) on it and upload the result.")]
    Scanned { name: String, pages: u32 },
    /// A whole file in which nothing is written.
    #[error("“{name}” holds no text, so there is nothing to search in it. Check that it is the file you meant.")]
    NoText { name: String },
    /// More than the limits allow.
    #[error("“{name}” is too large or complex to read: {detail}. Split it into smaller files, or save it in a simpler format.")]
    TooComplex { name: String, detail: String },
    /// It took longer than the limits allow.
    #[error("“{name}” took longer than {seconds} seconds to read and was stopped. Split it into smaller files and try those.")]
    TimedOut { name: String, seconds: u64 },
    /// The parser died.
    #[error("“{name}” made the reader crash, so it is probably damaged. Open it on your computer, save it again and upload that copy.")]
    Crashed { name: String },
    /// The reader could not be started or reached; the file is not to blame.
    #[error("“{name}” could not be read because of a problem on the server. Try again; if it stays, ask your administrator.")]
    Unavailable { name: String },
}

impl ExtractFailure {
    /// Whether the same file may succeed later without being changed.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::TimedOut { .. })
    }

    pub(crate) fn empty(name: &str) -> Self {
        Self::Empty { name: shown(name) }
    }

    pub(crate) fn unsupported(name: &str) -> Self {
        Self::Unsupported { name: shown(name) }
    }

    pub(crate) fn mismatch(name: &str, claimed: &str, found: &str) -> Self {
        Self::Mismatch { name: shown(name), claimed: claimed.to_owned(), found: found.to_owned() }
    }

    pub(crate) fn encrypted(name: &str) -> Self {
        Self::Encrypted { name: shown(name) }
    }

    pub(crate) fn damaged(name: &str, kind: &str) -> Self {
        Self::Damaged { name: shown(name), kind: kind.to_owned() }
    }

    pub(crate) fn scanned(name: &str, pages: usize) -> Self {
        Self::Scanned { name: shown(name), pages: u32::try_from(pages).unwrap_or(u32::MAX) }
    }

    pub(crate) fn no_text(name: &str) -> Self {
        Self::NoText { name: shown(name) }
    }

    pub(crate) fn too_complex(name: &str, detail: &str) -> Self {
        Self::TooComplex { name: shown(name), detail: detail.to_owned() }
    }

    pub(crate) fn too_much_text(name: &str) -> Self {
        Self::too_complex(name, &format!("it holds more than {} MB of text", crate::MAX_TEXT_BYTES >> 20))
    }

    pub(crate) fn too_much_memory(name: &str, memory_bytes: u64) -> Self {
        Self::too_complex(name, &format!("reading it takes more than {} MB of memory", memory_bytes >> 20))
    }

    pub(crate) fn timed_out(name: &str, seconds: u64) -> Self {
        Self::TimedOut { name: shown(name), seconds }
    }

    pub(crate) fn crashed(name: &str) -> Self {
        Self::Crashed { name: shown(name) }
    }

    pub(crate) fn unavailable(name: &str) -> Self {
        Self::Unavailable { name: shown(name) }
    }
}

/// A file name as it can stand in a sentence: one line, at most 120 characters, nothing that turns the reading direction.
fn shown(name: &str) -> String {
    const LONGEST: usize = 120;
    let visible: String = name
        .chars()
        .filter(|c| {
            !c.is_control() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        })
        .collect();
    if visible.chars().count() <= LONGEST {
        return visible;
    }
    visible.chars().take(LONGEST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_names_the_file_the_reason_and_what_to_do() {
        let sentence = ExtractFailure::scanned("old.pdf", 12).to_string();
        assert_eq!(
            sentence,
            "“old.pdf” has 12 pages but no text; it looks like a scan. Run text recognition (OCR) on it and upload the result."
        );
    }

    #[test]
    fn a_name_cannot_disturb_the_sentence() {
        let failure = ExtractFailure::empty(&format!("a\n\u{202e}b{}", "c".repeat(500)));
        let sentence = failure.to_string();
        assert!(sentence.starts_with("“abcc") && !sentence.contains('\n'));
        assert!(sentence.chars().count() < 250);
    }

    #[test]
    fn a_failure_survives_the_way_from_the_child() {
        let failure = ExtractFailure::mismatch("a.pdf", "a PDF", "text");
        let json = serde_json::to_string(&failure).unwrap();
        assert_eq!(serde_json::from_str::<ExtractFailure>(&json).unwrap(), failure);
    }
}
