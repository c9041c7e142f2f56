//! Members: who is in the team, and the teams one is in.

use super::{Team, queries};
use crate::{Result, Viewer};
use domain::team::{MemberSummary, TeamSummary};
use domain::{Permission, Role};

impl Team<'_> {
    /// The people in the viewer's team, in the order they joined.
    pub async fn list_members(&self, viewer: &Viewer) -> Result<Vec<MemberSummary>> {
        viewer.require(Permission::ViewMembers)?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let rows = queries::list_members(&mut tx, viewer.team_id).await?;
        Ok(rows.into_iter().map(summary).collect())
    }

    /// The teams the viewer belongs to, their own first.
    pub async fn list_teams(&self, viewer: &Viewer) -> Result<Vec<TeamSummary>> {
        let mut tx = self.services.parts.db.system_tx().await?;
        Ok(queries::list_teams_of(&mut tx, viewer.user_id).await?)
    }
}

fn summary(row: queries::MemberRow) -> MemberSummary {
    MemberSummary {
        user_id: row.user_id,
        name: format!("{} {}", row.first_name, row.last_name).trim().to_owned(),
        email: row.email,
        roles: roles(&row.roles),
        joined_at: row.joined_at,
    }
}

/// The words of the database as roles; what this version does not know is left out.
pub(super) fn roles(words: &[String]) -> Vec<Role> {
    words.iter().filter_map(|word| word.parse().ok()).collect()
}
