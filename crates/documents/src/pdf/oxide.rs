//! Reads a PDF with `pdf_oxide`, in this process.
//!
//! The one invariant: a page that makes the library fail or panic is an empty page, not the end of the document.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pdf_oxide::{document::PdfDocument, error::Error};

use super::Trouble;

/// The texts of the pages. A document that only its owner's password locks can be read.
pub(super) fn read(bytes: Vec<u8>) -> Result<Vec<String>, Trouble> {
    match catch_unwind(|| open(bytes)) {
        Ok(Ok((pdf, page_count))) => Ok((0..page_count).map(|page| read_page(&pdf, page)).collect()),
        Ok(Err(Error::EncryptedPdf)) => Err(Trouble::Encrypted),
        Ok(Err(_)) | Err(_) => Err(Trouble::Damaged),
    }
}

fn open(bytes: Vec<u8>) -> Result<(PdfDocument, usize), Error> {
    let pdf = PdfDocument::from_bytes(bytes)?;
    if pdf.is_encrypted() && !pdf.is_authenticated() {
        return Err(Error::EncryptedPdf);
    }
    let page_count = pdf.page_count()?;
    Ok((pdf, page_count))
}

fn read_page(pdf: &PdfDocument, page: usize) -> String {
    let read = catch_unwind(AssertUnwindSafe(|| pdf.extract_text(page)));
    read.ok().and_then(Result::ok).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_read_without_any_other_program() {
        let pages = read(include_bytes!("../../tests/fixtures/owner-password.pdf").to_vec()).unwrap();
        assert_eq!(pages.len(), 4);
        assert!(pages[2].starts_with("This is page 3 of a small report about bridges."), "{}", pages[2]);
    }

    #[test]
    fn a_password_is_told_from_damage() {
        assert_eq!(read(include_bytes!("../../tests/fixtures/encrypted.pdf").to_vec()), Err(Trouble::Encrypted));
        assert_eq!(read(b"%PDF-1.7 and no more".to_vec()), Err(Trouble::Damaged));
    }
}
