//! Server functions of audit.
#![allow(missing_docs, reason = "server functions become structs whose fields are their arguments, which their names explain")]

use crate::error::AppError;
use domain::audit::{AuditChoices, AuditPage, AuditQuery, AuditScope, ChainReport};
use leptos::server;
use server_fn::codec::Json;

/// What happened, the latest first, from before a position on.
#[server(prefix = "/api", endpoint = "audit/list", input = Json, client = crate::page_team::PageClient)]
pub async fn list_audit(scope: AuditScope, query: AuditQuery, before: Option<i64>) -> Result<AuditPage, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.audit().list(&viewer, scope, &query, before).await.map_err(crate::server_context::fail)
}

/// What the filters of a trail offer.
#[server(prefix = "/api", endpoint = "audit/choices", input = Json, client = crate::page_team::PageClient)]
pub async fn list_audit_choices(scope: AuditScope) -> Result<AuditChoices, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.audit().choices(&viewer, scope).await.map_err(crate::server_context::fail)
}

/// Whether a trail is whole.
#[server(prefix = "/api", endpoint = "audit/verify", input = Json, client = crate::page_team::PageClient)]
pub async fn verify_audit(scope: AuditScope) -> Result<ChainReport, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.audit().verify(&viewer, scope).await.map_err(crate::server_context::fail)
}
