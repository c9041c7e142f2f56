//! Verify: what a provider says of somebody, once its signature, issuer, audience, age and nonce were checked.

use super::diagnosis::Diagnosis;
use super::queries::ProviderRow;
use crate::{Error, Result};
use chrono::{DateTime, TimeDelta, Utc};
use domain::sign_ins::SignInReason;
use domain::text::EmailAddress;
use egress::EgressError;
use futures::future::BoxFuture;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AccessToken, AdditionalClaims, AuthType, AuthorizationCode, ClaimsVerificationError, Client, ClientId, ClientSecret,
    EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IdTokenClaims, IdTokenFields, Nonce,
    OAuth2TokenResponse as _, PkceCodeVerifier, RedirectUrl, RequestTokenError, StandardErrorResponse, StandardTokenResponse,
    SubjectIdentifier, TokenResponse as _, UserInfoClaims, UserInfoError,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::time::Duration;
use tokio::time::timeout;

/// How long ago a proof may be, and how far the provider's clock may be ahead.
const FRESH: TimeDelta = TimeDelta::minutes(10);
/// How long a sign-in waits for more about a person than it needs.
const PATIENCE: Duration = Duration::from_secs(5);

/// Claims that the standard does not name.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct OtherClaims(HashMap<String, Value>);

impl AdditionalClaims for OtherClaims {}

type TokenFields =
    IdTokenFields<OtherClaims, EmptyExtraTokenFields, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

/// The library's client for a provider that was asked what it publishes.
pub(super) type OidcClient = Client<
    OtherClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<TokenFields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What is redeemed, and what was sent along.
pub(super) struct Redeem {
    pub code: String,
    pub nonce: String,
    pub verifier: String,
    /// Whether the provider was to ask the person anew who they are.
    pub anew: bool,
}

/// Somebody a provider vouches for.
pub(super) struct Vouch {
    pub issuer: String,
    pub subject: String,
    /// When the provider last asked them who they are, if it says so.
    pub proved_at: Option<DateTime<Utc>>,
    /// As the provider says it, if that is an address.
    pub email: Option<EmailAddress>,
    /// What it says in the place of one.
    pub unusable_email: Option<String>,
    /// Whether the provider says that it is theirs; none where it says nothing about that.
    pub is_verified: Option<bool>,
    pub first_name: String,
    pub last_name: String,
    /// Values of the role claim.
    pub roles: Vec<String>,
}

/// A client for the provider; what it takes the secret in depends on what it publishes.
pub(super) fn client(
    metadata: CoreProviderMetadata,
    provider: &ProviderRow,
    secret: Option<String>,
    callback: String,
) -> Result<OidcClient> {
    let offered = metadata.token_endpoint_auth_methods_supported().cloned().unwrap_or_default();
    let takes_body =
        offered.contains(&CoreClientAuthMethod::ClientSecretPost) && !offered.contains(&CoreClientAuthMethod::ClientSecretBasic);
    let redirect = RedirectUrl::new(callback).map_err(Error::internal)?;
    let client = OidcClient::from_provider_metadata(metadata, ClientId::new(provider.client_id.clone()), secret.map(ClientSecret::new));
    Ok(client.set_redirect_uri(redirect).set_auth_type(if takes_body { AuthType::RequestBody } else { AuthType::BasicAuth }))
}

