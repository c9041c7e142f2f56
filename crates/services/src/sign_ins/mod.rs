//! Sign-ins: the record of every try to sign in, for the person it concerns and for those who manage the installation.
//!
//! The invariant: a row holds the hash of the tried address and never the address itself; it outlives the person, from then on without
//! address, device and network and under a hash of their id, and goes after a year.
//!
//! written by   [`record`], in the transaction of the try or after it was refused, and [`noting_too_many`]
//! read by      [`SignIns::list_own`], [`SignIns::list`], [`is_known`]
//! table        sign_ins

mod queries;
#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests look at rows that the code has no query for")]
mod tests;

use crate::identity::{Origin, describe_device, throttle, token};
use crate::{Db, Error, Result, Services, Viewer};
use chrono::{DateTime, TimeDelta, Utc};
use domain::sign_ins::{SignInEntry, SignInMethod, SignInOutcome, SignInPage, SignInQuery, SignInReason};
use domain::text::EmailAddress;
use domain::{FieldErrors, SignInId, UserId};
use sqlx::PgConnection;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How long a row is kept.
const KEPT: TimeDelta = TimeDelta::days(365);
/// How often too many tries are written down.
const TOO_MANY_EVERY: TimeDelta = TimeDelta::minutes(1);
/// How many of one's own are shown.
const OWN: i64 = 20;
/// Entries of one page.
const PAGE: i64 = 50;

/// The record of sign-ins.
pub struct SignIns<'a> {
    pub(crate) services: &'a Services,
}

/// One try, as far as it is known.
#[derive(Clone)]
pub(crate) struct Attempt<'a> {
    /// Whose account it was about; none when there is none.
    pub user: Option<UserId>,
    /// The address as [`hash_of`] keeps it; none when it ended before one was known.
    pub address_hash: Option<Vec<u8>>,
    /// By which way.
    pub method: SignInMethod,
    /// Through which provider; empty without one.
    pub provider: &'a str,
    /// Why it failed; none when it succeeded.
    pub reason: Option<SignInReason>,
}

impl Attempt<'_> {
    /// A try without a provider that succeeded.
    pub(crate) fn plain(user: Option<UserId>, email: &EmailAddress, method: SignInMethod) -> Self {
        Self { user, address_hash: Some(hash_of(email)), method, provider: "", reason: None }
    }

    /// The same, which failed.
    pub(crate) fn failed(self, reason: SignInReason) -> Self {
        Self { reason: Some(reason), ..self }
    }
}

/// What is kept of an address that was tried.
pub(crate) fn hash_of(email: &EmailAddress) -> Vec<u8> {
    token::hash(email.as_str())
}

/// Writes a try down.
pub(crate) async fn record(tx: &mut PgConnection, attempt: Attempt<'_>, origin: &Origin, now: DateTime<Utc>) -> Result<()> {
    let (ip, user_agent) = origin.logged();
    Ok(queries::insert(tx, &attempt, (&ip, &user_agent), now).await?)
}

/// Hands on whether a try was counted. One that was refused for the number of tries is written down, unless that was done within the
/// last minute for the account, the address, or where it comes from.
pub(crate) async fn noting_too_many<T>(
    db: &Db,
    counted: Result<T>,
    attempt: Attempt<'_>,
    origin: &Origin,
    now: DateTime<Utc>,
) -> Result<T> {
    if matches!(counted, Err(Error::Busy { .. })) {
        let mut tx = db.system_tx().await?;
        let (network, bits) = throttle::place(origin.ip);
        if !queries::has_recent_refusal(&mut tx, &attempt, &format!("{network}/{bits}"), now - TOO_MANY_EVERY).await? {
            record(&mut tx, attempt.failed(SignInReason::TooManyTries), origin, now).await?;
            tx.commit().await?;
        }
    }
    counted
}

/// Whether somebody came in with such a device from such a network before, as far as the record goes back.
pub(crate) async fn is_known(tx: &mut PgConnection, user: UserId, origin: &Origin) -> Result<bool> {
    let (_, user_agent) = origin.logged();
    let (here, device) = (network(origin.ip), describe_device(&user_agent));
    let is_same = |row: &queries::OriginRow| {
        row.ip.parse::<IpAddr>().is_ok_and(|ip| network(ip) == here) && describe_device(&row.user_agent) == device
    };
    Ok(queries::list_origins(tx, user).await?.iter().any(is_same))
}

/// What an address has in common with those that the same line is given on other days.
fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(v4) => Ipv4Addr::from_bits(v4.to_bits() & (u32::MAX << 8)).into(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 80)).into(),
    }
}

impl SignIns<'_> {
    /// The viewer's latest sign-ins, and tries to sign in as them.
    pub async fn list_own(&self, viewer: &Viewer) -> Result<Vec<SignInEntry>> {
        let mut tx = self.services.parts.db.system_tx().await?;
        let rows = queries::list_of(&mut tx, viewer.user_id, OWN).await?;
        Ok(rows.into_iter().map(queries::SignInRow::entry).collect())
    }

    /// Sign-ins of everybody, the latest first, for those who manage the installation; for others the record does not exist.
    pub async fn list(&self, viewer: &Viewer, query: &SignInQuery, before: Option<SignInId>) -> Result<SignInPage> {
        viewer.require_system_administrator()?;
        let (email, outcome) = parse(query)?;
        let hash = email.as_ref().map(hash_of);
        let succeeded = outcome.map(|outcome| outcome == SignInOutcome::Succeeded);
        let person = email.as_ref().map(EmailAddress::as_str);
        let mut tx = self.services.parts.db.system_tx().await?;
        let mut rows = queries::list(&mut tx, (person, hash.as_deref()), succeeded, before, PAGE + 1).await?;
        let has_older = rows.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
        if has_older {
            rows.pop();
        }
        let older = rows.last().filter(|_| has_older).map(|row| row.id);
        Ok(SignInPage { entries: rows.into_iter().map(queries::SignInRow::entry).collect(), older })
    }

    /// Forgets what is older than a year; how many. Housekeeping calls it.
    pub async fn delete_old(&self) -> Result<u64> {
        let mut tx = self.services.parts.db.system_tx().await?;
        let deleted = queries::delete_before(&mut tx, self.services.parts.clock.now() - KEPT).await?;
        tx.commit().await?;
        Ok(deleted)
    }
}

/// What a filter asks for, or messages at its fields.
fn parse(query: &SignInQuery) -> Result<(Option<EmailAddress>, Option<SignInOutcome>)> {
    let mut wrong = FieldErrors::default();
    let person = Some(query.person.trim()).filter(|person| !person.is_empty()).map(EmailAddress::parse).transpose();
    let person = person.map_err(|error| wrong.add("person", error.message)).ok().flatten();
    let outcome = Some(query.outcome.trim()).filter(|outcome| !outcome.is_empty()).map(str::parse).transpose();
    let outcome = outcome.map_err(|error: domain::InvalidText| wrong.add("outcome", error.message)).ok().flatten();
    if wrong.is_empty() { Ok((person, outcome)) } else { Err(Error::Invalid(wrong)) }
}

impl queries::SignInRow {
    fn entry(self) -> SignInEntry {
        let way = if self.provider.is_empty() { self.method } else { self.provider };
        let reason = self.reason.map(|word| word.parse::<SignInReason>().map_or(word, |reason| reason.words().to_owned()));
        SignInEntry {
            id: self.id,
            at: self.created_at,
            person: self.person.unwrap_or_default(),
            way,
            succeeded: self.succeeded,
            reason,
            ip: self.ip,
            device: describe_device(&self.user_agent),
        }
    }
}
