//! Invitations: asking somebody to join, a new link, taking it back, and joining with an account one has.

use super::queries::invitations::{self, InvitationRow, LinkSecret, NewInvitationRow};
use super::queries::members as people;
use super::{Team, members};
use crate::identity::token::{self, SplitToken};
use crate::identity::{insert_membership, invitation_is_over, use_invitation};
use crate::mails::{Mail, Recipient};
use crate::{Error, OnConstraint as _, Result, TeamTx, Viewer, audit};
use chrono::{DateTime, TimeDelta, Utc};
use domain::audit::{Action, Event};
use domain::team::{InvitationSent, InvitationSummary, NewInvitation, invitation_path};
use domain::text::{EmailAddress, FirstName, LastName};
use domain::{FieldErrors, InvitationId, Permission, Role, TeamId};

/// How many may be open in one team, so that nobody fills the table.
pub(super) const MOST_OPEN: usize = 500;
/// How long one whose link stopped working is still listed, to be sent again.
const LISTED_AFTER_ITS_END: TimeDelta = TimeDelta::days(30);

/// An invitation that can be stored.
pub(super) struct Checked {
    pub email: EmailAddress,
    pub first_name: String,
    pub last_name: String,
    pub role: Role,
    pub lifetime: TimeDelta,
}

impl Checked {
    /// All that is wrong with the fields at once, or what can be stored.
    pub(super) fn parse(new: &NewInvitation) -> Result<Self> {
        let mut wrong = FieldErrors::default();
        let mut note = |error: domain::InvalidText| wrong.add(error.field, error.message);
        let email = EmailAddress::parse(&new.email).map_err(&mut note).ok();
        let last_name = LastName::parse(&new.last_name).map_err(&mut note).ok();
        let first_name = match new.first_name.trim() {
            "" => Some(String::new()),
            given => FirstName::parse(given).map_err(&mut note).ok().map(FirstName::into_string),
        };
        let lifetime = lifetime(new.days).map_err(|error| wrong.add("days", error)).ok();
        match (email, first_name, last_name, lifetime) {
            (Some(email), Some(first_name), Some(last_name), Some(lifetime)) => {
                Ok(Self { email, first_name, last_name: last_name.into_string(), role: new.role, lifetime })
            }
            _ => Err(wrong.into()),
        }
    }
}

/// The two links of an invitation. Both lead to it; the one that is mailed also proves its address.
struct Links {
    handed_over: SplitToken,
    mailed: SplitToken,
}

impl Links {
    fn fresh() -> Self {
        let handed_over = SplitToken::fresh();
        let mailed = SplitToken { selector: handed_over.selector.clone(), ..SplitToken::fresh() };
        Self { handed_over, mailed }
    }

    fn secret(&self) -> LinkSecret {
        let Self { handed_over, mailed } = self;
        LinkSecret {
            selector: handed_over.selector.clone(),
            verifier_hash: token::hash(&handed_over.verifier),
            mailed_verifier_hash: token::hash(&mailed.verifier),
        }
    }
}

fn lifetime(days: u32) -> Result<TimeDelta, String> {
    if (1..=NewInvitation::MOST_DAYS).contains(&days) {
        Ok(TimeDelta::days(i64::from(days)))
    } else {
        Err(format!("A link works from 1 to {} days.", NewInvitation::MOST_DAYS))
    }
}

