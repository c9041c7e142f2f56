//! Withdraw: what somebody asked others to join as, and may give no more, is taken back in the act that lowers or ends what they are; and
//! what still asks a member to join is taken back in the act that makes them one, or ends that.
//!
//! The invariant: whatever changes a member leaves no open invitation of theirs to a role that they could not give now, so that none leads
//! them back up, and whoever is out of a team stays out until they are asked anew. Rows are changed before anything is recorded: whoever
//! accepts one takes them in the same order. What a role loses is not looked for here: invitations are judged when they are used
//! (`may_invite`).

use super::members::{highest, roles};
use super::queries::{invitations, members};
use crate::Result;
use chrono::{DateTime, Utc};
use domain::audit::{Action, Event};
use domain::{Role, TeamId, UserId};
use sqlx::PgConnection;

/// Takes back the open invitations that a member made with a role above what they may give now; all of them, when they invite nobody any
/// more or may not come in. Returns what is to be recorded when everything else is done.
pub(super) async fn withdraw_invitations(connection: &mut PgConnection, team: TeamId, maker: UserId) -> Result<Vec<Event>> {
    let actor = members::find_actor(connection, team, maker).await?.filter(|actor| actor.manages_members);
    let own = actor.and_then(|actor| highest(&roles(&actor.roles)));
    let kept: Vec<Role> = Role::ALL.iter().copied().filter(|role| Some(*role) <= own).collect();
    let revoked = invitations::revoke_open_by(connection, team, maker, &kept).await?;
    Ok(revoked.into_iter().map(|row| Event::new(Action::InvitationRevoked, row.id.as_uuid(), row.email)).collect())
}

/// Takes back all open invitations of somebody who is kept out of the installation. What is to be recorded, each with its team, when the
/// installation's own events are.
pub(crate) async fn withdraw_everywhere(connection: &mut PgConnection, maker: UserId) -> Result<Vec<(TeamId, Event)>> {
    Ok(in_order(invitations::revoke_all_open_by(connection, maker).await?))
}

/// Takes back what an address still asks into a team whose member has it, or had it until now: nobody comes back by what they were asked to
/// before. Returns what is to be recorded when everything else is done.
pub(crate) async fn withdraw_from_member(
    connection: &mut PgConnection,
    team: TeamId,
    email: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Event>> {
    let revoked = invitations::revoke_open_of(connection, team, email, now).await?;
    Ok(revoked.into_iter().map(|row| Event::new(Action::InvitationRevoked, row.id.as_uuid(), email)).collect())
}

/// The same for somebody who has another address than before, in all teams they are in. What is to be recorded, each with its team.
pub(crate) async fn withdraw_from_person(
    connection: &mut PgConnection,
    person: UserId,
    emails: &[String],
    now: DateTime<Utc>,
) -> Result<Vec<(TeamId, Event)>> {
    Ok(in_order(invitations::revoke_open_in_teams_of(connection, person, emails, now).await?))
}

/// What is to be recorded of invitations of whichever team, in the order of the teams.
fn in_order(mut revoked: Vec<invitations::RevokedAnywhereRow>) -> Vec<(TeamId, Event)> {
    revoked.sort_unstable_by_key(|row| (row.team_id, row.id));
    let event = |row: invitations::RevokedAnywhereRow| (row.team_id, Event::new(Action::InvitationRevoked, row.id.as_uuid(), row.email));
    revoked.into_iter().map(event).collect()
}
