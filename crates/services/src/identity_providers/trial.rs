//! Trial: an administrator goes to a provider and back as whoever signs in does, and sees what it says and what would come of that.
//!
//! The invariant: what is sent, checked and decided is what a sign-in sends, checks and decides, and nothing comes of it: it is decided in
//! a transaction that is never committed. A trial is shown to the session that began it alone, for as long as any way there and back.

use super::IdentityProviders;
use super::admit::{Verdict, given_role};
use super::diagnosis::{explained_of, quotable};
use super::discover::discover;
use super::flow::{Arrival, Callback, Kept, Sent, Started, origin_of, throttle_keys};
use super::queries::{self, FlowRow, ProviderRow};
use super::verify::Vouch;
use crate::identity::{Origin, throttle, token};
use crate::licences::seats;
use crate::{Error, Result, SystemTx, Viewer, audit};
use domain::audit::{Action, Details, Event};
use domain::identity_providers::{Foretold, Trial, TrialClaims, TrialEnd};
use domain::sign_ins::SignInReason;
use domain::{IdentityProviderId, Role, SessionId, UserId};

/// Most values of the role claim that are shown.
const MOST_VALUES: usize = 50;

impl IdentityProviders<'_> {
    /// Begins a trial of a provider, also of one that is off.
    pub async fn start_trial(&self, viewer: &Viewer, id: IdentityProviderId) -> Result<Started> {
        viewer.require_system_administrator()?;
        let session = viewer.session_id.ok_or(Error::SignedOut)?;
        let parts = &self.services.parts;
        let provider = {
            let mut read = parts.db.system_read().await?;
            queries::find(&mut read, id).await?.ok_or(Error::NotFound)?
        };
        self.throttle(&origin_of(viewer)).await?;
        let metadata = discover(&parts.egress, &provider.issuer).await.map_err(Error::Conflict)?;
        let (address, sent) = self.way_there(&provider, metadata, false)?;
        let mut tx = parts.db.system_tx().await?;
        let token = self.keep(&mut tx, id, &Kept::Trying { sent, session }).await?;
        tx.commit().await?;
        Ok(Started { address, token })
    }

    /// The trial that the viewer began in this session, by the token that their browser holds: what came of it, or that they have not come
    /// back.
    pub async fn trial(&self, viewer: &Viewer, token: Option<&str>) -> Result<Option<Trial>> {
        viewer.require_system_administrator()?;
        let Some(token) = token else { return Ok(None) };
        let mut tx = self.services.parts.db.system_tx().await?;
        let now = self.services.parts.clock.now();
        let Some(row) = queries::find_flow(&mut tx, &token::hash(token), now).await? else { return Ok(None) };
        let (trial, session) = match self.open(&row)? {
            Kept::Tried { trial, session } => (Some(trial), session),
            Kept::Trying { session, .. } => {
                let provider = queries::find(&mut tx, row.provider_id).await?;
                (provider.map(|provider| self.not_back(provider)), session)
            }
            Kept::Underway { .. } | Kept::Unproven { .. } => return Ok(None),
        };
        Ok(trial.filter(|_| viewer.session_id == Some(session)))
    }

    fn not_back(&self, provider: ProviderRow) -> Trial {
        let (name, callback) = (&provider.name, self.callback(provider.id));
        let sentence = format!(
            "You are not back from “{name}” yet. If “{name}” shows an error of its own, it does not know the client ID, or may not lead people back to {callback}."
        );
        Trial { provider: provider.name, end: None, sentence, claims: None }
    }

    /// Comes back from a trial: keeps what came of it, and tells it in the trail.
    pub(super) async fn finish_trial(
        &self,
        provider: &ProviderRow,
        row: &FlowRow,
        callback: Callback,
        viewer: Option<&Viewer>,
        origin: &Origin,
    ) -> Result<Arrival> {
        let Some((viewer, sent, session)) = self.begun(provider, row, viewer)? else {
            self.note(&provider.name, SignInReason::WrongState.into(), origin).await?;
            return Ok(Arrival::Refused { reason: SignInReason::WrongState, next: String::new(), again: false });
        };
        let (end, mut sentence, claims) = match self.hear(provider, callback, (sent, false)).await? {
            Ok(vouch) => self.foretell(provider, &vouch).await?,
            Err(diagnosis) => (TrialEnd::Refused(diagnosis.reason), diagnosis.sentence(), None),
        };
        if !provider.is_enabled {
            sentence.push_str(" The provider is off: nobody can sign in with it before it is turned on.");
        }
        throttle::give_back(&self.services.parts.db, &throttle_keys(origin)).await?;
        let trial = Trial { provider: provider.name.clone(), end: Some(end), sentence, claims };
        let mut tx = self.services.parts.db.system_tx().await?;
        let token = self.keep(&mut tx, provider.id, &Kept::Tried { trial, session }).await?;
        let event = Event::new(Action::SignInProviderTried, provider.id.as_uuid(), provider.name.as_str());
        audit::record_in(&mut tx, None, viewer, event.with(Details { trial: Some(end), ..Details::default() })).await?;
        tx.commit().await?;
        Ok(Arrival::Tried { token })
    }

    /// What was sent along, if it is the viewer who began this trial of this provider, in this session.
    fn begun<'v>(
        &self,
        provider: &ProviderRow,
        row: &FlowRow,
        viewer: Option<&'v Viewer>,
    ) -> Result<Option<(&'v Viewer, Sent, SessionId)>> {
        let Kept::Trying { sent, session } = self.open(row)? else { return Ok(None) };
        let viewer = viewer.filter(|viewer| viewer.is_system_administrator && viewer.session_id == Some(session));
        Ok(viewer.filter(|_| row.provider_id == provider.id).map(|viewer| (viewer, sent, session)))
    }

    /// What a sign-in of whoever the provider vouches for would lead to. Whatever is done to find out is undone with the transaction.
    async fn foretell(&self, provider: &ProviderRow, vouch: &Vouch) -> Result<(TrialEnd, String, Option<TrialClaims>)> {
        let mut tx = self.services.parts.db.system_tx().await?;
        let (end, sentence) = match self.judge(&mut tx, provider, vouch, "").await? {
            Ok(Verdict::Known(known, _)) => self.foretell_known(&mut tx, known.user_id, vouch).await?,
            Ok(Verdict::Account(user, _)) => self.foretell_account(&mut tx, user, vouch).await?,
            Ok(Verdict::Newcomer(email, invitation)) => {
                let team = invitation.map(|open| format!(", and lead into the team “{}” that invited them", open.team_name));
                let sentence = format!("A sign-in would make an account for {email}{}.", team.unwrap_or_default());
                (TrialEnd::Would(Foretold::NewAccount), sentence)
            }
            Err(refusal) => refused(&mut tx, refusal.reason, refusal.user, vouch).await?,
        };
        let role = role(&mut tx, provider, vouch, end).await?;
        Ok((end, sentence, Some(claims(provider, vouch, role))))
    }

    /// The same of somebody whose identity is linked.
    async fn foretell_known(&self, tx: &mut SystemTx, user: UserId, vouch: &Vouch) -> Result<(TrialEnd, String)> {
        if !finds_seat(tx, user).await? {
            return refused(tx, SignInReason::NoSeat, Some(user), vouch).await;
        }
        let person = queries::get_person(tx, user).await?;
        Ok(if self.services.identity().asks_for_code(tx, user).await? {
            (TrialEnd::Would(Foretold::Code), format!("A sign-in would open the account of {person} after the code that it asks for."))
        } else {
            (TrialEnd::Would(Foretold::SignIn), format!("A sign-in would open the account of {person}."))
        })
    }

    /// The same of somebody who has an account with the address: what would come of it once they typed its password.
    async fn foretell_account(&self, tx: &mut SystemTx, user: UserId, vouch: &Vouch) -> Result<(TrialEnd, String)> {
        let identity = self.services.identity();
        if identity.home_team(tx, user).await?.is_none() {
            return refused(tx, SignInReason::NoTeam, Some(user), vouch).await;
        }
        if identity.asks_for_code(tx, user).await? {
            let person = queries::get_person(tx, user).await?;
            let sentence = format!(
                "A sign-in would not link the account of {person}, which asks for a code after the password. They sign in as usual, then link the provider on their account page."
            );
            return Ok((TrialEnd::Would(Foretold::LinkFirst), sentence));
        }
        if !finds_seat(tx, user).await? {
            return refused(tx, SignInReason::NoSeat, Some(user), vouch).await;
        }
        let person = queries::get_person(tx, user).await?;
        let sentence = format!("A sign-in would ask for the password of {person} once, and link the account to the provider.");
        Ok((TrialEnd::Would(Foretold::Password), sentence))
    }
}