impl Team<'_> {
    /// Who is asked and has not answered, the latest first; also those whose link has expired lately.
    pub async fn list_invitations(&self, viewer: &Viewer) -> Result<Vec<InvitationSummary>> {
        viewer.require(Permission::ManageMembers)?;
        let now = self.services.parts.clock.now();
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let rows = invitations::list(&mut tx, viewer.team_id, now - LISTED_AFTER_ITS_END).await?;
        rows.into_iter().map(|row| row.summary(now)).collect()
    }

    /// [`Team::invite_person`] without a name, for the usual time.
    pub async fn invite(&self, viewer: &Viewer, email: &str, role: Role) -> Result<InvitationSent> {
        let (email, names) = (email.to_owned(), (String::new(), String::new()));
        let new = NewInvitation { email, role, first_name: names.0, last_name: names.1, days: NewInvitation::USUAL_DAYS };
        self.invite_person(viewer, new).await
    }

    /// Asks somebody to join. An earlier invitation of the same address is taken back. The link is in the answer only.
    pub async fn invite_person(&self, viewer: &Viewer, new: NewInvitation) -> Result<InvitationSent> {
        viewer.require(Permission::ManageMembers)?;
        let checked = Checked::parse(&new)?;
        self.require_recent_for(viewer, checked.role).await?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        people::hold_membership(&mut tx, viewer.team_id, viewer.user_id).await?;
        check(&mut tx, viewer, &checked.email, checked.role).await?;
        let sent = self.send(&mut tx, viewer, &checked).await?;
        audit::record(&mut tx, viewer, about(Action::InvitationMade, &sent.invitation)).await?;
        tx.commit().await?;
        Ok(sent)
    }

    /// Stores an invitation that may be made, in place of an earlier one of the address.
    pub(super) async fn send(&self, tx: &mut TeamTx, viewer: &Viewer, checked: &Checked) -> Result<InvitationSent> {
        let now = self.services.parts.clock.now();
        invitations::revoke_open_of(tx, viewer.team_id, &checked.email, now).await?;
        if invitations::count_open(tx, viewer.team_id, now).await? >= MOST_OPEN {
            return Err(Error::Conflict(format!("This team has {MOST_OPEN} open invitations. Revoke some first.")));
        }
        let links = Links::fresh();
        let invitation = InvitationSummary {
            id: InvitationId::new(),
            email: checked.email.as_str().to_owned(),
            name: format!("{} {}", checked.first_name, checked.last_name).trim().to_owned(),
            role: checked.role,
            expires_at: now + checked.lifetime,
            is_expired: false,
        };
        let row = NewInvitationRow { summary: &invitation, names: (&checked.first_name, &checked.last_name), secret: &links.secret(), now };
        invitations::insert(tx, viewer, &row).await?;
        self.hand_over_link(tx, viewer, invitation, &links).await
    }

    /// Gives an invitation another link, also one that has expired; the link before leads nowhere from then on. Whoever could
    /// not give its role cannot have its link.
    pub async fn resend_invitation(&self, viewer: &Viewer, id: InvitationId, days: u32) -> Result<InvitationSent> {
        viewer.require(Permission::ManageMembers)?;
        let lifetime = lifetime(days).map_err(|sentence| Error::field("days", sentence))?;
        let now = self.services.parts.clock.now();
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        people::hold_membership(&mut tx, viewer.team_id, viewer.user_id).await?;
        let row = invitations::lock(&mut tx, viewer.team_id, id).await?.ok_or(Error::NotFound)?;
        let role: Role = row.role.parse()?;
        check(&mut tx, viewer, &EmailAddress::parse(&row.email)?, role).await.map_err(|error| match error {
            Error::Invalid(errors) if errors.get("role").is_some() => Error::Forbidden,
            other => other,
        })?;
        self.require_recent_for(viewer, role).await?;
        let (links, expires_at) = (Links::fresh(), now + lifetime);
        invitations::renew(&mut tx, viewer, id, &links.secret(), expires_at).await?;
        let invitation = renewed(row, expires_at, now)?;
        let event = about(Action::InvitationRenewed, &invitation);
        let sent = self.hand_over_link(&mut tx, viewer, invitation, &links).await?;
        audit::record(&mut tx, viewer, event).await?;
        tx.commit().await?;
        Ok(sent)
    }

    /// Whoever asks somebody to own the team proves again who they are.
    async fn require_recent_for(&self, viewer: &Viewer, role: Role) -> Result<()> {
        if role == Role::Owner { self.services.identity().require_recent(viewer).await } else { Ok(()) }
    }

    /// Mails a link where mail is set up; whoever invites gets another one in any case, which does not prove the address.
    async fn hand_over_link(
        &self,
        tx: &mut TeamTx,
        viewer: &Viewer,
        invitation: InvitationSummary,
        links: &Links,
    ) -> Result<InvitationSent> {
        let mails = self.services.mails();
        let is_mailed = mails.is_set_up();
        if is_mailed {
            let inviter = invitations::inviter(tx, viewer.team_id, viewer.user_id).await?;
            let mail = Mail::Invitation {
                inviter: format!("{} {}", inviter.first_name, inviter.last_name).trim().to_owned(),
                inviter_email: inviter.email,
                team: inviter.team_name,
                role: invitation.role,
                link: self.link(&links.mailed),
                works_until: invitation.expires_at,
            };
            let to = Recipient { email: invitation.email.clone(), name: invitation.name.clone() };
            mails.accept(tx, viewer.team_id, to, mail).await?;
        }
        Ok(InvitationSent { invitation, link: self.link(&links.handed_over), is_mailed })
    }

    /// Makes an open invitation useless; one of another team does not exist.
    pub async fn revoke_invitation(&self, viewer: &Viewer, id: InvitationId) -> Result<()> {
        viewer.require(Permission::ManageMembers)?;
        let mut tx = self.services.parts.db.ongoing_tx(viewer).await?; // keeping somebody out needs no licence
        let now = self.services.parts.clock.now();
        let email = invitations::revoke(&mut tx, viewer.team_id, id, now).await?.ok_or(Error::NotFound)?;
        audit::record(&mut tx, viewer, Event::new(Action::InvitationRevoked, id.as_uuid(), email)).await?;
        tx.commit().await
    }

    /// Joins the team that invited the viewer's address, and goes on in it.
    pub async fn accept_invitation(&self, viewer: &Viewer, token: &str) -> Result<TeamId> {
        let identity = self.services.identity();
        let mut tx = self.services.parts.db.installation_tx().await?;
        let invitation = identity.find_invitation(&mut tx, Some(token)).await?.ok_or_else(invitation_is_over)?;
        if people::email_of(&mut tx, viewer.user_id).await? != invitation.email {
            return Err(Error::Conflict("This invitation is for another address. Sign in with the one it was sent to.".to_owned()));
        }
        let now = self.services.parts.clock.now();
        let (team, role) = use_invitation(&mut tx, invitation.id, now).await?.ok_or_else(invitation_is_over)?;
        let role: Role = role.parse()?;
        insert_membership(&mut tx, team, viewer.user_id, role)
            .await
            .on_constraint("memberships_pkey", || Error::Conflict("You are in this team already.".to_owned()))?;
        let event = Event::new(Action::InvitationAccepted, invitation.id.as_uuid(), invitation.email).with_roles(&[role]);
        audit::record_in(&mut tx, Some(team), viewer, event).await?;
        tx.commit().await?;
        if viewer.session_id.is_some() {
            identity.switch_team(viewer, team).await?;
        }
        Ok(team)
    }

    fn link(&self, split: &SplitToken) -> String {
        format!("{}{}", self.services.settings().public_url, invitation_path(&split.to_string()))
    }
}

/// What happened to an invitation.
pub(super) fn about(action: Action, invitation: &InvitationSummary) -> Event {
    Event::new(action, invitation.id.as_uuid(), invitation.email.as_str()).with_roles(&[invitation.role])
}

fn renewed(row: InvitationRow, expires_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<InvitationSummary> {
    InvitationRow { expires_at, ..row }.summary(now)
}

/// Refuses who invites nobody now, roles above the inviter's own, and addresses that are in the team. What stores an invitation holds the
/// inviter's membership before: whatever lowers them comes first, or takes the invitation back.
pub(super) async fn check(tx: &mut TeamTx, viewer: &Viewer, email: &EmailAddress, role: Role) -> Result<()> {
    let actor = people::find_actor(tx, viewer.team_id, viewer.user_id).await?.filter(|actor| actor.manages_members);
    let own = actor.and_then(|actor| members::highest(&members::roles(&actor.roles))).ok_or(Error::Forbidden)?;
    if role > own {
        return Err(Error::field("role", "You cannot give a role above your own."));
    }
    if people::has_address(tx, viewer.team_id, email).await? {
        return Err(Error::field("email", "This person is in the team already."));
    }
    Ok(())
}
