//! Background work.

use crate::Services;

/// Background work.
pub struct Jobs<'a> {
    pub(crate) services: &'a Services,
}
