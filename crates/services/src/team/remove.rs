//! Remove: a member leaves, and what was theirs alone goes to whoever removes them.

use super::Team;
use super::change::{about, refuse_self};
use super::queries::{leaving, members};
use super::standing::judge;
use super::withdraw::{withdraw_from_member, withdraw_invitations};
use crate::{Error, Result, Viewer, audit};
use domain::audit::{Action, Details};
use domain::team::Belongings;
use domain::{Permission, TeamId, UserId};

impl Team<'_> {
    /// What would go to the viewer if they removed this member.
    pub async fn belongings(&self, viewer: &Viewer, person: UserId) -> Result<Belongings> {
        viewer.require(Permission::ManageMembers)?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        members::find(&mut tx, viewer.team_id, person).await?.ok_or(Error::NotFound)?;
        Ok(leaving::count_belongings(&mut tx, viewer.team_id, person).await?)
    }

    /// Takes a member out of the team. Their private prompts, private datasets and chats in it become the viewer's; what they
    /// shared stays as it is; their sessions in it end, and their open invitations are taken back, with any that still asks them to join.
    /// Who is in no other team gets one of their own.
    pub async fn remove(&self, viewer: &Viewer, person: UserId) -> Result<Belongings> {
        viewer.require(Permission::ManageMembers)?;
        self.services.identity().require_recent(viewer).await?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let standing = judge(&mut tx, viewer, person).await?;
        refuse_self(viewer, person, "You cannot remove yourself. Leave the team on your account screen.")?;
        standing.keep_an_owner(&mut tx, viewer).await?;
        crate::chat::stop_all(&mut tx, viewer.team_id, person).await?;
        let moved = leaving::count_belongings(&mut tx, viewer.team_id, person).await?;
        leaving::hand_over(&mut tx, viewer.team_id, person, viewer.user_id).await?;
        members::delete(&mut tx, viewer.team_id, person).await?;
        leaving::end_sessions(&mut tx, person).await?;
        leaving::clear_personal(&mut tx, viewer.team_id, person).await?;
        leaving::give_home(&mut tx, person, TeamId::new()).await?;
        let mut withdrawn = withdraw_invitations(&mut tx, viewer.team_id, person).await?;
        let now = self.services.parts.clock.now();
        withdrawn.extend(withdraw_from_member(&mut tx, viewer.team_id, &standing.subject.email, now).await?);
        let event = about(Action::MemberRemoved, &standing.subject).with(Details { belongings: Some(moved), ..Details::default() });
        audit::record(&mut tx, viewer, event).await?;
        for event in withdrawn {
            audit::record(&mut tx, viewer, event).await?;
        }
        tx.commit().await?;
        Ok(moved)
    }
}
