//! Server functions of mails.
#![allow(missing_docs, reason = "server functions become structs whose fields are their arguments, which their names explain")]

use crate::error::AppError;
use domain::MailId;
use domain::mails::{MailOverview, MailReport};
use leptos::server;
use server_fn::codec::Json;

/// Whether mail is set up, what became of it, and every mail there is.
#[server(prefix = "/api", endpoint = "mails/overview", input = Json, client = crate::page_team::PageClient)]
pub async fn open_mails() -> Result<MailOverview, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.mails().overview(&viewer).await.map_err(crate::server_context::fail)
}

/// Sends the viewer a mail and says what the mail server said.
#[server(prefix = "/api", endpoint = "mails/send-test", input = Json, client = crate::page_team::PageClient)]
pub async fn send_test_mail() -> Result<MailReport, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.mails().send_test(&viewer).await.map_err(crate::server_context::fail)
}

/// Sends a mail again that was given up, or all of them, as far as they are kept and their links work; how many.
#[server(prefix = "/api", endpoint = "mails/send-again", input = Json, client = crate::page_team::PageClient)]
pub async fn send_mails_again(id: Option<MailId>) -> Result<u32, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.mails().send_again(&viewer, id).await.map_err(crate::server_context::fail)
}
