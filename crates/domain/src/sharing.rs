//! Sharing: with whom a private dataset or prompt is shared; and who may see what, and why.

use crate::words::words;
use crate::{ApiKeyId, ConversationId, DatasetId, DocumentId, GroupId, ModelId, Permission, PromptId, Role, UserId};
use serde::{Deserialize, Serialize};

words! {
    /// What sharing lets people do.
    ShareLevel {
        /// See and use it.
        View = "View",
        /// Also change it, as far as their role allows.
        Edit = "Edit",
    }
}

/// What everybody on the installation sees is opened to them by those who run the team, or the installation: a dataset as much as a prompt.
pub fn may_share_with_company(is_system_administrator: bool, permissions: &[Permission]) -> bool {
    is_system_administrator || permissions.contains(&Permission::ManageTeam)
}

/// What is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Shared {
    /// A dataset.
    Dataset(DatasetId),
    /// A prompt.
    Prompt(PromptId),
}

/// What can be explained: who may see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Thing {
    /// A dataset.
    Dataset(DatasetId),
    /// A document; its dataset decides.
    Document(DocumentId),
    /// A prompt.
    Prompt(PromptId),
    /// A chat; it is theirs alone who started it.
    Chat(ConversationId),
    /// A group; roles decide.
    Group(GroupId),
    /// An API key; it is theirs who made it, and roles decide who else sees that it is there.
    ApiKey(ApiKeyId),
    /// A model; roles decide.
    Model(ModelId),
}

impl From<Shared> for Thing {
    fn from(shared: Shared) -> Self {
        match shared {
            Shared::Dataset(id) => Self::Dataset(id),
            Shared::Prompt(id) => Self::Prompt(id),
        }
    }
}

/// With whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ShareWith {
    /// Somebody in the team.
    Person(UserId),
    /// Whoever is in a group of the team.
    Group(GroupId),
}

/// One row of "Shared with".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// With whom.
    pub with: ShareWith,
    /// The person's or the group's name.
    pub name: String,
    /// What they may do.
    pub level: ShareLevel,
}

/// Somebody or a group that it can be shared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareChoice {
    /// With whom.
    pub with: ShareWith,
    /// The person's or the group's name.
    pub name: String,
}

/// What "Shared with" shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sharing {
    /// With whom it is shared: groups first, each by name.
    pub shares: Vec<Share>,
    /// With whom it could be shared as well.
    pub choices: Vec<ShareChoice>,
}

/// Why somebody may see something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccessRule {
    /// They made it.
    Creator,
    /// It is visible to the whole team.
    Team,
    /// It is visible to everybody on this installation.
    Company,
    /// It is shared with them.
    Person(ShareLevel),
    /// It is shared with a group they are in.
    Group(String, ShareLevel),
    /// These of their roles let them see all things of the kind.
    Roles(Vec<Role>),
    /// They manage the installation.
    Administrator,
}

/// One person of the team who may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// The person.
    pub user_id: UserId,
    /// Their name, or their address when they gave none.
    pub name: String,
    /// Every rule that lets them see it.
    pub rules: Vec<AccessRule>,
    /// Whether they may also change it.
    pub may_edit: bool,
}

/// Who may see a thing, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// The name of the dataset whose rules decide, where the thing is a document.
    pub dataset: Option<String>,
    /// Everybody in the team who may see it, by name.
    pub people: Vec<Access>,
    /// Whether an owner of the team is not among them: owners can look at it by viewing the team as one of them.
    pub is_open_to_owners: bool,
}
