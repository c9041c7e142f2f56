//! Flow: to the provider and back.
//!
//! The invariant: what was sent along (state, nonce, verifier) is kept here, sealed; the browser holds a token of it, and coming back
//! uses it up, whatever comes of it. No database connection is held while the provider is asked.

use super::discover::{discover, fault, requests, signatures};
use super::queries::{self, FlowRow, NewFlow, ProviderRow};
use super::verify::{self, Redeem};
use super::{IdentityProviders, secret_place};
use crate::identity::{Origin, SignedIn, throttle, token};
use crate::secrets::place;
use crate::sign_ins::{self, Attempt};
use crate::{Error, Result, SystemTx, Viewer};
use chrono::TimeDelta;
use domain::sign_ins::{SignInMethod, SignInReason};
use domain::text::EmailAddress;
use domain::{IdentityProviderId, SignInFlowId, UserId};
use openidconnect::core::{CoreAuthPrompt, CoreResponseType};
use openidconnect::{AuthenticationFlow, CsrfToken, Nonce, PkceCodeChallenge, Scope};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
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
    token: SecretString,
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
}

impl Kept {
    /// Where whoever began was going, and whether they wanted to sign in again.
    fn onward(self) -> (String, bool) {
        match self {
            Self::Underway { next, link_to, anew, .. } => (next, anew && link_to.is_none()),
            Self::Unproven { next, .. } => (next, false),
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
            Ok(metadata) if fault(&metadata).is_none() => metadata,
            found => {
                tracing::info!(provider = %id, error = ?found.err().map(|error| error.to_string()), "an identity provider cannot be used");
                self.note(&provider.name, SignInReason::Unreachable.into(), origin).await?;
                return Ok(Err(SignInReason::Unreachable));
            }
        };
        let client = verify::client(metadata, &provider, self.secret(&provider)?, self.callback(id))?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let scopes = provider.scopes.split(' ').filter(|scope| *scope != "openid").map(|scope| Scope::new(scope.to_owned()));
        let request = client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random).add_scopes(scopes);
        let anew = purpose != Purpose::SignIn;
        let request = if anew { request.add_prompt(CoreAuthPrompt::Login).set_max_age(Duration::ZERO) } else { request };
        let (address, state, nonce) = request.set_pkce_challenge(challenge).url();
        let kept = Kept::Underway {
            state: state.secret().clone(),
            nonce: nonce.secret().clone(),
            verifier: verifier.secret().clone(),
            next: next.to_owned(),
            link_to: if let Purpose::Link(user) = purpose { Some(user) } else { None },
            anew,
        };
        let mut tx = parts.db.system_tx().await?;
        let token = self.keep(&mut tx, id, &kept).await?;
        tx.commit().await?;
        Ok(Ok(Started { address: address.into(), token }))
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
        let provider = self.usable(&mut tx, id).await?;
        let kept = match token {
            Some(token) => queries::take_flow(&mut tx, &token::hash(token), self.services.parts.clock.now()).await?,
            None => None,
        };
        tx.commit().await?;
        if kept.is_none() {
            self.throttle(origin).await?; // whoever began here was counted then
        }
        let (next, again) = kept.as_ref().map(|row| self.open(row)).transpose()?.map(Kept::onward).unwrap_or_default();
        let Some(provider) = provider else { return Ok(Arrival::Refused { reason: SignInReason::ProviderOff, next, again }) };
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
        let is_ours = bool::from(callback.state.unwrap_or_default().as_bytes().ct_eq(state.as_bytes()));
        if !is_ours || link_to.is_some_and(|user| viewer.is_none_or(|viewer| viewer.user_id != user)) {
            return Ok(Err(SignInReason::WrongState.into()));
        }
        if callback.iss.is_some_and(|issuer| issuer != provider.issuer) {
            return Ok(Err(SignInReason::WrongIssuer.into()));
        }
        let code = match (callback.code, callback.error.as_deref()) {
            (Some(code), None) => code,
            (_, Some("access_denied")) => return Ok(Err(SignInReason::Cancelled.into())),
            _ => return Ok(Err(SignInReason::ProviderRefused.into())),
        };
        let vouched = match self.redeem(provider, Redeem { code, nonce, verifier, anew }).await? {
            Ok(vouched) => vouched,
            Err(reason) => return Ok(Err(reason.into())),
        };
        match (link_to, viewer) {
            (None, _) => self.admit(provider, vouched, next, origin).await,
            (Some(_), Some(viewer)) => self.link(provider, &vouched, viewer, origin).await,
            (Some(_), None) => Ok(Err(SignInReason::WrongState.into())),
        }
    }

    /// Asks the provider what the code stands for.
    async fn redeem(&self, provider: &ProviderRow, redeem: Redeem) -> Result<Result<verify::Vouch, SignInReason>> {
        let parts = &self.services.parts;
        let metadata = match discover(&parts.egress, &provider.issuer).await {
            Ok(metadata) if fault(&metadata).is_none() => metadata,
            _ => return Ok(Err(SignInReason::Unreachable)),
        };
        let signatures = signatures(&metadata);
        let client = verify::client(metadata, provider, self.secret(provider)?, self.callback(provider.id))?;
        let requests = requests(&parts.egress);
        Ok(verify::redeem(&client, &requests, signatures, redeem, &provider.role_claim, parts.clock.now()).await)
    }

    fn secret(&self, provider: &ProviderRow) -> Result<Option<String>> {
        let Some(sealed) = &provider.sealed_client_secret else { return Ok(None) };
        let opened = self.services.parts.keyring.open(sealed, &secret_place(provider.id)).map_err(Error::internal)?;
        Ok(Some(String::from_utf8(opened).map_err(Error::internal)?))
    }

    async fn throttle(&self, origin: &Origin) -> Result<()> {
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
    async fn note(&self, provider: &str, refusal: Refusal, origin: &Origin) -> Result<()> {
        let Refusal { reason, user, email } = refusal;
        let address_hash = email.as_ref().map(sign_ins::hash_of);
        let attempt = Attempt { user, address_hash, method: SignInMethod::Provider, provider, reason: Some(reason) };
        let mut tx = self.services.parts.db.system_tx().await?;
        sign_ins::record(&mut tx, attempt, origin, self.services.parts.clock.now()).await?;
        tx.commit().await
    }
}

fn throttle_keys(origin: &Origin) -> Vec<(String, throttle::Limit)> {
    vec![(throttle::ip_key("provider", origin.ip), throttle::PROVIDER_PER_IP)]
}

/// Where what is kept is sealed for.
fn flow_place(id: SignInFlowId) -> String {
    place("sign_in_flows", "sealed", "", &id.to_string())
}
