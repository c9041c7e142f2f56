//! Security: one mail for whatever changes who gets into an account: what happened, when, with which device and from where, and what to
//! do if it was not the person.

use super::content::moment;
use super::letter::Letterhead;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// What a person is told about their account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SecurityNotice {
    /// What happened.
    #[serde(default)] // the first version told of changed passwords alone, and not from where
    pub(crate) act: SecurityAct,
    /// When.
    pub(crate) at: DateTime<Utc>,
    /// From where; none when it was done on the server itself, or by an administrator.
    #[serde(default)]
    pub(crate) whence: Option<Whence>,
    /// Where the button leads.
    pub(crate) link: String,
    /// Whether nobody signs in with a password, so that none can be asked for.
    #[serde(default)]
    pub(crate) without_passwords: bool,
}

/// From where something was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Whence {
    /// The browser, made readable.
    pub(crate) device: String,
    /// The address it came from.
    pub(crate) address: String,
}

/// What happened to an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum SecurityAct {
    /// Whoever was signed in changed the password.
    #[default]
    PasswordChanged,
    /// Whoever followed a mailed link chose a password.
    PasswordResetByMail,
    /// Whoever has the server's command line gave the account a password.
    PasswordResetOnServer,
    /// Signing in takes a code from now on.
    TwoStepTurnedOn,
    /// It takes none any more.
    TwoStepTurnedOff,
    /// Recovery codes were made in place of those there were.
    RecoveryCodesRenewed,
    /// A passkey lets somebody in.
    PasskeyAdded {
        /// What the person called it.
        name: String,
    },
    /// A passkey does not any more.
    PasskeyRemoved {
        /// What the person called it.
        name: String,
    },
    /// Whoever is who they are at a provider gets in.
    ProviderLinked {
        /// The provider's name.
        name: String,
    },
    /// They do not any more.
    ProviderUnlinked {
        /// The provider's name.
        name: String,
    },
    /// A program that has the key works as its person.
    ApiKeyCreated {
        /// What the person called it; the key itself stands in no mail.
        name: String,
    },
    /// The account ends unless its person keeps it.
    DeletionScheduled {
        /// When it is too late.
        gone_at: DateTime<Utc>,
    },
    /// The same because an administrator says so.
    DeletionOrdered {
        /// When it is too late.
        gone_at: DateTime<Utc>,
    },
    /// Somebody came in with a kind of browser from a network where the person had not been lately.
    NewDevice,
}

/// The words of a mail that differ from act to act.
struct Words {
    heading: &'static str,
    /// What happened, with the time in it.
    deed: String,
    /// What follows from it.
    outcome: String,
    button: &'static str,
    advice: &'static str,
}

const NOT_ME: &str = "It was not me";
const OPEN_ACCOUNT: &str = "Open my account";
const ADVICE: &str = "If it was you, you need do nothing. If not, get a link for a new password at once: that signs everybody out, and removes \
                      the passkeys, the linked providers and the API keys of your account.";
const WITHOUT_PASSWORDS: &str = "If it was you, you need do nothing. If not, end the sessions and remove what you do not know on your account \
                                 page at once, and ask the person who runs your installation for help.";

impl SecurityAct {
    /// The kinds of those that tell of the end of an account.
    pub(super) const OF_DELETION: [&'static str; 2] = ["DeletionScheduled", "DeletionOrdered"];

    /// Its kind as it is stored, and what the administrator calls it.
    pub(super) const fn names(&self) -> (&'static str, &'static str) {
        match self {
            Self::PasswordChanged => ("PasswordChanged", "Password was changed"),
            Self::PasswordResetByMail => ("PasswordResetByMail", "Password was replaced by a mailed link"),
            Self::PasswordResetOnServer => ("PasswordResetOnServer", "Password was replaced on the server"),
            Self::TwoStepTurnedOn => ("TwoStepTurnedOn", "Two-step sign-in was set up"),
            Self::TwoStepTurnedOff => ("TwoStepTurnedOff", "Two-step sign-in was turned off"),
            Self::RecoveryCodesRenewed => ("RecoveryCodesRenewed", "New recovery codes were made"),
            Self::PasskeyAdded { .. } => ("PasskeyAdded", "Passkey was added"),
            Self::PasskeyRemoved { .. } => ("PasskeyRemoved", "Passkey was removed"),
            Self::ProviderLinked { .. } => ("ProviderLinked", "Identity provider was linked"),
            Self::ProviderUnlinked { .. } => ("ProviderUnlinked", "Identity provider was unlinked"),
            Self::ApiKeyCreated { .. } => ("ApiKeyCreated", "API key was made"),
            Self::DeletionScheduled { .. } => ("DeletionScheduled", "Account was marked for deletion"),
            Self::DeletionOrdered { .. } => ("DeletionOrdered", "Account was marked for deletion by an administrator"),
            Self::NewDevice => ("NewDevice", "Sign-in with a new device"),
        }
    }

    /// The screen on which its person does something about it.
    pub(crate) const fn screen(&self, without_passwords: bool) -> &'static str {
        match self {
            Self::ApiKeyCreated { .. } | Self::DeletionScheduled { .. } | Self::DeletionOrdered { .. } => "/account",
            _ if without_passwords => "/account",
            _ => "/forgot-password",
        }
    }

