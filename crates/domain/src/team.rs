//! Team: who is in it, who is asked to join, its settings and its groups.

use crate::models::ModelSummary;
use crate::{GroupId, InvalidText, InvitationId, ModelId, Role, TeamId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Where the link of an invitation leads, up to its token.
const INVITATION_PATH: &str = "/sign-up?invitation=";

/// The path an invitation's link leads to.
pub fn invitation_path(token: &str) -> String {
    format!("{INVITATION_PATH}{token}")
}

/// The token in such a path; none in any other.
pub fn invitation_in(path: &str) -> Option<&str> {
    path.strip_prefix(INVITATION_PATH)
}

/// A number of days, as sentences say it.
pub fn days_in_words(days: u32) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

/// A team the viewer belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamSummary {
    /// The team.
    pub id: TeamId,
    /// Its name.
    pub name: String,
    /// Whether it is somebody's own.
    pub is_personal: bool,
}

/// One row of the table "Members".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberSummary {
    /// The person.
    pub user_id: UserId,
    /// First and last name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What they are in this team.
    pub roles: Vec<Role>,
    /// Since when.
    pub joined_at: DateTime<Utc>,
    /// Since when they are kept out of the team; none while they may come in.
    pub suspended_at: Option<DateTime<Utc>>,
    /// Whether the viewer may change what they are here.
    pub is_changeable: bool,
}

/// What of a person's own in a team goes to whoever removes them, or to its heir when they leave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Belongings {
    /// Private prompts.
    pub prompts: u32,
    /// Private datasets.
    pub datasets: u32,
    /// Chats.
    pub chats: u32,
}

/// What happens when somebody leaves a team, or why they cannot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeavingTerms {
    /// Why they cannot leave it, in a sentence; none when they can.
    pub hindrance: Option<String>,
    /// Who gets what is theirs alone there.
    pub heir: String,
    /// Whether that is no owner of the team, because none of these comes in and stays.
    #[serde(default)]
    pub is_heir_no_owner: bool,
    /// What that is.
    pub belongings: Belongings,
}

/// Who is asked to join, and as what; not checked yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewInvitation {
    /// The address the link is for.
    pub email: String,
    /// What the person will be.
    pub role: Role,
    /// First name; may be empty.
    pub first_name: String,
    /// Last name; may be empty.
    pub last_name: String,
    /// How many days the link works.
    pub days: u32,
}

impl NewInvitation {
    /// How many days a link works unless said otherwise.
    pub const USUAL_DAYS: u32 = 7;
    /// The choices a form offers.
    pub const DAYS: [u32; 4] = [1, 3, Self::USUAL_DAYS, 30];
    /// Most days a link can work.
    pub const MOST_DAYS: u32 = 90;

    /// What a form sends, which may leave out names and time.
    pub fn from_form(email: String, role: Role, names: (Option<String>, Option<String>), days: Option<u32>) -> Self {
        let (first_name, last_name) = (names.0.unwrap_or_default(), names.1.unwrap_or_default());
        Self { email, role, first_name, last_name, days: days.unwrap_or(Self::USUAL_DAYS) }
    }
}

/// One row of the table "Invitations": those that were not used and not revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationSummary {
    /// The invitation.
    pub id: InvitationId,
    /// Who is asked.
    pub email: String,
    /// Their name, as far as it was given.
    pub name: String,
    /// What they will be.
    pub role: Role,
    /// When the link stops working.
    pub expires_at: DateTime<Utc>,
    /// Whether it has stopped: only a new link helps.
    pub is_expired: bool,
    /// Whether it leads nowhere because whoever made it may not give this role any more: a new link is of whoever makes that.
    #[serde(default)]
    pub is_void: bool,
}

/// A new invitation and the link to hand over; the link is shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationSent {
    /// The invitation.
    pub invitation: InvitationSummary,
    /// Where the invited person signs up.
    pub link: String,
    /// Whether the link is mailed to them; handing it over works all the same.
    pub is_mailed: bool,
    /// Why it is not mailed although mail is set up, in a sentence.
    #[serde(default)]
    pub not_mailed: Option<String>,
    /// Whether the address was invited already, with a link that does not work any more.
    #[serde(default)]
    pub replaces_link: bool,
}

/// What an invitation's link leads to, shown to whoever holds the link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationPreview {
    /// The team that invites.
    pub team_name: String,
    /// The address it is for.
    pub email: String,
    /// What the person will be in that team.
    pub role: Role,
    /// First name as the inviter gave it; may be empty.
    pub first_name: String,
    /// Last name as the inviter gave it; may be empty.
    pub last_name: String,
}

/// A list of people to invite, as text with one person per line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberImport {
    /// Email, first name, last name, role; separated by commas, semicolons or tabs. A first line without an address is a heading.
    pub text: String,
    /// What those become whose line names no role.
    pub role: Role,
    /// How many days the links work.
    pub days: u32,
    /// Whether those who are invited already get a new link; they keep theirs unless that is asked for.
    #[serde(default)]
    pub renews: bool,
}

