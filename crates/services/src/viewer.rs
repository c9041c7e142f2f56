//! Who asks: the first parameter of everything.

use crate::{Error, Result};
use domain::audit::Via;
use domain::{ApiKeyId, Permission, SessionId, TeamId, UserId};
use std::net::IpAddr;

/// By which way a request came, and from which address: what the audit trail tells of an act beside who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CameFrom {
    /// By which way.
    pub via: Via,
    /// The address of the peer; none for work without a request.
    pub ip: Option<IpAddr>,
}

impl Default for CameFrom {
    /// Work of Lyceum itself, until whoever took a request says otherwise.
    fn default() -> Self {
        Self { via: Via::System, ip: None }
    }
}

/// A signed-in person in the team they work in, with what they may do there.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// The person.
    pub user_id: UserId,
    /// The team; every row they see or write is of this team (or visible to the whole company).
    pub team_id: TeamId,
    /// The session they came with; none for work done in their name.
    pub session_id: Option<SessionId>,
    /// The key a program came with; none for people.
    pub api_key: Option<ApiKeyId>,
    /// May manage the installation.
    pub is_system_administrator: bool,
    /// A second step is required of them, and they have none: they set it up before anything else.
    pub must_set_up_two_step: bool,
    /// What their roles in the team allow.
    pub permissions: Vec<Permission>,
    /// The owner who sees the team as this person does; none when it is the person themselves. They only read.
    pub seen_by: Option<UserId>,
    /// Where their request comes from.
    pub came_from: CameFrom,
}

impl Viewer {
    /// Who really acts.
    pub fn actor(&self) -> UserId {
        self.seen_by.unwrap_or(self.user_id)
    }

    /// Refuses with a sentence while an owner only looks.
    pub fn require_own_eyes(&self) -> Result<()> {
        if self.seen_by.is_none() { Ok(()) } else { Err(only_looking()) }
    }

    /// Whether the viewer's roles allow it.
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    /// Refuses with [`Error::Forbidden`] unless the viewer's roles allow it.
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.may(permission) { Ok(()) } else { Err(Error::Forbidden) }
    }

    /// Refuses unless the viewer manages the installation; for others those pages do not exist.
    pub fn require_system_administrator(&self) -> Result<()> {
        if self.is_system_administrator { Ok(()) } else { Err(Error::NotFound) }
    }
}

/// What an owner is told who tries to change something while they see the team as somebody else.
pub fn only_looking() -> Error {
    Error::Conflict("You see this team as somebody else, and only look. Stop viewing first.".to_owned())
}
