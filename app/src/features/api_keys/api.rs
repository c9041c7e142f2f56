//! Server functions of API keys.
#![allow(missing_docs, reason = "server functions become structs whose fields are their arguments, which their names explain")]

use crate::error::AppError;
use domain::ApiKeyId;
use domain::api_keys::{ApiKeyMade, ApiKeySummary, NewApiKey};
use leptos::server;
use server_fn::codec::Json;

/// The viewer's keys in the team they work in.
#[server(prefix = "/api", endpoint = "api-keys/list", input = Json, client = crate::page_team::PageClient)]
pub async fn list_own_api_keys() -> Result<Vec<ApiKeySummary>, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.api_keys().list_own(&viewer).await.map_err(crate::server_context::fail)
}

/// Everybody's keys in the team.
#[server(prefix = "/api", endpoint = "api-keys/list-team", input = Json, client = crate::page_team::PageClient)]
pub async fn list_team_api_keys() -> Result<Vec<ApiKeySummary>, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.api_keys().list_of_team(&viewer).await.map_err(crate::server_context::fail)
}

/// Makes a key for the viewer; it is in the answer only.
#[server(prefix = "/api", endpoint = "api-keys/create", input = Json, client = crate::page_team::PageClient)]
pub async fn create_api_key(key: NewApiKey, password: String) -> Result<ApiKeyMade, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.api_keys().create(&viewer, key, password.into()).await.map_err(crate::server_context::fail)
}

/// Takes a key back.
#[server(prefix = "/api", endpoint = "api-keys/revoke", input = Json, client = crate::page_team::PageClient)]
pub async fn revoke_api_key(id: ApiKeyId) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.api_keys().revoke(&viewer, id).await.map_err(crate::server_context::fail)
}
