//! Identity: people, how they prove who they are, and the sessions of their browsers.
//!
//! The invariant: secrets (passwords, tokens) are stored as hashes only, and a suspended or removed person has no [`crate::Viewer`].
//!
//! making an account   [`sign_up`], [`sign_up_by_mail`]   proving it again    [`sign_in`], [`throttle`], [`password`]
//! browsers            [`sessions`]         one's own settings  [`account`]
//! through a provider  [`vouched`], for `services::identity_providers`
//! forgotten           [`password_reset`]   a second step       [`two_step`], [`second_factor`]
//! another address     [`email_change`]     a code by mail        [`email_code`], [`mailed_two_step`]
//! how one is answered [`answers`]          keys of the keyboard  [`shortcuts`]
//! before what is dangerous  [`confirmation`]   after what a person is told of  [`notices`]
//! while passwords are off   [`without_passwords`]   answers that tell nothing by their time  [`even_time`]
//! tables: users, sessions, sign_ins, throttles, password_resets, two_step, recovery_codes, sign_in_steps, email_changes, email_codes, sign_ups
//! (and teams, memberships, which `services::team` owns)

mod account;
mod answers;
mod confirmation;
mod device;
mod email_change;
mod email_code;
mod even_time;
mod mailed_two_step;
mod notices;
mod password;
mod password_reset;
mod queries;
mod queries_confirmation;
mod queries_email;
mod queries_email_codes;
mod queries_invitations;
mod queries_links;
mod queries_notices;
mod queries_preferences;
mod queries_resets;
mod queries_sign_ups;
mod queries_two_step;
mod second_factor;
mod sessions;
mod shortcuts;
mod sign_in;
mod sign_up;
mod sign_up_by_mail;
pub(crate) mod throttle;
pub(crate) mod token;
mod two_step;
mod vouched;
mod without_passwords;

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests look at rows that the code has no query for")]
mod tests;

pub(crate) use confirmation::confirm_session;
pub(crate) use device::describe as describe_device;
pub use password::Password;
pub(crate) use queries::{insert_membership, permissions, set_view};
pub(crate) use queries_invitations::{OpenInvitation, use_invitation};
pub(crate) use queries_links::list_open_links;
pub(crate) use sign_in::Proven;
pub(crate) use sign_up::invitation_is_over;
pub use sign_up::{NewPerson, SignedUp};
pub(crate) use vouched::Newcomer;

use crate::Services;
use domain::{TeamId, UserId};
use secrecy::SecretString;

/// People, sessions and accounts.
pub struct Identity<'a> {
    pub(crate) services: &'a Services,
}

/// Where a request comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The address of the peer.
    pub ip: std::net::IpAddr,
    /// What the browser calls itself.
    pub user_agent: String,
}

impl Origin {
    /// What the browser calls itself, cut to 300 characters.
    fn short_user_agent(&self) -> String {
        self.user_agent.chars().filter(|c| !c.is_control()).take(300).collect()
    }
}

/// What comes of a right password.
#[derive(Debug)]
pub enum Entry {
    /// The person is in.
    In(SignedIn),
    /// A code is asked for; whoever presents this token with it comes in. It is good for nothing else.
    NeedsCode(SecretString),
}

impl Entry {
    /// The session, when no code is asked for.
    pub fn session(self) -> Option<SignedIn> {
        match self {
            Self::In(session) => Some(session),
            Self::NeedsCode(_) => None,
        }
    }
}

/// A fresh session: the token goes into the cookie and is not kept anywhere else.
#[derive(Debug)]
pub struct SignedIn {
    /// What the browser presents from now on.
    pub token: SecretString,
    /// Who signed in.
    pub user_id: UserId,
    /// The team the session starts in.
    pub team_id: TeamId,
}
