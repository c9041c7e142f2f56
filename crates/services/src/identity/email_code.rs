//! Mailed codes: six digits for whoever reads mail to the address; they work once, for ten minutes and five tries, and only in the
//! browser that asked.
//!
//! The invariant: neither what is answered nor when tells whether anybody has the address; of token and code together a hash is
//! kept; what one browser asks for does not touch the code of another.

use super::even_time::in_even_time;
use super::queries::{self, AccountRow};
use super::queries_email_codes::{self, NewCode};
use super::second_factor;
use super::throttle::{self, CODE_MAIL_PER_ADDRESS, CODE_MAIL_PER_IP, CODE_MAIL_PER_PERSON, MAILED_CODE_PER_ADDRESS, MAILED_CODE_PER_IP};
use super::{Entry, Identity, Origin, queries_two_step, token};
use crate::identity_providers::is_allowed;
use crate::mails::Mail;
use crate::sign_ins::{self, Attempt};
use crate::{Error, Result, SystemTx};
use chrono::TimeDelta;
use domain::identity_providers::OwnWay;
use domain::sign_ins::{SignInMethod, SignInReason};
use domain::text::EmailAddress;
use domain::{TeamId, UserId};
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::PgConnection;
use subtle::ConstantTimeEq as _;

/// How long a code works.
const LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// How often a code may be tried.
const TRIES: i32 = 5;

/// What a code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Signing in.
    SignIn,
    /// The second step after the password.
    SecondStep,
    /// Turning that on or off.
    Account,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::SecondStep => "second-step",
            Self::Account => "account",
        }
    }
}

/// A code that is right and was not used yet.
pub(super) struct RightCode {
    token_hash: Vec<u8>,
    code_hash: Vec<u8>,
    /// Whose it is.
    pub(super) user: UserId,
}

/// What came of a try.
pub(super) enum Tried {
    /// It is right.
    Right(RightCode),
    /// It is not.
    Wrong(Option<UserId>),
    /// There is no code any more that could be right.
    Over,
}

