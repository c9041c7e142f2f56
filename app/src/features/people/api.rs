//! Server functions of people.
#![allow(missing_docs, reason = "server functions become structs whose fields are their arguments, which their names explain")]

use crate::error::AppError;
use domain::people::{PeopleList, PersonDeletionTerms};
use domain::{PageRequest, UserId};
use leptos::server;
use server_fn::codec::Json;

/// People whose name or address holds the words.
#[server(prefix = "/api", endpoint = "people/list", input = Json, client = crate::page_team::PageClient)]
pub async fn list_people(words: String, page: PageRequest) -> Result<PeopleList, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.people().list(&viewer, &words, page).await.map_err(crate::server_context::fail)
}

/// Keeps somebody out of the installation.
#[server(prefix = "/api", endpoint = "people/suspend", input = Json, client = crate::page_team::PageClient)]
pub async fn suspend_person(user_id: UserId) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.people().suspend(&viewer, user_id).await.map_err(crate::server_context::fail)
}

/// Lets somebody in again.
#[server(prefix = "/api", endpoint = "people/reinstate", input = Json, client = crate::page_team::PageClient)]
pub async fn reinstate_person(user_id: UserId) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.people().reinstate(&viewer, user_id).await.map_err(crate::server_context::fail)
}

/// Lets somebody manage the installation.
#[server(prefix = "/api", endpoint = "people/make-administrator", input = Json, client = crate::page_team::PageClient)]
pub async fn make_administrator(user_id: UserId) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.people().make_administrator(&viewer, user_id).await.map_err(crate::server_context::fail)
}

/// Takes the administration of the installation from somebody.
#[server(prefix = "/api", endpoint = "people/take-administration", input = Json, client = crate::page_team::PageClient)]
pub async fn take_administration(user_id: UserId) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.people().take_administration(&viewer, user_id).await.map_err(crate::server_context::fail)
}

/// What the deletion of somebody's account would do, and what stands in its way.
#[server(prefix = "/api", endpoint = "people/deletion-terms", input = Json, client = crate::page_team::PageClient)]
pub async fn describe_person_deletion(user_id: UserId) -> Result<PersonDeletionTerms, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.people().deletion_terms(&viewer, user_id).await.map_err(crate::server_context::fail)
}

/// Marks somebody's account for deletion, whose address was typed.
#[server(prefix = "/api", endpoint = "people/delete", input = Json, client = crate::page_team::PageClient)]
pub async fn delete_person(user_id: UserId, email: String) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.people().delete(&viewer, user_id, &email).await.map_err(crate::server_context::fail)
}

/// Calls a deletion off that an administrator asked for.
#[server(prefix = "/api", endpoint = "people/keep", input = Json, client = crate::page_team::PageClient)]
pub async fn keep_person(user_id: UserId) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.people().keep(&viewer, user_id).await.map_err(crate::server_context::fail)
}
