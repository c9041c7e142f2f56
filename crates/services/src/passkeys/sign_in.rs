//! Sign in: whoever holds a passkey comes in, without address, password and code.
//!
//! The invariant: whatever is wrong with a passkey or with the account it is for, the person is told the same; the record tells more.

use super::ceremony::Begun;
use super::queries::{self, KnownPasskey};
use super::{Passkeys, relying_party};
use crate::identity::{Origin, SignedIn, throttle};
use crate::sign_ins::{self, Attempt};
use crate::{Error, Result};
use domain::UserId;
use domain::sign_ins::{SignInMethod, SignInReason};
use domain::text::EmailAddress;
use webauthn_rs::prelude::{AuthenticationResult, DiscoverableAuthentication, Passkey, PublicKeyCredential, Webauthn};

/// Why somebody does not come in, and whose passkey it was.
struct Refusal {
    reason: SignInReason,
    user: Option<(UserId, EmailAddress)>,
}

impl From<SignInReason> for Refusal {
    fn from(reason: SignInReason) -> Self {
        Self { reason, user: None }
    }
}

impl Passkeys<'_> {
    /// Begins to sign in: what the device is to be asked, whoever it belongs to.
    pub async fn start_sign_in(&self, origin: &Origin) -> Result<Begun> {
        let parts = &self.services.parts;
        let keys = vec![(throttle::ip_key("passkey", origin.ip), throttle::PASSKEY_PER_IP)];
        throttle::take(&parts.db, parts.clock.now(), keys).await?;
        let mut tx = parts.db.system_tx().await?;
        let refused = |sentence: &str| Error::Conflict(sentence.to_owned());
        if let Some(refusal) = self.refusal(&mut tx).await? {
            return Err(refused(refusal));
        }
        let relying_party = relying_party::at(&self.services.settings().public_url).map_err(refused)?;
        let (options, state) = relying_party.start_discoverable_authentication().map_err(Error::internal)?;
        let mut options = serde_json::to_value(&options).map_err(Error::internal)?;
        // The library means it for a list that drops down from a field; here a button asks.
        if let Some(options) = options.as_object_mut() {
            options.remove("mediation");
        }
        let begun = self.keep(&mut tx, None, &options, &state).await?;
        tx.commit().await?;
        Ok(begun)
    }

    /// Starts the session of whoever's device answered. Failures count like failed passwords.
    pub async fn sign_in(&self, token: Option<&str>, credential: &str, origin: &Origin) -> Result<Result<SignedIn, SignInReason>> {
        let parts = &self.services.parts;
        // Neither says anything about an account, so that there is nothing to count and to write down.
        let Ok(relying_party) = relying_party::at(&self.services.settings().public_url) else { return Ok(Err(SignInReason::WayOff)) };
        if credential.is_empty() {
            return Ok(Err(SignInReason::NoPasskey));
        }
        let keys = vec![(throttle::ip_key("sign-in", origin.ip), throttle::SIGN_IN_PER_IP)];
        let now = parts.clock.now();
        let attempt = Attempt { user: None, address_hash: None, method: SignInMethod::Passkey, provider: "", reason: None };
        let counted = sign_ins::noting_too_many(&parts.db, throttle::take(&parts.db, now, keys).await, attempt, origin, now).await?;
        let admitted = self.admit(&relying_party, token, credential, origin).await;
        if !matches!(admitted, Ok(Err(_))) {
            counted.give_back(&parts.db).await?; // nothing was wrong with the passkey
        }
        match admitted? {
            Ok(session) => Ok(Ok(session)),
            Err(refusal) => {
                let reason = refusal.reason;
                self.note(refusal, origin).await?;
                Ok(Err(told(reason)))
            }
        }
    }

    async fn admit(
        &self,
        relying_party: &Webauthn,
        token: Option<&str>,
        credential: &str,
        origin: &Origin,
    ) -> Result<Result<SignedIn, Refusal>> {
        let Some(state) = self.take::<DiscoverableAuthentication>(token, None).await? else {
            return Ok(Err(SignInReason::WrongState.into()));
        };
        let Ok(answer) = serde_json::from_str::<PublicKeyCredential>(credential) else {
            return Ok(Err(SignInReason::WrongPasskey.into()));
        };
        let mut tx = self.services.parts.db.system_tx().await?;
        if !self.are_taken(&mut tx).await? {
            return Ok(Err(SignInReason::WayOff.into()));
        }
        let identity = self.services.identity();
        // The account before its passkey, as a new password takes them: it either ends this session or was first.
        if let Some(owner) = queries::find_owner(&mut tx, answer.get_credential_id()).await? {
            identity.hold_person(&mut tx, owner).await?;
        }
        let Some(known) = queries::lock_by_credential(&mut tx, answer.get_credential_id()).await? else {
            return Ok(Err(SignInReason::UnknownPasskey.into()));
        };
        let email = EmailAddress::parse(&known.email)?;
        let refused = |reason| Ok(Err(Refusal { reason, user: Some((known.user_id, email.clone())) }));
        let mut passkey: Passkey = serde_json::from_value(known.credential.clone()).map_err(Error::internal)?;
        let Some(proof) = check(relying_party, &answer, state, &known, &passkey) else {
            return refused(SignInReason::WrongPasskey);
        };
        if known.is_suspended {
            return refused(SignInReason::Suspended);
        }
        let Some(team) = identity.home_team(&mut tx, known.user_id).await? else {
            return refused(SignInReason::NoTeam);
        };
        passkey.update_credential(&proof);
        let content = serde_json::to_value(&passkey).map_err(Error::internal)?;
        queries::touch(&mut tx, known.id, &content, self.services.parts.clock.now()).await?;
        let attempt = Attempt::plain(Some(known.user_id), &email, SignInMethod::Passkey);
        let (tx, session) = identity.let_in_or_note(tx, (known.user_id, team), attempt, origin).await?;
        tx.commit().await?;
        Ok(Ok(session))
    }

    /// Writes a refusal down.
    async fn note(&self, refusal: Refusal, origin: &Origin) -> Result<()> {
        let (user, email) = refusal.user.unzip();
        let address_hash = email.as_ref().map(sign_ins::hash_of);
        let attempt = Attempt { user, address_hash, method: SignInMethod::Passkey, provider: "", reason: Some(refusal.reason) };
        let mut tx = self.services.parts.db.system_tx().await?;
        sign_ins::record(&mut tx, attempt, origin, self.services.parts.clock.now()).await?;
        tx.commit().await
    }
}

/// What the device proves, when its answer is for this question, by this passkey, and for the person it belongs to.
fn check(
    relying_party: &Webauthn,
    answer: &PublicKeyCredential,
    state: DiscoverableAuthentication,
    known: &KnownPasskey,
    passkey: &Passkey,
) -> Option<AuthenticationResult> {
    let (named, _) = relying_party.identify_discoverable_authentication(answer).ok()?;
    let proof = relying_party.finish_discoverable_authentication_v2(answer, state, passkey);
    let proof = proof.inspect_err(|error| tracing::info!(%error, passkey = %known.id, "a passkey was refused")).ok()?;
    (named == known.user_id.as_uuid() && proof.user_verified()).then_some(proof)
}

/// What the person is told: of accounts nothing.
const fn told(reason: SignInReason) -> SignInReason {
    match reason {
        SignInReason::Suspended | SignInReason::NoTeam | SignInReason::WrongPasskey => SignInReason::UnknownPasskey,
        other => other,
    }
}
