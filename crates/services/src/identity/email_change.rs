//! Another address: asked for with the password, and in force when the link that was mailed to it is used.
//!
//! The invariant: whoever asks for an address learns nothing about whether somebody else has it, neither now nor by time; the
//! former address is told.

use super::even_time::in_even_time;
use super::queries_email::{self, NewChange, OpenChange};
use super::throttle::{self, EMAIL_PER_PERSON};
use super::token::{self, SplitToken};
use super::{Identity, Origin, queries, queries_email_codes, queries_resets, queries_two_step};
use crate::audit::{self, Author};
use crate::mails::{Mail, Recipient};
use crate::team::withdraw_from_person;
use crate::{Error, OnConstraint as _, Result, SystemTx, Viewer};
use chrono::TimeDelta;
use domain::audit::{Action, Event};
use domain::text::EmailAddress;
use secrecy::SecretString;

/// How long a link works.
const LIFETIME: TimeDelta = TimeDelta::hours(1);

impl Identity<'_> {
    /// Mails a link to the address the viewer wants, unless somebody else has it; the answer does not tell which.
    pub async fn request_email_change(&self, viewer: &Viewer, password: SecretString, email: &str) -> Result<()> {
        let email = EmailAddress::parse(email)?;
        if !self.services.mails().is_set_up() {
            return Err(Error::Conflict("Lyceum does not send mail here, so that it cannot check a new address.".to_owned()));
        }
        self.prove_password(viewer, password).await?;
        let is_mailed = {
            let mut tx = self.services.parts.db.system_tx().await?;
            queries_two_step::is_mailed(&mut tx, viewer.user_id).await?
        };
        if is_mailed {
            // Otherwise the password alone would lead the second step elsewhere.
            return Err(Error::Conflict("Your second step is mailed to the address you have. Turn two-step sign-in off first.".to_owned()));
        }
        let now = self.services.parts.clock.now();
        let key = throttle::person_key("change-email", viewer.user_id);
        throttle::take(&self.services.parts.db, now, vec![(key, EMAIL_PER_PERSON)]).await?;
        in_even_time(self.mail_change(viewer, &email)).await
    }

    async fn mail_change(&self, viewer: &Viewer, email: &EmailAddress) -> Result<()> {
        let now = self.services.parts.clock.now();
        let mut tx = self.services.parts.db.system_tx().await?;
        self.hold_viewer(&mut tx, viewer).await?;
        let account = queries::get_account(&mut tx, viewer.user_id).await?;
        if account.email == email.as_str() {
            return Err(Error::field("email", "This is your address already."));
        }
        if queries::find_credentials(&mut tx, email).await?.is_some() {
            return Ok(());
        }
        let (split, expires_at) = (SplitToken::fresh(), now + LIFETIME);
        let verifier_hash = token::hash(&split.verifier);
        let change = NewChange { selector: &split.selector, verifier_hash: &verifier_hash, user: viewer.user_id, email, now, expires_at };
        queries_email::delete_of(&mut tx, viewer.user_id).await?;
        queries_email::insert(&mut tx, change).await?;
        let link = format!("{}/confirm-email?token={split}", self.services.settings().public_url);
        let to = Recipient { email: email.as_str().to_owned(), ..account.recipient() };
        self.services.mails().accept(&mut tx, viewer.team_id, to, Mail::EmailChange { link, works_until: expires_at }).await?;
        tx.commit().await
    }

    /// The address a link confirms, while it works.
    pub async fn email_to_confirm(&self, token: &str) -> Result<Option<String>> {
        let mut tx = self.services.parts.db.system_tx().await?;
        Ok(self.find_change(&mut tx, token).await?.map(|(_, open)| open.email))
    }

    /// Gives a person the address whose mail they read. An address that somebody else took meanwhile sounds like a link that is over;
    /// so does one that would take a mailed second step along. What either address asks into a team they are in is taken back.
    pub async fn confirm_email(&self, token: &str, origin: Origin) -> Result<()> {
        let now = self.services.parts.clock.now();
        let key = throttle::ip_key("confirm-email", origin.ip);
        let attempt = throttle::take(&self.services.parts.db, now, vec![(key, throttle::RESET_PER_IP)]).await?;
        let mut tx = self.services.parts.db.system_tx().await?;
        let (split, open) = self.find_change(&mut tx, token).await?.ok_or_else(link_is_over)?;
        let account = queries::get_account(&mut tx, open.user_id).await?;
        // The account before its links, as everywhere: whether they stand does not change from here on.
        queries_email::set_email(&mut tx, open.user_id, &open.email).await.on_constraint("users_email_key", link_is_over)?;
        // A second step that is mailed by now must not move with the address.
        let moves_second_step = queries_two_step::is_mailed(&mut tx, open.user_id).await?;
        if moves_second_step || !queries_email::use_up(&mut tx, &split.selector, open.user_id).await? {
            return Err(link_is_over());
        }
        // A link for a new password and codes went to an address that is not theirs any more.
        queries_resets::delete_of(&mut tx, open.user_id).await?;
        queries_email_codes::delete_of(&mut tx, open.user_id).await?;
        let withdrawn = withdraw_from_person(&mut tx, open.user_id, &[account.email.clone(), open.email.clone()], now).await?;
        if let Some(team) = queries::find_home_team(&mut tx, open.user_id).await?.filter(|_| self.services.mails().is_set_up()) {
            let mail = Mail::EmailChanged { at: now, email: open.email.clone() };
            self.services.mails().accept(&mut tx, team, account.recipient(), mail).await?;
        }
        let event = Event::new(Action::AccountEmailChanged, open.user_id.as_uuid(), open.email);
        let author = Author::person(open.user_id, origin.ip);
        audit::record_in(&mut tx, None, author, event).await?;
        for (team, event) in withdrawn {
            audit::record_in(&mut tx, Some(team), author, event).await?;
        }
        tx.commit().await?;
        attempt.give_back(&self.services.parts.db).await
    }

    /// What a link proves the right to, if it can still be used.
    async fn find_change(&self, tx: &mut SystemTx, token: &str) -> Result<Option<(SplitToken, OpenChange)>> {
        let Some(split) = SplitToken::parse(token) else { return Ok(None) };
        let found = queries_email::find_open(tx, &split.selector, self.services.parts.clock.now()).await?;
        Ok(found.filter(|open| split.proves(&open.verifier_hash)).map(|open| (split, open)))
    }
}

fn link_is_over() -> Error {
    Error::Conflict("This link does not work any more. Ask for a new one on your account page.".to_owned())
}
