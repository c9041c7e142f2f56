//! Datasets and their documents.

use crate::Services;

/// Datasets and their documents.
pub struct Datasets<'a> {
    pub(crate) services: &'a Services,
}
