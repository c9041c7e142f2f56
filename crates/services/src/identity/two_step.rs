//! Two-step sign-in: after the password a code of the person's app or one that is mailed, or one of their recovery codes.
//!
//! The invariant: a code works once, wrong ones are counted per person, and between password and code there is no session: only
//! a token that is good for this one step and for ten minutes.

use super::email_code::{Purpose, RightCode, Tried};
use super::mailed_two_step::not_right;
use super::queries;
use super::queries_two_step::StepRow;
use super::second_factor::{self, Secret};
use super::throttle::{self, CODE_PER_PERSON, Taken};
use super::{Identity, Origin, SignedIn, confirm_session, queries_two_step, token};
use crate::audit::{self, Author};
use crate::identity_providers::two_step_requirement;
use crate::mails::SecurityAct;
use crate::sign_ins::{self, Attempt};
use crate::{Error, Result, SystemTx, Viewer};
use chrono::TimeDelta;
use domain::UserId;
use domain::audit::{Action, Event};
use domain::identity::{TwoStepSetup, TwoStepState};
use domain::sign_ins::{SignInMethod, SignInReason};
use domain::text::EmailAddress;
use secrecy::{ExposeSecret as _, SecretString};

/// How long somebody may take from their password to their code.
const STEP_LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// How long somebody may take to set their app up.
const SETUP_LIFETIME: TimeDelta = TimeDelta::hours(1);

/// Which kind of code was right.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Factor {
    App,
    Mail,
    Recovery,
}

