//! Signing in and out: the same words and the same time for an unknown address, a wrong password and a suspended person.

use super::queries::{self, Credentials, NewSession};
use super::throttle::{self, SIGN_IN_PER_ADDRESS, SIGN_IN_PER_IP, Taken};
use super::{Entry, Identity, Origin, SignedIn, password, token};
use crate::audit::{self, Author};
use crate::licences::seats;
use crate::sign_ins::{self, Attempt};
use crate::{Error, Result, SystemTx};
use chrono::TimeDelta;
use domain::audit::{Action, Event};
use domain::sign_ins::{SignInMethod, SignInReason};
use domain::text::EmailAddress;
use domain::{TeamId, UserId};
use secrecy::SecretString;

impl Origin {
    /// As it is written into tables.
    pub(crate) fn logged(&self) -> (String, String) {
        (self.ip.to_canonical().to_string(), self.short_user_agent())
    }
}

/// Somebody who knows the password of an account and may come in.
pub(crate) struct Proven {
    /// The person.
    pub(crate) user: UserId,
    /// The team their session starts in.
    pub(crate) team: TeamId,
    /// The password they typed, as it is stored: it must still be theirs when the session begins.
    pub(crate) password_hash: String,
    /// The attempts to give back once they are in.
    pub(crate) taken: Taken,
}

/// Who was tried and why they do not come in.
struct Refused(Option<UserId>, SignInReason);

