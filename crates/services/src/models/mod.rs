//! Providers and models.

use crate::Services;

/// Providers and models.
pub struct Models<'a> {
    pub(crate) services: &'a Services,
}
