//! Datasets and their documents: from an upload to passages that can be searched.
//!
//! The invariant: who may not see a dataset learns nothing of it (not found), who may see but not change it is refused, and
//! a document is always in a state that either moves on by itself or says in a sentence what a person can do.
//!
//! rights         `access`              lists and settings    `list`, `change`
//! documents      `documents`, `upload`, `original`, `source` (the page behind a citation)
//! in the background   [`pipeline`]     tables                datasets, documents, document_pages, chunks

mod access;
mod change;
mod documents;
mod list;
mod original;
pub(crate) mod pipeline;
mod queries;
mod source;
#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests look at rows that the code has no query for")]
mod tests;
mod upload;

pub(crate) use access::{dataset_of, standing_of};
pub use original::Original;

use crate::{Result, Services, SystemTx};
use domain::DocumentId;

/// Datasets and their documents.
pub struct Datasets<'a> {
    pub(crate) services: &'a Services,
}

/// Marks a document whose job was given up; `what` goes on after its name.
pub(crate) async fn give_up(tx: &mut SystemTx, document: DocumentId, what: &str) -> Result<()> {
    let words = format!("{what}, also not after several attempts. Retry it; if it fails again, tell your administrator.");
    Ok(pipeline::queries::give_up(tx, document, &words).await?)
}
