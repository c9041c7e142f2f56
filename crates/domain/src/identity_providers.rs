//! Identity providers: who vouches for people, as administrators set them up and as people meet them.

mod trial;

pub use trial::{Foretold, Trial, TrialClaims, TrialEnd};

use crate::words::words;
use crate::{IdentityId, IdentityProviderId, InvalidText, Role, TeamId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A button of the sign-in screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WayIn {
    /// The provider.
    pub id: IdentityProviderId,
    /// How people call it.
    pub name: String,
}

impl WayIn {
    /// Where signing in through it begins.
    pub fn address(&self) -> String {
        format!("/auth/oidc/{}", self.id)
    }
}

words! {
    /// A way to sign in that Lyceum has itself.
    OwnWay {
        /// What a person chose and knows.
        Passwords = "passwords",
        /// What a device keeps.
        Passkeys = "passkeys",
        /// What is mailed to a person's address.
        EmailCodes = "email-codes",
    }
}

impl OwnWay {
    /// As a heading calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passwords => "Passwords",
            Self::Passkeys => "Passkeys",
            Self::EmailCodes => "E-mailed codes",
        }
    }

    /// As it stands in a sentence.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Passwords => "passwords",
            Self::Passkeys => "passkeys",
            Self::EmailCodes => "e-mailed codes",
        }
    }
}

words! {
    /// Of whom a second step is required.
    TwoStepRequirement {
        /// Of nobody.
        Nobody = "nobody",
        /// Of those who manage the installation.
        Administrators = "administrators",
        /// Of everybody.
        Everybody = "everybody",
    }
}

impl TwoStepRequirement {
    /// Whether it holds for a person.
    pub const fn holds_for(self, is_system_administrator: bool) -> bool {
        match self {
            Self::Nobody => false,
            Self::Administrators => is_system_administrator,
            Self::Everybody => true,
        }
    }

    /// As it stands in a sentence.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Administrators => "system administrators",
            Self::Everybody => "everybody",
        }
    }
}

/// What `/admin/sign-in` shows of required two-step sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TwoStepRule {
    /// Of whom it is required.
    pub required_of: TwoStepRequirement,
    /// Whether the administrator who looks would pass: they may not require of themselves what they do not have.
    pub viewer_passes: bool,
}

/// What `/admin/sign-in` shows of a way of Lyceum's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnWayState {
    /// Which one.
    pub way: OwnWay,
    /// Whether the administrator allows it.
    pub is_allowed: bool,
    /// Why it does not work here even so, in a sentence.
    pub obstacle: Option<String>,
}

/// What a value of the role claim makes of somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleRule {
    /// The value, to the letter.
    pub value: String,
    /// The role in the default team.
    pub role: Role,
}

impl RoleRule {
    /// Most rules of one provider.
    pub const MOST: usize = 100;

    /// Reads a line per rule, as in `engineers = Collaborator`.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, InvalidText> {
        let refuse = |message: String| InvalidText { field: "role_rules", message };
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let rules: Vec<Self> = lines
            .map(|line| {
                let (value, word) = line.rsplit_once('=').ok_or_else(|| refuse(format!("“{line}” is not “value = role”.")))?;
                let wanted: String = word.chars().filter(|sign| !sign.is_whitespace()).collect();
                let role = Role::ALL.iter().find(|role| role.as_str().eq_ignore_ascii_case(&wanted));
                let role = role.ok_or_else(|| {
                    refuse(format!("“{}” is no role. Roles are viewer, collaborator, team manager and owner.", word.trim()))
                })?;
                Ok(Self { value: value.trim().to_owned(), role: *role })
            })
            .collect::<Result<_, InvalidText>>()?;
        if rules.iter().any(|rule| rule.value.is_empty() || rule.value.chars().count() > 200) {
            return Err(refuse("A value has from 1 to 200 characters.".to_owned()));
        }
        if rules.len() > Self::MOST { Err(refuse(format!("There can be {} rules at most.", Self::MOST))) } else { Ok(rules) }
    }

    /// As [`Self::parse_all`] reads it.
    pub fn write_all(rules: &[Self]) -> String {
        rules.iter().map(|rule| format!("{} = {}", rule.value, rule.role)).collect::<Vec<_>>().join("\n")
    }
}

