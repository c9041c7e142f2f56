//! Invitations: asking somebody to join, a new link, taking it back, and joining with an account one has. Their mails: `invitation_mails`.

use super::invitation_mails::MailCount;
use super::queries::invitations::{self, InvitationRow, LinkSecret, NewInvitationRow};
use super::queries::members as people;
use super::withdraw::withdraw_from_member;
use super::{Team, members};
use crate::identity::token::{self, SplitToken};
use crate::identity::{insert_membership, invitation_is_over, use_invitation};
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

/// An invitation that was made, and those of its address that were taken back for it.
pub(super) struct Made {
    sent: InvitationSent,
    replaced: Vec<InvitationId>,
}

impl Made {
    /// Records all of that, when everything else is done.
    pub(super) async fn record(self, tx: &mut TeamTx, viewer: &Viewer) -> Result<InvitationSent> {
        let email = self.sent.invitation.email.as_str();
        for id in self.replaced {
            audit::record(tx, viewer, Event::new(Action::InvitationRevoked, id.as_uuid(), email)).await?;
        }
        audit::record(tx, viewer, about(Action::InvitationMade, &self.sent.invitation)).await?;
        Ok(self.sent)
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

    /// Asks somebody to join. An earlier invitation of the same address is taken back, and the answer says so. The link is in the answer
    /// only.
    pub async fn invite_person(&self, viewer: &Viewer, new: NewInvitation) -> Result<InvitationSent> {
        viewer.require(Permission::ManageMembers)?;
        let checked = Checked::parse(&new)?;
        self.require_recent_for(viewer, checked.role).await?;
        self.look(viewer, &checked).await?;
        let mail = self.count_mail(viewer, &checked.email).await?;
        let sent = self.make(viewer, &checked, &mail).await;
        self.settle(mail, sent).await
    }

    /// Refuses an invitation that cannot be made before its mail is counted.
    async fn look(&self, viewer: &Viewer, checked: &Checked) -> Result<()> {
        if !self.services.mails().is_set_up() {
            return Ok(());
        }
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        tx.require_writable().await?;
        check(&mut tx, viewer, &checked.email, checked.role).await?;
        tx.commit().await
    }

    /// Makes one, if it can still be made.
    async fn make(&self, viewer: &Viewer, checked: &Checked, mail: &MailCount) -> Result<InvitationSent> {
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        people::lock_team(&mut tx, viewer.team_id).await?;
        check(&mut tx, viewer, &checked.email, checked.role).await?;
        let made = self.send(&mut tx, viewer, checked, mail).await?;
        let sent = made.record(&mut tx, viewer).await?;
        tx.commit().await?;
        Ok(sent)
    }

    /// Stores an invitation that may be made, in place of an earlier one of the address, and mails its link if that was counted; under the
    /// lock of the team, so that of two at once the second replaces the first. What it returns is to be recorded last.
    pub(super) async fn send(&self, tx: &mut TeamTx, viewer: &Viewer, checked: &Checked, mail: &MailCount) -> Result<Made> {
        let now = self.services.parts.clock.now();
        let replaced = invitations::revoke_open_of(tx, viewer.team_id, checked.email.as_str(), now).await?;
        if invitations::count_open(tx, viewer.team_id, now).await? >= MOST_OPEN {
            let sentence = format!("This team has {MOST_OPEN} open invitations. Revoke some, or wait until some are used.");
            return Err(Error::Conflict(sentence));
        }
        let links = Links::fresh();
        let invitation = InvitationSummary {
            id: InvitationId::new(),
            email: checked.email.as_str().to_owned(),
            name: format!("{} {}", checked.first_name, checked.last_name).trim().to_owned(),
            role: checked.role,
            expires_at: now + checked.lifetime,
            is_expired: false,
            is_void: false,
        };
        let row = NewInvitationRow { summary: &invitation, names: (&checked.first_name, &checked.last_name), secret: &links.secret(), now };
        invitations::insert(tx, viewer, &row).await?;
        let replaces_link = replaced.iter().any(|row| row.expires_at > now);
        let sent = InvitationSent { replaces_link, ..self.hand_over_link(tx, viewer, invitation, &links, mail).await? };
        Ok(Made { sent, replaced: replaced.into_iter().map(|row| row.id).collect() })
    }

    /// Gives an invitation another link, also one that has expired; the link before leads nowhere from then on. Whoever could
    /// not give its role cannot have its link.
    pub async fn resend_invitation(&self, viewer: &Viewer, id: InvitationId, days: u32) -> Result<InvitationSent> {
        viewer.require(Permission::ManageMembers)?;
        let lifetime = lifetime(days).map_err(|sentence| Error::field("days", sentence))?;
        let (email, role) = self.find_renewable(viewer, id).await?;
        self.require_recent_for(viewer, role).await?;
        let mail = self.count_mail(viewer, &email).await?;
        let sent = self.renew(viewer, id, lifetime, &mail).await;
        self.settle(mail, sent).await
    }

    /// Whom an invitation asks that the viewer may renew, and as what: neither changes.
    async fn find_renewable(&self, viewer: &Viewer, id: InvitationId) -> Result<(EmailAddress, Role)> {
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        tx.require_writable().await?;
        let row = invitations::find(&mut tx, viewer.team_id, id).await?.ok_or(Error::NotFound)?;
        let found = check_renewal(&mut tx, viewer, &row).await?;
        tx.commit().await?;
        Ok(found)
    }

    /// Renews one, if it can still be renewed.
    async fn renew(&self, viewer: &Viewer, id: InvitationId, lifetime: TimeDelta, mail: &MailCount) -> Result<InvitationSent> {
        let now = self.services.parts.clock.now();
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        people::hold_membership(&mut tx, viewer.team_id, viewer.user_id).await?;
        let row = invitations::lock(&mut tx, viewer.team_id, id).await?.ok_or(Error::NotFound)?;
        check_renewal(&mut tx, viewer, &row).await?;
        let (links, expires_at) = (Links::fresh(), now + lifetime);
        invitations::renew(&mut tx, viewer, id, &links.secret(), expires_at).await?;
        let invitation = renewed(row, expires_at, now)?;
        let event = about(Action::InvitationRenewed, &invitation);
        let sent = self.hand_over_link(&mut tx, viewer, invitation, &links, mail).await?;
        audit::record(&mut tx, viewer, event).await?;
        tx.commit().await?;
        Ok(sent)
    }

    /// Whoever asks somebody to own the team proves again who they are.
    async fn require_recent_for(&self, viewer: &Viewer, role: Role) -> Result<()> {
        if role == Role::Owner { self.services.identity().require_recent(viewer).await } else { Ok(()) }
    }

    /// Mails a link whose mail was counted; whoever invites gets another one in any case, which does not prove the address.
    async fn hand_over_link(
        &self,
        tx: &mut TeamTx,
        viewer: &Viewer,
        invitation: InvitationSummary,
        links: &Links,
        mail: &MailCount,
    ) -> Result<InvitationSent> {
        let (is_mailed, not_mailed) = match mail {
            MailCount::NotSetUp => (false, None),
            MailCount::Refused(sentence) => (false, Some(sentence.clone())),
            MailCount::Counted(_) => {
                self.mail_link(tx, viewer, &invitation, self.link(&links.mailed)).await?;
                (true, None)
            }
        };
        Ok(InvitationSent { invitation, link: self.link(&links.handed_over), is_mailed, not_mailed, replaces_link: false })
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

    /// Joins the team that invited the viewer's address, and goes on in it. Whatever else asks that address into it is taken back.
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
        let withdrawn = withdraw_from_member(&mut tx, team, &invitation.email, now).await?;
        let event = Event::new(Action::InvitationAccepted, invitation.id.as_uuid(), invitation.email).with_roles(&[role]);
        for event in std::iter::once(event).chain(withdrawn) {
            audit::record_in(&mut tx, Some(team), viewer, event).await?;
        }
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
fn about(action: Action, invitation: &InvitationSummary) -> Event {
    Event::new(action, invitation.id.as_uuid(), invitation.email.as_str()).with_roles(&[invitation.role])
}

fn renewed(row: InvitationRow, expires_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<InvitationSummary> {
    InvitationRow { expires_at, stands: true, ..row }.summary(now)
}

/// [`check`] for the new link of an invitation, which tells whom it asks and as what: whoever could not give its role cannot have it.
async fn check_renewal(tx: &mut TeamTx, viewer: &Viewer, row: &InvitationRow) -> Result<(EmailAddress, Role)> {
    let (email, role): (EmailAddress, Role) = (EmailAddress::parse(&row.email)?, row.role.parse()?);
    check(tx, viewer, &email, role).await.map_err(|error| match error {
        Error::Invalid(errors) if errors.get("role").is_some() => Error::Forbidden,
        other => other,
    })?;
    Ok((email, role))
}

/// Refuses who invites nobody now, roles above the inviter's own, and addresses that are in the team. What stores an invitation locks the
/// team before, and what renews one holds the inviter's membership: whatever lowers them comes first, or takes the invitation back.
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
