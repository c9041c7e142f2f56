//! Server functions of roles.
#![allow(missing_docs, reason = "server functions become structs whose fields are their arguments, which their names explain")]

use crate::error::AppError;
use domain::roles::{RoleChange, RoleMatrix};
use leptos::server;
use server_fn::codec::Json;

/// What each role may do on this installation.
#[server(prefix = "/api", endpoint = "roles/matrix", input = Json, client = crate::page_team::PageClient)]
pub async fn read_roles() -> Result<RoleMatrix, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.roles().matrix(&viewer).await.map_err(crate::server_context::fail)
}

/// Gives a right to a role or takes it away.
#[server(prefix = "/api", endpoint = "roles/change", input = Json, client = crate::page_team::PageClient)]
pub async fn change_role(change: RoleChange) -> Result<RoleMatrix, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.roles().change(&viewer, change).await.map_err(crate::server_context::fail)
}