impl Identity<'_> {
    /// Starts a session for whoever knows the password, or asks those for a code who want it so. Failures are counted per address
    /// and per network address; too many of them are [`Error::Busy`], whoever asks.
    pub async fn sign_in(&self, email: &str, attempt: SecretString, origin: Origin) -> Result<Entry> {
        let email = EmailAddress::parse(email)?;
        self.require_passwords().await?;
        let Proven { user, team, password_hash, taken } = self.prove(&email, attempt, &origin).await?;
        let db = &self.services.parts.db;
        let mails = self.may_mail_step(user).await?;
        let mut tx = db.system_tx().await?;
        self.hold(&mut tx, user, &password_hash).await?;
        let attempt = Attempt::plain(Some(user), &email, SignInMethod::Password);
        let entered = if self.asks_for_code(&mut tx, user).await? {
            self.ask_for_code(&mut tx, user, attempt, (mails, &origin)).await.map(|step| (tx, Entry::NeedsCode(step)))
        } else {
            self.let_in_or_note(tx, (user, team), attempt, &origin).await.map(|(tx, session)| (tx, Entry::In(session)))
        };
        let (tx, entry) = match entered {
            Ok(entered) => entered,
            Err(refused) => {
                taken.give_back(db).await?; // the password was right
                return Err(refused);
            }
        };
        tx.commit().await?;
        taken.give_back(db).await?;
        Ok(entry)
    }

    /// Refuses when the password that was typed is the person's no longer, and keeps it theirs until the transaction ends.
    pub(crate) async fn hold(&self, tx: &mut SystemTx, user: UserId, password_hash: &str) -> Result<()> {
        let is_theirs = queries::hold_account(tx, user, Some(password_hash)).await?;
        if is_theirs { Ok(()) } else { Err(wrong_password()) }
    }

    /// Writes down that somebody signed in, starts their session, and tells them where that is new.
    pub(crate) async fn let_in(
        &self,
        tx: &mut SystemTx,
        (user, team): (UserId, TeamId),
        attempt: Attempt<'_>,
        origin: &Origin,
    ) -> Result<SignedIn> {
        self.tell_of_new_device(tx, (user, team), origin).await?;
        let method = attempt.method;
        sign_ins::record(tx, attempt, origin, self.services.parts.clock.now()).await?;
        self.start_session(tx, (user, team), method, origin).await
    }

    /// The same with the transaction of the whole sign-in, which ends where there is no seat for the person: that is written down in one of
    /// its own.
    pub(crate) async fn let_in_or_note(
        &self,
        mut tx: SystemTx,
        person: (UserId, TeamId),
        attempt: Attempt<'_>,
        origin: &Origin,
    ) -> Result<(SystemTx, SignedIn)> {
        let refused = match self.let_in(&mut tx, person, attempt.clone(), origin).await {
            Ok(session) => return Ok((tx, session)),
            Err(refused) => refused,
        };
        drop(tx);
        if seats::is_refusal(&refused) {
            let mut tx = self.services.parts.db.system_tx().await?;
            sign_ins::record(&mut tx, attempt.failed(SignInReason::NoSeat), origin, self.services.parts.clock.now()).await?;
            tx.commit().await?;
        }
        Err(refused)
    }

    /// Finds out whether the password is that of the account, and writes down when it is not.
    pub(crate) async fn prove(&self, email: &EmailAddress, attempt: SecretString, origin: &Origin) -> Result<Proven> {
        let db = &self.services.parts.db;
        let now = self.services.parts.clock.now();
        password::prepare().await?;
        let keys =
            vec![(throttle::ip_key("sign-in", origin.ip), SIGN_IN_PER_IP), (throttle::address_key("sign-in", email), SIGN_IN_PER_ADDRESS)];
        let counted = throttle::take(db, now, keys).await;
        let taken = sign_ins::noting_too_many(db, counted, Attempt::plain(None, email, SignInMethod::Password), origin, now).await?;
        let known = {
            let mut tx = db.system_tx().await?;
            queries::find_credentials(&mut tx, email).await?
        };
        let right = self.check(known, attempt).await?;
        let mut tx = db.system_tx().await?;
        let Refused(tried, reason) = match right {
            Ok((user, password_hash)) => match queries::find_home_team(&mut tx, user).await? {
                Some(team) => return Ok(Proven { user, team, password_hash, taken }),
                None => Refused(Some(user), SignInReason::NoTeam),
            },
            Err(refused) => refused,
        };
        let failed = Attempt::plain(tried, email, SignInMethod::Password).failed(reason);
        sign_ins::record(&mut tx, failed, origin, now).await?;
        tx.commit().await?;
        Err(wrong_password())
    }

    /// The person and their password as it is stored, when it is theirs and they may come in; otherwise who was tried, if anybody.
    async fn check(&self, known: Option<Credentials>, attempt: SecretString) -> Result<Result<(UserId, String), Refused>> {
        let (tried, stored, is_suspended) = match known {
            Some(known) => (Some(known.user_id), known.password_hash, known.is_suspended),
            None => (None, None, false),
        };
        let matches = password::matches(attempt, stored.clone()).await?;
        Ok(match (tried, matches, is_suspended) {
            (Some(user), true, false) => Ok((user, stored.unwrap_or_default())),
            (Some(_), true, true) => Err(Refused(tried, SignInReason::Suspended)),
            (Some(_), false, _) => Err(Refused(tried, SignInReason::WrongPassword)),
            (None, ..) => Err(Refused(None, SignInReason::UnknownAddress)),
        })
    }

    /// A session of this person in this team; its token is new, whatever the browser held before. All sessions begin here: while a
    /// licence is valid nobody gets one without a seat.
    pub(crate) async fn start_session(
        &self,
        tx: &mut SystemTx,
        (user, team): (UserId, TeamId),
        method: SignInMethod,
        origin: &Origin,
    ) -> Result<SignedIn> {
        let seated = seats::take(tx, user).await?;
        let token = token::fresh();
        let now = self.services.parts.clock.now();
        let (ip, user_agent) = origin.logged();
        let session = NewSession {
            token_hash: &token::hash(&token),
            user,
            team,
            by_both_factors: method.is_both_factors(),
            ip,
            user_agent,
            now,
            expires_at: now + self.session_lifetime(),
        };
        queries::insert_session(tx, session).await?;
        if let Some(email) = seated {
            let event = Event::new(Action::SeatTaken, user.as_uuid(), email);
            audit::record_in(tx, None, Author::person(user, origin.ip), event).await?;
        }
        Ok(SignedIn { token: token.into(), user_id: user, team_id: team })
    }

    pub(super) fn session_lifetime(&self) -> TimeDelta {
        TimeDelta::from_std(self.services.settings().session_lifetime).unwrap_or(TimeDelta::days(30))
    }
}

fn wrong_password() -> Error {
    Error::field("form", SignInReason::WrongPassword.sentence())
}
