//! Without passwords: what holds while administrators let nobody sign in with one.
//!
//! The invariant: nobody signs in with a password, gets a new one by mail, or makes an account with one; and a password proves who
//! somebody is only where nothing else could. Who has one keeps it, for the day passwords are on again.

use super::{Identity, queries, queries_two_step};
use crate::identity_providers::is_allowed;
use crate::{Error, Result, SystemTx};
use domain::UserId;
use domain::identity_providers::OwnWay;
use sqlx::PgConnection;

impl Identity<'_> {
    /// Refuses in a sentence while passwords are off.
    pub(super) async fn require_passwords(&self) -> Result<()> {
        let mut read = self.services.parts.db.system_read().await?;
        if is_allowed(&mut read, OwnWay::Passwords).await? { Ok(()) } else { Err(are_off()) }
    }

    /// Whether the password of this hash proves who its person is: with passwords off only where they could not sign in again in
    /// another way.
    pub(super) async fn password_proves(&self, tx: &mut SystemTx, user: UserId, hash: &str) -> Result<bool> {
        if hash.is_empty() {
            return Ok(false);
        }
        Ok(is_allowed(tx, OwnWay::Passwords).await? || !self.has_way_without_password(tx, user).await?)
    }

    async fn has_way_without_password(&self, tx: &mut SystemTx, user: UserId) -> Result<bool> {
        if self.services.identity_providers().opens_for(tx, user).await? {
            return Ok(true);
        }
        // A mailed code alone does not let in whose second step is one.
        Ok(self.mails_codes(tx).await? && !queries_two_step::is_mailed(tx, user).await?)
    }
}

/// Whether one can make an account with a password: the first one always.
pub(super) async fn makes_accounts(tx: &mut PgConnection) -> Result<bool> {
    Ok(is_allowed(tx, OwnWay::Passwords).await? || !queries::has_people(tx).await?)
}

/// What whoever comes with a password is told.
pub(super) fn are_off() -> Error {
    Error::Conflict("People sign in without a password here. Choose another way on the sign-in page.".to_owned())
}
