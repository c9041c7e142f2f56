//! Change: roles, suspension, and who owns the team.

use super::queries::leaving;
use super::queries::members::{self as rows, MemberRow};
use super::standing::{Standing, judge};
use super::withdraw::withdraw_invitations;
use super::{Team, members};
use crate::{Error, Result, TeamTx, Viewer, audit};
use domain::audit::{Action, Event};
use domain::team::MemberSummary;
use domain::{FieldErrors, Permission, Role, TeamId, UserId};

impl Team<'_> {
    /// Gives a member these roles in place of those they had. Nobody gives or takes a role above their own, so nobody raises
    /// themselves; the last owner stays one. Making an owner, and taking that from one, is done by whoever proved lately who they are.
    /// Invitations of theirs to roles they may give no more are taken back.
    pub async fn change_roles(&self, viewer: &Viewer, person: UserId, wanted: &[Role]) -> Result<MemberSummary> {
        viewer.require(Permission::ManageMembers)?;
        let proved_lately = self.services.identity().proved_lately(viewer).await?;
        if wanted.contains(&Role::Owner) && !proved_lately {
            return Err(Error::ConfirmFirst);
        }
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let standing = judge(&mut tx, viewer, person).await?;
        ask_about_owner(&standing, proved_lately)?;
        let wanted: Vec<Role> = Role::ALL.iter().copied().filter(|role| wanted.contains(role)).collect();
        let Some(top) = members::highest(&wanted) else {
            return Err(FieldErrors::one("roles", "A member has one role at least. To take all of them, remove the member.").into());
        };
        if top > standing.own {
            return Err(FieldErrors::one("roles", "You cannot give a role above your own.").into());
        }
        if !wanted.contains(&Role::Owner) {
            standing.keep_an_owner(&mut tx, viewer).await?;
        }
        rows::set_roles(&mut tx, viewer.team_id, person, &wanted).await?;
        let withdrawn = withdraw_invitations(&mut tx, viewer.team_id, person).await?;
        finish(tx, viewer, about(Action::MemberRolesChanged, &standing.subject).with_roles(&wanted), withdrawn).await
    }

    /// Keeps a member out of the team: their sessions in it end, open streams within seconds, and so does what is being
    /// written for them. Their open invitations are taken back; everything else of theirs stays. Who may work in no other team gets
    /// one of their own. An owner is suspended by whoever proved lately who they are.
    pub async fn suspend(&self, viewer: &Viewer, person: UserId) -> Result<MemberSummary> {
        let proved_lately = self.services.identity().proved_lately(viewer).await?;
        let mut tx = self.services.parts.db.ongoing_tx(viewer).await?; // keeping somebody out needs no licence
        let standing = judge(&mut tx, viewer, person).await?;
        ask_about_owner(&standing, proved_lately)?;
        refuse_self(viewer, person, "You cannot suspend yourself. Ask another manager of the team.")?;
        standing.keep_an_owner(&mut tx, viewer).await?;
        let since = standing.subject.suspended_at.unwrap_or_else(|| self.services.parts.clock.now());
        rows::set_suspended(&mut tx, viewer.team_id, person, Some(since)).await?;
        crate::chat::stop_all(&mut tx, viewer.team_id, person).await?;
        leaving::end_sessions(&mut tx, person).await?;
        leaving::give_home(&mut tx, person, TeamId::new()).await?;
        let withdrawn = withdraw_invitations(&mut tx, viewer.team_id, person).await?;
        finish(tx, viewer, about(Action::MemberSuspended, &standing.subject), withdrawn).await
    }

    /// Lets a suspended member in again.
    pub async fn reinstate(&self, viewer: &Viewer, person: UserId) -> Result<MemberSummary> {
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let standing = judge(&mut tx, viewer, person).await?;
        rows::set_suspended(&mut tx, viewer.team_id, person, None).await?;
        finish(tx, viewer, about(Action::MemberReinstated, &standing.subject), Vec::new()).await
    }

    /// Makes another member the owner in the viewer's place; the viewer stays as a team manager, and whom they invited as owners is
    /// invited no more.
    pub async fn hand_over(&self, viewer: &Viewer, person: UserId) -> Result<MemberSummary> {
        viewer.require(Permission::ManageTeam)?;
        self.services.identity().require_recent(viewer).await?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let standing = judge(&mut tx, viewer, person).await?;
        if standing.own != Role::Owner {
            return Err(Error::Forbidden);
        }
        if person == viewer.user_id {
            return Err(Error::Conflict("You own this team already.".to_owned()));
        }
        if standing.subject.suspended_at.is_some() {
            return Err(Error::Conflict("A suspended member cannot own the team. Reinstate them first.".to_owned()));
        }
        if !rows::stays(&mut tx, person).await? {
            return Err(Error::Conflict(
                "Their account is suspended on this server, or about to be deleted. Choose somebody else.".to_owned(),
            ));
        }
        let with_owner: Vec<Role> =
            Role::ALL.iter().copied().filter(|role| *role == Role::Owner || standing.subject_roles.contains(role)).collect();
        rows::set_roles(&mut tx, viewer.team_id, person, &with_owner).await?;
        rows::set_roles(&mut tx, viewer.team_id, viewer.user_id, &[Role::TeamManager]).await?;
        leaving::clear_personal(&mut tx, viewer.team_id, viewer.user_id).await?;
        let withdrawn = withdraw_invitations(&mut tx, viewer.team_id, viewer.user_id).await?;
        finish(tx, viewer, about(Action::MemberMadeOwner, &standing.subject), withdrawn).await
    }
}

/// Refuses, in a sentence, what a person cannot do to themselves.
pub(super) fn refuse_self(viewer: &Viewer, person: UserId, sentence: &str) -> Result<()> {
    if person == viewer.user_id {
        return Err(Error::Conflict(sentence.to_owned()));
    }
    Ok(())
}

/// Refuses whoever did not prove lately who they are, where the one who is changed owns the team: that is known only under its lock.
fn ask_about_owner(standing: &Standing, proved_lately: bool) -> Result<()> {
    if standing.subject_roles.contains(&Role::Owner) && !proved_lately {
        return Err(Error::ConfirmFirst);
    }
    Ok(())
}

/// What happened to a member.
pub(super) fn about(action: Action, person: &MemberRow) -> Event {
    Event::new(action, person.user_id.as_uuid(), person.called())
}

/// Records it and what was withdrawn with it, makes it durable and shows the member as they are now.
async fn finish(mut tx: TeamTx, viewer: &Viewer, event: Event, withdrawn: Vec<Event>) -> Result<MemberSummary> {
    let person = event.target_id.map(UserId::from_uuid).ok_or(Error::NotFound)?;
    let row = rows::find(&mut tx, viewer.team_id, person).await?.ok_or(Error::NotFound)?;
    let actor = rows::find_actor(&mut tx, viewer.team_id, viewer.user_id).await?.filter(|actor| actor.manages_members);
    let own = actor.and_then(|actor| members::highest(&members::roles(&actor.roles)));
    audit::record(&mut tx, viewer, event).await?;
    for event in withdrawn {
        audit::record(&mut tx, viewer, event).await?;
    }
    tx.commit().await?;
    Ok(members::summary(row, own))
}
