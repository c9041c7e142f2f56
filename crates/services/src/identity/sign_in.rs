//! Signing in and out: the same words and the same time for an unknown address, a wrong password and a suspended person.

use super::queries::{self, Credentials, NewSession};
use super::throttle::{self, SIGN_IN_PER_ADDRESS, SIGN_IN_PER_IP};
use super::{Identity, Origin, SignedIn, password, token};
use crate::{Error, Result, SystemTx};
use chrono::TimeDelta;
use domain::text::EmailAddress;
use domain::{TeamId, UserId};
use secrecy::SecretString;

impl Origin {
    /// As it is written into tables.
    pub(super) fn logged(&self) -> (String, String) {
        (self.ip.to_canonical().to_string(), self.short_user_agent())
    }
}

impl Identity<'_> {
    /// Starts a session for whoever knows the password. Failures are counted per address and per network address; too many
    /// of them are [`Error::Busy`], whoever asks.
    pub async fn sign_in(&self, email: &str, attempt: SecretString, origin: Origin) -> Result<SignedIn> {
        let email = EmailAddress::parse(email)?;
        let db = &self.services.parts.db;
        let now = self.services.parts.clock.now();
        password::prepare().await?;
        let keys =
            vec![(throttle::ip_key("sign-in", origin.ip), SIGN_IN_PER_IP), (throttle::address_key("sign-in", &email), SIGN_IN_PER_ADDRESS)];
        let taken = throttle::take(db, now, keys).await?;
        let known = {
            let mut tx = db.system_tx().await?;
            queries::find_credentials(&mut tx, &email).await?
        };
        let right = self.check(known, attempt).await?;
        let email_hash = token::hash(email.as_str());
        let mut tx = db.system_tx().await?;
        let (user, team) = match right {
            Ok(user) => (user, queries::find_home_team(&mut tx, user).await?),
            Err(user) => (user.unwrap_or_else(UserId::new), None),
        };
        let Some(team) = team else {
            queries::insert_sign_in(&mut tx, right.err().flatten(), &email_hash, false, origin.logged(), now).await?;
            tx.commit().await?;
            return Err(Error::field("form", "The email address or the password is not right."));
        };
        queries::insert_sign_in(&mut tx, Some(user), &email_hash, true, origin.logged(), now).await?;
        let session = self.start_session(&mut tx, user, team, &origin).await?;
        tx.commit().await?;
        taken.give_back(db).await?;
        Ok(session)
    }

    /// The person when the password is theirs and they may come in; otherwise who was tried, if anybody.
    async fn check(&self, known: Option<Credentials>, attempt: SecretString) -> Result<Result<UserId, Option<UserId>>> {
        let (tried, stored, is_suspended) = match known {
            Some(known) => (Some(known.user_id), Some(known.password_hash), known.is_suspended),
            None => (None, None, false),
        };
        let is_right = password::matches(attempt, stored).await? && !is_suspended;
        Ok(tried.filter(|_| is_right).ok_or(tried))
    }

    /// A session of this person in this team; its token is new, whatever the browser held before.
    pub(crate) async fn start_session(&self, tx: &mut SystemTx, user: UserId, team: TeamId, origin: &Origin) -> Result<SignedIn> {
        let token = token::fresh();
        let now = self.services.parts.clock.now();
        let (ip, user_agent) = origin.logged();
        let session =
            NewSession { token_hash: &token::hash(&token), user, team, ip, user_agent, now, expires_at: now + self.session_lifetime() };
        queries::insert_session(tx, session).await?;
        Ok(SignedIn { token: token.into(), user_id: user, team_id: team })
    }

    pub(super) fn session_lifetime(&self) -> TimeDelta {
        TimeDelta::from_std(self.services.settings().session_lifetime).unwrap_or(TimeDelta::days(30))
    }
}
