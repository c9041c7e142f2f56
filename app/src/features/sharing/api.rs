//! Server functions of sharing.
#![allow(missing_docs, reason = "server functions become structs whose fields are their arguments, which their names explain")]

use crate::error::AppError;
use domain::sharing::{Explanation, ShareLevel, ShareWith, Shared, Sharing, Thing};
use leptos::prelude::*;
use leptos::server;
use server_fn::codec::Json;

/// With whom a thing of the viewer's is shared, and with whom it could be.
#[server(prefix = "/api", endpoint = "sharing/list", input = Json, client = crate::page_team::PageClient)]
pub async fn list_shares(thing: Shared) -> Result<Sharing, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.sharing().list(&viewer, thing).await.map_err(crate::server_context::fail)
}

/// Shares a thing with a person or a group, or changes what they may do with it.
#[server(prefix = "/api", endpoint = "sharing/share", input = Json, client = crate::page_team::PageClient)]
pub async fn share_thing(thing: Shared, with: ShareWith, level: ShareLevel) -> Result<Sharing, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.sharing().share(&viewer, thing, with, level).await.map_err(crate::server_context::fail)
}

/// Takes a person or a group out again.
#[server(prefix = "/api", endpoint = "sharing/unshare", input = Json, client = crate::page_team::PageClient)]
pub async fn unshare_thing(thing: Shared, with: ShareWith) -> Result<Sharing, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.sharing().unshare(&viewer, thing, with).await.map_err(crate::server_context::fail)
}

/// Who of the team may see a thing, and by which rules.
#[server(prefix = "/api", endpoint = "sharing/explain", input = Json, client = crate::page_team::PageClient)]
pub async fn explain_access(thing: Thing) -> Result<Explanation, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.sharing().explain(&viewer, thing).await.map_err(crate::server_context::fail)
}
