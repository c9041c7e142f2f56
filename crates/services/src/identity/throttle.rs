//! Throttles: how often something may be tried, counted in Postgres so that every server of an installation counts together.
//!
//! The generic cell rate algorithm: one row per key holds the moment at which all attempts so far are paid off.

use super::queries;
use crate::written::hex;
use crate::{Db, Error, Result};
use chrono::{DateTime, TimeDelta, Utc};
use domain::text::EmailAddress;
use std::net::{IpAddr, Ipv6Addr};

/// How many attempts at once, and how long until one more is earned.
#[derive(Clone, Copy)]
pub(crate) struct Limit {
    burst: i32,
    every: TimeDelta,
}

impl Limit {
    /// So many at once, and as many over each minute from then on.
    pub(crate) fn per_minute(most: i32) -> Self {
        let most = most.max(1);
        Self { burst: most, every: TimeDelta::microseconds(60_000_000 / i64::from(most)) }
    }
}

/// Failed sign-ins from one network address.
pub(crate) const SIGN_IN_PER_IP: Limit = Limit { burst: 3, every: TimeDelta::seconds(20) };
/// Failed sign-ins to one account, from wherever.
pub(super) const SIGN_IN_PER_ADDRESS: Limit = Limit { burst: 10, every: TimeDelta::seconds(60) };
/// New accounts from one network address: whole offices start on one morning.
pub(super) const SIGN_UP_PER_IP: Limit = Limit { burst: 100, every: TimeDelta::seconds(2) };
/// Mails that finish a sign-up, asked for from one network address: a morning's office, and then few, because they go to people who may
/// never have heard of the installation.
pub(super) const SIGN_UP_MAIL_PER_IP: Limit = Limit { burst: 100, every: TimeDelta::seconds(30) };
/// Mails to one address that somebody wants an account for: nobody's mailbox is to be filled.
pub(super) const SIGN_UP_PER_ADDRESS: Limit = Limit { burst: 3, every: TimeDelta::minutes(10) };

/// Invitations that are mailed to one address, from whichever team: nobody's mailbox is to be filled.
pub(crate) const INVITATION_PER_ADDRESS: Limit = Limit { burst: 3, every: TimeDelta::minutes(10) };
/// Invitations that one person has mailed: lists of a whole house go out, and strangers are not mailed without end.
pub(crate) const INVITATION_PER_PERSON: Limit = Limit { burst: 500, every: TimeDelta::minutes(1) };

/// Sign-ins at a provider that one network address begins: each asks the provider.
pub(crate) const PROVIDER_PER_IP: Limit = Limit { burst: 60, every: TimeDelta::seconds(2) };
/// Sign-ins with a passkey that one network address begins: each is kept for a while.
pub(crate) const PASSKEY_PER_IP: Limit = Limit { burst: 60, every: TimeDelta::seconds(2) };
/// Links for a forgotten password, asked for from one network address.
pub(super) const FORGOT_PER_IP: Limit = Limit { burst: 20, every: TimeDelta::seconds(30) };
/// Links for a forgotten password, to one address: nobody's mailbox is to be filled.
pub(super) const FORGOT_PER_ADDRESS: Limit = Limit { burst: 3, every: TimeDelta::minutes(10) };
/// Links that lead nowhere, followed from one network address.
pub(super) const RESET_PER_IP: Limit = Limit { burst: 20, every: TimeDelta::seconds(10) };

/// API keys that open nothing, presented from one network address.
pub(crate) const KEY_PER_IP: Limit = Limit { burst: 20, every: TimeDelta::seconds(10) };

/// Wrong codes of one person, from wherever: six digits are guessed with patience alone.
pub(super) const CODE_PER_PERSON: Limit = Limit { burst: 5, every: TimeDelta::minutes(2) };

