//! Members: who is in the team, and the teams one is in.

use super::Team;
use super::queries::members::{self, MemberRow};
use crate::{Result, Viewer};
use domain::team::{MemberSummary, TeamSummary};
use domain::{Permission, Role};

impl Team<'_> {
    /// The people in the viewer's team, in the order they joined.
    pub async fn list_members(&self, viewer: &Viewer) -> Result<Vec<MemberSummary>> {
        viewer.require(Permission::ViewMembers)?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let rows = members::list(&mut tx, viewer.team_id).await?;
        let own = rows.iter().find(|row| row.user_id == viewer.user_id).and_then(|row| highest(&roles(&row.roles)));
        let own = own.filter(|_| viewer.may(Permission::ManageMembers));
        Ok(rows.into_iter().map(|row| summary(row, own)).collect())
    }

    /// The teams the viewer may work in, their own first.
    pub async fn list_teams(&self, viewer: &Viewer) -> Result<Vec<TeamSummary>> {
        let mut tx = self.services.parts.db.system_tx().await?;
        Ok(members::list_teams_of(&mut tx, viewer.user_id).await?)
    }
}

/// A member as somebody sees them whose highest role is `own`; none for who may not change members.
pub(super) fn summary(row: MemberRow, own: Option<Role>) -> MemberSummary {
    let roles = roles(&row.roles);
    MemberSummary {
        is_changeable: own.is_some_and(|own| highest(&roles).is_none_or(|theirs| theirs <= own)),
        user_id: row.user_id,
        name: format!("{} {}", row.first_name, row.last_name).trim().to_owned(),
        email: row.email,
        roles,
        joined_at: row.joined_at,
        suspended_at: row.suspended_at,
    }
}

/// The words of the database as roles; what this version does not know is left out.
pub(super) fn roles(words: &[String]) -> Vec<Role> {
    words.iter().filter_map(|word| word.parse().ok()).collect()
}

/// The role that stands above the others.
pub(super) fn highest(roles: &[Role]) -> Option<Role> {
    roles.iter().copied().max()
}
