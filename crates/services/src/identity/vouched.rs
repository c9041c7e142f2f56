//! Vouched: what `services::identity_providers` needs to know of accounts, and accounts for people a provider vouches for.

use super::queries::{self, NewUser};
use super::queries_invitations::{self, OpenInvitation};
use super::sign_up::invitation_is_over;
use super::{Identity, Origin};
use crate::audit::{self, Author};
use crate::team::withdraw_from_member;
use crate::{Error, OnConstraint as _, Result, SystemTx};
use domain::audit::{Action, Event};
use domain::text::{EmailAddress, FirstName, LastName};
use domain::{Role, TeamId, UserId};

/// An account with the address somebody is vouched for.
pub(crate) struct Vouched {
    /// Whose it is.
    pub(crate) user: UserId,
    /// Whether they can prove that by a password.
    pub(crate) has_password: bool,
    /// Whether they are kept out.
    pub(crate) is_suspended: bool,
}

/// Somebody who gets an account because a provider vouches for them.
pub(crate) struct Newcomer<'a> {
    /// Their address, verified.
    pub(crate) email: &'a EmailAddress,
    /// First name.
    pub(crate) first_name: FirstName,
    /// Last name.
    pub(crate) last_name: LastName,
    /// The team they join, and as what.
    pub(crate) joins: Option<(TeamId, Role)>,
    /// What they were asked to come with; its team is the one they start in.
    pub(crate) invitation: Option<OpenInvitation>,
}

impl Identity<'_> {
    /// The account of an address.
    pub(crate) async fn find_account(&self, tx: &mut SystemTx, email: &EmailAddress) -> Result<Option<Vouched>> {
        let found = queries::find_credentials(tx, email).await?;
        Ok(found.map(|known| Vouched {
            user: known.user_id,
            has_password: known.password_hash.is_some(),
            is_suspended: known.is_suspended,
        }))
    }

    /// The team a session of somebody starts in.
    pub(crate) async fn home_team(&self, tx: &mut SystemTx, user: UserId) -> Result<Option<TeamId>> {
        Ok(queries::find_home_team(tx, user).await?)
    }

    /// Makes an account without a password, with a team of its own; returns whose it is and the team to start in.
    pub(crate) async fn welcome(&self, tx: &mut SystemTx, person: Newcomer<'_>, origin: &Origin) -> Result<(UserId, TeamId)> {
        let (user, own) = (UserId::new(), TeamId::new());
        let new = NewUser {
            id: user,
            email: person.email,
            first_name: person.first_name.as_str(),
            last_name: person.last_name.as_str(),
            password_hash: "",
            is_system_administrator: false,
            now: self.services.parts.clock.now(),
        };
        queries::insert_user(tx, new)
            .await
            .on_constraint("users_email_key", || Error::Conflict("Somebody made this account at the same moment. Try again.".to_owned()))?;
        queries::insert_personal_team(tx, own, &format!("{}’s team", person.first_name), user).await?;
        queries::insert_membership(tx, own, user, Role::Owner).await?;
        let created = Event::new(Action::AccountCreated, user.as_uuid(), person.email.as_str());
        let (start, joined) = self.join(tx, user, person).await?;
        let start = start.unwrap_or(own);
        queries::set_last_team(tx, user, start).await?;
        // The chain of the installation before those of the teams, as everywhere: two who join at once never wait for each other.
        let author = || Author::person(user, origin.ip);
        audit::record_in(tx, None, author(), created).await?;
        for (team, event) in joined {
            audit::record_in(tx, Some(team), author(), event).await?;
        }
        Ok((user, start))
    }

    /// Into the team that invited somebody new, and the one they join anyway; whatever else asks them into these is taken back. The one to
    /// start in, if there is one, and what is to be recorded, in the order of the teams: two who join the same ones at once take turns
    /// instead of waiting for each other.
    async fn join(&self, tx: &mut SystemTx, user: UserId, person: Newcomer<'_>) -> Result<(Option<TeamId>, Vec<(TeamId, Event)>)> {
        let now = self.services.parts.clock.now();
        let mut joins: Vec<(TeamId, Role, Event)> = Vec::new();
        if let Some(invitation) = person.invitation {
            let place = queries_invitations::use_invitation(tx, invitation.id, now).await?;
            let (team, role) = place.ok_or_else(invitation_is_over)?;
            let accepted = Event::new(Action::InvitationAccepted, invitation.id.as_uuid(), person.email.as_str());
            joins.push((team, role.parse()?, accepted));
        }
        if let Some((team, role)) = person.joins.filter(|(team, _)| joins.iter().all(|(invited, ..)| invited != team)) {
            joins.push((team, role, Event::new(Action::MemberJoined, user.as_uuid(), person.email.as_str())));
        }
        let start = joins.first().map(|(team, ..)| *team);
        joins.sort_by_key(|(team, ..)| *team);
        let mut events = Vec::new();
        for (team, role, joined) in joins {
            queries::insert_membership(tx, team, user, role).await?;
            events.push((team, joined.with_roles(&[role])));
            let withdrawn = withdraw_from_member(tx, team, person.email.as_str(), now).await?;
            events.extend(withdrawn.into_iter().map(|event| (team, event)));
        }
        Ok((start, events))
    }
}
