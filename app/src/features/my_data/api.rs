//! Server functions of my data.
#![allow(missing_docs, reason = "server functions become structs whose fields are their arguments, which their names explain")]

use crate::error::AppError;
use domain::ExportId;
use domain::my_data::{DeletionTerms, ExportSummary};
use leptos::prelude::*;
use leptos::server;
use server_fn::codec::Json;

/// The viewer's exports.
#[server(prefix = "/api", endpoint = "my-data/exports", input = Json, client = crate::page_team::PageClient)]
pub async fn list_exports() -> Result<Vec<ExportSummary>, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.my_data().list_exports(&viewer).await.map_err(crate::server_context::fail)
}

/// Asks for an export of everything that is the viewer's.
#[server(prefix = "/api", endpoint = "my-data/request-export", input = Json, client = crate::page_team::PageClient)]
pub async fn request_export() -> Result<ExportSummary, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.my_data().request_export(&viewer).await.map_err(crate::server_context::fail)
}

/// An export whose file the viewer may fetch now.
#[server(prefix = "/api", endpoint = "my-data/find-export", input = Json, client = crate::page_team::PageClient)]
pub async fn find_export(id: ExportId) -> Result<ExportSummary, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.my_data().find_export(&viewer, id).await.map_err(crate::server_context::fail)
}

/// What the deletion of the viewer's account would do, and what stands in its way.
#[server(prefix = "/api", endpoint = "my-data/deletion-terms", input = Json, client = crate::page_team::PageClient)]
pub async fn describe_deletion() -> Result<DeletionTerms, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.my_data().deletion_terms(&viewer).await.map_err(crate::server_context::fail)
}

/// Marks the viewer's account for deletion.
#[server(prefix = "/api", endpoint = "my-data/delete-account", input = Json, client = crate::page_team::PageClient)]
pub async fn delete_account(password: String) -> Result<DeletionTerms, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.my_data().delete_account(&viewer, password.into()).await.map_err(crate::server_context::fail)
}

/// Calls the deletion of the viewer's account off.
#[server(prefix = "/api", endpoint = "my-data/keep-account", input = Json, client = crate::page_team::PageClient)]
pub async fn keep_account() -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.my_data().keep_account(&viewer).await.map_err(crate::server_context::fail)
}
