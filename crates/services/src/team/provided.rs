//! Provided: a role that an identity provider gives a member, told at their sign-in.

use super::change::about;
use super::members::roles;
use super::queries::members;
use super::standing::is_last_owner;
use super::withdraw::withdraw_invitations;
use crate::audit::{self, Author};
use crate::{Result, SystemTx};
use domain::audit::{Action, Details, Named};
use domain::{Role, TeamId, UserId};

/// Gives a member this role in place of those they had, because the provider says so. Nobody becomes a member by it, and the last owner
/// stays one. Like everything that changes members it looks under the team's lock, and takes back what they may give no more.
pub(crate) async fn take_provided_role(
    tx: &mut SystemTx,
    (team, user): (TeamId, UserId),
    role: Role,
    identity_provider: Named,
) -> Result<()> {
    members::lock_team(tx, team).await?;
    let Some(member) = members::find(tx, team, user).await? else { return Ok(()) };
    let had = roles(&member.roles);
    if had == [role] || is_last_owner(tx, team, &member).await? {
        return Ok(());
    }
    members::set_roles(tx, team, user, &[role]).await?;
    let withdrawn = withdraw_invitations(tx, team, user).await?;
    let details = Details { roles: vec![role], identity_provider: Some(identity_provider), ..Details::default() };
    let event = about(Action::MemberRolesProvided, &member).with(details);
    audit::record_in(tx, Some(team), Author::SYSTEM, event).await?;
    for event in withdrawn {
        audit::record_in(tx, Some(team), Author::SYSTEM, event).await?;
    }
    Ok(())
}
