//! Signing up by mail: where mail is set up, an account is made when a link that was mailed to its address is used.
//!
//! The invariant: nobody makes an account with an address whose mail they do not read; neither what is answered nor when tells whether anybody has the address; of a link only a hash is stored, it is made
//! from the public address alone, works once and for a day, opening it changes nothing, and it makes no account without the password that
//! was typed.

use super::even_time::in_even_time;
use super::queries;
use super::queries_invitations;
use super::queries_sign_ups::{self, NewSignUp, OpenSignUp};
use super::sign_up::{Checked, NewAccount, invitation_is_over, needs_invitation};
use super::throttle::{self, RESET_PER_IP, SIGN_UP_MAIL_PER_IP, SIGN_UP_PER_ADDRESS};
use super::token::{self, SplitToken};
use super::without_passwords::{are_off, makes_accounts};
use super::{Identity, Origin, SignedIn, password};
use crate::licences::seats;
use crate::mails::{Mail, Recipient};
use crate::{Error, OnConstraint as _, Result, SignUp, SystemTx};
use chrono::TimeDelta;
use domain::identity::WaitingSignUp;
use domain::text::{EmailAddress, FirstName, LastName};
use domain::{InvitationId, UserId};
use secrecy::SecretString;
use std::net::IpAddr;

/// How long a link works.
const LIFETIME: TimeDelta = TimeDelta::hours(24);

impl Identity<'_> {
    /// Whether somebody who has not proved their address gets their account by mail. The first one does not: they are about to set mail up.
    pub(super) async fn signs_up_by_mail(&self) -> Result<bool> {
        if !self.services.mails().is_set_up() {
            return Ok(false);
        }
        let mut tx = self.services.parts.db.system_tx().await?;
        Ok(queries::has_people(&mut tx).await?)
    }

    /// Mails a link that makes the account, or says to whoever has the address that there is one. Whoever asks learns nothing about that.
    pub(super) async fn mail_sign_up(&self, checked: Checked, invitation: Option<InvitationId>, ip: IpAddr) -> Result<EmailAddress> {
        let keys = vec![
            (throttle::ip_key("sign-up-mail", ip), SIGN_UP_MAIL_PER_IP),
            (throttle::address_key("sign-up", &checked.email), SIGN_UP_PER_ADDRESS),
        ];
        throttle::take(&self.services.parts.db, self.services.parts.clock.now(), keys).await?;
        let account = checked.hashed().await?;
        in_even_time(self.keep_sign_up(&account, invitation)).await?;
        Ok(account.email)
    }

    async fn keep_sign_up(&self, account: &NewAccount, invitation: Option<InvitationId>) -> Result<()> {
        let now = self.services.parts.clock.now();
        let public_url = &self.services.settings().public_url;
        let mut tx = self.services.parts.db.installation_tx().await?;
        let team = queries_sign_ups::find_oldest_team(&mut tx).await?;
        let team = team.ok_or_else(|| Error::internal("there is no team under which mail could be sent"))?;
        let mail = if queries::find_credentials(&mut tx, &account.email).await?.is_some() {
            Mail::AccountExists { sign_in: format!("{public_url}/sign-in"), forgotten: format!("{public_url}/forgot-password") }
        } else {
            let (split, expires_at) = (SplitToken::fresh(), now + LIFETIME);
            let sign_up = NewSignUp {
                email: &account.email,
                selector: &split.selector,
                verifier_hash: &token::hash(&split.verifier),
                first_name: account.first_name.as_str(),
                last_name: account.last_name.as_str(),
                password_hash: &account.password_hash,
                invitation,
                now,
                expires_at,
            };
            queries_sign_ups::keep(&mut tx, sign_up).await?;
            Mail::SignUp { link: format!("{public_url}/sign-up/finish?token={split}"), works_until: expires_at }
        };
        // Without the name that was typed: the address may be another person's, who is to read no words of a stranger.
        let to = Recipient { email: account.email.as_str().to_owned(), name: String::new() };
        self.services.mails().accept(&mut tx, team, to, mail).await?;
        tx.commit().await
    }

    /// The account a link makes, while it works.
    pub async fn waiting_sign_up(&self, token: &str) -> Result<Option<WaitingSignUp>> {
        let mut tx = self.services.parts.db.system_tx().await?;
        let found = self.find_sign_up(&mut tx, token).await?;
        Ok(found.map(|(_, open)| WaitingSignUp {
            name: format!("{} {}", open.first_name, open.last_name).trim().to_owned(),
            email: open.email,
        }))
    }

    /// Makes the account of whoever holds a link and knows the password that was typed, with a team of its own, and signs it in; in the
    /// team that invited them, where they asked for it with an invitation.
    pub async fn finish_sign_up(&self, token: &str, password: SecretString, origin: Origin) -> Result<SignedIn> {
        let db = &self.services.parts.db;
        let now = self.services.parts.clock.now();
        let attempt = throttle::take(db, now, vec![(throttle::ip_key("finish-sign-up", origin.ip), RESET_PER_IP)]).await?;
        let found = {
            let mut tx = db.system_tx().await?;
            self.find_sign_up(&mut tx, token).await?
        };
        let (split, open) = found.ok_or_else(link_is_over)?;
        // Whoever typed it may be a stranger, who would know the password of an account that the owner of the address finished for them.
        if !password::matches(password, Some(open.password_hash.clone())).await? {
            return Err(Error::field("password", "This is not the password that was typed when the account was asked for."));
        }
        let mut tx = db.installation_tx().await?;
        let invitation = match open.invitation_id {
            Some(id) => Some(queries_invitations::find_invitation(&mut tx, id, now).await?.ok_or_else(invitation_is_over)?),
            None if self.services.settings().sign_up == SignUp::Invited => return Err(needs_invitation()), // it was open when the link was mailed
            None => None,
        };
        if !makes_accounts(&mut tx).await? {
            return Err(are_off());
        }
        if let Some(refusal) = seats::refusal_of_newcomer(&mut tx).await? {
            return Err(refusal);
        }
        if !queries_sign_ups::use_up(&mut tx, &split.selector, &open.email, now).await? {
            return Err(link_is_over());
        }
        let account = NewAccount {
            user: UserId::new(),
            email: EmailAddress::parse(open.email)?,
            first_name: FirstName::parse(open.first_name)?,
            last_name: LastName::parse(open.last_name)?,
            password_hash: open.password_hash,
        };
        let is_first = self.is_first(&mut tx).await?;
        self.add_person(&mut tx, &account, is_first)
            .await
            .on_constraint("users_email_key", || Error::Conflict("This address has an account meanwhile. Sign in instead.".to_owned()))?;
        let session = self.welcome_newcomer(&mut tx, &account, invitation.as_ref(), &origin).await?;
        tx.commit().await?;
        attempt.give_back(db).await?;
        Ok(session)
    }

    /// What a link proves the right to, if it can still be used.
    async fn find_sign_up(&self, tx: &mut SystemTx, token: &str) -> Result<Option<(SplitToken, OpenSignUp)>> {
        let Some(split) = SplitToken::parse(token) else { return Ok(None) };
        let found = queries_sign_ups::find_open(tx, &split.selector, self.services.parts.clock.now()).await?;
        Ok(found.filter(|open| split.proves(&open.verifier_hash)).map(|open| (split, open)))
    }
}

fn link_is_over() -> Error {
    Error::Conflict("This link does not work any more. Sign up again to get a new one.".to_owned())
}
