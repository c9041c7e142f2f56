//! Which type a file is: by its name's ending, checked against its first bytes.
//!
//! The one invariant: a file is only ever given to the parser that both its name and its bytes ask for.

use serde::{Deserialize, Serialize};

use crate::failure::ExtractFailure;

/// The supported types, as listed in sentences.
pub const SUPPORTED: &str = "PDF, Word (.docx), HTML, Markdown, CSV and plain text";

/// A type of file that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Plain text.
    Text,
    /// Markdown.
    Markdown,
    /// A web page.
    Html,
    /// A table as text, with commas, semicolons, tabs or bars.
    Csv,
    /// Portable document format.
    Pdf,
    /// Word 2007 and later.
    Docx,
}

/// How many bytes of a file [`Format::detect`] wants to see.
pub const HEAD_BYTES: usize = 4096;

impl Format {
    /// Tells the type of a file from its name and its first [`HEAD_BYTES`] bytes (fewer if the file is shorter).
    ///
    /// A name without an ending is judged by the bytes alone. Refuses an empty file, an unsupported type and a name that
    /// does not fit the bytes.
    pub fn detect(name: &str, head: &[u8]) -> Result<Self, ExtractFailure> {
        if head.is_empty() {
            return Err(ExtractFailure::empty(name));
        }
        let found = Content::of(head);
        let Some(claimed) = Self::claimed(name)? else {
            return match found {
                Content::Pdf => Ok(Self::Pdf),
                Content::Text => Ok(Self::Text),
                _ => Err(ExtractFailure::unsupported(name)),
            };
        };
        match (claimed, found) {
            (Self::Pdf, Content::Pdf)
            | (Self::Docx, Content::Zip)
            | (Self::Text | Self::Markdown | Self::Html | Self::Csv, Content::Text) => Ok(claimed),
            // Word wraps a document with a password into the container of the old .doc format.
            (Self::Docx, Content::Ole) => Err(ExtractFailure::encrypted(name)),
            _ => Err(ExtractFailure::mismatch(name, claimed.with_article(), &found.described(head))),
        }
    }

    /// The type a name's ending stands for; nothing without an ending; an error for one we do not read.
    fn claimed(name: &str) -> Result<Option<Self>, ExtractFailure> {
        let Some((stem, ending)) = name.rsplit_once('.') else { return Ok(None) };
        if stem.is_empty() || ending.is_empty() || ending.contains(' ') {
            return Ok(None);
        }
        match ending.to_lowercase().as_str() {
            "txt" | "text" | "log" => Ok(Some(Self::Text)),
            "md" | "markdown" | "mdown" => Ok(Some(Self::Markdown)),
            "html" | "htm" | "xhtml" => Ok(Some(Self::Html)),
            "csv" | "tsv" => Ok(Some(Self::Csv)),
            "pdf" => Ok(Some(Self::Pdf)),
            "docx" => Ok(Some(Self::Docx)),
            _ => Err(ExtractFailure::unsupported(name)),
        }
    }

    pub(crate) const fn with_article(self) -> &'static str {
        match self {
            Self::Text => "a text file",
            Self::Markdown => "a Markdown file",
            Self::Html => "an HTML page",
            Self::Csv => "a CSV table",
            Self::Pdf => "a PDF",
            Self::Docx => "a Word document",
        }
    }

    /// The media type to serve the original with.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain",
            Self::Markdown => "text/markdown",
            Self::Html => "text/html",
            Self::Csv => "text/csv",
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        }
    }
}

/// What the first bytes look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    Pdf,
    Zip,
    Ole,
    Text,
    Other,
}

impl Content {
    fn of(head: &[u8]) -> Self {
        let near_start = &head[..head.len().min(1024)];
        if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
            Self::Zip
        } else if head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) {
            Self::Ole
        } else if head.starts_with(b"%PDF-") || (near_start.windows(5).any(|bytes| bytes == b"%PDF-") && looks_binary(head)) {
            // Readers accept a PDF header within the first kilobyte, behind a mail header for example.
            Self::Pdf
        } else if looks_binary(head) || infer::get(head).is_some_and(|kind| is_foreign(kind.mime_type())) {
            Self::Other
        } else {
            Self::Text
        }
    }

    fn described(self, head: &[u8]) -> String {
        match self {
            Self::Pdf => "a PDF".to_owned(),
            Self::Zip => infer::get(head).map_or("zip", |kind| kind.extension()).to_owned() + " data",
            Self::Ole => "an old Microsoft Office file".to_owned(),
            Self::Text => "plain text".to_owned(),
            Self::Other => infer::get(head).map_or_else(|| "binary data".to_owned(), |kind| format!("{} data", kind.extension())),
        }
    }
}

/// Text that only mentions a PDF header is recognised as a PDF by its first kilobyte; it is text all the same.
fn is_foreign(media_type: &str) -> bool {
    !media_type.starts_with("text/") && media_type != Format::Pdf.media_type()
}

/// NUL bytes never occur in text, but in UTF-16 and UTF-32, which then start with a byte order mark.
fn looks_binary(head: &[u8]) -> bool {
    encoding_rs::Encoding::for_bom(head).is_none() && head.contains(&0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(name: &str, head: &[u8]) -> String {
        Format::detect(name, head).unwrap_err().to_string()
    }

    #[test]
    fn name_and_bytes_decide_together() {
        assert_eq!(Format::detect("A.PDF", b"%PDF-1.7\n"), Ok(Format::Pdf));
        assert_eq!(Format::detect("a.docx", b"PK\x03\x04...."), Ok(Format::Docx));
        assert_eq!(Format::detect("a.tsv", b"a\tb"), Ok(Format::Csv));
        assert_eq!(Format::detect("a.md", "# Ä".as_bytes()), Ok(Format::Markdown));
        assert_eq!(Format::detect("a.txt", b"\xff\xfeh\0i\0"), Ok(Format::Text));
        assert_eq!(Format::detect("a.txt", b"how to write %PDF-1.4 files"), Ok(Format::Text));
    }

    #[test]
    fn a_name_without_an_ending_is_judged_by_its_bytes() {
        assert_eq!(Format::detect("scan", b"%PDF-1.4"), Ok(Format::Pdf));
        assert_eq!(Format::detect("README", b"Read me"), Ok(Format::Text));
        assert!(sentence("data", b"\x00\x01\x02").contains("Supported are PDF"));
    }

    #[test]
    fn a_name_that_does_not_fit_the_bytes_is_refused_with_both() {
        let refused = sentence("report.pdf", b"PK\x03\x04");
        assert!(refused.contains("“report.pdf” is named like a PDF but its content is zip data"), "{refused}");
        assert!(sentence("notes.txt", b"%PDF-1.4").contains("its content is a PDF"));
        assert!(sentence("x.pdf", b"hello").contains("its content is plain text"));
        assert!(sentence("x.csv", b"\x89PNG\r\n\x1a\n\0").contains("its content is png data"));
    }

    #[test]
    fn unsupported_and_empty_files_are_refused() {
        assert!(sentence("run.exe", b"MZ").starts_with("“run.exe” is not a type that can be read here."));
        assert!(sentence("a.pdf", b"").contains("0 bytes"));
    }

    #[test]
    fn a_word_file_with_a_password_is_told_as_such() {
        let head = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0];
        assert!(matches!(Format::detect("a.docx", &head), Err(ExtractFailure::Encrypted { .. })));
    }
}
