//! The second step by mail: turning it on with a code that arrived, having another one sent, and what turns it off.
//!
//! The invariant: whoever has it chosen keeps it while the administrator turns mailed codes off as a way in: a lock is not opened by that.

use super::email_code::{Purpose, RightCode, Tried};
use super::two_step::{is_off, record, renew_codes};
use super::{Identity, queries, queries_email, queries_two_step, token};
use crate::identity_providers::is_allowed;
use crate::mails::SecurityAct;
use crate::{Error, Result, SystemTx, Viewer};
use domain::UserId;
use domain::audit::Action;
use domain::identity::SecondStep;
use domain::identity_providers::OwnWay;
use domain::sign_ins::SignInReason;
use domain::text::EmailAddress;
use secrecy::{ExposeSecret as _, SecretString};

impl Identity<'_> {
    /// Mails the viewer a code, in return for their password; it turns their second step by mail on together with the token.
    pub async fn start_mailed_two_step(&self, viewer: &Viewer, password: SecretString) -> Result<String> {
        let (offer, is_on) = {
            let mut tx = self.services.parts.db.system_tx().await?;
            (self.offer_of_mailed_step(&mut tx, viewer.user_id).await?, queries_two_step::is_on(&mut tx, viewer.user_id).await?)
        };
        offer?;
        if is_on {
            return Err(on_already());
        }
        self.mail_account_code(viewer, password).await
    }

    /// Turns it on with the code that arrived, and ends changes of address that wait; returns the recovery codes, once.
    pub async fn confirm_mailed_two_step(&self, viewer: &Viewer, token: &SecretString, code: &str) -> Result<Vec<String>> {
        let (user, now) = (viewer.user_id, self.services.parts.clock.now());
        let counted = self.take_guess(user).await?;
        let right = self.account_code(viewer, token, code).await?.ok_or_else(not_right)?;
        let mut tx = self.services.parts.db.system_tx().await?;
        self.hold_viewer(&mut tx, viewer).await?;
        self.offer_of_mailed_step(&mut tx, user).await??;
        if !self.use_code(&mut tx, &right).await? {
            return Err(not_right());
        }
        if !queries_two_step::turn_on_by_mail(&mut tx, user, now).await? {
            return Err(on_already());
        }
        // A link to another address that waits would lead the second step there.
        queries_email::delete_of(&mut tx, user).await?;
        let codes = renew_codes(&mut tx, user).await?;
        self.tell_viewer(&mut tx, viewer, SecurityAct::TwoStepTurnedOn).await?;
        record(&mut tx, viewer, Action::AccountTwoStepTurnedOn).await?;
        tx.commit().await?;
        counted.give_back(&self.services.parts.db).await?;
        Ok(codes)
    }

    /// Whether a person may choose mailed codes as their second step, or why not: where passwords are off it would be the second step of
    /// nothing for those whose first one is a mailed code.
    pub(super) async fn offer_of_mailed_step(&self, tx: &mut SystemTx, user: UserId) -> Result<Result<()>> {
        if !self.mails_codes(tx).await? {
            return Ok(Err(Error::Conflict(SignInReason::WayOff.sentence().to_owned())));
        }
        let has_first = is_allowed(tx, OwnWay::Passwords).await? || self.services.identity_providers().opens_for(tx, user).await?;
        let sentence = "People sign in without a password here, and a mailed code cannot be both steps. Use an app, or add a passkey.";
        Ok(if has_first { Ok(()) } else { Err(Error::Conflict(sentence.to_owned())) })
    }

    /// Mails the viewer the code that their second step by mail takes to be changed, in return for their password.
    pub async fn mail_two_step_code(&self, viewer: &Viewer, password: SecretString) -> Result<String> {
        let is_mailed = {
            let mut tx = self.services.parts.db.system_tx().await?;
            queries_two_step::is_mailed(&mut tx, viewer.user_id).await?
        };
        if !is_mailed {
            return Err(is_off());
        }
        self.require_mail()?;
        self.mail_account_code(viewer, password).await
    }

    async fn mail_account_code(&self, viewer: &Viewer, password: SecretString) -> Result<String> {
        self.prove_password(viewer, password).await?;
        let email = {
            let mut tx = self.services.parts.db.system_tx().await?;
            EmailAddress::parse(&queries::get_account(&mut tx, viewer.user_id).await?.email)?
        };
        self.take_code_mail(viewer.user_id).await?;
        let token = SecretString::from(token::fresh());
        let mut tx = self.services.parts.db.system_tx().await?;
        let reader = self.reader(&mut tx, viewer.user_id).await?;
        self.issue_code(&mut tx, Purpose::Account, &token, &email, reader).await?;
        tx.commit().await?;
        Ok(token.expose_secret().to_owned())
    }

    /// Refuses where nothing could be mailed.
    fn require_mail(&self) -> Result<()> {
        let sentence = "Lyceum does not send mail here at the moment. Use one of your recovery codes.";
        if self.services.mails().is_set_up() { Ok(()) } else { Err(Error::Conflict(sentence.to_owned())) }
    }

    /// The viewer's code of an account page, when it is right; one of somebody else is not.
    pub(super) async fn account_code(&self, viewer: &Viewer, token: &SecretString, code: &str) -> Result<Option<RightCode>> {
        let tried = self.try_code(Purpose::Account, token.expose_secret(), code).await?;
        Ok(match tried {
            Tried::Right(right) if right.user == viewer.user_id => Some(right),
            _ => None,
        })
    }

    /// What the page between password and code says; nothing to a browser in which no password was typed.
    pub async fn second_step(&self, step: &SecretString) -> Result<Option<SecondStep>> {
        let mut tx = self.services.parts.db.system_tx().await?;
        let step = token::hash(step.expose_secret());
        let found = queries_two_step::find_step(&mut tx, &step, self.services.parts.clock.now()).await?;
        Ok(found.map(|row| SecondStep { is_mailed: row.by_mail, sends_mail: self.services.mails().is_set_up() }))
    }

    /// Mails another code to whoever typed their password. [`Error::SignedOut`] sends them back to it.
    pub async fn mail_second_step_again(&self, step: &SecretString) -> Result<()> {
        let (user, email) = {
            let mut tx = self.services.parts.db.system_tx().await?;
            let hash = token::hash(step.expose_secret());
            let found = queries_two_step::find_step(&mut tx, &hash, self.services.parts.clock.now()).await?;
            let row = found.filter(|row| row.by_mail).ok_or(Error::SignedOut)?;
            (row.user_id, EmailAddress::parse(&queries::get_account(&mut tx, row.user_id).await?.email)?)
        };
        self.require_mail()?;
        self.take_code_mail(user).await?;
        let mut tx = self.services.parts.db.system_tx().await?;
        let reader = self.reader(&mut tx, user).await?;
        self.issue_code(&mut tx, Purpose::SecondStep, step, &email, reader).await?;
        tx.commit().await
    }
}

fn on_already() -> Error {
    Error::Conflict("Two-step sign-in is on already. Turn it off first.".to_owned())
}

/// What is said of a mailed code that does not do it.
pub(super) fn not_right() -> Error {
    Error::field("code", "This code is not right, or it does not work any more. Look at the latest mail, or have another one sent.")
}