/// Whether somebody could begin a session, with the seat they have or would take.
async fn finds_seat(tx: &mut SystemTx, user: UserId) -> Result<bool> {
    match seats::take(tx, user).await {
        Err(error) if seats::is_refusal(&error) => Ok(false),
        taken => taken.map(|_| true),
    }
}

async fn refused(tx: &mut SystemTx, reason: SignInReason, user: Option<UserId>, vouch: &Vouch) -> Result<(TrialEnd, String)> {
    let whose = match user {
        Some(user) => format!(" It is about the account of {}.", queries::get_person(tx, user).await?),
        None => String::new(),
    };
    Ok((TrialEnd::Refused(reason), format!("A sign-in would be refused. {}{whose}", explained_of(reason, vouch))))
}

fn claims(provider: &ProviderRow, vouch: &Vouch, role: String) -> TrialClaims {
    TrialClaims {
        issuer: quotable(&vouch.issuer),
        subject: quotable(&vouch.subject),
        email: vouch.email.as_ref().map(ToString::to_string).or_else(|| vouch.unusable_email.as_deref().map(quotable)),
        is_verified: vouch.is_verified,
        name: quotable(format!("{} {}", vouch.first_name, vouch.last_name).trim()),
        role_claim: provider.role_claim.clone(),
        role_values: vouch.roles.iter().take(MOST_VALUES).map(|value| quotable(value)).collect(),
        role,
    }
}

