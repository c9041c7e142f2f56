//! Server functions of datasets. Files go to `POST /api/datasets/{id}/documents` instead, which streams.
#![allow(missing_docs, reason = "server functions become structs whose fields are their arguments, which their names explain")]

use crate::error::AppError;
use domain::datasets::{DatasetDetail, DatasetPatch, DatasetSummary, DocumentSummary, NewDataset, SearchResult};
use domain::{DatasetId, DocumentId, Page, PageRequest};
use leptos::prelude::*;
use leptos::server;
use server_fn::codec::Json;

/// The datasets the viewer may see.
#[server(prefix = "/api", endpoint = "datasets/list", input = Json, client = crate::page_team::PageClient)]
pub async fn list_datasets() -> Result<Vec<DatasetSummary>, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.datasets().list(&viewer).await.map_err(crate::server_context::fail)
}

/// Makes a dataset in the viewer's team.
#[server(prefix = "/api", endpoint = "datasets/create", input = Json, client = crate::page_team::PageClient)]
pub async fn create_dataset(dataset: NewDataset) -> Result<DatasetSummary, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.datasets().create(&viewer, dataset).await.map_err(crate::server_context::fail)
}

/// One dataset with what its page needs to know.
#[server(prefix = "/api", endpoint = "datasets/open", input = Json, client = crate::page_team::PageClient)]
pub async fn open_dataset(id: DatasetId) -> Result<DatasetDetail, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.datasets().get(&viewer, id).await.map_err(crate::server_context::fail)
}

/// Changes name, description and visibility.
#[server(prefix = "/api", endpoint = "datasets/update", input = Json, client = crate::page_team::PageClient)]
pub async fn update_dataset(id: DatasetId, changes: DatasetPatch) -> Result<DatasetSummary, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.datasets().update(&viewer, id, changes).await.map_err(crate::server_context::fail)
}

/// Deletes a dataset with everything in it.
#[server(prefix = "/api", endpoint = "datasets/delete", input = Json, client = crate::page_team::PageClient)]
pub async fn delete_dataset(id: DatasetId) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.datasets().delete(&viewer, id).await.map_err(crate::server_context::fail)
}

/// One page of the documents of a dataset, newest first; asked again and again while something moves.
#[server(prefix = "/api", endpoint = "datasets/documents", input = Json, client = crate::page_team::PageClient)]
pub async fn list_documents(id: DatasetId, page: PageRequest) -> Result<Page<DocumentSummary>, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.datasets().list_documents(&viewer, id, page).await.map_err(crate::server_context::fail)
}

/// Puts a failed document back to work.
#[server(prefix = "/api", endpoint = "datasets/retry-document", input = Json, client = crate::page_team::PageClient)]
pub async fn retry_document(id: DocumentId) -> Result<DocumentSummary, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.datasets().retry_document(&viewer, id).await.map_err(crate::server_context::fail)
}

/// Deletes a document with its passages and its file.
#[server(prefix = "/api", endpoint = "datasets/delete-document", input = Json, client = crate::page_team::PageClient)]
pub async fn delete_document(id: DocumentId) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.datasets().delete_document(&viewer, id).await.map_err(crate::server_context::fail)
}

/// The twenty passages that fit a question best.
#[server(prefix = "/api", endpoint = "datasets/search", input = Json, client = crate::page_team::PageClient)]
pub async fn search_dataset(id: DatasetId, question: String) -> Result<SearchResult, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.search().search_dataset(&viewer, id, &question, 20).await.map_err(crate::server_context::fail)
}
