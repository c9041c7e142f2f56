//! Reads a PDF with `pdf_oxide`, in this process.
//!
//! The one invariant: a page that makes the library fail or panic is an empty page, not the end of the document.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pdf_oxide::{document::PdfDocument, error::Error};

use super::Trouble;

/// Pages looked at to tell a scan from an empty document.
const PAGES_WITH_PICTURES: usize = 5;

pub(super) struct Document {
    pdf: PdfDocument,
    page_count: usize,
}

impl Document {
    /// Opens a PDF; one that only its owner's password locks can be read.
    pub(super) fn open(bytes: Vec<u8>) -> Result<Self, Trouble> {
        let opened = catch_unwind(|| {
            let pdf = PdfDocument::from_bytes(bytes)?;
            if pdf.is_encrypted() && !pdf.is_authenticated() {
                return Err(Error::EncryptedPdf);
            }
            let page_count = pdf.page_count()?;
            Ok(Self { pdf, page_count })
        });
        match opened {
            Ok(Ok(document)) => Ok(document),
            Ok(Err(Error::EncryptedPdf)) => Err(Trouble::Encrypted),
            Ok(Err(_)) | Err(_) => Err(Trouble::Damaged),
        }
    }

    /// The texts of all pages.
    pub(super) fn pages(&self) -> Vec<String> {
        (0..self.page_count).map(|page| self.guarded(|pdf| pdf.extract_text(page)).unwrap_or_default()).collect()
    }

    /// Whether one of the first pages shows a picture.
    pub(super) fn has_pictures(&self) -> bool {
        let pages = 0..self.page_count.min(PAGES_WITH_PICTURES);
        pages.into_iter().any(|page| self.guarded(|pdf| Ok(!pdf.page_image_handles(page)?.is_empty())).unwrap_or(false))
    }

    fn guarded<T>(&self, read: impl Fn(&PdfDocument) -> pdf_oxide::error::Result<T>) -> Option<T> {
        catch_unwind(AssertUnwindSafe(|| read(&self.pdf))).ok()?.ok()
    }
}
