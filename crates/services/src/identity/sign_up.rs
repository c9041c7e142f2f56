//! Making an account: the first person of an installation, people with an invitation, or everybody when it is open; those by mail
//! where there is any, which [`super::sign_up_by_mail`] does.

use super::queries::{self, NewUser};
use super::queries_invitations::{self, OpenInvitation};
use super::throttle::{self, SIGN_UP_PER_IP};
use super::token::SplitToken;
use super::without_passwords::{are_off, makes_accounts};
use super::{Identity, Origin, Password, SignedIn};
use crate::audit::{self, Author};
use crate::licences::{self, seats};
use crate::sign_ins::{self, Attempt};
use crate::team::withdraw_from_member;
use crate::{Error, OnConstraint as _, Result, SignUp, SystemTx, Viewer};
use domain::audit::{Action, Event};
use domain::identity::SignUpTerms;
use domain::licences::Feature;
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

/// What comes of a form that asks for an account.
#[derive(Debug)]
pub enum SignedUp {
    /// The account is made, and its person is in.
    In(SignedIn),
    /// Whoever reads the mail of this address goes on from there; whether it has an account already is told there alone.
    Mailed(EmailAddress),
}

impl SignedUp {
    /// The session, when the account was made at once.
    pub fn session(self) -> Option<SignedIn> {
        match self {
            Self::In(session) => Some(session),
            Self::Mailed(_) => None,
        }
    }
}

/// The typed text, checked.
pub(super) struct Checked {
    first_name: FirstName,
    last_name: LastName,
    pub(super) email: EmailAddress,
    password: Password,
}

impl Checked {
    /// The account that is to be made of it.
    pub(super) async fn hashed(self) -> Result<NewAccount> {
        let Self { first_name, last_name, email, password } = self;
        Ok(NewAccount { user: UserId::new(), email, first_name, last_name, password_hash: password.hash().await? })
    }
}

/// An account that is to be made.
pub(super) struct NewAccount {
    pub(super) user: UserId,
    pub(super) email: EmailAddress,
    pub(super) first_name: FirstName,
    pub(super) last_name: LastName,
    pub(super) password_hash: String,
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
        let providers = crate::identity_providers::ways_in(&mut tx).await?;
        let ways_take_newcomers = licences::includes(&mut tx, Feature::IdentityProviders).await?;
        let mails_codes = self.mails_codes(&mut tx).await?;
        let takes_passwords = makes_accounts(&mut tx).await?;
        let takes_passkeys = self.services.passkeys().are_taken(&mut tx).await?;
        let refusal = if signed_in_as.is_none() { seats::refusal(&mut tx).await?.map(sentence_of) } else { None };
        let invitation = open.and_then(preview);
        let takes_newcomers = |creates_accounts: bool| ways_take_newcomers && (creates_accounts || invitation.is_some());
        let for_newcomers = providers.iter().filter(|(_, creates_accounts)| takes_newcomers(*creates_accounts));
        Ok(SignUpTerms {
            is_first,
            needs_invitation,
            ways_for_newcomers: for_newcomers.map(|(way, _)| way.clone()).collect(),
            invitation,
            signed_in_as,
            ways: providers.into_iter().map(|(way, _)| way).collect(),
            ways_take_newcomers,
            takes_passwords,
            takes_passkeys,
            mails_codes,
            refusal,
        })
    }

    /// Makes an account with a team of its own and signs it in. With an invitation the session starts in the team that invited. Where mail
    /// is set up and there are people already, the account is made when the link is used that is mailed to its address, unless whoever
    /// asks comes with the link of an invitation that was mailed there.
    pub async fn sign_up(&self, person: NewPerson, origin: Origin) -> Result<SignedUp> {
        let checked = person.check()?;
        let db = &self.services.parts.db;
        let now = self.services.parts.clock.now();
        throttle::take(db, now, vec![(throttle::ip_key("sign-up", origin.ip), SIGN_UP_PER_IP)]).await?;
        let invitation = self.admit(&checked.email, person.invitation.as_deref()).await?;
        let (invitation, has_proved_address) = invitation.unzip();
        if has_proved_address != Some(true) && self.signs_up_by_mail().await? {
            let invitation = invitation.map(|open| open.id);
            return self.mail_sign_up(checked, invitation, origin.ip).await.map(SignedUp::Mailed);
        }
        let account = checked.hashed().await?;

        let mut tx = db.installation_tx().await?;
        // Seats before the account and the invitation, as everywhere.
        if let Some(refusal) = seats::refusal_of_newcomer(&mut tx).await? {
            return Err(refusal);
        }
        let is_first = self.is_first(&mut tx).await?;
        if !is_first && invitation.is_none() {
            self.refuse_second()?;
        }
        self.add_person(&mut tx, &account, is_first)
            .await
            .on_constraint("users_email_key", || Error::field("email", "There is an account with this address. Sign in instead."))?;
        let session = self.welcome_newcomer(&mut tx, &account, invitation.as_ref(), &origin).await?;
        tx.commit().await?;
        Ok(SignedUp::In(session))
    }

    /// Refuses somebody without an invitation who wanted to be the first, unless everybody may come in like that: somebody else became
    /// the first in the meantime.
    fn refuse_second(&self) -> Result<()> {
        match self.services.settings().sign_up {
            SignUp::Invited => Err(needs_invitation()),
            SignUp::Open if self.services.mails().is_set_up() => {
                Err(Error::Conflict("Somebody made the first account at the same moment. Try again.".to_owned()))
            }
            SignUp::Open => Ok(()),
        }
    }

    /// Adds the person of a new account; the database refuses an address that somebody has.
    pub(super) async fn add_person(&self, tx: &mut SystemTx, account: &NewAccount, is_first: bool) -> sqlx::Result<()> {
        let new = NewUser {
            id: account.user,
            email: &account.email,
            first_name: account.first_name.as_str(),
            last_name: account.last_name.as_str(),
            password_hash: &account.password_hash,
            is_system_administrator: is_first,
            now: self.services.parts.clock.now(),
        };
        queries::insert_user(tx, new).await
    }

    /// Gives somebody new their teams, lets them in, and writes down that they came.
    pub(super) async fn welcome_newcomer(
        &self,
        tx: &mut SystemTx,
        account: &NewAccount,
        invitation: Option<&OpenInvitation>,
        origin: &Origin,
    ) -> Result<SignedIn> {
        let now = self.services.parts.clock.now();
        let NewAccount { user, email, .. } = account;
        let (team, joined) = make_teams(tx, account, invitation, now).await?;
        let session = self.start_session(tx, (*user, team), SignInMethod::SignUp, origin).await?;
        sign_ins::record(tx, Attempt::plain(Some(*user), email, SignInMethod::SignUp), origin, now).await?;
        record(tx, account, origin, (team, joined)).await?;
        Ok(session)
    }

    /// Refuses whoever may not make an account, before anything costly is done for them. Returns the invitation, and whether its link was
    /// the one that was mailed.
    async fn admit(&self, email: &EmailAddress, invitation: Option<&str>) -> Result<Option<(OpenInvitation, bool)>> {
        let mut tx = self.services.parts.db.system_tx().await?;
        if let Some(refusal) = seats::refusal_of_newcomer(&mut tx).await? {
            return Err(refusal);
        }
        if !makes_accounts(&mut tx).await? {
            return Err(are_off());
        }
        if let Some(given) = invitation.filter(|given| !given.is_empty()) {
            let token = SplitToken::parse(given).ok_or_else(invitation_is_over)?;
            let open = self.find_invitation(&mut tx, Some(given)).await?.ok_or_else(invitation_is_over)?;
            if open.email != email.as_str() {
                return Err(Error::field("email", "This invitation is for another address. Use the one it was sent to."));
            }
            let is_mailed = open.mailed_verifier_hash.as_ref().is_some_and(|hash| token.proves(hash));
            return Ok(Some((open, is_mailed)));
        }
        let needs_one = self.services.settings().sign_up == SignUp::Invited && queries::has_people(&mut tx).await?;
        if needs_one { Err(needs_invitation()) } else { Ok(None) }
    }

    /// The invitation a token proves the right to, if it can still be used.
    pub(crate) async fn find_invitation(&self, tx: &mut SystemTx, token: Option<&str>) -> Result<Option<OpenInvitation>> {
        let Some(token) = token.and_then(SplitToken::parse) else { return Ok(None) };
        let found = queries_invitations::find_open_invitation(tx, &token.selector, self.services.parts.clock.now()).await?;
        let proves = |hash: &Vec<u8>| token.proves(hash);
        Ok(found.filter(|invitation| proves(&invitation.verifier_hash) || invitation.mailed_verifier_hash.as_ref().is_some_and(proves)))
    }

    /// The latest invitation of an address that can still be used, for somebody whose address it is proven to be.
    pub(crate) async fn find_invitation_of(&self, tx: &mut SystemTx, email: &EmailAddress) -> Result<Option<OpenInvitation>> {
        Ok(queries_invitations::find_latest_invitation(tx, email, self.services.parts.clock.now()).await?)
    }

    /// Whether nobody has an account yet; nobody else finds so until the transaction ends.
    pub(super) async fn is_first(&self, tx: &mut SystemTx) -> Result<bool> {
        if queries::has_people(tx).await? {
            return Ok(false);
        }
        queries::lock_first_account(tx).await?;
        Ok(!queries::has_people(tx).await?)
    }
}

