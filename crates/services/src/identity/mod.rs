//! People, sessions and accounts.

use crate::Services;

/// People, sessions and accounts.
pub struct Identity<'a> {
    pub(crate) services: &'a Services,
}
