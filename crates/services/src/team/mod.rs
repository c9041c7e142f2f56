//! Team: who is in it, who is asked to join, and joining.
//!
//! The invariant: nobody gives a role above their own, and an invitation works once, for one address.
//!
//! lists         `members`           asking and joining    `invitations`
//! tables: memberships, invitations, teams

mod invitations;
mod members;
mod queries;

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests look at rows that the code has no query for")]
mod tests;

use crate::Services;

/// Members and invitations.
pub struct Team<'a> {
    pub(crate) services: &'a Services,
}
