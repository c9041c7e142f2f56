//! Identity: who is signed in, and from where.

use crate::identity_providers::WayIn;
use crate::licences::{Feature, LicenceNotice};
use crate::sharing;
use crate::team::{InvitationPreview, TeamSummary};
use crate::words::words;
use crate::{Permission, SessionId, TeamId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

words! {
    /// How the screens look.
    Theme {
        /// Follows the device.
        System = "system",
        /// Always light.
        Light = "light",
        /// Always dark.
        Dark = "dark",
    }
}

/// What the frame of every screen needs to know about the person in front of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about a person; no two depend on each other")]
pub struct ViewerInfo {
    /// The person.
    pub user_id: UserId,
    /// First name.
    pub first_name: String,
    /// Last name; may be empty.
    pub last_name: String,
    /// Address they sign in with.
    pub email: String,
    /// The team they are working in.
    pub team_id: TeamId,
    /// That team's name.
    pub team_name: String,
    /// The teams they may work in, their own first; none while somebody else looks. A server of the version before says nothing of them.
    #[serde(default)]
    pub teams: Vec<TeamSummary>,
    /// Whether they own that team, which is more than any permission.
    pub is_owner: bool,
    /// May manage the installation.
    pub is_system_administrator: bool,
    /// What they may do in this team.
    pub permissions: Vec<Permission>,
    /// When their account goes, once they asked for that.
    pub gone_at: Option<DateTime<Utc>>,
    /// Whether shortcuts of one key do anything for them.
    pub single_key_shortcuts: bool,
    /// Whether they have a password.
    pub has_password: bool,
    /// What is to be said about the licence, if anything.
    pub licence: Option<LicenceNotice>,
    /// What the licence leaves out for everybody; nothing without one.
    pub left_out: Vec<Feature>,
    /// Whether somebody else looks: an owner who sees the team as this person does.
    pub is_viewed_by_owner: bool,
}

impl ViewerInfo {
    /// Whether a button that needs this permission is shown.
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    /// Whether a form offers to open a thing to everybody on the installation.
    pub fn may_share_with_company(&self) -> bool {
        sharing::may_share_with_company(self.is_system_administrator, &self.permissions)
    }

    /// Whether this part of the product is there: the licence includes it, or there is none.
    pub fn includes(&self, feature: Feature) -> bool {
        !self.left_out.contains(&feature)
    }
}

/// One signed-in browser of the viewer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionSummary {
    /// The session.
    pub id: SessionId,
    /// What the browser called itself last, made readable ("Firefox on Linux").
    pub device: String,
    /// Where it came from last.
    pub ip: String,
    /// When it signed in.
    pub created_at: DateTime<Utc>,
    /// When it last asked for anything (kept to the minute).
    pub last_seen_at: DateTime<Utc>,
    /// Whether it is the one that asks.
    pub is_current: bool,
}

/// What `/account` shows and changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// First name.
    pub first_name: String,
    /// Last name; may be empty.
    pub last_name: String,
    /// How the person likes to be answered.
    pub tone: String,
    /// What models should know about the person.
    pub about: String,
}

/// What the screens of a forgotten password say before anything is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResetTerms {
    /// Links can be mailed here.
    pub is_mailed: bool,
    /// The link that was followed still works.
    pub is_open: bool,
    /// People sign in with passwords here.
    pub takes_passwords: bool,
}

/// An account that waits for whoever reads the mail of its address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingSignUp {
    /// Whose it will be, as was typed.
    pub name: String,
    /// The address they will sign in with.
    pub email: String,
}

/// Whether a person signs in with a code beside their password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TwoStepState {
    /// Since when; none while it is off.
    pub since: Option<DateTime<Utc>>,
    /// How many recovery codes were not used yet.
    pub codes_left: u32,
    /// The code is mailed and not shown by an app.
    pub is_mailed: bool,
    /// It could be mailed here.
    pub offers_mail: bool,
    /// The administrator requires it of this person: whoever turns it off sets another one up before anything else.
    pub is_required: bool,
}

/// What the page between password and code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondStep {
    /// The code is mailed and not shown by an app.
    pub is_mailed: bool,
    /// Whether mail is set up.
    pub sends_mail: bool,
}

/// With what somebody who is signed in can prove again who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmationTerms {
    /// They have a password, and it is taken as a proof.
    pub has_password: bool,
    /// They have a passkey, and passkeys are taken.
    pub has_passkey: bool,
    /// The code that goes with the password, where they sign in with one.
    pub second_step: Option<SecondStep>,
}

/// What an app needs to make codes, to be scanned or typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TwoStepSetup {
    /// The secret in groups of four letters.
    pub secret: String,
    /// How many modules the QR code is wide and high.
    pub qr_size: u32,
    /// Its dark modules, as the path of a drawing.
    pub qr_path: String,
}

/// What the entry screens say before anything is typed.
#[expect(clippy::struct_excessive_bools, reason = "each says whether the screen shows one thing, whatever the others say")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignUpTerms {
    /// Nobody has an account yet: the first one will manage the installation.
    pub is_first: bool,
    /// An account needs an invitation.
    pub needs_invitation: bool,
    /// What the given link invites to, when it still does.
    pub invitation: Option<InvitationPreview>,
    /// The address of whoever is signed in already.
    pub signed_in_as: Option<String>,
    /// The identity providers one can sign in with.
    pub ways: Vec<WayIn>,
    /// Those of them that make an account for whoever comes like this: with the given link all, without one those that do so for everybody.
    /// A server of the version before says nothing of them.
    #[serde(default)]
    pub ways_for_newcomers: Vec<WayIn>,
    /// They let people in who have no account: the licence includes that.
    pub ways_take_newcomers: bool,
    /// One can sign in with a password, and make an account with one.
    pub takes_passwords: bool,
    /// One can sign in with a passkey.
    pub takes_passkeys: bool,
    /// One can have a code mailed and sign in with it.
    pub mails_codes: bool,
    /// Why nobody can make an account now, in a sentence.
    pub refusal: Option<String>,
}
