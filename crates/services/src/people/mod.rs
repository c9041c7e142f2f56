//! People: everybody who has an account on the installation, and what its administrators do about them.
//!
//! The invariants: there is always an administrator who may come in, so whoever changes that does it under one lock; nobody does any
//! of it to themselves; and whoever is suspended has no session, no API key and no way to sign in until they are reinstated. An account
//! that an administrator deletes ends as one that its person deletes (`my_data`): after 14 days, or not at all.
//!
//! looking       [`People::list`] (`list`)
//! acts          [`People::suspend`], [`People::reinstate`] (`suspend`), [`People::make_administrator`],
//!               [`People::take_administration`] (`administration`), [`People::delete`], [`People::keep`] (`deletion`), all of
//!               them judged in `standing`
//! tables        users (and memberships, two_step, sessions, sign_ins, seats, which other nouns own)

mod administration;
mod deletion;
mod list;
mod queries;
mod standing;
mod suspend;
#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests look at rows that the code has no query for")]
mod tests;

pub(crate) use queries::{is_last_administrator, lock_administrators};

use crate::Services;

/// Everybody on the installation.
pub struct People<'a> {
    pub(crate) services: &'a Services,
}
