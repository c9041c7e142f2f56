//! Word documents (.docx): headings, lists and tables as Markdown, on the pages Word last laid out.
//!
//! The one invariant: only the text parts of the archive are unpacked, in memory, up to a limit.
//!
//! [`archive`] (zip) → [`xml`] (events) → [`styles`], [`numbering`] (what a paragraph is) → [`body`] → [`pages`]

mod archive;
mod body;
mod footnotes;
mod numbering;
mod pages;
mod styles;
mod xml;

use crate::{ExtractFailure, Extracted, Format, numbered};

/// Why a part could not be read; becomes a sentence in [`extract`].
#[derive(Debug, PartialEq, Eq)]
enum Trouble {
    Damaged,
    Encrypted,
    NotWord,
    TooComplex(&'static str),
}

/// Reads a Word document.
pub(crate) fn extract(name: &str, bytes: Vec<u8>) -> Result<Extracted, ExtractFailure> {
    read(bytes).map_err(|trouble| match trouble {
        Trouble::Damaged => ExtractFailure::damaged(name, Format::Docx.with_article()),
        Trouble::Encrypted => ExtractFailure::encrypted(name),
        Trouble::NotWord => ExtractFailure::mismatch(name, Format::Docx.with_article(), "another kind of zip file"),
        Trouble::TooComplex(detail) => ExtractFailure::too_complex(name, detail),
    })
}

fn read(bytes: Vec<u8>) -> Result<Extracted, Trouble> {
    let mut archive = archive::Archive::open(bytes)?;
    let document = archive.part("word/document.xml")?.ok_or(Trouble::NotWord)?;
    let styles = archive.part("word/styles.xml")?.map(|part| styles::read(&part)).transpose()?.unwrap_or_default();
    let numbering = archive.part("word/numbering.xml")?.map(|part| numbering::read(&part)).transpose()?.unwrap_or_default();
    let notes = archive.part("word/footnotes.xml")?.map(|part| footnotes::read(&part)).transpose()?.unwrap_or_default();
    let pages = body::Body::new(&styles, &numbering, &notes).read(&document)?;
    let is_paginated = pages.len() > 1;
    Ok(Extracted { pages: numbered(pages), is_paginated, warnings: Vec::new() })
}