    /// Whether somebody else than the person is meant to have done it.
    const fn is_by_others(&self) -> bool {
        matches!(self, Self::PasswordResetOnServer | Self::DeletionOrdered { .. })
    }

    /// One of each, for looking at.
    pub(super) fn examples() -> [Self; 14] {
        let name = || "Phone".to_owned();
        let gone_at = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_814);
        [
            Self::PasswordChanged,
            Self::PasswordResetByMail,
            Self::PasswordResetOnServer,
            Self::TwoStepTurnedOn,
            Self::TwoStepTurnedOff,
            Self::RecoveryCodesRenewed,
            Self::PasskeyAdded { name: name() },
            Self::PasskeyRemoved { name: name() },
            Self::ProviderLinked { name: "Example works".to_owned() },
            Self::ProviderUnlinked { name: "Example works".to_owned() },
            Self::ApiKeyCreated { name: "Nightly import".to_owned() },
            Self::DeletionScheduled { gone_at },
            Self::DeletionOrdered { gone_at },
            Self::NewDevice,
        ]
    }

    fn words(&self, at: DateTime<Utc>) -> Words {
        let at = moment(at);
        let plain = |heading, deed, outcome: &str| Words { heading, deed, outcome: outcome.to_owned(), button: NOT_ME, advice: ADVICE };
        match self {
            Self::PasswordChanged => plain(
                "Your password was changed",
                format!("The password of your account on Lyceum was changed on {at}."),
                "Browsers that were signed in with the former one are signed out.",
            ),
            Self::PasswordResetByMail => Words {
                advice: "If it was you, you need do nothing. If not, somebody else reads your mail: change the password of your mailbox \
                         first, then get a link for a new password here.",
                ..plain(
                    "Your password was changed",
                    format!("A new password for your account on Lyceum was chosen through a mailed link on {at}."),
                    "All browsers are signed out, and the passkeys, the linked providers and the API keys of the account are removed.",
                )
            },
            Self::PasswordResetOnServer => Words {
                button: "Choose a password of your own",
                advice: "If you did not ask for it, ask the person who runs your installation why.",
                ..plain(
                    "Your password was changed",
                    format!("Whoever runs your installation of Lyceum gave your account a new password on {at}."),
                    "Two-step sign-in is off, all browsers are signed out, and the passkeys, the linked providers and the API keys of the \
                     account are removed.",
                )
            },
            Self::TwoStepTurnedOn => Words {
                advice: "If it was you, you need do nothing. If not, get a link for a new password at once, and ask the person who runs your \
                         installation to turn two-step sign-in off.",
                ..plain(
                    "Two-step sign-in was set up",
                    format!("Two-step sign-in was set up for your account on Lyceum on {at}."),
                    "Signing in takes a code from now on.",
                )
            },
            Self::TwoStepTurnedOff => plain(
                "Two-step sign-in was turned off",
                format!("Two-step sign-in was turned off for your account on Lyceum on {at}."),
                "Signing in takes no code from now on.",
            ),
            Self::RecoveryCodesRenewed => Words {
                advice: "If it was you, you need do nothing. If not, get a link for a new password at once, and then make new recovery \
                         codes on your account page, so that these stop working.",
                ..plain(
                    "New recovery codes were made",
                    format!("New recovery codes for two-step sign-in to your account on Lyceum were made on {at}."),
                    "Those from before do not work any more.",
                )
            },
            Self::PasskeyAdded { name } => plain(
                "A passkey was added",
                format!("The passkey “{name}” was added to your account on Lyceum on {at}."),
                "Whoever holds it can sign in as you.",
            ),
            Self::PasskeyRemoved { name } => plain(
                "A passkey was removed",
                format!("The passkey “{name}” was removed from your account on Lyceum on {at}."),
                "It does not let anybody in any more.",
            ),
            Self::ProviderLinked { name } => plain(
                "An identity provider was linked",
                format!("Your account on Lyceum was linked to the identity provider “{name}” on {at}."),
                "Whoever signs in there as they did then can sign in as you.",
            ),
            Self::ProviderUnlinked { name } => plain(
                "An identity provider was unlinked",
                format!("The link of your account on Lyceum to the identity provider “{name}” was ended on {at}."),
                "It does not let anybody in any more.",
            ),
            Self::ApiKeyCreated { name } => api_key(&at, name),
            Self::DeletionScheduled { gone_at } => deletion(&at, *gone_at),
            Self::DeletionOrdered { gone_at } => deletion_by_administrator(&at, *gone_at),
            Self::NewDevice => plain(
                "Somebody signed in with a new device",
                format!("Somebody signed in to your account on Lyceum on {at}."),
                "In the last year nobody signed in to it with a device of this kind from this network.",
            ),
        }
    }
}

