//! Forgotten passwords: a link by mail to whoever reads mail to the address; it works once and for an hour.
//!
//! The invariant: neither what is answered nor when tells whether anybody has the address; of a link only a hash is stored, and
//! it is made from the public address alone.

use super::account::end_old_password;
use super::even_time::in_even_time;
use super::queries::{self, AccountRow};
use super::queries_resets::{self, NewReset, OpenReset};
use super::throttle::{self, FORGOT_PER_ADDRESS, FORGOT_PER_IP, RESET_PER_IP};
use super::token::{self, SplitToken};
use super::{Identity, Origin, Password};
use crate::audit::{self, Author};
use crate::identity_providers::is_allowed;
use crate::mails::{Mail, Recipient, SecurityAct};
use crate::{Error, Result, SystemTx, api_keys, identity_providers};
use chrono::TimeDelta;
use domain::audit::{Action, Event};
use domain::identity::ResetTerms;
use domain::identity_providers::OwnWay;
use domain::text::EmailAddress;
use secrecy::{ExposeSecret as _, SecretString};

/// How long a link works.
const LIFETIME: TimeDelta = TimeDelta::hours(1);

impl AccountRow {
    /// Who a mail to this person is for.
    pub(super) fn recipient(&self) -> Recipient {
        Recipient { email: self.email.clone(), name: format!("{} {}", self.first_name, self.last_name).trim().to_owned() }
    }
}

impl Identity<'_> {
    /// Whether links can be mailed here, and whether the one that was followed still works.
    pub async fn reset_terms(&self, token: Option<&str>) -> Result<ResetTerms> {
        let mut tx = self.services.parts.db.system_tx().await?;
        let is_open = self.find_reset(&mut tx, token.unwrap_or_default()).await?.is_some();
        let takes_passwords = is_allowed(&mut tx, OwnWay::Passwords).await?;
        Ok(ResetTerms { is_mailed: self.services.mails().is_set_up(), is_open, takes_passwords })
    }

    /// Mails a link for a new password to the address, if somebody has it. Whoever asks learns nothing about that.
    pub async fn forgot_password(&self, email: &str, origin: Origin) -> Result<()> {
        let email = EmailAddress::parse(email)?;
        self.require_passwords().await?;
        if !self.services.mails().is_set_up() {
            return Err(Error::Conflict("Lyceum does not send mail here. Ask the person who runs your installation.".to_owned()));
        }
        let keys = vec![
            (throttle::ip_key("forgot-password", origin.ip), FORGOT_PER_IP),
            (throttle::address_key("forgot-password", &email), FORGOT_PER_ADDRESS),
        ];
        throttle::take(&self.services.parts.db, self.services.parts.clock.now(), keys).await?;
        in_even_time(self.mail_reset(&email)).await
    }

    async fn mail_reset(&self, email: &EmailAddress) -> Result<()> {
        let now = self.services.parts.clock.now();
        let mut tx = self.services.parts.db.system_tx().await?;
        let known = queries::find_credentials(&mut tx, email).await?.filter(|known| !known.is_suspended);
        let Some(user) = known.map(|known| known.user_id) else { return Ok(()) };
        let Some(team) = queries::find_home_team(&mut tx, user).await? else { return Ok(()) };
        let to = queries::get_account(&mut tx, user).await?.recipient();
        let (split, expires_at) = (SplitToken::fresh(), now + LIFETIME);
        let verifier_hash = token::hash(&split.verifier);
        let reset = NewReset { selector: &split.selector, verifier_hash: &verifier_hash, user, now, expires_at };
        queries_resets::insert(&mut tx, reset).await?;
        let link = format!("{}/reset-password?token={split}", self.services.settings().public_url);
        self.services.mails().accept(&mut tx, team, to, Mail::PasswordReset { link, works_until: expires_at }).await?;
        tx.commit().await
    }

    /// Takes a new password from whoever holds a link, and ends all of the person's sessions, other links, API keys, and identities linked
    /// to the account: the way back for somebody whose account another person got into.
    pub async fn use_reset(&self, token: &str, new: SecretString, origin: Origin) -> Result<()> {
        let db = &self.services.parts.db;
        let now = self.services.parts.clock.now();
        self.require_passwords().await?;
        let attempt = throttle::take(db, now, vec![(throttle::ip_key("reset-password", origin.ip), RESET_PER_IP)]).await?;
        let (split, open, account) = {
            let mut tx = db.system_tx().await?;
            let (split, open) = self.find_reset(&mut tx, token).await?.ok_or_else(link_is_over)?;
            let account = queries::get_account(&mut tx, open.user_id).await?;
            (split, open, account)
        };
        attempt.give_back(db).await?;
        let known = [account.first_name.as_str(), &account.last_name, &account.email];
        let hash = Password::parse(new.expose_secret().to_owned(), "password", &known)?.hash().await?;
        let mut tx = db.system_tx().await?;
        // The account before its links, as everywhere: of two who come with two of them, the second waits and finds its own gone.
        queries::set_password(&mut tx, open.user_id, &hash).await?;
        if !queries_resets::use_up(&mut tx, &split.selector, now).await? {
            return Err(link_is_over());
        }
        end_old_password(&mut tx, open.user_id, None).await?;
        // Whoever got into the account may have linked what is theirs, or made keys: none of it opens the account any longer.
        identity_providers::unlink_all(&mut tx, open.user_id, Author::person(open.user_id, origin.ip)).await?;
        crate::passkeys::remove_all_of(&mut tx, open.user_id, Author::person(open.user_id, origin.ip)).await?;
        if let Some(team) = queries::find_home_team(&mut tx, open.user_id).await? {
            self.tell(&mut tx, (open.user_id, team), SecurityAct::PasswordResetByMail, Some(origin.whence())).await?;
        }
        let event = Event::new(Action::AccountPasswordResetByMail, open.user_id.as_uuid(), account.email);
        audit::record_in(&mut tx, None, Author::person(open.user_id, origin.ip), event).await?;
        // Their chains are those of teams: after the installation's, as everywhere.
        api_keys::revoke_all_of(&mut tx, open.user_id, Author::person(open.user_id, origin.ip)).await?;
        tx.commit().await
    }

    /// What a link proves the right to, if it can still be used.
    async fn find_reset(&self, tx: &mut SystemTx, token: &str) -> Result<Option<(SplitToken, OpenReset)>> {
        let Some(split) = SplitToken::parse(token) else { return Ok(None) };
        let found = queries_resets::find_open(tx, &split.selector, self.services.parts.clock.now()).await?;
        Ok(found.filter(|open| split.proves(&open.verifier_hash)).map(|open| (split, open)))
    }
}

fn link_is_over() -> Error {
    Error::Conflict("This link does not work any more. Get a new one.".to_owned())
}
