//! API keys: with one, a program is a person in one of their teams, within the scopes of the key.
//!
//! The invariant: a key never does what its person could not do at that moment, for want of a right or of a seat, and what is kept of it
//! opens nothing: the selector that finds it and the hash of its secret.
//!
//! one's own      [`ApiKeys::list_own`], [`ApiKeys::create`] (`create`), [`ApiKeys::revoke`]
//! of the team    [`ApiKeys::list_of_team`], and [`ApiKeys::revoke`] for those who may
//! coming in      [`ApiKeys::let_in`] (`present`); what a key looks like: `secret`
//! table          api_keys

mod create;
mod manage;
mod present;
mod queries;
mod secret;
#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests look at rows that the code has no query for")]
mod tests;

pub use present::Program;
pub use secret::START;

use crate::audit::{self, Author};
use crate::{Result, Services};
use domain::UserId;
use domain::audit::{Action, Event};
use sqlx::PgConnection;

/// Keys of programs.
pub struct ApiKeys<'a> {
    pub(crate) services: &'a Services,
}

/// Takes all keys of a person back, in all teams, each on record.
pub(crate) async fn revoke_all_of(tx: &mut PgConnection, person: UserId, author: Author) -> Result<()> {
    for key in queries::delete_of(tx, person).await? {
        audit::record_in(tx, Some(key.team_id), author, Event::new(Action::ApiKeyRevoked, key.id.as_uuid(), key.name)).await?;
    }
    Ok(())
}
