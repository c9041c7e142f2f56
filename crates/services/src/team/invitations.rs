//! Invitations: asking somebody to join, taking it back, and joining with an account one has.

use super::{Team, members, queries};
use crate::identity::token::{self, SplitToken};
use crate::identity::{insert_membership, invitation_is_over, use_invitation};
use crate::{Error, OnConstraint as _, Result, TeamTx, Viewer};
use chrono::TimeDelta;
use domain::team::{InvitationSent, InvitationSummary};
use domain::text::EmailAddress;
use domain::{InvitationId, Permission, Role, TeamId};

/// How long a link works.
const LIFETIME: TimeDelta = TimeDelta::days(7);

/// How many may be open in one team, so that nobody fills the table.
const MOST_OPEN: i64 = 500;

impl Team<'_> {
    /// Who is asked and has not answered, the latest first.
    pub async fn list_invitations(&self, viewer: &Viewer) -> Result<Vec<InvitationSummary>> {
        viewer.require(Permission::ManageMembers)?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let rows = queries::list_invitations(&mut tx, viewer.team_id, self.services.parts.clock.now()).await?;
        rows.into_iter().map(queries::InvitationRow::summary).collect()
    }

    /// Asks somebody to join. An earlier invitation of the same address is taken back. The link is in the answer only.
    pub async fn invite(&self, viewer: &Viewer, email: &str, role: Role) -> Result<InvitationSent> {
        viewer.require(Permission::ManageMembers)?;
        let email = EmailAddress::parse(email)?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        check(&mut tx, viewer, &email, role).await?;
        let now = self.services.parts.clock.now();
        queries::revoke_open_of(&mut tx, viewer.team_id, &email, now).await?;
        if queries::count_open(&mut tx, viewer.team_id, now).await? >= MOST_OPEN {
            return Err(Error::Conflict("This team has 500 open invitations. Revoke some first.".to_owned()));
        }
        let split = SplitToken::fresh();
        let invitation = InvitationSummary { id: InvitationId::new(), email: email.into(), role, expires_at: now + LIFETIME };
        queries::insert_invitation(&mut tx, viewer, &invitation, &split.selector, &token::hash(&split.verifier), now).await?;
        tx.commit().await?;
        let link = format!("{}/sign-up?invitation={split}", self.services.settings().public_url);
        Ok(InvitationSent { invitation, link })
    }

    /// Makes an open invitation useless; one of another team does not exist.
    pub async fn revoke_invitation(&self, viewer: &Viewer, id: InvitationId) -> Result<()> {
        viewer.require(Permission::ManageMembers)?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        if !queries::revoke(&mut tx, viewer.team_id, id, self.services.parts.clock.now()).await? {
            return Err(Error::NotFound);
        }
        tx.commit().await
    }

    /// Joins the team that invited the viewer's address, and goes on in it.
    pub async fn accept_invitation(&self, viewer: &Viewer, token: &str) -> Result<TeamId> {
        let identity = self.services.identity();
        let mut tx = self.services.parts.db.system_tx().await?;
        let invitation = identity.find_invitation(&mut tx, Some(token)).await?.ok_or_else(invitation_is_over)?;
        if queries::email_of(&mut tx, viewer.user_id).await? != invitation.email {
            return Err(Error::Conflict("This invitation is for another address. Sign in with the one it was sent to.".to_owned()));
        }
        let now = self.services.parts.clock.now();
        let (team, role) = use_invitation(&mut tx, invitation.id, now).await?.ok_or_else(invitation_is_over)?;
        insert_membership(&mut tx, team, viewer.user_id, role.parse()?)
            .await
            .on_constraint("memberships_pkey", || Error::Conflict("You are in this team already.".to_owned()))?;
        tx.commit().await?;
        if viewer.session_id.is_some() {
            identity.switch_team(viewer, team).await?;
        }
        Ok(team)
    }
}

/// Refuses roles above the inviter's own, and addresses that are in the team.
async fn check(tx: &mut TeamTx, viewer: &Viewer, email: &EmailAddress, role: Role) -> Result<()> {
    let own = queries::roles_of(tx, viewer.team_id, viewer.user_id).await?;
    if members::roles(&own).into_iter().max().is_none_or(|highest| role > highest) {
        return Err(Error::field("role", "You cannot give a role above your own."));
    }
    if queries::is_member(tx, viewer.team_id, email).await? {
        return Err(Error::field("email", "This person is in the team already."));
    }
    Ok(())
}
