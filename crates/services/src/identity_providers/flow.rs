//! Flow: to the provider and back.
//!
//! The invariant: what was sent along (state, nonce, verifier) is kept here, sealed; the browser holds a token of it, and coming back
//! uses it up, whatever comes of it. No database connection is held while the provider is asked.

use super::diagnosis::Diagnosis;
use super::discover::{discover, requests, signatures};
use super::queries::{self, FlowRow, NewFlow, ProviderRow};
use super::verify::{self, Redeem, Vouch};
use super::{IdentityProviders, secret_place};
use crate::identity::{Origin, SignedIn, throttle, token};
use crate::secrets::place;
use crate::sign_ins::{self, Attempt};
use crate::{Error, Result, SystemTx, Viewer};
use chrono::TimeDelta;
use domain::identity_providers::Trial;
use domain::sign_ins::{SignInMethod, SignInReason};
use domain::text::EmailAddress;
use domain::{IdentityProviderId, SessionId, SignInFlowId, UserId};
use openidconnect::core::{CoreAuthPrompt, CoreProviderMetadata, CoreResponseType};
use openidconnect::{AuthenticationFlow, CsrfToken, Nonce, PkceCodeChallenge, Scope};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;
use subtle::ConstantTimeEq as _;

/// How long there and back may take.
const LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// What somebody goes to a provider for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To come in; whoever the provider knows still is not asked anything.
    SignIn,
    /// To prove who they are, as a dangerous step wants it: the provider is to ask.
    SignInAgain,
    /// To link what they have there to this account, which it opens from then on: the provider is to ask.
    Link(UserId),
}

/// A sign-in that begins.
#[derive(Debug)]
pub struct Started {
    /// Where the browser goes.
    pub address: String,
    /// What it keeps until it is back.
    pub(super) token: SecretString,
}

impl Started {
    /// The token, for the one cookie that holds it.
    pub fn token_text(&self) -> &str {
        self.token.expose_secret()
    }
}

/// What a provider sends back with the browser.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Callback {
    /// Redeems the answer.
    pub code: Option<String>,
    /// What was sent along.
    pub state: Option<String>,
    /// What went wrong, as a word of the standard.
    pub error: Option<String>,
    /// The same in the provider's own words.
    pub error_description: Option<String>,
    /// Who it claims to come from.
    pub iss: Option<String>,
}

/// What coming back leads to.
#[derive(Debug)]
pub enum Arrival {
    /// Into the application.
    SignedIn {
        /// The session.
        session: SignedIn,
        /// Where the person was going; may be empty.
        next: String,
    },
    /// The account asks for a code too; whoever holds this token may type it.
    NeedsCode {
        /// What stands for the half sign-in.
        step: SecretString,
        /// Where the person was going; may be empty.
        next: String,
    },
    /// There is an account with the address: its password is asked for, by whoever holds this token.
    NeedsProof {
        /// What stands for the identity that waits.
        token: SecretString,
        /// Where the person was going; may be empty.
        next: String,
    },
    /// The identity is linked to the account that is signed in.
    Linked,
    /// It was a trial; whoever began it sees what came of it with this token.
    Tried {
        /// What stands for what came of it.
        token: SecretString,
    },
    /// Nowhere.
    Refused {
        /// Why.
        reason: SignInReason,
        /// Where the person was going; may be empty.
        next: String,
        /// Whether they wanted to sign in again.
        again: bool,
    },
}

/// What is sent along to a provider, and has to fit its answer.
#[derive(Serialize, Deserialize)]
pub(super) struct Sent {
    state: String,
    nonce: String,
    verifier: String,
}

/// What is kept of a sign-in that is under way.
#[derive(Serialize, Deserialize)]
pub(super) enum Kept {
    /// At the provider. What a server of the version before began asks nobody anew.
    Underway {
        state: String,
        nonce: String,
        verifier: String,
        next: String,
        link_to: Option<UserId>,
        #[serde(default)]
        anew: bool,
    },
    /// Back, and waiting for the password of the account with the address.
    Unproven {
        issuer: String,
        subject: String,
        email: EmailAddress,
        next: String,
        /// What the role claim says; a server of the version before did not keep it.
        #[serde(default)]
        roles: Vec<String>,
    },
    /// At the provider for a trial, begun in this session. A server of the version before cannot read it, and signs nobody in by it.
    Trying { sent: Sent, session: SessionId },
    /// Back from a trial.
    Tried { trial: Trial, session: SessionId },
}

impl Kept {
    /// Where whoever began was going, and whether they wanted to sign in again.
    fn onward(self) -> (String, bool) {
        match self {
            Self::Underway { next, link_to, anew, .. } => (next, anew && link_to.is_none()),
            Self::Unproven { next, .. } => (next, false),
            Self::Trying { .. } | Self::Tried { .. } => (String::new(), false),
        }
    }
}

/// Why somebody does not come in, and what is known of them.
pub(super) struct Refusal {
    pub reason: SignInReason,
    pub user: Option<UserId>,
    pub email: Option<EmailAddress>,
}

