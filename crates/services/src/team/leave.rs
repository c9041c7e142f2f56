//! Leave: somebody goes out of a team of theirs, and what was theirs alone there goes to the owner who is in it longest, or where no owner
//! comes in and stays, to whoever stands highest of those who do.
//!
//! The invariant: what is told before is judged as the act itself is, which looks again under the lock of the team.

use super::Team;
use super::change::about;
use super::queries::leaving::{self, HeirRow};
use super::queries::members::{self, MemberRow};
use super::standing::{is_last_owner, needs_an_owner};
use super::withdraw::{withdraw_from_member, withdraw_invitations};
use crate::{Error, Result, TeamTx, Viewer, audit};
use domain::TeamId;
use domain::audit::{Action, Details};
use domain::team::LeavingTerms;

impl Team<'_> {
    /// What would happen if the viewer left a team of theirs, or why they cannot.
    pub async fn leaving_terms(&self, viewer: &Viewer, id: TeamId) -> Result<LeavingTerms> {
        viewer.require_own_eyes()?;
        let there = Viewer { team_id: id, ..viewer.clone() };
        let mut tx = self.services.parts.db.ongoing_tx(&there).await?;
        match judge(&mut tx, &there).await {
            Ok((_, heir)) => {
                let belongings = leaving::count_belongings(&mut tx, id, viewer.user_id).await?;
                Ok(LeavingTerms { hindrance: None, heir: heir.name, is_heir_no_owner: !heir.is_owner, belongings })
            }
            Err(Error::Conflict(sentence)) => Ok(LeavingTerms { hindrance: Some(sentence), ..LeavingTerms::default() }),
            Err(error) => Err(error),
        }
    }

    /// Takes the viewer out of a team of theirs. Their private prompts, private datasets and chats in it go to its heir; what they shared
    /// stays as it is; their API keys there, the open invitations they made and any that still asks them to join end, and open streams
    /// within seconds. Their sessions go on in another team; who is in no other gets one of their own.
    pub async fn leave(&self, viewer: &Viewer, id: TeamId) -> Result<()> {
        viewer.require_own_eyes()?;
        self.services.identity().require_recent(viewer).await?;
        let there = Viewer { team_id: id, ..viewer.clone() };
        let mut tx = self.services.parts.db.ongoing_tx(&there).await?; // nobody is kept in a team for want of a licence
        if !leaving::works_in(&mut tx, id, viewer.user_id).await? {
            return Err(Error::NotFound); // before anything of the team is locked
        }
        members::hold_accounts(&mut tx, id, viewer.user_id).await?;
        members::lock_team(&mut tx, id).await?;
        let (member, heir) = judge(&mut tx, &there).await?;
        crate::chat::stop_all(&mut tx, id, viewer.user_id).await?;
        let moved = leaving::count_belongings(&mut tx, id, viewer.user_id).await?;
        leaving::hand_over(&mut tx, id, viewer.user_id, heir.user_id).await?;
        members::delete(&mut tx, id, viewer.user_id).await?;
        leaving::clear_personal(&mut tx, id, viewer.user_id).await?;
        leaving::give_home(&mut tx, viewer.user_id, TeamId::new()).await?;
        let mut withdrawn = withdraw_invitations(&mut tx, id, viewer.user_id).await?;
        let now = self.services.parts.clock.now();
        withdrawn.extend(withdraw_from_member(&mut tx, id, &member.email, now).await?);
        let event = about(Action::MemberLeft, &member).with(Details { belongings: Some(moved), ..Details::default() });
        audit::record(&mut tx, &there, event).await?;
        for event in withdrawn {
            audit::record(&mut tx, &there, event).await?;
        }
        tx.commit().await
    }
}

/// Who leaves, and who gets what is theirs alone; [`Error::Conflict`] says why they cannot. A team they do not work in does not exist.
async fn judge(tx: &mut TeamTx, there: &Viewer) -> Result<(MemberRow, HeirRow)> {
    let (team, person) = (there.team_id, there.user_id);
    if !leaving::works_in(tx, team, person).await? {
        return Err(Error::NotFound);
    }
    let member = members::find(tx, team, person).await?.ok_or(Error::NotFound)?;
    let Some(heir) = leaving::find_heir(tx, team, person).await? else {
        return Err(Error::Conflict("Nobody else is in this team, so you cannot leave it. You can delete it in its settings.".to_owned()));
    };
    if is_last_owner(tx, team, &member).await? {
        return Err(needs_an_owner());
    }
    Ok((member, heir))
}
