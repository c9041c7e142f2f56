//! Making an account: the first person of an installation, people with an invitation, or everybody when it is open.

use super::queries::{self, NewUser};
use super::queries_invitations::{self, OpenInvitation};
use super::throttle::{self, SIGN_UP_PER_IP};
use super::token::SplitToken;
use super::{Identity, Origin, Password, SignedIn};
use crate::audit::{self, Author};
use crate::licences::seats;
use crate::sign_ins::{self, Attempt};
use crate::{Error, OnConstraint as _, Result, SignUp, SystemTx, Viewer};
use domain::audit::{Action, Event};
use domain::identity::SignUpTerms;
use domain::sign_ins::SignInMethod;
use domain::team::InvitationPreview;
use domain::text::{EmailAddress, FirstName, LastName};
use domain::{FieldErrors, Role, TeamId, UserId};
use secrecy::ExposeSecret as _;

/// What somebody types to make an account; not checked yet.
#[derive(Debug)]
pub struct NewPerson {
    /// First name.
    pub first_name: String,
    /// Last name; may be empty.
    pub last_name: String,
    /// The address to sign in with.
    pub email: String,
    /// The password, in the open.
    pub password: secrecy::SecretString,
    /// The token of the invitation's link.
    pub invitation: Option<String>,
}

/// The typed text, checked.
struct Checked {
    first_name: FirstName,
    last_name: LastName,
    email: EmailAddress,
    password: Password,
}

impl NewPerson {
    /// All that is wrong with it, at its fields, or the checked text.
    fn check(&self) -> Result<Checked> {
        let mut wrong = FieldErrors::default();
        let mut note = |error: domain::InvalidText| wrong.add(error.field, error.message);
        let first_name = FirstName::parse(&self.first_name).map_err(&mut note).ok();
        let last_name = LastName::parse(&self.last_name).map_err(&mut note).ok();
        let email = EmailAddress::parse(&self.email).map_err(&mut note).ok();
        let known = [self.first_name.as_str(), &self.last_name, &self.email];
        let password = match Password::parse(self.password.expose_secret().to_owned(), "password", &known) {
            Err(Error::Invalid(errors)) => {
                errors.iter().for_each(|(field, message)| wrong.add(field, message));
                None
            }
            other => Some(other?),
        };
        match (first_name, last_name, email, password) {
            (Some(first_name), Some(last_name), Some(email), Some(password)) => Ok(Checked { first_name, last_name, email, password }),
            _ => Err(wrong.into()),
        }
    }
}