impl Identity<'_> {
    /// Whether people can have codes mailed: they are allowed, and mail is set up.
    pub(crate) async fn mails_codes(&self, tx: &mut PgConnection) -> Result<bool> {
        Ok(self.services.mails().is_set_up() && is_allowed(tx, OwnWay::EmailCodes).await?)
    }

    /// Mails a code to the address, if somebody has it. Whoever asks learns nothing about that, and gets what the code works with.
    pub async fn mail_sign_in_code(&self, email: &str, origin: Origin) -> Result<SecretString> {
        let email = EmailAddress::parse(email)?;
        {
            let mut tx = self.services.parts.db.system_tx().await?;
            if !self.mails_codes(&mut tx).await? {
                return Err(Error::Conflict(SignInReason::WayOff.sentence().to_owned()));
            }
        }
        let keys = vec![
            (throttle::ip_key("email-code", origin.ip), CODE_MAIL_PER_IP),
            (throttle::address_key("email-code", &email), CODE_MAIL_PER_ADDRESS),
        ];
        throttle::take(&self.services.parts.db, self.services.parts.clock.now(), keys).await?;
        in_even_time(self.keep_sign_in_code(&email)).await
    }

    async fn keep_sign_in_code(&self, email: &EmailAddress) -> Result<SecretString> {
        let token = SecretString::from(token::fresh());
        let mut tx = self.services.parts.db.system_tx().await?;
        let known = queries::find_credentials(&mut tx, email).await?.filter(|known| !known.is_suspended);
        let reader = match known {
            Some(known) => self.reader(&mut tx, known.user_id).await?,
            None => None,
        };
        self.issue_code(&mut tx, Purpose::SignIn, &token, email, reader).await?;
        tx.commit().await?;
        Ok(token)
    }

    /// Starts the session of whoever has the code and the token of the browser that asked for it, or asks for the code of their app.
    pub async fn sign_in_with_email_code(&self, token: &SecretString, typed: &str, origin: Origin) -> Result<Entry> {
        let db = &self.services.parts.db;
        let (counted, user) = self.take_code_guess(token, &origin).await?;
        let right = match self.try_code(Purpose::SignIn, token.expose_secret(), typed).await? {
            Tried::Right(right) => right,
            Tried::Over => {
                self.note_refused(user, SignInReason::WrongCode, &origin).await?;
                return Err(over());
            }
            Tried::Wrong(user) => {
                self.note_refused(user, SignInReason::WrongCode, &origin).await?;
                return Err(Error::field("code", "This code is not right. Look at the latest mail."));
            }
        };
        let entry = self.enter_with(&right, &origin).await;
        counted.give_back(db).await?; // the code was right
        entry
    }

    /// Lets in whoever has the right code, unless something else is in the way; that is written down.
    async fn enter_with(&self, right: &RightCode, origin: &Origin) -> Result<Entry> {
        let user = right.user;
        let mut tx = self.services.parts.db.system_tx().await?;
        let is_held = queries::hold_account(&mut tx, user, None).await?;
        if !self.use_code(&mut tx, right).await? {
            drop(tx);
            self.note_refused(Some(user), SignInReason::WrongCode, origin).await?;
            return Err(over());
        }
        let team = queries::find_home_team(&mut tx, user).await?;
        let reason = if !self.mails_codes(&mut tx).await? {
            Some(SignInReason::WayOff)
        } else if !is_held {
            Some(SignInReason::Suspended)
        } else if queries_two_step::is_mailed(&mut tx, user).await? {
            Some(SignInReason::NeedsPassword)
        } else {
            None
        };
        let (None, Some(team)) = (reason, team) else {
            tx.commit().await?;
            let reason = reason.unwrap_or(SignInReason::NoTeam);
            self.note_refused(Some(user), reason, origin).await?;
            let needs_password = reason == SignInReason::NeedsPassword;
            return Err(if needs_password { Error::field("form", reason.sentence()) } else { over() });
        };
        let email = EmailAddress::parse(&queries::get_account(&mut tx, user).await?.email)?;
        let attempt = Attempt::plain(Some(user), &email, SignInMethod::EmailCode);
        let (tx, entry) = if self.asks_for_code(&mut tx, user).await? {
            let step = self.ask_for_code(&mut tx, user, attempt, (false, origin)).await?;
            (tx, Entry::NeedsCode(step))
        } else {
            let (tx, session) = self.let_in_or_note(tx, (user, team), attempt, origin).await?;
            (tx, Entry::In(session))
        };
        tx.commit().await?;
        Ok(entry)
    }

    /// Keeps a fresh code for whoever holds the token, in the place of the one they had, and mails it when there is somebody to read it.
    pub(super) async fn issue_code(
        &self,
        tx: &mut SystemTx,
        purpose: Purpose,
        token: &SecretString,
        email: &EmailAddress,
        reader: Option<Reader>,
    ) -> Result<()> {
        let code = format!("{:06}", rand::random_range(0..1_000_000_u32));
        let expires_at = self.services.parts.clock.now() + LIFETIME;
        let new = NewCode {
            address_hash: &token::hash(email.as_str()),
            purpose: purpose.as_str(),
            token_hash: &token::hash(token.expose_secret()),
            code_hash: &hash_of(token.expose_secret(), &code),
            user: reader.as_ref().map(|reader| reader.user),
            expires_at,
        };
        queries_email_codes::keep(tx, new).await?;
        if let Some(reader) = reader.filter(|_| self.services.mails().is_set_up()) {
            let mail = Mail::Code { code, works_until: expires_at, is_after_password: purpose != Purpose::SignIn };
            self.services.mails().accept(tx, reader.team, reader.account.recipient(), mail).await?;
        }
        Ok(())
    }

    /// Who reads the mail of a person; none of somebody who is in no team.
    pub(super) async fn reader(&self, tx: &mut SystemTx, user: UserId) -> Result<Option<Reader>> {
        let Some(team) = queries::find_home_team(tx, user).await? else { return Ok(None) };
        Ok(Some(Reader { user, team, account: queries::get_account(tx, user).await? }))
    }

    /// Counts a mail to somebody who has proven who they are, or refuses with the time to wait. What strangers ask for their address
    /// does not count here.
    pub(super) async fn take_code_mail(&self, user: UserId) -> Result<()> {
        let keys = vec![(throttle::person_key("code-mail", user), CODE_MAIL_PER_PERSON)];
        throttle::take(&self.services.parts.db, self.services.parts.clock.now(), keys).await?;
        Ok(())
    }

    /// Whether a code is to be mailed after the password; counts it. Too many are no reason to refuse a password that is right.
    pub(super) async fn may_mail_step(&self, user: UserId) -> Result<bool> {
        let is_mailed = {
            let mut tx = self.services.parts.db.system_tx().await?;
            queries_two_step::is_mailed(&mut tx, user).await?
        };
        if !is_mailed {
            return Ok(false);
        }
        match self.take_code_mail(user).await {
            Err(Error::Busy { .. }) => Ok(false),
            counted => counted.map(|()| true),
        }
    }

    /// Counts a try and says what came of it. It stays counted whatever becomes of the caller's transaction.
    pub(super) async fn try_code(&self, purpose: Purpose, token: &str, typed: &str) -> Result<Tried> {
        let (token_hash, now) = (token::hash(token), self.services.parts.clock.now());
        let mut tx = self.services.parts.db.system_tx().await?;
        let tried = queries_email_codes::count_try(&mut tx, &token_hash, purpose.as_str(), TRIES, now).await?;
        tx.commit().await?;
        let Some(tried) = tried else { return Ok(Tried::Over) };
        let code = second_factor::normal(typed).filter(|code| second_factor::is_of_app(code)).unwrap_or_default();
        let is_right = bool::from(hash_of(token, &code).ct_eq(&tried.code_hash));
        // The code of an address that nobody has was never told to anybody.
        match tried.user_id {
            Some(user) if is_right => Ok(Tried::Right(RightCode { token_hash, code_hash: tried.code_hash, user })),
            user => Ok(Tried::Wrong(user)),
        }
    }

    /// Uses a code up; false when somebody else did at the same moment, or a newer one took its place.
    pub(super) async fn use_code(&self, tx: &mut SystemTx, right: &RightCode) -> Result<bool> {
        Ok(queries_email_codes::use_up(tx, &right.token_hash, &right.code_hash, self.services.parts.clock.now()).await?)
    }

    /// Counts a guess, by where it comes from and by the address it is about; with whose that is.
    async fn take_code_guess(&self, token: &SecretString, origin: &Origin) -> Result<(throttle::Taken, Option<UserId>)> {
        let db = &self.services.parts.db;
        let about = {
            let mut tx = db.system_tx().await?;
            let token_hash = token::hash(token.expose_secret());
            queries_email_codes::find_subject(&mut tx, &token_hash, Purpose::SignIn.as_str()).await?.ok_or_else(over)?
        };
        let keys = vec![
            (throttle::ip_key("email-code-guess", origin.ip), MAILED_CODE_PER_IP),
            (throttle::hashed_address_key("email-code-guess", &about.address_hash), MAILED_CODE_PER_ADDRESS),
        ];
        let now = self.services.parts.clock.now();
        let address_hash = Some(about.address_hash);
        let attempt = Attempt { user: about.user_id, address_hash, method: SignInMethod::EmailCode, provider: "", reason: None };
        let counted = sign_ins::noting_too_many(db, throttle::take(db, now, keys).await, attempt, origin, now).await?;
        Ok((counted, about.user_id))
    }

    /// Writes down that a mailed code let nobody in.
    async fn note_refused(&self, user: Option<UserId>, reason: SignInReason, origin: &Origin) -> Result<()> {
        let mut tx = self.services.parts.db.system_tx().await?;
        // Asked also where nobody is meant: it takes as long.
        let email = queries::find_email(&mut tx, user).await?.as_deref().map(EmailAddress::parse).transpose()?;
        let reason = if user.is_none() { SignInReason::UnknownAddress } else { reason };
        let address_hash = email.as_ref().map(sign_ins::hash_of);
        let attempt = Attempt { user, address_hash, method: SignInMethod::EmailCode, provider: "", reason: Some(reason) };
        sign_ins::record(&mut tx, attempt, origin, self.services.parts.clock.now()).await?;
        tx.commit().await
    }
}

/// Somebody a code is mailed to.
pub(super) struct Reader {
    user: UserId,
    team: TeamId,
    account: AccountRow,
}

/// What is kept of a code. The token makes it long enough not to be tried out.
fn hash_of(token: &str, code: &str) -> Vec<u8> {
    token::hash(&format!("{token}:{code}"))
}

fn over() -> Error {
    Error::field("form", "This code does not work any more. Get a new one.")
}
