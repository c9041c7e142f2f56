//! Admit: what becomes of somebody a provider vouches for: in, a proof first, a new account, or nothing.

use super::IdentityProviders;
use super::flow::{Arrival, Kept, Refusal};
use super::queries::{self, IdentityRow, ProviderRow};
use super::verify::Vouch;
use crate::audit::{self, Author};
use crate::identity::{Newcomer, OpenInvitation, Origin};
use crate::licences::{self, seats};
use crate::mails::SecurityAct;
use crate::sign_ins::{self, Attempt};
use crate::{Error, OnConstraint as _, Result, SystemTx, Viewer, team};
use domain::audit::{Action, Event, Named};
use domain::identity_providers::RoleRule;
use domain::licences::Feature;
use domain::sign_ins::{SignInMethod, SignInReason};
use domain::team::invitation_in;
use domain::text::{EmailAddress, FirstName, LastName};
use domain::{Role, TeamId, UserId};

/// What becomes of somebody a provider vouches for.
pub(super) enum Verdict {
    /// Their identity is known: into this team of theirs.
    Known(IdentityRow, TeamId),
    /// Somebody has an account with their address, whose password is asked for.
    Account(UserId, EmailAddress),
    /// They get an account, and into the team that invited them.
    Newcomer(EmailAddress, Option<OpenInvitation>),
}