impl Identity<'_> {
    /// What holds for somebody who comes with this invitation, or without one.
    pub async fn sign_up_terms(&self, viewer: Option<&Viewer>, invitation: Option<&str>) -> Result<SignUpTerms> {
        let mut tx = self.services.parts.db.system_tx().await?;
        let is_first = !queries::has_people(&mut tx).await?;
        let open = self.find_invitation(&mut tx, invitation).await?;
        let preview = |open: OpenInvitation| {
            let role = open.role.parse().ok()?;
            Some(InvitationPreview {
                team_name: open.team_name,
                email: open.email,
                role,
                first_name: open.first_name,
                last_name: open.last_name,
            })
        };
        let signed_in_as = match viewer {
            Some(viewer) => Some(queries::get_account(&mut tx, viewer.user_id).await?.email),
            None => None,
        };
        let needs_invitation = !is_first && self.services.settings().sign_up == SignUp::Invited;
        let ways = crate::identity_providers::ways_in(&mut tx).await?;
        let mails_codes = self.mails_codes(&mut tx).await?;
        let takes_passkeys = self.services.passkeys().are_taken(&mut tx).await?;
        let refusal = if signed_in_as.is_none() { seats::refusal(&mut tx).await?.map(sentence_of) } else { None };
        Ok(SignUpTerms {
            is_first,
            needs_invitation,
            invitation: open.and_then(preview),
            signed_in_as,
            ways,
            takes_passkeys,
            mails_codes,
            refusal,
        })
    }

    /// Makes an account with a team of its own and signs it in. With an invitation the session starts in the team that invited.
    pub async fn sign_up(&self, person: NewPerson, origin: Origin) -> Result<SignedIn> {
        let checked = person.check()?;
        let db = &self.services.parts.db;
        let now = self.services.parts.clock.now();
        throttle::take(db, now, vec![(throttle::ip_key("sign-up", origin.ip), SIGN_UP_PER_IP)]).await?;
        let invitation = self.admit(&checked.email, person.invitation.as_deref()).await?;
        let Checked { first_name, last_name, email, password } = checked;
        let password_hash = password.hash().await?;

        let mut tx = db.installation_tx().await?;
        let is_first = self.is_first(&mut tx).await?;
        if !is_first && invitation.is_none() && self.services.settings().sign_up == SignUp::Invited {
            return Err(needs_invitation()); // somebody else became the first in the meantime
        }
        let user = UserId::new();
        let new = NewUser {
            id: user,
            email: &email,
            first_name: first_name.as_str(),
            last_name: last_name.as_str(),
            password_hash: &password_hash,
            is_system_administrator: is_first,
            now,
        };
        queries::insert_user(&mut tx, new)
            .await
            .on_constraint("users_email_key", || Error::field("email", "There is an account with this address. Sign in instead."))?;
        let team = make_teams(&mut tx, user, &first_name, invitation.as_ref(), now).await?;
        let session = self.start_session(&mut tx, user, team, &origin).await?;
        sign_ins::record(&mut tx, Attempt::plain(Some(user), &email, SignInMethod::SignUp), &origin, now).await?;
        record(&mut tx, user, &origin, &email, invitation.as_ref().map(|invitation| (team, invitation))).await?;
        tx.commit().await?;
        Ok(session)
    }

    /// Refuses whoever may not make an account, before anything costly is done for them.
    async fn admit(&self, email: &EmailAddress, invitation: Option<&str>) -> Result<Option<OpenInvitation>> {
        let mut tx = self.services.parts.db.system_tx().await?;
        if let Some(refusal) = seats::refusal_of_newcomer(&mut tx).await? {
            return Err(refusal);
        }
        if let Some(given) = invitation.filter(|given| !given.is_empty()) {
            let open = self.find_invitation(&mut tx, Some(given)).await?.ok_or_else(invitation_is_over)?;
            if open.email != email.as_str() {
                return Err(Error::field("email", "This invitation is for another address. Use the one it was sent to."));
            }
            return Ok(Some(open));
        }
        let needs_one = self.services.settings().sign_up == SignUp::Invited && queries::has_people(&mut tx).await?;
        if needs_one { Err(needs_invitation()) } else { Ok(None) }
    }

    /// The invitation a token proves the right to, if it can still be used.
    pub(crate) async fn find_invitation(&self, tx: &mut SystemTx, token: Option<&str>) -> Result<Option<OpenInvitation>> {
        let Some(token) = token.and_then(SplitToken::parse) else { return Ok(None) };
        let found = queries_invitations::find_open_invitation(tx, &token.selector, self.services.parts.clock.now()).await?;
        Ok(found.filter(|invitation| token.proves(&invitation.verifier_hash)))
    }

    /// The latest invitation of an address that can still be used, for somebody whose address it is proven to be.
    pub(crate) async fn find_invitation_of(&self, tx: &mut SystemTx, email: &EmailAddress) -> Result<Option<OpenInvitation>> {
        Ok(queries_invitations::find_latest_invitation(tx, email, self.services.parts.clock.now()).await?)
    }

    async fn is_first(&self, tx: &mut SystemTx) -> Result<bool> {
        if queries::has_people(tx).await? {
            return Ok(false);
        }
        queries::lock_first_account(tx).await?;
        Ok(!queries::has_people(tx).await?)
    }
}

/// What somebody did by signing up: made an account, and joined the team that invited them.
async fn record(
    tx: &mut SystemTx,
    user: UserId,
    origin: &Origin,
    email: &EmailAddress,
    joined: Option<(TeamId, &OpenInvitation)>,
) -> Result<()> {
    let author = || Author::person(user, origin.ip);
    // The chain of the installation before the team's, as everywhere: two who join at once never wait for each other.
    audit::record_in(tx, None, author(), Event::new(Action::AccountCreated, user.as_uuid(), email.as_str())).await?;
    if let Some((team, invitation)) = joined {
        let event =
            Event::new(Action::InvitationAccepted, invitation.id.as_uuid(), email.as_str()).with_roles(&[invitation.role.parse()?]);
        audit::record_in(tx, Some(team), author(), event).await?;
    }
    Ok(())
}

/// The person's own team, and the membership the invitation gives; returns the team to start in.
async fn make_teams(
    tx: &mut SystemTx,
    user: UserId,
    first_name: &FirstName,
    invitation: Option<&OpenInvitation>,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<TeamId> {
    let own = TeamId::new();
    queries::insert_personal_team(tx, own, &format!("{first_name}’s team"), user).await?;
    queries::insert_membership(tx, own, user, Role::Owner).await?;
    let Some(invitation) = invitation else { return Ok(own) };
    let (team, role) = queries_invitations::use_invitation(tx, invitation.id, now).await?.ok_or_else(invitation_is_over)?;
    queries::insert_membership(tx, team, user, role.parse()?).await?;
    Ok(team)
}

/// What the entrance says of a refusal.
fn sentence_of(refusal: Error) -> String {
    match refusal {
        Error::Conflict(sentence) => sentence,
        _ => "The licence of this installation has expired, so that nobody can make an account now.".to_owned(),
    }
}

pub(crate) fn invitation_is_over() -> Error {
    Error::Conflict("This invitation is not valid any more. Ask whoever invited you for a new one.".to_owned())
}

fn needs_invitation() -> Error {
    Error::Conflict("An account here needs an invitation. Ask someone who has one to invite you.".to_owned())
}