/// Which role a sign-in that ends so would give, in words.
async fn role(tx: &mut SystemTx, provider: &ProviderRow, vouch: &Vouch, end: TrialEnd) -> Result<String> {
    match end {
        TrialEnd::Refused(_) => return Ok("None: a sign-in is refused.".to_owned()),
        TrialEnd::Would(Foretold::LinkFirst) => return Ok("None before the account is linked.".to_owned()),
        TrialEnd::Would(_) => {}
    }
    let team = match provider.default_team_id {
        Some(team) => queries::find_team_name(tx, team).await?,
        None => None,
    };
    let Some(team) = team else { return Ok("None by this provider: no team is set for people who come in by it.".to_owned()) };
    let is_new = end == TrialEnd::Would(Foretold::NewAccount);
    Ok(match given_role(provider, &vouch.roles) {
        Some(role) if is_new && provider.creates_accounts => format!("{} in “{team}”, by a rule.", called(role)),
        None if is_new && provider.creates_accounts => format!("{} in “{team}”: no rule gives another.", called(provider.default_role)),
        Some(role) if provider.updates_roles => {
            format!("{} in “{team}”, if they are a member of it. Its last owner stays one.", called(role))
        }
        _ if is_new => "That of the invitation.".to_owned(),
        _ if provider.updates_roles => "None: no rule is about what the claim says.".to_owned(),
        _ => "None: the claim counts only when an account is made.".to_owned(),
    })
}

const fn called(role: Role) -> &'static str {
    match role {
        Role::Viewer => "Viewer",
        Role::Collaborator => "Collaborator",
        Role::TeamManager => "Team manager",
        Role::Owner => "Owner",
    }
}