impl IdentityProviders<'_> {
    /// Does with somebody a provider vouches for what becomes of them.
    pub(super) async fn admit(
        &self,
        provider: &ProviderRow,
        vouch: Vouch,
        next: String,
        origin: &Origin,
    ) -> Result<Result<Arrival, Refusal>> {
        let mut tx = self.services.parts.db.system_tx().await?;
        match self.judge(&mut tx, provider, &vouch, &next).await? {
            Err(refusal) => Ok(Err(refusal)),
            Ok(Verdict::Known(known, team)) => self.let_in(tx, provider, &vouch, (&known, team, next), origin).await,
            Ok(Verdict::Account(_, email)) => {
                let Vouch { issuer, subject, roles, .. } = vouch;
                let kept = Kept::Unproven { issuer, subject, email, next: next.clone(), roles };
                let token = self.keep(&mut tx, provider.id, &kept).await?;
                tx.commit().await?;
                Ok(Ok(Arrival::NeedsProof { token, next }))
            }
            Ok(Verdict::Newcomer(email, invitation)) => {
                self.welcome(tx, provider, &vouch, (&email, invitation, next), origin).await.map(Ok)
            }
        }
    }

    /// Decides about somebody whose identity is known by that, where there is a rule of domains if their address obeys it, and about
    /// everybody else by their verified address: what lets those in who have no account is that the provider makes some, or an invitation.
    /// Somebody who is linked is held until the transaction ends, and so are the seats where somebody new would take one; nothing else is,
    /// and nothing is changed.
    pub(super) async fn judge(
        &self,
        tx: &mut SystemTx,
        provider: &ProviderRow,
        vouch: &Vouch,
        next: &str,
    ) -> Result<Result<Verdict, Refusal>> {
        let identity = self.services.identity();
        let known = queries::find_identity(tx, &vouch.issuer, &vouch.subject).await?;
        let user = known.as_ref().map(|known| known.user_id);
        let refused = |user, reason| Ok(Err(Refusal { reason, user, email: vouch.email.clone() }));
        if (!provider.email_domains.is_empty() || known.is_none())
            && let Err(reason) = check_address(provider, vouch)
        {
            return refused(user, reason);
        }
        if let Some(known) = known {
            // Held, so that a suspension at this moment either was first or ends the session that begins here.
            if known.is_suspended || !identity.hold_person(tx, known.user_id).await? {
                return refused(user, SignInReason::Suspended);
            }
            return match identity.home_team(tx, known.user_id).await? {
                Some(team) => Ok(Ok(Verdict::Known(known, team))),
                None => refused(user, SignInReason::NoTeam),
            };
        }
        if !licences::includes(tx, Feature::IdentityProviders).await? {
            return refused(None, SignInReason::NotInLicence);
        }
        let Some(email) = vouch.email.clone() else { return refused(None, SignInReason::NoAddress) };
        if let Some(account) = identity.find_account(tx, &email).await? {
            let user = Some(account.user);
            if account.is_suspended {
                return refused(user, SignInReason::Suspended);
            }
            if !account.has_password {
                return refused(user, SignInReason::NotLinked);
            }
            return Ok(Ok(Verdict::Account(account.user, email)));
        }
        let invitation = self.invitation_of(tx, provider, &email, next).await?;
        if invitation.is_none() && !provider.creates_accounts {
            return refused(None, SignInReason::NoAccount);
        }
        match seats::refusal_of_newcomer(tx).await? {
            Some(Error::ReadOnly) => refused(None, SignInReason::LicenceOver),
            Some(_) => refused(None, SignInReason::NoSeat),
            None => Ok(Ok(Verdict::Newcomer(email, invitation))),
        }
    }

    /// What a newcomer with a verified address is invited with: the link they followed. Where nothing else would let them in it is
    /// the latest invitation of the address; elsewhere nobody joins a team without having been shown its name.
    async fn invitation_of(
        &self,
        tx: &mut SystemTx,
        provider: &ProviderRow,
        email: &EmailAddress,
        next: &str,
    ) -> Result<Option<OpenInvitation>> {
        let identity = self.services.identity();
        let followed = identity.find_invitation(tx, invitation_in(next)).await?.filter(|open| open.email == email.as_str());
        if followed.is_some() || provider.creates_accounts {
            return Ok(followed);
        }
        identity.find_invitation_of(tx, email).await
    }

    /// Lets somebody in whose identity is known, or asks for their code, or refuses them where there is no seat for them.
    async fn let_in(
        &self,
        mut tx: SystemTx,
        provider: &ProviderRow,
        vouch: &Vouch,
        (known, team, next): (&IdentityRow, TeamId, String),
        origin: &Origin,
    ) -> Result<Result<Arrival, Refusal>> {
        let (now, identity, email) = (self.services.parts.clock.now(), self.services.identity(), vouch.email.as_ref());
        queries::touch_identity(&mut tx, known.id, provider.id, now).await?;
        if identity.asks_for_code(&mut tx, known.user_id).await? {
            let step = identity.ask_for_code(&mut tx, known.user_id, through(provider, known.user_id, email), (true, origin)).await?;
            identity.half_proved_elsewhere(&mut tx, &step, vouch.proved_at).await?;
            update_role(&mut tx, provider, &vouch.roles, known.user_id).await?;
            tx.commit().await?;
            return Ok(Ok(Arrival::NeedsCode { step, next }));
        }
        let session = match identity.let_in(&mut tx, (known.user_id, team), through(provider, known.user_id, email), origin).await {
            Err(refused) if seats::is_refusal(&refused) => {
                return Ok(Err(Refusal { reason: SignInReason::NoSeat, user: Some(known.user_id), email: vouch.email.clone() }));
            }
            entered => entered?,
        };
        identity.proved_elsewhere(&mut tx, &session, vouch.proved_at).await?;
        update_role(&mut tx, provider, &vouch.roles, known.user_id).await?;
        tx.commit().await?;
        Ok(Ok(Arrival::SignedIn { session, next }))
    }

    /// An account for somebody who has none, in the team that invited them, and in the team and with the role that the settings of a
    /// provider that makes accounts give.
    async fn welcome(
        &self,
        mut tx: SystemTx,
        provider: &ProviderRow,
        vouch: &Vouch,
        (email, invitation, next): (&EmailAddress, Option<OpenInvitation>, String),
        origin: &Origin,
    ) -> Result<Arrival> {
        // The page of an invitation that is used now would only say that it is over.
        let next = if invitation.is_some() && invitation_in(&next).is_some() { String::new() } else { next };
        let local = email.as_str().split('@').next().unwrap_or_default();
        let first_name = FirstName::parse(cut(&vouch.first_name)).or_else(|_| FirstName::parse(cut(local)))?;
        let last_name = LastName::parse(cut(&vouch.last_name))?;
        let default_team = provider.default_team_id.filter(|_| provider.creates_accounts);
        let joins = default_team.map(|team| (team, given_role(provider, &vouch.roles).unwrap_or(provider.default_role)));
        let identity = self.services.identity();
        let now = self.services.parts.clock.now();
        let (user, team) = identity.welcome(&mut tx, Newcomer { email, first_name, last_name, joins, invitation }, origin).await?;
        queries::insert_identity(&mut tx, user, provider.id, (&vouch.issuer, &vouch.subject), now).await?;
        let session = identity.start_session(&mut tx, (user, team), SignInMethod::Provider, origin).await?;
        identity.proved_elsewhere(&mut tx, &session, vouch.proved_at).await?;
        sign_ins::record(&mut tx, through(provider, user, Some(email)), origin, now).await?;
        audit::record_in(&mut tx, None, Author::person(user, origin.ip), linked(provider, user)).await?;
        // An invitation may have given another one.
        update_role(&mut tx, provider, &vouch.roles, user).await?;
        tx.commit().await?;
        Ok(Arrival::SignedIn { session, next })
    }

    /// Links the identity to the account that is signed in, unless its session ended while the provider was asked.
    pub(super) async fn link(
        &self,
        provider: &ProviderRow,
        vouch: &Vouch,
        viewer: &Viewer,
        origin: &Origin,
    ) -> Result<Result<Arrival, Refusal>> {
        let user = viewer.user_id;
        let mut tx = self.services.parts.db.system_tx().await?;
        match self.services.identity().hold_viewer(&mut tx, viewer).await {
            Err(Error::SignedOut) => return Ok(Err(SignInReason::WrongState.into())),
            held => held?,
        }
        match queries::find_identity(&mut tx, &vouch.issuer, &vouch.subject).await? {
            Some(known) if known.user_id == user => return Ok(Ok(Arrival::Linked)),
            Some(_) => {
                return Ok(Err(Refusal { reason: SignInReason::LinkedElsewhere, user: Some(user), email: vouch.email.clone() }));
            }
            None => {}
        }
        if !licences::includes(&mut tx, Feature::IdentityProviders).await? {
            return Ok(Err(Refusal { reason: SignInReason::NotInLicence, user: Some(user), email: vouch.email.clone() }));
        }
        let Some(team) = self.services.identity().home_team(&mut tx, user).await? else {
            return Ok(Err(Refusal { reason: SignInReason::NoTeam, user: Some(user), email: vouch.email.clone() }));
        };
        self.insert_link(&mut tx, provider, (user, team), (&vouch.issuer, &vouch.subject), origin).await?;
        tx.commit().await?;
        Ok(Ok(Arrival::Linked))
    }

    /// Links an identity, tells its person in the name of one of their teams, and records it; the caller's transaction ends soon after.
    pub(super) async fn insert_link(
        &self,
        tx: &mut SystemTx,
        provider: &ProviderRow,
        (user, team): (UserId, TeamId),
        identity: (&str, &str),
        origin: &Origin,
    ) -> Result<()> {
        queries::insert_identity(tx, user, provider.id, identity, self.services.parts.clock.now())
            .await
            .on_constraint("identities_issuer_subject_key", || Error::Conflict(SignInReason::LinkedElsewhere.sentence().to_owned()))?;
        let act = SecurityAct::ProviderLinked { name: provider.name.clone() };
        self.services.identity().tell(tx, (user, team), act, Some(origin.whence())).await?;
        audit::record_in(tx, None, Author::person(user, origin.ip), linked(provider, user)).await
    }
}

