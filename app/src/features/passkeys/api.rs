//! Server functions of passkeys.
#![allow(missing_docs, reason = "server functions become structs whose fields are their arguments, which their names explain")]

use crate::error::AppError;
use domain::PasskeyId;
use domain::passkeys::{PasskeyOverview, PasskeySummary};
use leptos::server;
use server_fn::codec::Json;

/// The viewer's passkeys.
#[server(prefix = "/api", endpoint = "passkeys/list", input = Json, client = crate::page_team::PageClient)]
pub async fn list_passkeys() -> Result<PasskeyOverview, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.passkeys().list(&viewer).await.map_err(crate::server_context::fail)
}

/// Begins to add a passkey; the answer is what the device is asked.
#[server(prefix = "/api", endpoint = "passkeys/start", input = Json, client = crate::page_team::PageClient)]
pub async fn start_passkey(name: String, password: String) -> Result<String, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    let begun = services.passkeys().start(&viewer, &name, password.into()).await.map_err(crate::server_context::fail)?;
    let cookie = crate::features::identity::flow_cookie::FlowCookie::new(&services.settings().public_url).of_passkey();
    crate::server_context::add_secret_cookie(&cookie.keep(begun.token_text()));
    Ok(begun.options)
}

/// Adds the passkey that the device made.
#[server(prefix = "/api", endpoint = "passkeys/add", input = Json, client = crate::page_team::PageClient)]
pub async fn add_passkey(credential: String) -> Result<PasskeySummary, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    let cookie = crate::features::identity::flow_cookie::FlowCookie::new(&services.settings().public_url).of_passkey();
    let cookies = crate::server_context::cookies();
    services.passkeys().add(&viewer, cookie.find(&cookies), &credential).await.map_err(crate::server_context::fail)
}

/// Removes one of the viewer's passkeys.
#[server(prefix = "/api", endpoint = "passkeys/remove", input = Json, client = crate::page_team::PageClient)]
pub async fn remove_passkey(id: PasskeyId) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.passkeys().remove(&viewer, id).await.map_err(crate::server_context::fail)
}

/// Begins to sign in; the answer is what the device is asked.
#[server(prefix = "/api", endpoint = "passkeys/start-sign-in", input = Json, client = crate::page_team::PageClient)]
pub async fn start_passkey_sign_in() -> Result<String, AppError> {
    let services = crate::server_context::services();
    let begun = services.passkeys().start_sign_in(&crate::server_context::origin()).await.map_err(crate::server_context::fail)?;
    let cookie = crate::features::identity::flow_cookie::FlowCookie::new(&services.settings().public_url).of_passkey();
    crate::server_context::add_secret_cookie(&cookie.keep(begun.token_text()));
    Ok(begun.options)
}

/// Begins to prove again who the viewer is; the answer is what the device is asked.
#[server(prefix = "/api", endpoint = "passkeys/start-confirmation", input = Json, client = crate::page_team::PageClient)]
pub async fn start_passkey_confirmation() -> Result<String, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    let begun = services.passkeys().start_confirmation(&viewer).await.map_err(crate::server_context::fail)?;
    let cookie = crate::features::identity::flow_cookie::FlowCookie::new(&services.settings().public_url).of_passkey();
    crate::server_context::add_secret_cookie(&cookie.keep(begun.token_text()));
    Ok(begun.options)
}

/// Proves it with what the device answered.
#[server(prefix = "/api", endpoint = "passkeys/confirm", input = Json, client = crate::page_team::PageClient)]
pub async fn confirm_with_passkey(credential: String) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    let cookie = crate::features::identity::flow_cookie::FlowCookie::new(&services.settings().public_url).of_passkey();
    let cookies = crate::server_context::cookies();
    services.passkeys().confirm(&viewer, cookie.find(&cookies), &credential).await.map_err(crate::server_context::fail)
}
