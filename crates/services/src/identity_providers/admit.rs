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

impl IdentityProviders<'_> {
    /// Lets somebody in whose identity is known, and decides about everybody else by their verified address.
    pub(super) async fn admit(
        &self,
        provider: &ProviderRow,
        vouch: Vouch,
        next: String,
        origin: &Origin,
    ) -> Result<Result<Arrival, Refusal>> {
        let mut tx = self.services.parts.db.system_tx().await?;
        let known = queries::find_identity(&mut tx, &vouch.issuer, &vouch.subject).await?;
        let user = known.as_ref().map(|known| known.user_id);
        let refused = |reason| Ok(Err(Refusal { reason, user, email: vouch.email.clone() }));
        if !provider.email_domains.is_empty() || known.is_none() {
            match checked_address(provider, &vouch) {
                Ok(_) => {}
                Err(reason) => return refused(reason),
            }
        }
        if let Some(known) = known {
            // Held, so that a suspension at this moment either was first or ends the session that begins here.
            if known.is_suspended || !self.services.identity().hold_person(&mut tx, known.user_id).await? {
                return refused(SignInReason::Suspended);
            }
            let Some(team) = self.services.identity().home_team(&mut tx, known.user_id).await? else {
                return refused(SignInReason::NoTeam);
            };
            return self.let_in(tx, provider, &vouch, (&known, team, next), origin).await;
        }
        if !licences::includes(&mut tx, Feature::IdentityProviders).await? {
            return refused(SignInReason::NotInLicence);
        }
        let Some(email) = vouch.email.clone() else { return refused(SignInReason::NoAddress) };
        match self.services.identity().find_account(&mut tx, &email).await? {
            Some(account) => {
                let refused = |reason| Ok(Err(Refusal { reason, user: Some(account.user), email: Some(email.clone()) }));
                if account.is_suspended {
                    return refused(SignInReason::Suspended);
                }
                if !account.has_password {
                    return refused(SignInReason::NotLinked);
                }
                let Vouch { issuer, subject, roles, .. } = vouch;
                let kept = Kept::Unproven { issuer, subject, email: email.clone(), next: next.clone(), roles };
                let token = self.keep(&mut tx, provider.id, &kept).await?;
                tx.commit().await?;
                Ok(Ok(Arrival::NeedsProof { token, next }))
            }
            None => self.admit_newcomer(tx, provider, &vouch, (&email, next), origin).await,
        }
    }

    /// Decides about somebody without an account: what lets them in is that the provider makes accounts, or an invitation.
    async fn admit_newcomer(
        &self,
        mut tx: SystemTx,
        provider: &ProviderRow,
        vouch: &Vouch,
        (email, next): (&EmailAddress, String),
        origin: &Origin,
    ) -> Result<Result<Arrival, Refusal>> {
        let refused = |reason| Ok(Err(Refusal { reason, user: None, email: Some(email.clone()) }));
        let invitation = self.invitation_of(&mut tx, provider, email, &next).await?;
        if invitation.is_none() && !provider.creates_accounts {
            return refused(SignInReason::NoAccount);
        }
        match seats::refusal_of_newcomer(&mut tx).await? {
            Some(Error::ReadOnly) => refused(SignInReason::LicenceOver),
            Some(_) => refused(SignInReason::NoSeat),
            None => self.welcome(tx, provider, vouch, (email, invitation, next), origin).await.map(Ok),
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

/// The address, when the provider vouches for it and its domain may come in. That it says nothing is enough where its addresses are
/// trusted, which are those of the domains below alone; a no never is.
fn checked_address<'a>(provider: &ProviderRow, vouch: &'a Vouch) -> Result<&'a EmailAddress, SignInReason> {
    let email = vouch.email.as_ref().ok_or(SignInReason::NoAddress)?;
    let is_trusted = provider.trusts_addresses && !provider.email_domains.is_empty();
    if !vouch.is_verified.unwrap_or(is_trusted) {
        return Err(SignInReason::UnverifiedAddress);
    }
    let domain = email.as_str().rsplit('@').next().unwrap_or_default();
    let is_welcome = provider.email_domains.is_empty() || provider.email_domains.iter().any(|allowed| allowed == domain);
    if is_welcome { Ok(email) } else { Err(SignInReason::WrongDomain) }
}

/// The highest role that a rule gives; none where the claim is missing or names nothing that a rule is about.
fn given_role(provider: &ProviderRow, claimed: &[String]) -> Option<Role> {
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