/// One line of a list of people to invite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportLine {
    /// Its number in the text, from 1.
    pub number: u32,
    /// The address.
    pub email: String,
    /// First name; may be empty.
    pub first_name: String,
    /// Last name; may be empty.
    pub last_name: String,
    /// What the person would be.
    pub role: String,
    /// Why nobody is invited by this line, in a sentence; none when somebody is.
    pub trouble: Option<String>,
    /// Whether the address is invited already, with a link that works; see [`MemberImport::renews`].
    #[serde(default)]
    pub is_invited: bool,
}

/// What an import did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportOutcome {
    /// The invitations of the valid lines, with links that are shown once.
    pub sent: Vec<InvitationSent>,
    /// The lines that say why nobody is invited by them.
    pub refused: Vec<ImportLine>,
    /// How many were invited already and keep the link they have.
    #[serde(default)]
    pub kept: u32,
}

/// The part of a team's address that its people choose: small letters, figures and single hyphens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamSlug(String);

impl TeamSlug {
    /// Most characters it may have.
    pub const MAX: usize = 60;

    /// Trims and folds to lower case; refuses anything but words of `a-z` and `0-9` with single hyphens between them.
    pub fn parse(text: impl AsRef<str>) -> Result<Self, InvalidText> {
        let refuse = |message: String| Err(InvalidText { field: "slug", message });
        let slug = text.as_ref().trim().to_lowercase();
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if !slug.split('-').all(is_word) {
            return refuse("Address takes small letters, figures and single hyphens between them, as in “legal-berlin”.".to_owned());
        }
        if !(2..=Self::MAX).contains(&slug.len()) {
            return refuse(format!("Address has from 2 to {} characters.", Self::MAX));
        }
        Ok(Self(slug))
    }

    /// What a name gives; none when nothing of it can stand in an address.
    pub fn of_name(name: &str) -> Option<Self> {
        let plain: String = name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
        let cut: String = words.join("-").chars().take(Self::MAX - 12).collect();
        Self::parse(cut.trim_matches('-')).ok()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What "Rename" sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamPatch {
    /// Its name.
    pub name: String,
    /// Its address.
    pub slug: String,
}

/// What a team sets for itself; none leaves it to the installation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamSettings {
    /// The largest file the team takes, in MB.
    pub max_upload_mb: Option<u32>,
    /// The model that answers where none is chosen.
    pub default_model_id: Option<ModelId>,
    /// After how many days without a message a chat is deleted.
    pub chat_retention_days: Option<u32>,
    /// How many calls with API keys and questions in chat it takes a minute, together.
    pub requests_per_minute: Option<u32>,
    /// The origins whose pages may call with its API keys; see [`crate::web_origin::WebOrigin`].
    #[serde(default)]
    pub allowed_origins: Vec<String>,
}

impl TeamSettings {
    /// Most requests a minute that a team can set.
    pub const MOST_REQUESTS_PER_MINUTE: u32 = 100_000;
}

/// What `/team/settings` shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamDetail {
    /// The team.
    pub id: TeamId,
    /// Its name and address.
    pub patch: TeamPatch,
    /// What comes before its address.
    pub address_prefix: String,
    /// What it sets for itself.
    pub settings: TeamSettings,
    /// The largest file the installation takes, in MB.
    pub most_upload_mb: u32,
    /// The models that can answer; only the chosen one for those who may not choose among them.
    pub models: Vec<ModelSummary>,
    /// Whether the viewer may delete it: owners.
    pub is_deletable: bool,
}

/// A team that was deleted and can still be restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedTeam {
    /// The team.
    pub id: TeamId,
    /// Its name.
    pub name: String,
    /// When it is gone for good.
    pub gone_at: DateTime<Utc>,
}

/// A group of people inside a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupSummary {
    /// The group.
    pub id: GroupId,
    /// Unique in its team.
    pub name: String,
    /// Who is in it.
    pub members: Vec<UserId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_words_with_single_hyphens() {
        assert_eq!(TeamSlug::parse(" Legal-Berlin2 ").unwrap().as_str(), "legal-berlin2");
        for odd in ["", "a", "-a", "a-", "a--b", "a b", "ä-b", "a/b", &"x".repeat(61)] {
            assert!(TeamSlug::parse(odd).is_err(), "{odd:?} was taken");
        }
    }

    #[test]
    fn a_name_gives_an_address_where_it_can() {
        assert_eq!(TeamSlug::of_name("Ada’s team, Berlin!").unwrap().as_str(), "ada-s-team-berlin");
        assert_eq!(TeamSlug::of_name("日本"), None);
        assert!(TeamSlug::of_name(&"long ".repeat(40)).unwrap().as_str().len() <= TeamSlug::MAX - 12);
    }
}
