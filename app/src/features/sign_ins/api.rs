//! Server functions of sign-ins.
#![allow(missing_docs, reason = "server functions become structs whose fields are their arguments, which their names explain")]

use crate::error::AppError;
use domain::SignInId;
use domain::sign_ins::{SignInEntry, SignInPage, SignInQuery};
use leptos::server;
use server_fn::codec::Json;

/// The viewer's latest sign-ins.
#[server(prefix = "/api", endpoint = "sign-ins/own", input = Json, client = crate::page_team::PageClient)]
pub async fn list_own_sign_ins() -> Result<Vec<SignInEntry>, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.sign_ins().list_own(&viewer).await.map_err(crate::server_context::fail)
}

/// Sign-ins of the installation, from before one of them on.
#[server(prefix = "/api", endpoint = "sign-ins/list", input = Json, client = crate::page_team::PageClient)]
pub async fn list_sign_ins(query: SignInQuery, before: Option<SignInId>) -> Result<SignInPage, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.sign_ins().list(&viewer, &query, before).await.map_err(crate::server_context::fail)
}