/// Codes that are to be mailed, asked for from one network address.
pub(super) const CODE_MAIL_PER_IP: Limit = Limit { burst: 20, every: TimeDelta::seconds(30) };
/// Codes that are to be mailed to one address.
pub(super) const CODE_MAIL_PER_ADDRESS: Limit = Limit { burst: 3, every: TimeDelta::minutes(10) };
/// Codes that are mailed to somebody who has proven who they are.
pub(super) const CODE_MAIL_PER_PERSON: Limit = Limit { burst: 5, every: TimeDelta::minutes(5) };
/// Guesses at mailed codes from one network address.
pub(super) const MAILED_CODE_PER_IP: Limit = Limit { burst: 20, every: TimeDelta::seconds(10) };
/// Guesses at the codes mailed to one address, from wherever: with patience alone a code is not guessed in a year. Whoever uses them up keeps
/// the person from this way in, and from no other.
pub(super) const MAILED_CODE_PER_ADDRESS: Limit = Limit { burst: 10, every: TimeDelta::minutes(20) };

/// Other addresses one person asks for.
pub(super) const EMAIL_PER_PERSON: Limit = Limit { burst: 5, every: TimeDelta::minutes(10) };

/// Attempts that were counted and can be given back.
pub(crate) struct Taken(Vec<(String, Limit)>);

/// Counts one attempt under every key, or refuses with the time to wait and counts none.
pub(crate) async fn take(db: &Db, now: DateTime<Utc>, keys: Vec<(String, Limit)>) -> Result<Taken> {
    let mut tx = db.system_tx().await?;
    for (key, limit) in &keys {
        let slack = limit.every * (limit.burst - 1);
        if queries::take_attempt(&mut tx, key, now, limit.every, slack).await?.is_none() {
            let free_at = queries::arrival_of(&mut tx, key).await?.unwrap_or(now) - slack;
            let wait = u32::try_from((free_at - now).num_seconds() + 1).unwrap_or(1).max(1);
            return Err(Error::Busy { retry_after_s: wait });
        }
    }
    tx.commit().await?;
    Ok(Taken(keys))
}

impl Taken {
    /// Gives the attempts back: only failures count.
    pub(crate) async fn give_back(self, db: &Db) -> Result<()> {
        give_back(db, &self.0).await
    }
}

/// Gives attempts back that were counted by an earlier request.
pub(crate) async fn give_back(db: &Db, keys: &[(String, Limit)]) -> Result<()> {
    let mut tx = db.system_tx().await?;
    for (key, limit) in keys {
        queries::give_attempt_back(&mut tx, key, limit.every).await?;
    }
    tx.commit().await
}

/// The network that counts as one place, and how many bits it has: one IPv6 customer holds a whole /64.
pub(crate) fn place(ip: IpAddr) -> (IpAddr, u8) {
    match ip.to_canonical() {
        IpAddr::V4(v4) => (v4.into(), 32),
        IpAddr::V6(v6) => (Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).into(), 64),
    }
}

/// The key of the place that a network address is in.
pub(crate) fn ip_key(what: &str, ip: IpAddr) -> String {
    let (network, bits) = place(ip);
    if network.is_ipv4() { format!("{what}:ip:{network}") } else { format!("{what}:ip:{network}/{bits}") }
}

/// The key of somebody who is known already.
pub(crate) fn person_key(what: &str, person: domain::UserId) -> String {
    format!("{what}:person:{person}")
}

/// The key of a team.
pub(crate) fn team_key(what: &str, team: domain::TeamId) -> String {
    format!("{what}:team:{team}")
}

/// The key of an account; the address itself is not stored.
pub(crate) fn address_key(what: &str, email: &EmailAddress) -> String {
    hashed_address_key(what, &super::token::hash(email.as_str()))
}

/// The same where only the hash of the address is known.
pub(super) fn hashed_address_key(what: &str, hash: &[u8]) -> String {
    format!("{what}:address:{}", hex(hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapped_address_counts_as_the_one_it_maps() {
        assert_eq!(ip_key("a", "::ffff:10.0.0.1".parse().unwrap()), ip_key("a", "10.0.0.1".parse().unwrap()));
    }

    #[test]
    fn addresses_of_one_customer_network_count_together() {
        assert_eq!(ip_key("a", "2001:db8:1:2:3::4".parse().unwrap()), ip_key("a", "2001:db8:1:2:ffff::1".parse().unwrap()));
        assert_ne!(ip_key("a", "2001:db8:1:2::1".parse().unwrap()), ip_key("a", "2001:db8:1:3::1".parse().unwrap()));
    }
}
