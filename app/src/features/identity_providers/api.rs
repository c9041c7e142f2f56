//! Server functions of identity providers.
#![allow(missing_docs, reason = "server functions become structs whose fields are their arguments, which their names explain")]

use crate::error::AppError;
use domain::identity_providers::{
    IdentityProviderDraft, IdentityProviderOverview, IdentityProviderReport, IdentityProviderSummary, OwnWay, OwnWayState, PendingLink,
    SignInWays, Trial, TwoStepRequirement, TwoStepRule,
};
use domain::{IdentityId, IdentityProviderId};
use leptos::server;
use server_fn::codec::Json;

/// All providers, for those who manage the installation.
#[server(prefix = "/api", endpoint = "identity-providers/overview", input = Json, client = crate::page_team::PageClient)]
pub async fn open_identity_providers() -> Result<IdentityProviderOverview, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity_providers().overview(&viewer).await.map_err(crate::server_context::fail)
}

/// Adds a provider, or changes the one of this id.
#[server(prefix = "/api", endpoint = "identity-providers/save", input = Json, client = crate::page_team::PageClient)]
pub async fn save_identity_provider(id: IdentityProviderId, draft: IdentityProviderDraft) -> Result<IdentityProviderSummary, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity_providers().save(&viewer, id, draft).await.map_err(crate::server_context::fail)
}

/// Asks a provider what it publishes.
#[server(prefix = "/api", endpoint = "identity-providers/test", input = Json, client = crate::page_team::PageClient)]
pub async fn test_identity_provider(issuer: String) -> Result<IdentityProviderReport, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity_providers().test(&viewer, &issuer).await.map_err(crate::server_context::fail)
}

/// Begins a trial of a provider; the answer is where the browser goes.
#[server(prefix = "/api", endpoint = "identity-providers/start-trial", input = Json, client = crate::page_team::PageClient)]
pub async fn start_trial(id: IdentityProviderId) -> Result<String, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    let started = services.identity_providers().start_trial(&viewer, id).await.map_err(crate::server_context::fail)?;
    let cookie = crate::features::identity::flow_cookie::FlowCookie::new(&services.settings().public_url);
    crate::server_context::add_secret_cookie(&cookie.keep(started.token_text()));
    Ok(started.address)
}

/// What came of the trial that the viewer began in this browser.
#[server(prefix = "/api", endpoint = "identity-providers/trial", input = Json, client = crate::page_team::PageClient)]
pub async fn read_trial() -> Result<Option<Trial>, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    let cookies = crate::server_context::cookies();
    let token = crate::features::identity::flow_cookie::FlowCookie::new(&services.settings().public_url).find(&cookies);
    services.identity_providers().trial(&viewer, token).await.map_err(crate::server_context::fail)
}

/// Turns a provider on or off.
#[server(prefix = "/api", endpoint = "identity-providers/set-enabled", input = Json, client = crate::page_team::PageClient)]
pub async fn set_identity_provider_enabled(id: IdentityProviderId, is_enabled: bool) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity_providers().set_enabled(&viewer, id, is_enabled).await.map_err(crate::server_context::fail)
}

/// Removes a provider.
#[server(prefix = "/api", endpoint = "identity-providers/remove", input = Json, client = crate::page_team::PageClient)]
pub async fn remove_identity_provider(id: IdentityProviderId) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity_providers().remove(&viewer, id).await.map_err(crate::server_context::fail)
}

/// The ways of Lyceum's own, for those who manage the installation.
#[server(prefix = "/api", endpoint = "identity-providers/own-ways", input = Json, client = crate::page_team::PageClient)]
pub async fn list_own_ways() -> Result<Vec<OwnWayState>, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity_providers().own_ways(&viewer).await.map_err(crate::server_context::fail)
}

/// Turns one of them on or off.
#[server(prefix = "/api", endpoint = "identity-providers/allow-own-way", input = Json, client = crate::page_team::PageClient)]
pub async fn allow_own_way(way: OwnWay, is_allowed: bool) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity_providers().allow_own_way(&viewer, way, is_allowed).await.map_err(crate::server_context::fail)
}

/// Of whom a second step is required, for those who manage the installation.
#[server(prefix = "/api", endpoint = "identity-providers/two-step-rule", input = Json, client = crate::page_team::PageClient)]
pub async fn open_two_step_rule() -> Result<TwoStepRule, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity_providers().two_step_rule(&viewer).await.map_err(crate::server_context::fail)
}

/// Requires a second step of others than before.
#[server(prefix = "/api", endpoint = "identity-providers/require-two-step", input = Json, client = crate::page_team::PageClient)]
pub async fn require_two_step(required_of: TwoStepRequirement) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity_providers().require_two_step(&viewer, required_of).await.map_err(crate::server_context::fail)
}

/// What waits for the person in front of this browser to prove that an account is theirs.
#[server(prefix = "/api", endpoint = "identity-providers/pending-link", input = Json, client = crate::page_team::PageClient)]
pub async fn read_pending_link() -> Result<Option<PendingLink>, AppError> {
    let services = crate::server_context::services();
    let cookies = crate::server_context::cookies();
    let token = crate::features::identity::flow_cookie::FlowCookie::new(&services.settings().public_url).find(&cookies);
    services.identity_providers().pending(token).await.map_err(crate::server_context::fail)
}

/// The identities that open the viewer's account.
#[server(prefix = "/api", endpoint = "identity-providers/ways", input = Json, client = crate::page_team::PageClient)]
pub async fn list_ways() -> Result<SignInWays, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity_providers().ways(&viewer).await.map_err(crate::server_context::fail)
}

/// Begins to link an identity, in return for the password; the answer is where the browser goes.
#[server(prefix = "/api", endpoint = "identity-providers/start-link", input = Json, client = crate::page_team::PageClient)]
pub async fn start_link(id: IdentityProviderId, password: String) -> Result<String, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    let started = services.identity_providers().start_link(&viewer, id, password.into()).await.map_err(crate::server_context::fail)?;
    let cookie = crate::features::identity::flow_cookie::FlowCookie::new(&services.settings().public_url);
    crate::server_context::add_secret_cookie(&cookie.keep(started.token_text()));
    Ok(started.address)
}

/// Ends a link of the viewer's.
#[server(prefix = "/api", endpoint = "identity-providers/unlink", input = Json, client = crate::page_team::PageClient)]
pub async fn unlink_identity(id: IdentityId) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity_providers().unlink(&viewer, id).await.map_err(crate::server_context::fail)
}