fn linked(provider: &ProviderRow, user: UserId) -> Event {
    Event::new(Action::AccountIdentityLinked, user.as_uuid(), provider.name.as_str())
}

/// A sign-in through a provider that succeeded.
pub(super) fn through<'a>(provider: &'a ProviderRow, user: UserId, email: Option<&EmailAddress>) -> Attempt<'a> {
    Attempt {
        user: Some(user),
        address_hash: email.map(sign_ins::hash_of),
        method: SignInMethod::Provider,
        provider: &provider.name,
        reason: None,
    }
}

/// Refuses an address that the provider does not vouch for, or whose domain may not come in. That it says nothing is enough where its
/// addresses are trusted, which are those of the domains below alone; a no never is. It is the same of whoever is linked: they would meet
/// the rule of domains by an address that they typed themselves otherwise.
fn check_address(provider: &ProviderRow, vouch: &Vouch) -> Result<(), SignInReason> {
    let email = vouch.email.as_ref().ok_or(SignInReason::NoAddress)?;
    let is_trusted = provider.trusts_silence();
    if !vouch.is_verified.unwrap_or(is_trusted) {
        return Err(SignInReason::UnverifiedAddress);
    }
    let domain = email.as_str().rsplit('@').next().unwrap_or_default();
    let is_welcome = provider.email_domains.is_empty() || provider.email_domains.iter().any(|allowed| allowed == domain);
    if is_welcome { Ok(()) } else { Err(SignInReason::WrongDomain) }
}

/// The highest role that a rule gives; none where the claim is missing or names nothing that a rule is about.
pub(super) fn given_role(provider: &ProviderRow, claimed: &[String]) -> Option<Role> {
    let rules: Vec<RoleRule> = serde_json::from_value(provider.role_rules.clone()).unwrap_or_default();
    rules.iter().filter(|rule| claimed.contains(&rule.value)).map(|rule| rule.role).max()
}

/// Brings the role in the provider's team in line with what the provider says, where it is to do so at every sign-in. The chain of
/// the team is locked from then on, after that of the installation.
pub(super) async fn update_role(tx: &mut SystemTx, provider: &ProviderRow, claimed: &[String], user: UserId) -> Result<()> {
    let Some(team) = provider.default_team_id.filter(|_| provider.updates_roles) else { return Ok(()) };
    let Some(role) = given_role(provider, claimed) else { return Ok(()) };
    let says_so = Named { id: provider.id.as_uuid(), name: provider.name.clone() };
    team::take_provided_role(tx, (team, user), role, says_so).await
}

/// As much of a name as is kept.
fn cut(name: &str) -> String {
    name.trim().chars().take(FirstName::MAX).collect()
}
