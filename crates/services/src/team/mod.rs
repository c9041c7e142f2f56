//! Members and invitations.

use crate::Services;

/// Members and invitations.
pub struct Team<'a> {
    pub(crate) services: &'a Services,
}