fn api_key(at: &str, name: &str) -> Words {
    Words {
        heading: "An API key was made",
        deed: format!("The API key “{name}” was made in your account on Lyceum on {at}."),
        outcome: "A program that has it works as you, in one team and within its scopes, until it expires or is revoked.".to_owned(),
        button: OPEN_ACCOUNT,
        advice: "If it was you, you need do nothing. If not, revoke it on your account page at once, in the team it was made in, and \
                 change your password there.",
    }
}

fn deletion(at: &str, gone_at: DateTime<Utc>) -> Words {
    Words {
        heading: "Your account was marked for deletion",
        deed: format!("The deletion of your account on Lyceum was asked for on {at}."),
        outcome: format!(
            "Until {} you can take it back: sign in and choose “Keep my account”. After that the account is gone, and so is what is yours \
             alone.",
            moment(gone_at)
        ),
        button: "Keep my account",
        advice: "If it was you, you need do nothing. If not, keep the account and change your password at once.",
    }
}

fn deletion_by_administrator(at: &str, gone_at: DateTime<Utc>) -> Words {
    Words {
        deed: format!("An administrator of your installation of Lyceum asked for the deletion of your account on {at}."),
        advice: "You are signed out everywhere, and your API keys are revoked. If you cannot sign in and want to keep the account, or to \
                 take along what is yours, ask the person who runs your installation.",
        ..deletion(at, gone_at)
    }
}

impl SecurityNotice {
    /// One of each, with made-up people, for looking at.
    pub(super) fn examples(public_url: &str, at: DateTime<Utc>) -> impl Iterator<Item = Self> {
        let whence = Whence { device: "Firefox on Linux".to_owned(), address: "192.0.2.1".to_owned() };
        SecurityAct::examples().into_iter().map(move |act| Self {
            link: format!("{public_url}{}", act.screen(false)),
            without_passwords: false,
            whence: (!act.is_by_others()).then(|| whence.clone()),
            act,
            at,
        })
    }

    /// What it says.
    pub(super) fn letterhead(&self) -> Letterhead {
        let Words { heading, deed, outcome, button, advice } = self.act.words(self.at);
        let is_in_doubt = self.without_passwords && !self.act.is_by_others();
        let (button, advice) = if is_in_doubt { (OPEN_ACCOUNT, WITHOUT_PASSWORDS) } else { (button, advice) };
        let whence = self.whence.as_ref().map(|whence| format!("It was done with {}, from the address {}.", whence.device, whence.address));
        Letterhead {
            subject: format!("{heading} on Lyceum"),
            heading: heading.to_owned(),
            paragraphs: std::iter::once(deed).chain(whence).chain([outcome]).collect(),
            button: Some((button.to_owned(), self.link.clone())),
            notes: vec![advice.to_owned()],
        }
    }
}
