//! Server functions of onboarding.
#![allow(missing_docs, reason = "server functions become structs whose fields are their arguments, which their names explain")]

use crate::error::AppError;
use domain::Permission;
use domain::onboarding::{Guide, Sample};
use leptos::server;
use server_fn::codec::Json;

/// How far the viewer is with setting up; none for those whom it does not concern, and once it was put away.
#[server(prefix = "/api", endpoint = "onboarding/guide", input = Json, client = crate::page_team::PageClient)]
pub async fn open_guide() -> Result<Option<Guide>, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.onboarding().guide(&viewer).await.map_err(crate::server_context::fail)
}

/// Notes that the viewer stays with the built-in model.
#[server(prefix = "/api", endpoint = "onboarding/keep-model", input = Json, client = crate::page_team::PageClient)]
pub async fn keep_built_in_model() -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.onboarding().keep_model(&viewer).await.map_err(crate::server_context::fail)
}

/// Makes the sample dataset in the viewer's team, and a prompt that asks it.
#[server(prefix = "/api", endpoint = "onboarding/add-sample", input = Json, client = crate::page_team::PageClient)]
pub async fn add_sample() -> Result<Sample, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.onboarding().add_sample(&viewer).await.map_err(crate::server_context::fail)
}

/// Puts the guide away for the viewer.
#[server(prefix = "/api", endpoint = "onboarding/dismiss", input = Json, client = crate::page_team::PageClient)]
pub async fn dismiss_guide() -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.onboarding().dismiss(&viewer).await.map_err(crate::server_context::fail)
}

/// People of the viewer's team who may do something.
#[server(prefix = "/api", endpoint = "onboarding/whom-to-ask", input = Json, client = crate::page_team::PageClient)]
pub async fn whom_to_ask(permission: Permission) -> Result<Vec<String>, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.onboarding().whom_to_ask(&viewer, permission).await.map_err(crate::server_context::fail)
}
