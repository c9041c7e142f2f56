//! Passkeys: people sign in with what their device keeps, without address, password and code.
//!
//! The invariant: a ceremony (adding a passkey, signing in) is ended once, by the browser that began it and within five minutes. It stands in
//! Postgres in between, so that any server ends it. A passkey counts as both factors: the device must have made sure who holds it.
//!
//! whose they are            `relying_party`, from the public address alone
//! adding, removing          `manage`        signing in   `sign_in`       what stands in between   `ceremony`
//! proving who one is again   `confirm`
//! tables                    passkeys, passkey_ceremonies

mod ceremony;
mod confirm;
mod manage;
mod queries;
mod relying_party;
mod sign_in;

pub use ceremony::Begun;
pub(crate) use queries::delete_expired;

use crate::audit::{self, Author};
use crate::identity_providers::is_allowed;
use crate::{Result, Services};
use domain::UserId;
use domain::audit::{Action, Event};
use domain::identity_providers::OwnWay;
use domain::sign_ins::SignInReason;
use sqlx::PgConnection;

/// What people's devices keep for signing in.
pub struct Passkeys<'a> {
    pub(crate) services: &'a Services,
}

impl Passkeys<'_> {
    /// Whether people can sign in with passkeys: they are allowed, and the public address is one that browsers take.
    pub(crate) async fn are_taken(&self, tx: &mut PgConnection) -> Result<bool> {
        Ok(self.obstacle().is_none() && is_allowed(tx, OwnWay::Passkeys).await?)
    }

    /// Whether a passkey lets this person in.
    pub(crate) async fn open(&self, tx: &mut PgConnection, user: UserId) -> Result<bool> {
        Ok(self.are_taken(tx).await? && queries::has_any(tx, user).await?)
    }

    /// Why passkeys cannot work at the public address, in a sentence.
    pub(crate) fn obstacle(&self) -> Option<&'static str> {
        relying_party::at(&self.services.settings().public_url).err()
    }

    /// Why the viewer cannot add one now, whether the address or the administrator is in the way.
    async fn refusal(&self, tx: &mut PgConnection) -> Result<Option<&'static str>> {
        let off = (!is_allowed(tx, OwnWay::Passkeys).await?).then_some(SignInReason::WayOff.sentence());
        Ok(self.obstacle().or(off))
    }
}

/// Removes all passkeys of a person, each on record.
pub(crate) async fn remove_all_of(tx: &mut PgConnection, user: UserId, author: Author) -> Result<()> {
    for name in queries::delete_of(tx, user).await? {
        audit::record_in(tx, None, author, Event::new(Action::AccountPasskeyRemoved, user.as_uuid(), name)).await?;
    }
    Ok(())
}
