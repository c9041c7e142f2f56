//! Sign-ins: every try to sign in, by which way, and how it ended.

use crate::SignInId;
use crate::words::words;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

words! {
    /// By which way somebody signs in.
    SignInMethod {
        /// With their password.
        Password = "Password",
        /// With a code after the password.
        Code = "Password and code",
        /// By making an account.
        SignUp = "Sign-up",
        /// Through an identity provider.
        Provider = "Identity provider",
        /// With a code that was mailed to them.
        EmailCode = "E-mailed code",
        /// With such a code, and one of their app after it.
        EmailCodeAndApp = "E-mailed code and app",
        /// With a passkey, which stands for password and code.
        Passkey = "Passkey",
    }
}

impl SignInMethod {
    /// Whether it counts as both steps by itself: a device made sure who holds it, or a provider who somebody is.
    pub const fn is_both_factors(self) -> bool {
        matches!(self, Self::Passkey | Self::Provider)
    }
}

words! {
    /// Why a try failed.
    SignInReason {
        /// Nobody has the address.
        UnknownAddress = "unknown-address",
        /// The password is another.
        WrongPassword = "wrong-password",
        /// There were too many tries; written down once a minute.
        TooManyTries = "too-many-tries",
        /// The code after the password is another, or was used.
        WrongCode = "wrong-code",
        /// The first step was right; the code after it was asked for, and had not come yet.
        CodeAsked = "code-asked",
        /// There is no free seat.
        NoSeat = "no-seat",
        /// The licence is over, and nobody new comes in.
        LicenceOver = "licence-over",
        /// The licence includes no identity providers, and what the person came with was not linked before.
        NotInLicence = "not-in-licence",
        /// The person is suspended.
        Suspended = "suspended",
        /// The person is in no team they could work in.
        NoTeam = "no-team",
        /// There is no such provider, or it is turned off.
        ProviderOff = "provider-off",
        /// The provider cannot be reached.
        Unreachable = "unreachable",
        /// The person cancelled at the provider.
        Cancelled = "cancelled",
        /// The provider answered with an error.
        ProviderRefused = "provider-refused",
        /// It began in another browser, too long ago, or not here at all.
        WrongState = "wrong-state",
        /// The answer belongs to another try.
        WrongNonce = "wrong-nonce",
        /// The answer was made for another application.
        WrongAudience = "wrong-audience",
        /// The answer was made by another provider.
        WrongIssuer = "wrong-issuer",
        /// The answer is not signed, or not by the provider.
        WrongSignature = "wrong-signature",
        /// The answer is too old.
        Expired = "expired",
        /// The answer cannot be read.
        Unreadable = "unreadable",
        /// The provider was to ask the person anew, and did not say when it last did.
        NoProofTime = "no-proof-time",
        /// The provider was to ask the person anew, and did not.
        OldProof = "old-proof",
        /// The provider gave no address.
        NoAddress = "no-address",
        /// The provider does not vouch for the address.
        UnverifiedAddress = "unverified-address",
        /// The address is of another domain.
        WrongDomain = "wrong-domain",
        /// Nobody has an account with the address, and the provider makes none.
        NoAccount = "no-account",
        /// There is an account with the address that the identity is not linked to.
        NotLinked = "not-linked",
        /// The identity belongs to another account.
        LinkedElsewhere = "linked-elsewhere",
        /// The administrator has turned this way off.
        WayOff = "way-off",
        /// A mailed code alone is not enough where codes are the second step too.
        NeedsPassword = "needs-password",
        /// The browser sent no passkey.
        NoPasskey = "no-passkey",
        /// Nobody has the passkey, or not any more.
        UnknownPasskey = "unknown-passkey",
        /// What the passkey signed is not what it was asked to sign.
        WrongPasskey = "wrong-passkey",
    }
}

