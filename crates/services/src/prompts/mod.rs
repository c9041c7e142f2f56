//! Saved assistants.

use crate::Services;

/// Saved assistants.
pub struct Prompts<'a> {
    pub(crate) services: &'a Services,
}
