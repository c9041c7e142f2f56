//! Trial: what an administrator learns of a provider by going there and back, which signs nobody in.

use crate::sign_ins::SignInReason;
use crate::words::words;
use serde::{Deserialize, Serialize};

words! {
    /// What a sign-in would lead to.
    Foretold {
        /// Into the account that is linked.
        SignIn = "sign-in",
        /// Into it after one more code.
        Code = "code",
        /// To the question for the password of the account with the address.
        Password = "password",
        /// To that question, and no further: the account asks for a code too, and is linked by whoever signed in to it before.
        LinkFirst = "link-first",
        /// Into an account that is made.
        NewAccount = "new-account",
    }
}

/// How a trial ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TrialEnd {
    /// A sign-in would lead there.
    Would(Foretold),
    /// A sign-in would be refused.
    Refused(SignInReason),
}

impl TrialEnd {
    /// What the audit trail calls it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Would(Foretold::SignIn) => "Would sign in",
            Self::Would(Foretold::Code) => "Would ask for a code",
            Self::Would(Foretold::Password) => "Would ask for a password",
            Self::Would(Foretold::LinkFirst) => "Would have to be linked first",
            Self::Would(Foretold::NewAccount) => "Would make an account",
            Self::Refused(reason) => reason.words(),
        }
    }
}

/// What a provider said of whoever went there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialClaims {
    /// Who says it.
    pub issuer: String,
    /// How it calls them.
    pub subject: String,
    /// What it told as their address, if it told anything; may be none that can be used.
    pub email: Option<String>,
    /// Whether it says that the address is theirs; none where it says nothing about that.
    pub is_verified: Option<bool>,
    /// Their name; may be empty.
    pub name: String,
    /// The claim that tells of roles; empty where none is set.
    pub role_claim: String,
    /// What that claim says.
    pub role_values: Vec<String>,
    /// Which role a sign-in would give them, in words.
    pub role: String,
}

/// What `/admin/sign-in` shows of a trial.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// The provider's name.
    pub provider: String,
    /// How it ended; none while whoever began has not come back.
    pub end: Option<TrialEnd>,
    /// What that means, in words.
    pub sentence: String,
    /// What the provider said; none where its answer could not be taken.
    pub claims: Option<TrialClaims>,
}
