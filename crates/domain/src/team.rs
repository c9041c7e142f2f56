//! Team: who is in it, who is asked to join.

use crate::{InvitationId, Role, TeamId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

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
}

/// One row of the table "Invitations": pending ones only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationSummary {
    /// The invitation.
    pub id: InvitationId,
    /// Who is asked.
    pub email: String,
    /// What they will be.
    pub role: Role,
    /// When the link stops working.
    pub expires_at: DateTime<Utc>,
}

/// A new invitation and the link to hand over; the link is shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationSent {
    /// The invitation.
    pub invitation: InvitationSummary,
    /// Where the invited person signs up.
    pub link: String,
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
}
