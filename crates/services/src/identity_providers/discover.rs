//! Discover: what a provider publishes about itself, over the one way out, and what is wrong with it in words.

use super::diagnosis::quotable;
use super::{IdentityProviders, draft};
use crate::{Result, Viewer};
use domain::identity_providers::IdentityProviderReport;
use egress::{EgressClient, EgressError};
use futures::future::BoxFuture;
use openidconnect::core::{CoreJwsSigningAlgorithm as Algorithm, CoreProviderMetadata};
use openidconnect::{DiscoveryError, HttpRequest, HttpResponse, IssuerUrl};

/// Most bytes of one answer.
const MOST_BYTES: usize = 1024 * 1024;
/// How an answer may be signed: with a key that only the provider has.
const SIGNATURES: [Algorithm; 9] = [
    Algorithm::RsaSsaPkcs1V15Sha256,
    Algorithm::RsaSsaPkcs1V15Sha384,
    Algorithm::RsaSsaPkcs1V15Sha512,
    Algorithm::RsaSsaPssSha256,
    Algorithm::RsaSsaPssSha384,
    Algorithm::RsaSsaPssSha512,
    Algorithm::EcdsaP256Sha256,
    Algorithm::EcdsaP384Sha384,
    Algorithm::EdDsa,
];

/// Makes the requests of the OpenID library: no redirects, the egress rules, a bounded answer.
pub(super) fn requests(
    egress: &EgressClient,
) -> impl Fn(HttpRequest) -> BoxFuture<'static, Result<HttpResponse, EgressError>> + Send + Sync {
    let egress = egress.clone();
    move |request| {
        let egress = egress.clone();
        Box::pin(async move { egress.exchange(request, MOST_BYTES).await })
    }
}

/// What a provider that people can be sent to publishes, with its keys; or in words what is wrong with it.
pub(super) async fn discover(egress: &EgressClient, issuer: &str) -> Result<CoreProviderMetadata, String> {
    let metadata = published(egress, issuer).await.map_err(|error| trouble(&error))?;
    fault(&metadata).map_or(Ok(metadata), |sentence| Err(sentence.to_owned()))
}

async fn published(egress: &EgressClient, issuer: &str) -> Result<CoreProviderMetadata, DiscoveryError<EgressError>> {
    let issuer = IssuerUrl::new(issuer.to_owned()).map_err(DiscoveryError::UrlParse)?;
    CoreProviderMetadata::discover_async(issuer, &requests(egress)).await
}

/// The signatures that the provider makes and that are good enough.
pub(super) fn signatures(metadata: &CoreProviderMetadata) -> Vec<Algorithm> {
    let offered = metadata.id_token_signing_alg_values_supported();
    SIGNATURES.iter().filter(|algorithm| offered.contains(algorithm)).cloned().collect()
}

impl IdentityProviders<'_> {
    /// Asks a provider what it publishes and says in words what is wrong with it.
    pub async fn test(&self, viewer: &Viewer, issuer: &str) -> Result<IdentityProviderReport> {
        viewer.require_system_administrator()?;
        let egress = &self.services.parts.egress;
        let issuer = draft::issuer(issuer, egress)?;
        Ok(match discover(egress, &issuer).await {
            Ok(metadata) => works(&metadata),
            Err(sentence) => IdentityProviderReport { is_working: false, sentence },
        })
    }
}

fn works(metadata: &CoreProviderMetadata) -> IdentityProviderReport {
    let keys = metadata.jwks().keys().len();
    let keys = if keys == 1 { "1 key".to_owned() } else { format!("{keys} keys") };
    let mut sentence =
        format!("It answers, calls itself by this name and publishes {keys}. Whether ID and secret are right, “Try signing in” shows.");
    if !tells_verification(metadata) {
        sentence.push_str(" It may not say whether addresses are verified: see “Trust this provider’s addresses”.");
    }
    IdentityProviderReport { is_working: true, sentence }
}

/// Whether the provider may say if an address is verified, as far as it publishes which claims it makes.
fn tells_verification(metadata: &CoreProviderMetadata) -> bool {
    metadata.claims_supported().is_none_or(|claims| claims.is_empty() || claims.iter().any(|claim| claim.as_str() == "email_verified"))
}

/// What keeps a provider that answers from being used.
fn fault(metadata: &CoreProviderMetadata) -> Option<&'static str> {
    let is_web = matches!(metadata.authorization_endpoint().url().scheme(), "http" | "https");
    if !is_web {
        Some("Its authorization endpoint is not a web address.")
    } else if metadata.token_endpoint().is_none() {
        Some("It publishes no token endpoint, so that nobody can sign in with a code.")
    } else if signatures(metadata).is_empty() {
        Some("It signs with no algorithm that is accepted here: RS, PS, ES or EdDSA.")
    } else if metadata.jwks().keys().is_empty() {
        Some("It publishes no key that its answers could be checked with.")
    } else {
        None
    }
}

/// Why a provider could not be asked. What it says itself, or how it is spelled there, is quoted as words of somebody else.
fn trouble(error: &DiscoveryError<EgressError>) -> String {
    match error {
        DiscoveryError::Request(cause) => quotable(&cause.to_string()),
        DiscoveryError::Response(status, ..) if !status.is_success() => {
            format!(
                "It answered with status {} where its configuration should be. Is the issuer spelled as the provider spells it?",
                status.as_u16()
            )
        }
        DiscoveryError::Response(_, _, what) => format!("Its answer is not what it should be: {}.", quotable(what)),
        DiscoveryError::Parse(cause) => format!("Its configuration or its keys cannot be read: {}.", quotable(&cause.inner().to_string())),
        DiscoveryError::Validation(what) => format!("It calls itself something else: {}. Enter the issuer exactly so.", quotable(what)),
        other => format!("It cannot be asked: {}.", quotable(&other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_provider_calls_itself_is_cut_to_a_line_and_the_advice_stays() {
        let sentence = trouble(&DiscoveryError::Validation(format!("first\nsecond{}", "x".repeat(10_000))));
        assert!(sentence.starts_with("It calls itself something else: first secondx"), "{sentence}");
        assert!(sentence.ends_with("Enter the issuer exactly so.") && sentence.chars().count() < 400, "{sentence}");
    }
}
