//! Server functions of prompts.
#![allow(missing_docs, reason = "server functions become structs whose fields are their arguments, which their names explain")]

use crate::error::AppError;
use domain::PromptId;
use domain::prompts::{PromptChoices, PromptDetail, PromptDraft, PromptSummary};
use leptos::prelude::*;
use leptos::server;
use server_fn::codec::Json;

/// Prompts the viewer may use.
#[server(prefix = "/api", endpoint = "prompts/list", input = Json, client = crate::page_team::PageClient)]
pub async fn list_prompts() -> Result<Vec<PromptSummary>, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.prompts().list(&viewer).await.map_err(crate::server_context::fail)
}

/// One prompt the viewer may use.
#[server(prefix = "/api", endpoint = "prompts/get", input = Json, client = crate::page_team::PageClient)]
pub async fn get_prompt(id: PromptId) -> Result<PromptDetail, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.prompts().get(&viewer, id).await.map_err(crate::server_context::fail)
}

/// What the form of a prompt offers.
#[server(prefix = "/api", endpoint = "prompts/choices", input = Json, client = crate::page_team::PageClient)]
pub async fn list_prompt_choices() -> Result<PromptChoices, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.prompts().choices(&viewer).await.map_err(crate::server_context::fail)
}

/// Makes a prompt.
#[server(prefix = "/api", endpoint = "prompts/create", input = Json, client = crate::page_team::PageClient)]
pub async fn create_prompt(draft: PromptDraft) -> Result<PromptDetail, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.prompts().create(&viewer, draft).await.map_err(crate::server_context::fail)
}

/// Changes a prompt as a whole.
#[server(prefix = "/api", endpoint = "prompts/update", input = Json, client = crate::page_team::PageClient)]
pub async fn update_prompt(id: PromptId, draft: PromptDraft) -> Result<PromptDetail, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.prompts().update(&viewer, id, draft).await.map_err(crate::server_context::fail)
}

/// Copies a prompt for the viewer.
#[server(prefix = "/api", endpoint = "prompts/duplicate", input = Json, client = crate::page_team::PageClient)]
pub async fn duplicate_prompt(id: PromptId) -> Result<PromptDetail, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.prompts().duplicate(&viewer, id).await.map_err(crate::server_context::fail)
}

/// Deletes a prompt.
#[server(prefix = "/api", endpoint = "prompts/delete", input = Json, client = crate::page_team::PageClient)]
pub async fn delete_prompt(id: PromptId) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.prompts().delete(&viewer, id).await.map_err(crate::server_context::fail)
}