/// Redeems a code and checks what comes for it.
pub(super) async fn redeem<R>(
    client: &OidcClient,
    requests: &R,
    signatures: Vec<CoreJwsSigningAlgorithm>,
    redeem: Redeem,
    provider: &ProviderRow,
    now: DateTime<Utc>,
) -> Result<Vouch, Diagnosis>
where
    R: Fn(HttpRequest) -> BoxFuture<'static, Result<HttpResponse, EgressError>> + Send + Sync,
{
    let request = client.exchange_code(AuthorizationCode::new(redeem.code)).map_err(|_| SignInReason::Unreachable)?;
    let verifier = PkceCodeVerifier::new(redeem.verifier);
    let tokens = request.set_pkce_verifier(verifier).request_async(requests).await.map_err(|error| {
        tracing::info!(%error, "an identity provider gave no token");
        match error {
            RequestTokenError::Request(cause) => Diagnosis::new(SignInReason::Unreachable, cause.to_string()),
            RequestTokenError::Parse(..) => SignInReason::Unreadable.into(),
            RequestTokenError::ServerResponse(told) => {
                Diagnosis::of_token(told.error().as_ref(), told.error_description().map(String::as_str))
            }
            RequestTokenError::Other(_) => SignInReason::ProviderRefused.into(),
        }
    })?;
    let token = tokens.id_token().ok_or_else(|| Diagnosis::new(SignInReason::Unreadable, "The provider gave no ID token."))?;
    let checks = client.id_token_verifier().set_allowed_algs(signatures).set_time_fn(move || now);
    let claims = token.claims(&checks, &Nonce::new(redeem.nonce)).map_err(|error| {
        tracing::info!(%error, "a token of an identity provider was refused");
        reason(&error)
    })?;
    if redeem.anew {
        check_freshness(claims.auth_time(), now)?;
    }
    let role_claim = provider.role_claim.as_str();
    let roles = values(&claims.additional_claims().0, role_claim);
    let is_told = claims.email().is_some() && (role_claim.is_empty() || !roles.is_empty());
    if is_told && claims.email_verified().is_some() {
        return Ok(vouch(claims, None, roles));
    }
    let asked = ask_for_more(client, requests, tokens.access_token().clone(), claims.subject().clone());
    let info = if is_told && !provider.trusts_silence() {
        // It may say that the address is verified. Where it does not answer, that is as if it said nothing.
        timeout(PATIENCE, asked).await.ok().and_then(Result::ok).flatten()
    } else {
        asked.await?
    };
    let roles = if roles.is_empty() {
        info.as_ref().map(|info| values(&info.additional_claims().0, role_claim)).unwrap_or_default()
    } else {
        roles
    };
    Ok(vouch(claims, info.as_ref(), roles))
}

type Info = UserInfoClaims<OtherClaims, CoreGenderClaim>;

/// Many providers tell addresses and groups, or whether an address is verified, only where one asks for them once more.
async fn ask_for_more<R>(
    client: &OidcClient,
    requests: &R,
    token: AccessToken,
    subject: SubjectIdentifier,
) -> Result<Option<Info>, Diagnosis>
where
    R: Fn(HttpRequest) -> BoxFuture<'static, Result<HttpResponse, EgressError>> + Send + Sync,
{
    let Ok(request) = client.user_info(token, Some(subject)) else { return Ok(None) };
    let info: Result<Info, UserInfoError<EgressError>> = request.request_async(requests).await;
    info.map(Some).map_err(|error| {
        tracing::info!(%error, "an identity provider told nothing of a person");
        match error {
            UserInfoError::Request(cause) => Diagnosis::new(SignInReason::Unreachable, cause.to_string()),
            UserInfoError::ClaimsVerification(error) => reason(&error).into(),
            _ => Diagnosis::new(
                SignInReason::Unreadable,
                "The provider was asked for more about the person (userinfo), and its answer cannot be read.",
            ),
        }
    })
}

fn vouch(claims: &IdTokenClaims<OtherClaims, CoreGenderClaim>, info: Option<&Info>, roles: Vec<String>) -> Vouch {
    // Where the token tells an address and nothing of its verification, what is said of the same address counts, and a no in any case.
    let (email, is_verified) = match (claims.email(), info) {
        (Some(email), info) => {
            let is_the_same = info.and_then(Info::email) == Some(email);
            let late = info.and_then(Info::email_verified).filter(|is_verified| is_the_same || !is_verified);
            (Some(email), claims.email_verified().or(late))
        }
        (None, Some(info)) => (info.email(), info.email_verified()),
        (None, None) => (None, None),
    };
    let given =
        claims.given_name().or_else(|| info.and_then(Info::given_name)).and_then(|name| name.get(None)).map(|name| name.to_string());
    let family =
        claims.family_name().or_else(|| info.and_then(Info::family_name)).and_then(|name| name.get(None)).map(|name| name.to_string());
    let whole = claims.name().or_else(|| info.and_then(Info::name)).and_then(|name| name.get(None)).map(|name| name.to_string());
    let (first_name, last_name) = match (given, family, whole) {
        (Some(given), family, _) => (given, family.unwrap_or_default()),
        (None, _, Some(whole)) => match whole.trim().split_once(' ') {
            Some((first, rest)) => (first.to_owned(), rest.trim().to_owned()),
            None => (whole, String::new()),
        },
        (None, family, None) => (String::new(), family.unwrap_or_default()),
    };
    let told = email.map(|email| email.as_str().trim()).filter(|told| !told.is_empty());
    let email = told.and_then(|told| EmailAddress::parse(told).ok());
    let unusable_email = told.filter(|_| email.is_none()).map(str::to_owned);
    Vouch {
        issuer: claims.issuer().to_string(),
        subject: claims.subject().to_string(),
        proved_at: claims.auth_time(),
        email,
        unusable_email,
        is_verified,
        first_name,
        last_name,
        roles,
    }
}

