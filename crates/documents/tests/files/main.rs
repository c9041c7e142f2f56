//! Reads real files, made here or kept in `tests/fixtures`, in this process.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

#[path = "../support/mod.rs"]
mod support;

mod docx;
mod hostile;
mod pdf;

use documents::{ExtractFailure, Extracted, Format};

/// The texts of all pages.
fn texts(extracted: &Extracted) -> Vec<&str> {
    extracted.pages.iter().map(|page| page.text.as_str()).collect()
}

fn read(name: &str, bytes: Vec<u8>) -> Result<Extracted, ExtractFailure> {
    let format = Format::detect(name, &bytes)?;
    documents::extract(name, format, bytes)
}
