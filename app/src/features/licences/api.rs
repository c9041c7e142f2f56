//! Server functions of licences.
#![allow(missing_docs, reason = "server functions become structs whose fields are their arguments, which their names explain")]

use crate::error::AppError;
use domain::UserId;
use domain::licences::{LicenceInstalled, LicenceOverview, SeatList};
use leptos::server;
use server_fn::codec::Json;

/// The licence in force, if there is one.
#[server(prefix = "/api", endpoint = "licences/overview", input = Json, client = crate::page_team::PageClient)]
pub async fn open_licences() -> Result<LicenceOverview, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.licences().overview(&viewer).await.map_err(crate::server_context::fail)
}

/// Puts the licence in this text in force.
#[server(prefix = "/api", endpoint = "licences/install", input = Json, client = crate::page_team::PageClient)]
pub async fn install_licence(text: String) -> Result<LicenceInstalled, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.licences().install(&viewer, &text).await.map_err(crate::server_context::fail)
}

/// People whose name or address holds the words, those with a seat first.
#[server(prefix = "/api", endpoint = "licences/seats", input = Json, client = crate::page_team::PageClient)]
pub async fn list_seats(words: String) -> Result<SeatList, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.licences().list_seats(&viewer, &words).await.map_err(crate::server_context::fail)
}

/// Gives somebody a seat before they sign in.
#[server(prefix = "/api", endpoint = "licences/give-seat", input = Json, client = crate::page_team::PageClient)]
pub async fn give_seat(user_id: UserId) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.licences().give_seat(&viewer, user_id).await.map_err(crate::server_context::fail)
}

/// Frees somebody's seat and signs them out.
#[server(prefix = "/api", endpoint = "licences/free-seat", input = Json, client = crate::page_team::PageClient)]
pub async fn free_seat(user_id: UserId) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.licences().free_seat(&viewer, user_id).await.map_err(crate::server_context::fail)
}