/// Whoever was asked with `max_age` must say when the person proved who they are (OpenID Connect Core, 3.1.2.1); silence proves nothing.
fn check_freshness(proved_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<(), SignInReason> {
    let proved_at = proved_at.ok_or(SignInReason::NoProofTime)?;
    if (now - proved_at).abs() <= FRESH { Ok(()) } else { Err(SignInReason::OldProof) }
}

fn reason(error: &ClaimsVerificationError) -> SignInReason {
    match error {
        ClaimsVerificationError::Expired(_) => SignInReason::Expired,
        ClaimsVerificationError::InvalidAudience(_) => SignInReason::WrongAudience,
        ClaimsVerificationError::InvalidIssuer(_) => SignInReason::WrongIssuer,
        ClaimsVerificationError::InvalidNonce(_) => SignInReason::WrongNonce,
        ClaimsVerificationError::SignatureVerification(_) => SignInReason::WrongSignature,
        _ => SignInReason::Unreadable,
    }
}

/// The words a claim holds; its name may have dots in it, or dots may lead into it.
fn values(claims: &HashMap<String, Value>, name: &str) -> Vec<String> {
    let found = claims.get(name).or_else(|| {
        let mut steps = name.split('.');
        let first = claims.get(steps.next()?)?;
        steps.try_fold(first, |value, step| value.get(step))
    });
    match found {
        Some(Value::String(word)) => vec![word.clone()],
        Some(Value::Array(words)) => words.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_proof_is_fresh_for_ten_minutes_and_one_without_a_time_never_is() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let asked = |minutes| check_freshness(Some(now - TimeDelta::minutes(minutes)), now);
        assert_eq!((asked(0), asked(10), asked(-10)), (Ok(()), Ok(()), Ok(())));
        assert_eq!((asked(11), asked(-11)), (Err(SignInReason::OldProof), Err(SignInReason::OldProof)));
        assert_eq!(check_freshness(None, now), Err(SignInReason::NoProofTime));
    }

    /// What is made of what a token, and where one asks for more, say of the verification of an address.
    fn said(token: &Value, more: Option<&Value>) -> Option<bool> {
        let mut claims = token.clone();
        for (name, value) in [("iss", json!("https://login.example.org")), ("aud", json!("lyceum")), ("exp", json!(2)), ("iat", json!(1))] {
            claims[name] = value;
        }
        let claims: IdTokenClaims<OtherClaims, CoreGenderClaim> = serde_json::from_value(claims).unwrap();
        let info = more.map(|more| Info::from_json::<EgressError>(more.to_string().as_bytes(), None).unwrap());
        vouch(&claims, info.as_ref(), Vec::new()).is_verified
    }

    #[test]
    fn silence_about_an_address_is_neither_yes_nor_no_and_a_no_counts_wherever_it_stands() {
        let silent = json!({ "sub": "s", "email": "ada@example.org" });
        let says = |word: Value| json!({ "sub": "s", "email": "ada@example.org", "email_verified": word });
        let (yes, no) = (says(json!(true)), says(json!(false)));
        assert_eq!((said(&silent, None), said(&says(Value::Null), None)), (None, None));
        assert_eq!((said(&yes, None), said(&says(json!("true")), None)), (Some(true), Some(true)));
        assert_eq!((said(&no, None), said(&says(json!("false")), None)), (Some(false), Some(false)));
        let late = json!({ "sub": "s" });
        assert_eq!([&silent, &yes, &no].map(|more| said(&late, Some(more))), [None, Some(true), Some(false)]);
        assert_eq!([&silent, &yes, &no].map(|more| said(&silent, Some(more))), [None, Some(true), Some(false)]);
        let of_another = |word: bool| json!({ "sub": "s", "email": "eve@example.org", "email_verified": word });
        assert_eq!([true, false].map(|word| said(&silent, Some(&of_another(word)))), [None, Some(false)]);
    }

    #[test]
    fn a_claim_is_found_by_its_name_or_by_the_way_to_it() {
        let claims: HashMap<String, Value> = serde_json::from_value(json!({
            "groups": ["a", 1, "b"], "https://example.org/role": "lead", "realm_access": { "roles": ["c"] }
        }))
        .unwrap();
        assert_eq!(values(&claims, "groups"), ["a", "b"]);
        assert_eq!(values(&claims, "https://example.org/role"), ["lead"]);
        assert_eq!(values(&claims, "realm_access.roles"), ["c"]);
        assert!(values(&claims, "realm_access.nothing").is_empty() && values(&claims, "").is_empty());
    }
}