impl Identity<'_> {
    /// Whether the viewer signs in with a code, and how many recovery codes are left.
    pub async fn two_step_state(&self, viewer: &Viewer) -> Result<TwoStepState> {
        let mut tx = self.services.parts.db.system_tx().await?;
        let row = queries_two_step::find_state(&mut tx, viewer.user_id).await?;
        let codes_left = row.as_ref().and_then(|row| u32::try_from(row.codes_left).ok()).unwrap_or_default();
        let is_mailed = row.as_ref().is_some_and(|row| row.by_mail);
        let offers_mail = self.offer_of_mailed_step(&mut tx, viewer.user_id).await?.is_ok();
        let is_required = two_step_requirement(&mut tx).await?.holds_for(viewer.is_system_administrator);
        Ok(TwoStepState { since: row.map(|row| row.since), codes_left, is_mailed, offers_mail, is_required })
    }

    /// A fresh secret for the viewer's app, in return for their password. It is not in use before a code of it was typed.
    pub async fn start_two_step(&self, viewer: &Viewer, password: SecretString) -> Result<TwoStepSetup> {
        self.prove_password(viewer, password).await?;
        let secret = Secret::fresh();
        let sealed = secret.seal(&self.services.parts.keyring, viewer.user_id);
        let mut tx = self.services.parts.db.system_tx().await?;
        let account = queries::get_account(&mut tx, viewer.user_id).await?;
        if !queries_two_step::begin(&mut tx, viewer.user_id, &sealed, self.services.parts.clock.now()).await? {
            return Err(Error::Conflict("Two-step sign-in is on already. Turn it off first.".to_owned()));
        }
        tx.commit().await?;
        secret.setup(&account.email)
    }

    /// Turns two-step sign-in on with the first code of the app; returns the recovery codes, once.
    pub async fn confirm_two_step(&self, viewer: &Viewer, code: &str) -> Result<Vec<String>> {
        let (user, now) = (viewer.user_id, self.services.parts.clock.now());
        let counted = self.take_guess(user).await?;
        let mut tx = self.services.parts.db.system_tx().await?;
        self.hold_viewer(&mut tx, viewer).await?;
        let begun = queries_two_step::lock_begun(&mut tx, user, now - SETUP_LIFETIME).await?;
        let sealed = begun.ok_or_else(|| Error::Conflict("Begin again: this set-up is over.".to_owned()))?;
        let secret = Secret::open(&self.services.parts.keyring, user, &sealed)?;
        let code = second_factor::normal(code).filter(|code| second_factor::is_of_app(code)).ok_or_else(wrong_code)?;
        let step = secret.step_of(&code, now)?.ok_or_else(wrong_code)?;
        queries_two_step::confirm(&mut tx, user, step, now).await?;
        let codes = renew_codes(&mut tx, user).await?;
        self.tell_viewer(&mut tx, viewer, SecurityAct::TwoStepTurnedOn).await?;
        record(&mut tx, viewer, Action::AccountTwoStepTurnedOn).await?;
        tx.commit().await?;
        counted.give_back(&self.services.parts.db).await?;
        Ok(codes)
    }

    /// New recovery codes in place of the old ones, in return for the password and a code: whoever has neither app nor codes must not
    /// get any. The token is that of a code that was mailed.
    pub async fn renew_recovery_codes(
        &self,
        viewer: &Viewer,
        password: SecretString,
        code: &str,
        token: &SecretString,
    ) -> Result<Vec<String>> {
        self.prove_password(viewer, password).await?;
        let counted = self.take_guess(viewer.user_id).await?;
        let mailed = self.account_code(viewer, token, code).await?;
        let mut tx = self.services.parts.db.system_tx().await?;
        self.hold_viewer(&mut tx, viewer).await?;
        if !queries_two_step::is_on(&mut tx, viewer.user_id).await? {
            return Err(is_off());
        }
        let factor = self.accept_code(&mut tx, viewer.user_id, code, mailed).await?.ok_or_else(wrong_code)?;
        let codes = renew_codes(&mut tx, viewer.user_id).await?;
        confirm_session(&mut tx, viewer).await?;
        self.tell_viewer(&mut tx, viewer, SecurityAct::RecoveryCodesRenewed).await?;
        record_use(&mut tx, viewer, factor).await?;
        record(&mut tx, viewer, Action::AccountRecoveryCodesRenewed).await?;
        tx.commit().await?;
        counted.give_back(&self.services.parts.db).await?;
        Ok(codes)
    }

    /// Turns two-step sign-in off, in return for the password and a code; the token is that of a code that was mailed. Whom it is required
    /// of is led to setting up another one, which is how they change to another phone.
    pub async fn turn_off_two_step(&self, viewer: &Viewer, password: SecretString, code: &str, token: &SecretString) -> Result<()> {
        self.prove_password(viewer, password).await?;
        let counted = self.take_guess(viewer.user_id).await?;
        let mailed = self.account_code(viewer, token, code).await?;
        let mut tx = self.services.parts.db.system_tx().await?;
        self.hold_viewer(&mut tx, viewer).await?;
        if !queries_two_step::is_on(&mut tx, viewer.user_id).await? {
            return Err(is_off());
        }
        let factor = self.accept_code(&mut tx, viewer.user_id, code, mailed).await?.ok_or_else(wrong_code)?;
        queries_two_step::delete(&mut tx, viewer.user_id).await?;
        confirm_session(&mut tx, viewer).await?;
        self.tell_viewer(&mut tx, viewer, SecurityAct::TwoStepTurnedOff).await?;
        record_use(&mut tx, viewer, factor).await?;
        record(&mut tx, viewer, Action::AccountTwoStepTurnedOff).await?;
        tx.commit().await?;
        counted.give_back(&self.services.parts.db).await
    }

    /// Whether the viewer has a second step, or came with what counts as both: whom a required second step would not lead anywhere.
    pub(crate) async fn has_both_factors(&self, tx: &mut SystemTx, viewer: &Viewer) -> Result<bool> {
        Ok(queries_two_step::has_both_factors(tx, viewer.user_id, viewer.session_id).await?)
    }

    /// Whether a password alone does not let this person in.
    pub(crate) async fn asks_for_code(&self, tx: &mut SystemTx, user: UserId) -> Result<bool> {
        Ok(queries_two_step::is_on(tx, user).await?)
    }

    /// What stands for a person who has done the first step and not yet typed their code; that somebody came so far is written down.
    /// Where the code is to be mailed and `mails` is false, none is: a recovery code will do, or another mail later.
    pub(crate) async fn ask_for_code(
        &self,
        tx: &mut SystemTx,
        user: UserId,
        attempt: Attempt<'_>,
        (mails, origin): (bool, &Origin),
    ) -> Result<SecretString> {
        let method_of_first = attempt.method;
        sign_ins::record(tx, attempt.failed(SignInReason::CodeAsked), origin, self.services.parts.clock.now()).await?;
        // What the session is recorded as once the code is right.
        let method = if method_of_first == SignInMethod::EmailCode { SignInMethod::EmailCodeAndApp } else { SignInMethod::Code };
        let token = SecretString::from(token::fresh());
        let expires_at = self.services.parts.clock.now() + STEP_LIFETIME;
        queries_two_step::insert_step(tx, &token::hash(token.expose_secret()), user, method, expires_at).await?;
        if mails && queries_two_step::is_mailed(tx, user).await? {
            let email = EmailAddress::parse(&queries::get_account(tx, user).await?.email)?;
            let reader = self.reader(tx, user).await?;
            self.issue_code(tx, Purpose::SecondStep, &token, &email, reader).await?;
        }
        Ok(token)
    }

    /// Starts the session of whoever typed their password before and has a code now. [`Error::SignedOut`] sends them back to
    /// the password.
    pub async fn finish_sign_in(&self, step: &SecretString, code: &str, origin: Origin) -> Result<SignedIn> {
        let db = &self.services.parts.db;
        let (token, step) = (step.expose_secret(), token::hash(step.expose_secret()));
        let now = self.services.parts.clock.now();
        let (StepRow { user_id: user, method, by_mail, proved_at }, account) = {
            let mut tx = db.system_tx().await?;
            let row = queries_two_step::find_step(&mut tx, &step, now).await?.ok_or(Error::SignedOut)?;
            let account = queries::get_account(&mut tx, row.user_id).await?;
            (row, account)
        };
        let email = EmailAddress::parse(&account.email)?;
        let attempt = || Attempt::plain(Some(user), &email, method);
        let counted = sign_ins::noting_too_many(db, self.take_guess(user).await, attempt(), &origin, now).await?;
        let mailed = match self.try_code(Purpose::SecondStep, token, code).await? {
            Tried::Right(right) if right.user == user => Some(right),
            _ => None,
        };
        let mut tx = db.system_tx().await?;
        if !queries::hold_account(&mut tx, user, None).await? {
            return Err(Error::SignedOut);
        }
        let Some(factor) = self.accept_code(&mut tx, user, code, mailed).await? else {
            drop(tx);
            self.note_wrong_code(attempt(), &origin).await?;
            return Err(if by_mail { not_right() } else { wrong_code() });
        };
        if !queries_two_step::use_step(&mut tx, &step).await? {
            return Err(Error::SignedOut);
        }
        let team = queries::find_home_team(&mut tx, user).await?.ok_or(Error::SignedOut)?;
        let (mut tx, session) = match self.let_in_or_note(tx, (user, team), attempt(), &origin).await {
            Ok(entered) => entered,
            Err(refused) => {
                counted.give_back(db).await?; // the code was right
                return Err(refused);
            }
        };
        self.proved_since(&mut tx, &session, proved_at).await?;
        if factor == Factor::Recovery {
            let event = Event::new(Action::AccountRecoveryCodeUsed, user.as_uuid(), account.email);
            audit::record_in(&mut tx, None, Author::person(user, origin.ip), event).await?;
        }
        tx.commit().await?;
        counted.give_back(db).await?;
        Ok(session)
    }

    /// Uses a code up, when it is right: one of a step that is later than the last, one that was mailed, or a recovery code.
    pub(super) async fn accept_code(
        &self,
        tx: &mut SystemTx,
        user: UserId,
        code: &str,
        mailed: Option<RightCode>,
    ) -> Result<Option<Factor>> {
        let now = self.services.parts.clock.now();
        let Some(row) = queries_two_step::lock(tx, user).await? else { return Ok(None) };
        let Some(code) = second_factor::normal(code) else { return Ok(None) };
        if !second_factor::is_of_app(&code) {
            let is_used = queries_two_step::use_code(tx, user, &second_factor::hash_of(user, &code), now).await?;
            return Ok(is_used.then_some(Factor::Recovery));
        }
        if row.by_mail {
            let Some(right) = mailed else { return Ok(None) };
            return Ok(self.use_code(tx, &right).await?.then_some(Factor::Mail));
        }
        let secret = Secret::open(&self.services.parts.keyring, user, &row.sealed_secret)?;
        let Some(step) = secret.step_of(&code, now)?.filter(|step| *step > row.last_step) else { return Ok(None) };
        queries_two_step::set_last_step(tx, user, step).await?;
        Ok(Some(Factor::App))
    }

    async fn note_wrong_code(&self, attempt: Attempt<'_>, origin: &Origin) -> Result<()> {
        let mut tx = self.services.parts.db.system_tx().await?;
        sign_ins::record(&mut tx, attempt.failed(SignInReason::WrongCode), origin, self.services.parts.clock.now()).await?;
        tx.commit().await
    }

    /// Counts a guess at what a person proves who they are with, or refuses.
    pub(crate) async fn take_guess(&self, user: UserId) -> Result<Taken> {
        let key = throttle::person_key("second-step", user);
        throttle::take(&self.services.parts.db, self.services.parts.clock.now(), vec![(key, CODE_PER_PERSON)]).await
    }
}

/// Fresh recovery codes in place of those there were; what is kept of them opens nothing.
pub(super) async fn renew_codes(tx: &mut SystemTx, user: UserId) -> Result<Vec<String>> {
    let (codes, hashes) = second_factor::fresh_codes(user);
    queries_two_step::replace_codes(tx, user, &hashes).await?;
    Ok(codes)
}

pub(super) async fn record(tx: &mut SystemTx, viewer: &Viewer, action: Action) -> Result<()> {
    audit::record_in(tx, None, viewer, Event::new(action, viewer.user_id.as_uuid(), "")).await
}

/// Records that the viewer used a recovery code, when it was one.
pub(super) async fn record_use(tx: &mut SystemTx, viewer: &Viewer, factor: Factor) -> Result<()> {
    if factor == Factor::Recovery { record(tx, viewer, Action::AccountRecoveryCodeUsed).await } else { Ok(()) }
}

pub(super) fn wrong_code() -> Error {
    Error::field("code", SignInReason::WrongCode.sentence())
}

pub(super) fn is_off() -> Error {
    Error::Conflict("Two-step sign-in is not on.".to_owned())
}