impl SignInReason {
    /// What the person is told. With a password, what was wrong is nobody's business.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::UnknownAddress | Self::WrongPassword | Self::NoTeam => "The email address or the password is not right.",
            Self::TooManyTries => "There were too many tries. Wait a moment.",
            Self::WrongCode => "This code is not right, or it was used before. Wait for the next one.",
            Self::CodeAsked => "Type the code to go on.",
            Self::NoSeat => {
                "All seats of this installation are taken. Ask its administrator to free one or to get more: what is yours here stays."
            }
            Self::LicenceOver => "The licence of this installation is over: nobody new can come in. Ask its administrator.",
            Self::NotInLicence => {
                "The licence of this installation does not include identity providers: only what was linked before opens an account. Ask its administrator."
            }
            Self::Suspended => "You cannot sign in here at the moment. Ask your administrator.",
            Self::ProviderOff | Self::WayOff => "This way to sign in is not available any more.",
            Self::Unreachable => "Your identity provider cannot be reached. Try again in a moment.",
            Self::Cancelled => "Signing in was cancelled.",
            Self::ProviderRefused => "Your identity provider refused to sign you in.",
            Self::WrongState => "Signing in took too long or began in another browser. Start again here.",
            Self::WrongNonce => "The answer of your identity provider belongs to another sign-in. Start again here.",
            Self::WrongAudience => "The answer of your identity provider was made for another application.",
            Self::WrongIssuer => "The answer does not come from the identity provider you chose.",
            Self::WrongSignature => "The answer of your identity provider is not signed as it must be.",
            Self::Expired => "The answer of your identity provider has expired. Start again here.",
            Self::Unreadable => "The answer of your identity provider could not be read.",
            Self::NoProofTime => {
                "Your identity provider does not say when you signed in there, so that it proves nothing new. Ask your administrator."
            }
            Self::OldProof => "Your identity provider did not ask you to sign in there again. Sign out there, then try again.",
            Self::NoAddress => "Your identity provider did not tell your email address.",
            Self::UnverifiedAddress => {
                "Your identity provider does not say that your email address is verified. Verify it there if you can, or ask your administrator."
            }
            Self::WrongDomain => "People with an email address of this domain cannot sign in this way.",
            Self::NoAccount => "You have no account here yet. Ask someone who has one to invite you.",
            Self::NotLinked => "There is an account with your email address. Sign in as usual, then link it on your account page.",
            Self::LinkedElsewhere => "This identity is linked to another account.",
            Self::NeedsPassword => {
                "Your second step is a mailed code, so that another one is not enough. Sign in with your password, or in another way."
            }
            Self::NoPasskey => "Your browser sent no passkey. Try again, or sign in in another way.",
            Self::UnknownPasskey | Self::WrongPasskey => "This passkey does not open an account here. Sign in in another way.",
        }
    }

    /// What the administrator is told.
    pub const fn words(self) -> &'static str {
        match self {
            Self::UnknownAddress => "Unknown address",
            Self::WrongPassword => "Wrong password",
            Self::TooManyTries => "Too many tries",
            Self::WrongCode => "Wrong code",
            Self::CodeAsked => "First step right, code not typed",
            Self::NoSeat => "No free seat",
            Self::LicenceOver => "Licence over",
            Self::NotInLicence => "Not in the licence",
            Self::Suspended => "Suspended",
            Self::NoTeam => "In no team",
            Self::ProviderOff => "Provider turned off",
            Self::Unreachable => "Provider unreachable",
            Self::Cancelled => "Cancelled",
            Self::ProviderRefused => "Refused by the provider",
            Self::WrongState => "Wrong or expired state",
            Self::WrongNonce => "Wrong nonce",
            Self::WrongAudience => "Wrong audience",
            Self::WrongIssuer => "Wrong issuer",
            Self::WrongSignature => "Wrong signature",
            Self::Expired => "Expired token",
            Self::Unreadable => "Unreadable answer",
            Self::NoProofTime => "Time of the proof missing",
            Self::OldProof => "Proof too old",
            Self::NoAddress => "No address",
            Self::UnverifiedAddress => "Address not verified",
            Self::WrongDomain => "Domain not allowed",
            Self::NoAccount => "No account",
            Self::NotLinked => "Not linked yet",
            Self::LinkedElsewhere => "Linked to another account",
            Self::WayOff => "Way turned off",
            Self::NeedsPassword => "Needs the password",
            Self::NoPasskey => "No passkey",
            Self::UnknownPasskey => "Unknown passkey",
            Self::WrongPasskey => "Wrong passkey",
        }
    }
}

words! {
    /// How a try ended, for a filter.
    SignInOutcome {
        /// Somebody is in.
        Succeeded = "succeeded",
        /// Nobody is.
        Failed = "failed",
    }
}

/// One try.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInEntry {
    /// The try.
    pub id: SignInId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who, as far as that is known.
    pub person: String,
    /// By which way.
    pub way: String,
    /// Whether they are in.
    pub succeeded: bool,
    /// Why not, in words.
    pub reason: Option<String>,
    /// From which address.
    pub ip: String,
    /// With what, made readable.
    pub device: String,
}

/// What a filter of the record asks for, as it stands in an address; empty means everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignInQuery {
    /// An email address.
    pub person: String,
    /// One of [`SignInOutcome`].
    pub outcome: String,
}

/// Part of the record, the latest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInPage {
    /// The tries.
    pub entries: Vec<SignInEntry>,
    /// Where the older ones begin; none when these are the oldest.
    pub older: Option<SignInId>,
}
