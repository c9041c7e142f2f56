//! Conversations and answers.

use crate::Services;

/// Conversations and answers.
pub struct Chat<'a> {
    pub(crate) services: &'a Services,
}
