//! Reads the text out of files people upload: PDF, DOCX, HTML, Markdown, CSV and plain text.
//!
//! The one invariant: files are hostile. Parsing happens in a child process with limits ([`extract_in_child`]); whatever
//! a file does to the parser, the caller gets pages or an [`ExtractFailure`] with a sentence for people.
//!
//! upload → [`Format::detect`] → [`extract_in_child`] ⇢ child: [`child::run`] → [`extract`] → one module per format

pub mod child;
mod clean;
mod csv_rows;
mod docx;
mod failure;
mod format;
mod html;
mod limits;
mod parent;
mod pdf;
mod text;

use domain::PageText;
use serde::{Deserialize, Serialize};

pub use failure::ExtractFailure;
pub use format::{Format, HEAD_BYTES, SUPPORTED};
pub use limits::Limits;
pub use parent::{ExtractRequest, Source, extract_in_child};

/// The text of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extracted {
    /// The pages, numbered from 1. At least one holds text.
    pub pages: Vec<PageText>,
    /// Whether the numbers are those a person sees in the file; otherwise there is one page, number 1.
    pub is_paginated: bool,
    /// Sentences about what may be missing or wrong, for the person who uploaded the file.
    pub warnings: Vec<String>,
}

/// The most text a document may hold, in bytes of UTF-8. More would be millions of chunks' worth of indexing.
pub const MAX_TEXT_BYTES: usize = 48 << 20;

/// Reads a file in this process, without limits on time and memory.
///
/// Meant for the child process and for tests; it may panic, hang or exhaust the memory when the file wants it to.
pub fn extract(name: &str, format: Format, bytes: Vec<u8>) -> Result<Extracted, ExtractFailure> {
    if bytes.is_empty() {
        return Err(ExtractFailure::empty(name));
    }
    let mut extracted = match format {
        Format::Text | Format::Markdown => Ok(text::extract(&bytes)),
        Format::Html => html::extract(name, &bytes),
        Format::Csv => csv_rows::extract(name, &bytes),
        Format::Docx => docx::extract(name, bytes),
        Format::Pdf => pdf::extract(name, bytes),
    }?;
    for page in &mut extracted.pages {
        page.text = clean::page(&page.text);
    }
    if extracted.pages.iter().map(|page| page.text.len()).sum::<usize>() > MAX_TEXT_BYTES {
        return Err(ExtractFailure::too_much_text(name));
    }
    if extracted.pages.iter().all(|page| page.text.is_empty()) {
        return Err(ExtractFailure::no_text(name));
    }
    Ok(extracted)
}

/// One page that stands for a file without pages.
fn unpaginated(text: String, warnings: Vec<String>) -> Extracted {
    Extracted { pages: vec![PageText { number: 1, text }], is_paginated: false, warnings }
}

/// Numbers the texts of pages from 1.
fn numbered(texts: impl IntoIterator<Item = String>) -> Vec<PageText> {
    texts.into_iter().zip(1..).map(|(text, number)| PageText { number, text }).collect()
}