/// What "Add provider" and "Edit" send; not checked yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityProviderDraft {
    /// How people call it.
    pub name: String,
    /// Its address, as it calls itself.
    pub issuer: String,
    /// How it calls this installation.
    pub client_id: String,
    /// The secret it gave this installation; empty keeps the stored one.
    pub client_secret: String,
    /// What is asked of it.
    pub scopes: String,
    /// Domains addresses must be of, separated by commas; empty takes all.
    pub email_domains: String,
    /// The claim that tells of roles; may be empty.
    pub role_claim: String,
    /// A line per value of that claim.
    pub role_rules: String,
    /// The team new people join; none leaves them in a team of their own.
    pub default_team_id: Option<TeamId>,
    /// What they are there unless a rule says otherwise.
    pub default_role: Role,
    /// Whether what a rule gives replaces their role in that team at every sign-in, and not only when the account is made.
    pub updates_roles: bool,
    /// Whether it makes accounts for people who have none and are not invited.
    pub creates_accounts: bool,
    /// Whether addresses of these domains count as verified where it says nothing about that. A client of the version before does not
    /// know of it.
    #[serde(default)]
    pub trusts_addresses: bool,
}

/// One row of the table "Identity providers".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityProviderSummary {
    /// The provider.
    pub id: IdentityProviderId,
    /// What is set; the secret stays behind.
    pub draft: IdentityProviderDraft,
    /// Whether a secret is stored.
    pub has_secret: bool,
    /// Whether people can sign in with it.
    pub is_enabled: bool,
    /// How many accounts are linked to it.
    pub people: u32,
    /// Where it sends people back to: what it has to be told.
    pub callback: String,
}

/// What `/admin/sign-in` shows of providers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityProviderOverview {
    /// All of them, by name.
    pub providers: Vec<IdentityProviderSummary>,
    /// The teams new people can join.
    pub teams: Vec<(TeamId, String)>,
    /// The id of the next one to be added.
    pub fresh_id: IdentityProviderId,
    /// Where that one will send people back to.
    pub fresh_callback: String,
}

/// What came of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityProviderReport {
    /// Whether people could be sent there.
    pub is_working: bool,
    /// What was found, in words.
    pub sentence: String,
}

/// An identity that is linked to the viewer's account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkedIdentity {
    /// The identity.
    pub id: IdentityId,
    /// The provider's name.
    pub provider: String,
    /// Since when.
    pub linked_at: DateTime<Utc>,
    /// When it was last used to sign in.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// What `/account` shows of the ways to sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInWays {
    /// Linked identities.
    pub linked: Vec<LinkedIdentity>,
    /// Providers that can be linked.
    pub linkable: Vec<WayIn>,
}

/// An identity that waits for its person to prove that an account is theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingLink {
    /// The provider's name.
    pub provider: String,
    /// The address of the account.
    pub email: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_a_line_each_and_read_what_they_write() {
        let rules = RoleRule::parse_all("cn=eng,dc=x = Collaborator\n\n leads=team manager ").unwrap();
        assert_eq!(rules[0], RoleRule { value: "cn=eng,dc=x".to_owned(), role: Role::Collaborator });
        assert_eq!(rules[1].role, Role::TeamManager);
        assert_eq!(RoleRule::parse_all(&RoleRule::write_all(&rules)).unwrap(), rules);
    }

    #[test]
    fn a_second_step_is_required_of_whom_it_says() {
        use TwoStepRequirement::{Administrators, Everybody, Nobody};
        let whom = |requirement: TwoStepRequirement| (requirement.holds_for(true), requirement.holds_for(false));
        assert_eq!([Nobody, Administrators, Everybody].map(whom), [(false, false), (true, false), (true, true)]);
    }

    #[test]
    fn what_is_no_rule_is_named() {
        for (odd, word) in [("leads", "leads"), ("leads = king", "king"), (" = Viewer", "characters")] {
            assert!(RoleRule::parse_all(odd).unwrap_err().message.contains(word), "{odd}");
        }
    }
}
