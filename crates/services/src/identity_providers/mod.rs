//! Identity providers: people sign in with what they have elsewhere, by OpenID Connect.
//!
//! The invariant: who somebody is follows from issuer and subject alone. An e-mail address, even a verified one, finds an account but
//! never opens it: an identity is linked after its person signed in to the account. Nothing a provider says is believed before
//! its signature, issuer, audience, age and nonce were checked; a try is used once, by the browser that began it, within ten minutes.
//! That an address is verified is the provider's to say; where it says nothing, administrators may trust it for the domains they name.
//! Where the licence leaves providers out, what is linked goes on opening its account, and nothing new is linked or added.
//!
//! set up by administrators  `manage` (with `draft`), `discover` ("Test")
//! signing in                `flow` (there and back) → `verify` (what the provider says) → `admit` (what becomes of it)
//! linking                   `link`
//! trying it                 `trial` (the same way without a sign-in), `diagnosis` (what is wrong, in words)
//! without a provider        `own_ways`: which of them administrators allow; `two_step_rule`: of whom they require a second step
//! tables                    identity_providers, identities, sign_in_flows, settings

mod admit;
mod diagnosis;
mod discover;
mod draft;
mod flow;
mod link;
mod manage;
mod own_ways;
mod queries;
mod queries_own_ways;
mod trial;
mod two_step_rule;
mod verify;

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests look at rows that the code has no query for")]
mod tests;

pub use flow::{Arrival, Callback, Purpose, Started};
pub(crate) use own_ways::{is_allowed, turn_passwords_on};
pub(crate) use two_step_rule::two_step_requirement;

use crate::audit::{self, Author};
use crate::secrets::place;
use crate::{Result, Services};
use domain::audit::{Action, Event};
use domain::identity_providers::WayIn;
use domain::{IdentityProviderId, UserId};
use sqlx::PgConnection;

/// Who vouches for people.
pub struct IdentityProviders<'a> {
    pub(crate) services: &'a Services,
}

impl IdentityProviders<'_> {
    /// Where a provider sends people back to.
    fn callback(&self, id: IdentityProviderId) -> String {
        format!("{}/auth/oidc/{id}/callback", self.services.settings().public_url)
    }
}

/// The providers people can sign in with, and whether each makes an account for anybody who has none.
pub(crate) async fn ways_in(tx: &mut PgConnection) -> Result<Vec<(WayIn, bool)>> {
    Ok(queries::list_enabled(tx).await?)
}

/// Ends all links of a person, whoever made them.
pub(crate) async fn unlink_all(tx: &mut PgConnection, user: UserId, author: Author) -> Result<()> {
    for provider in queries::delete_identities_of(tx, user).await? {
        audit::record_in(tx, None, author, Event::new(Action::AccountIdentityUnlinked, user.as_uuid(), provider)).await?;
    }
    Ok(())
}

/// Where the secret of a provider is sealed for.
fn secret_place(id: IdentityProviderId) -> String {
    place("identity_providers", "sealed_client_secret", "", &id.to_string())
}
