//! Server functions of models.
#![allow(missing_docs, reason = "server functions become structs whose fields are their arguments, which their names explain")]

use crate::error::AppError;
use domain::models::{ConnectionReport, ModelSummary, ModelType, NewModel};
use domain::{ModelId, ProviderId};
use leptos::prelude::*;
use leptos::server;
use server_fn::codec::Json;

/// Models to choose from, of one type or of both; without addresses.
#[server(prefix = "/api", endpoint = "models/list", input = Json, client = crate::page_team::PageClient)]
pub async fn list_models(model_type: Option<ModelType>) -> Result<Vec<ModelSummary>, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.models().list(&viewer, model_type).await.map_err(crate::server_context::fail)
}

/// All models as their administrator sees them.
#[server(prefix = "/api", endpoint = "models/overview", input = Json, client = crate::page_team::PageClient)]
pub async fn models_overview() -> Result<Vec<ModelSummary>, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.models().overview(&viewer).await.map_err(crate::server_context::fail)
}

/// Adds a model, and its provider when there is none of this name and address.
#[server(prefix = "/api", endpoint = "models/add", input = Json, client = crate::page_team::PageClient)]
pub async fn add_model(model: NewModel) -> Result<ModelSummary, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.models().add(&viewer, model).await.map_err(crate::server_context::fail)
}

/// Calls the model that stands in the form.
#[server(prefix = "/api", endpoint = "models/test-draft", input = Json, client = crate::page_team::PageClient)]
pub async fn test_model_draft(model: NewModel) -> Result<ConnectionReport, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.models().test(&viewer, services::models::ConnectionTest::Draft(model)).await.map_err(crate::server_context::fail)
}

/// Calls a stored model.
#[server(prefix = "/api", endpoint = "models/test", input = Json, client = crate::page_team::PageClient)]
pub async fn test_model(id: ModelId) -> Result<ConnectionReport, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.models().test(&viewer, services::models::ConnectionTest::Stored(id)).await.map_err(crate::server_context::fail)
}

/// Makes a model the one new things start with.
#[server(prefix = "/api", endpoint = "models/make-default", input = Json, client = crate::page_team::PageClient)]
pub async fn make_default_model(id: ModelId) -> Result<ModelSummary, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.models().make_default(&viewer, id).await.map_err(crate::server_context::fail)
}

/// Takes a model out of the lists.
#[server(prefix = "/api", endpoint = "models/remove", input = Json, client = crate::page_team::PageClient)]
pub async fn remove_model(id: ModelId) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.models().remove(&viewer, id).await.map_err(crate::server_context::fail)
}

/// Replaces a provider's key; an empty one removes it.
#[server(prefix = "/api", endpoint = "models/update-key", input = Json, client = crate::page_team::PageClient)]
pub async fn update_provider_key(provider_id: ProviderId, api_key: String) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.models().update_key(&viewer, provider_id, &api_key).await.map_err(crate::server_context::fail)
}

/// Moves a provider to another address; another server needs the key again.
#[server(prefix = "/api", endpoint = "models/update-address", input = Json, client = crate::page_team::PageClient)]
pub async fn update_provider_address(provider_id: ProviderId, base_url: String, api_key: String) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.models().update_address(&viewer, provider_id, &base_url, &api_key).await.map_err(crate::server_context::fail)
}