/// What somebody did by signing up: made an account, and joined the team that invited them.
async fn record(tx: &mut SystemTx, account: &NewAccount, origin: &Origin, (team, joined): (TeamId, Vec<Event>)) -> Result<()> {
    let NewAccount { user, email, .. } = account;
    let author = || Author::person(*user, origin.ip);
    // The chain of the installation before the team's, as everywhere: two who join at once never wait for each other.
    audit::record_in(tx, None, author(), Event::new(Action::AccountCreated, user.as_uuid(), email.as_str())).await?;
    for event in joined {
        audit::record_in(tx, Some(team), author(), event).await?;
    }
    Ok(())
}

/// The person's own team, and the membership the invitation gives; whatever else asks them into that team is taken back. Returns the team
/// to start in, and what is to be recorded in it.
async fn make_teams(
    tx: &mut SystemTx,
    account: &NewAccount,
    invitation: Option<&OpenInvitation>,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(TeamId, Vec<Event>)> {
    let NewAccount { user, email, first_name, .. } = account;
    let own = TeamId::new();
    queries::insert_personal_team(tx, own, &format!("{first_name}’s team"), *user).await?;
    queries::insert_membership(tx, own, *user, Role::Owner).await?;
    let Some(invitation) = invitation else { return Ok((own, Vec::new())) };
    let (team, role) = queries_invitations::use_invitation(tx, invitation.id, now).await?.ok_or_else(invitation_is_over)?;
    let role: Role = role.parse()?;
    queries::insert_membership(tx, team, *user, role).await?;
    queries::set_last_team(tx, *user, team).await?;
    let mut joined = vec![Event::new(Action::InvitationAccepted, invitation.id.as_uuid(), email.as_str()).with_roles(&[role])];
    joined.extend(withdraw_from_member(tx, team, email.as_str(), now).await?);
    Ok((team, joined))
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

pub(super) fn needs_invitation() -> Error {
    Error::Conflict("An account here needs an invitation. Ask someone who has one to invite you.".to_owned())
}