impl From<SignInReason> for Refusal {
    fn from(reason: SignInReason) -> Self {
        Self { reason, user: None, email: None }
    }
}

impl IdentityProviders<'_> {
    /// Begins: keeps what is sent along and says where the browser goes.
    pub async fn start(
        &self,
        id: IdentityProviderId,
        next: &str,
        purpose: Purpose,
        origin: &Origin,
    ) -> Result<Result<Started, SignInReason>> {
        let parts = &self.services.parts;
        self.throttle(origin).await?;
        let provider = {
            let mut tx = parts.db.system_tx().await?;
            self.usable(&mut tx, id).await?
        };
        let Some(provider) = provider else { return Ok(Err(SignInReason::ProviderOff)) };
        let metadata = match discover(&parts.egress, &provider.issuer).await {
            Ok(metadata) => metadata,
            Err(trouble) => {
                tracing::info!(provider = %id, %trouble, "an identity provider cannot be used");
                self.note(&provider.name, SignInReason::Unreachable.into(), origin).await?;
                return Ok(Err(SignInReason::Unreachable));
            }
        };
        let anew = purpose != Purpose::SignIn;
        let (address, Sent { state, nonce, verifier }) = self.way_there(&provider, metadata, anew)?;
        let link_to = if let Purpose::Link(user) = purpose { Some(user) } else { None };
        let kept = Kept::Underway { state, nonce, verifier, next: next.to_owned(), link_to, anew };
        let mut tx = parts.db.system_tx().await?;
        let token = self.keep(&mut tx, id, &kept).await?;
        tx.commit().await?;
        Ok(Ok(Started { address, token }))
    }

    /// Where the browser goes, and what is sent along.
    pub(super) fn way_there(&self, provider: &ProviderRow, metadata: CoreProviderMetadata, anew: bool) -> Result<(String, Sent)> {
        let client = verify::client(metadata, provider, self.secret(provider)?, self.callback(provider.id))?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let scopes = provider.scopes.split(' ').filter(|scope| *scope != "openid").map(|scope| Scope::new(scope.to_owned()));
        let request = client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random).add_scopes(scopes);
        let request = if anew { request.add_prompt(CoreAuthPrompt::Login).set_max_age(Duration::ZERO) } else { request };
        let (address, state, nonce) = request.set_pkce_challenge(challenge).url();
        let sent = Sent { state: state.secret().clone(), nonce: nonce.secret().clone(), verifier: verifier.secret().clone() };
        Ok((address.into(), sent))
    }

    /// Comes back: checks what the provider says and decides what becomes of it. Whatever is refused is written down.
    pub async fn finish(
        &self,
        id: IdentityProviderId,
        callback: Callback,
        token: Option<&str>,
        viewer: Option<&Viewer>,
        origin: &Origin,
    ) -> Result<Arrival> {
        let mut tx = self.services.parts.db.system_tx().await?;
        let found = queries::find(&mut tx, id).await?;
        let kept = match token {
            Some(token) => queries::take_flow(&mut tx, &token::hash(token), self.services.parts.clock.now()).await?,
            None => None,
        };
        tx.commit().await?;
        if kept.is_none() {
            self.throttle(origin).await?; // whoever began here was counted then
        }
        let opened = kept.as_ref().map(|row| self.open(row)).transpose()?;
        if let (Some(Kept::Trying { .. }), Some(row), Some(provider)) = (&opened, &kept, &found) {
            return self.finish_trial(provider, row, callback, viewer, origin).await;
        }
        let (next, again) = opened.map(Kept::onward).unwrap_or_default();
        let Some(provider) = found.filter(|row| row.is_enabled) else {
            return Ok(Arrival::Refused { reason: SignInReason::ProviderOff, next, again });
        };
        match self.arrive(&provider, callback, kept, viewer, origin).await? {
            Ok(arrival) => {
                throttle::give_back(&self.services.parts.db, &throttle_keys(origin)).await?;
                Ok(arrival)
            }
            Err(refusal) => {
                let reason = refusal.reason;
                self.note(&provider.name, refusal, origin).await?;
                Ok(Arrival::Refused { reason, next, again })
            }
        }
    }

    async fn arrive(
        &self,
        provider: &ProviderRow,
        callback: Callback,
        kept: Option<FlowRow>,
        viewer: Option<&Viewer>,
        origin: &Origin,
    ) -> Result<Result<Arrival, Refusal>> {
        let Some(row) = kept.filter(|row| row.provider_id == provider.id) else { return Ok(Err(SignInReason::WrongState.into())) };
        let Kept::Underway { state, nonce, verifier, next, link_to, anew } = self.open(&row)? else {
            return Ok(Err(SignInReason::WrongState.into()));
        };
        if link_to.is_some_and(|user| viewer.is_none_or(|viewer| viewer.user_id != user)) {
            return Ok(Err(SignInReason::WrongState.into()));
        }
        let vouched = match self.hear(provider, callback, (Sent { state, nonce, verifier }, anew)).await? {
            Ok(vouched) => vouched,
            Err(diagnosis) => return Ok(Err(diagnosis.reason.into())),
        };
        match (link_to, viewer) {
            (None, _) => self.admit(provider, vouched, next, origin).await,
            (Some(_), Some(viewer)) => self.link(provider, &vouched, viewer, origin).await,
            (Some(_), None) => Ok(Err(SignInReason::WrongState.into())),
        }
    }

    /// What the provider vouches for, if what it sent back fits what was sent along.
    pub(super) async fn hear(
        &self,
        provider: &ProviderRow,
        callback: Callback,
        (sent, anew): (Sent, bool),
    ) -> Result<Result<Vouch, Diagnosis>> {
        if !bool::from(callback.state.unwrap_or_default().as_bytes().ct_eq(sent.state.as_bytes())) {
            return Ok(Err(SignInReason::WrongState.into()));
        }
        if callback.iss.is_some_and(|issuer| issuer != provider.issuer) {
            return Ok(Err(SignInReason::WrongIssuer.into()));
        }
        let code = match (callback.code, callback.error) {
            (Some(code), None) => code,
            (_, error) => return Ok(Err(Diagnosis::of_callback(error.as_deref(), callback.error_description.as_deref()))),
        };
        self.redeem(provider, Redeem { code, nonce: sent.nonce, verifier: sent.verifier, anew }).await
    }

    /// Asks the provider what the code stands for.
    async fn redeem(&self, provider: &ProviderRow, redeem: Redeem) -> Result<Result<Vouch, Diagnosis>> {
        let parts = &self.services.parts;
        let metadata = match discover(&parts.egress, &provider.issuer).await {
            Ok(metadata) => metadata,
            Err(trouble) => return Ok(Err(Diagnosis::new(SignInReason::Unreachable, trouble))),
        };
        let signatures = signatures(&metadata);
        let client = verify::client(metadata, provider, self.secret(provider)?, self.callback(provider.id))?;
        let requests = requests(&parts.egress);
        Ok(verify::redeem(&client, &requests, signatures, redeem, provider, parts.clock.now()).await)
    }

    fn secret(&self, provider: &ProviderRow) -> Result<Option<String>> {
        let Some(sealed) = &provider.sealed_client_secret else { return Ok(None) };
        let opened = self.services.parts.keyring.open(sealed, &secret_place(provider.id)).map_err(Error::internal)?;
        Ok(Some(String::from_utf8(opened).map_err(Error::internal)?))
    }

    pub(super) async fn throttle(&self, origin: &Origin) -> Result<()> {
        throttle::take(&self.services.parts.db, self.services.parts.clock.now(), throttle_keys(origin)).await?;
        Ok(())
    }

    /// Keeps something for the browser that holds the token.
    pub(super) async fn keep(&self, tx: &mut SystemTx, provider: IdentityProviderId, kept: &Kept) -> Result<SecretString> {
        let (id, fresh) = (SignInFlowId::new(), token::fresh());
        let content = serde_json::to_vec(kept).map_err(Error::internal)?;
        let sealed = self.services.parts.keyring.seal(&content, &flow_place(id));
        let expires_at = self.services.parts.clock.now() + LIFETIME;
        queries::insert_flow(tx, NewFlow { id, token_hash: &token::hash(&fresh), provider, sealed: &sealed, expires_at }).await?;
        Ok(fresh.into())
    }

    /// Reads what was kept.
    pub(super) fn open(&self, row: &FlowRow) -> Result<Kept> {
        let content = self.services.parts.keyring.open(&row.sealed, &flow_place(row.id)).map_err(Error::internal)?;
        serde_json::from_slice(&content).map_err(Error::internal)
    }

    /// Writes a refusal down.
    pub(super) async fn note(&self, provider: &str, refusal: Refusal, origin: &Origin) -> Result<()> {
        let Refusal { reason, user, email } = refusal;
        let address_hash = email.as_ref().map(sign_ins::hash_of);
        let attempt = Attempt { user, address_hash, method: SignInMethod::Provider, provider, reason: Some(reason) };
        let mut tx = self.services.parts.db.system_tx().await?;
        sign_ins::record(&mut tx, attempt, origin, self.services.parts.clock.now()).await?;
        tx.commit().await
    }
}

/// Where the viewer's request comes from.
pub(super) fn origin_of(viewer: &Viewer) -> Origin {
    let ip = viewer.came_from.ip.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    Origin { ip, user_agent: String::new() }
}

pub(super) fn throttle_keys(origin: &Origin) -> Vec<(String, throttle::Limit)> {
    vec![(throttle::ip_key("provider", origin.ip), throttle::PROVIDER_PER_IP)]
}

/// Where what is kept is sealed for.
fn flow_place(id: SignInFlowId) -> String {
    place("sign_in_flows", "sealed", "", &id.to_string())
}
