//! Standing: whether the viewer may change somebody, decided under a lock of the team with the roles as they are then.
//!
//! The invariant: accounts are held before the team is locked, and nobody is waited for under that lock who may wait for it.

use super::members::{highest, roles};
use super::queries::members::{self, MemberRow};
use crate::{Error, Result, TeamTx, Viewer};
use domain::{Permission, Role, TeamId, UserId};
use sqlx::PgConnection;

/// Somebody the viewer may change, and how high the viewer stands.
pub(super) struct Standing {
    /// The viewer's highest role.
    pub own: Role,
    /// Who is changed.
    pub subject: MemberRow,
    /// What they are.
    pub subject_roles: Vec<Role>,
}

/// Takes the locks, then looks. A person of another team does not exist; one above the viewer is refused. Neither the person nor an owner
/// asks for the deletion of their account until the transaction ends.
pub(super) async fn judge(tx: &mut TeamTx, viewer: &Viewer, person: UserId) -> Result<Standing> {
    viewer.require(Permission::ManageMembers)?;
    members::hold_accounts(tx, viewer.team_id, person).await?;
    members::lock_team(tx, viewer.team_id).await?;
    let subject = members::find(tx, viewer.team_id, person).await?.ok_or(Error::NotFound)?;
    let actor = members::find_actor(tx, viewer.team_id, viewer.user_id).await?.filter(|actor| actor.manages_members);
    let own = actor.and_then(|actor| highest(&roles(&actor.roles))).ok_or(Error::Forbidden)?;
    let subject_roles = roles(&subject.roles);
    if highest(&subject_roles) > Some(own) {
        return Err(Error::Forbidden);
    }
    Ok(Standing { own, subject, subject_roles })
}

/// Whether the team has no other owner who may come in and stays; under its lock.
pub(super) async fn is_last_owner(connection: &mut PgConnection, team: TeamId, member: &MemberRow) -> Result<bool> {
    let is_owner = roles(&member.roles).contains(&Role::Owner) && member.suspended_at.is_none();
    Ok(is_owner && !members::hold_another_owner(connection, team, member.user_id).await?)
}

impl Standing {
    /// Refuses what would leave the team without an owner who may come in.
    pub(super) async fn keep_an_owner(&self, tx: &mut TeamTx, viewer: &Viewer) -> Result<()> {
        if is_last_owner(tx, viewer.team_id, &self.subject).await? {
            return Err(needs_an_owner());
        }
        Ok(())
    }
}

/// What the last owner is told who would be none any more.
pub(super) fn needs_an_owner() -> Error {
    Error::Conflict("A team needs an owner. Make somebody else an owner first.".to_owned())
}
