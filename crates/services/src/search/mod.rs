//! Hybrid search.

use crate::Services;

/// Hybrid search.
pub struct Search<'a> {
    pub(crate) services: &'a Services,
}
