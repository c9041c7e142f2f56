//! Server functions of team.
#![allow(missing_docs, reason = "server functions become structs whose fields are their arguments, which their names explain")]

use crate::error::AppError;
use domain::team::{InvitationSent, InvitationSummary, MemberSummary, TeamSummary};
use domain::{InvitationId, Role};
use leptos::server;

/// Who is in the viewer's team.
#[server(prefix = "/api", endpoint = "team/members")]
pub async fn list_members() -> Result<Vec<MemberSummary>, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().list_members(&viewer).await.map_err(crate::server_context::fail)
}

/// Who is asked to join and has not answered.
#[server(prefix = "/api", endpoint = "team/invitations")]
pub async fn list_invitations() -> Result<Vec<InvitationSummary>, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().list_invitations(&viewer).await.map_err(crate::server_context::fail)
}

/// Asks somebody to join; the link is shown once.
#[server(prefix = "/api", endpoint = "team/invite")]
pub async fn invite_member(email: String, role: Role) -> Result<InvitationSent, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().invite(&viewer, &email, role).await.map_err(crate::server_context::fail)
}

/// Makes an invitation's link useless.
#[server(prefix = "/api", endpoint = "team/revoke-invitation")]
pub async fn revoke_invitation(id: InvitationId) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().revoke_invitation(&viewer, id).await.map_err(crate::server_context::fail)
}

/// The teams the viewer belongs to.
#[server(prefix = "/api", endpoint = "team/teams")]
pub async fn list_teams() -> Result<Vec<TeamSummary>, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().list_teams(&viewer).await.map_err(crate::server_context::fail)
}
