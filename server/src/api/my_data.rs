//! The file of an export: for its person alone, as an attachment, for as long as their session stands (`ending`).

use super::datasets::attachment_headers;
use super::{ApiError, ending};
use crate::router::{AppState, PlainRoute};
use crate::session::SignedIn;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, Method, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use domain::ExportId;

/// The plain routes of my data.
pub const ROUTES: &[PlainRoute] = &[PlainRoute { method: Method::GET, path: "/api/exports/{id}/file", handler: || get(download) }];

async fn download(State(state): State<AppState>, SignedIn(viewer): SignedIn, Path(id): Path<ExportId>) -> Result<Response, ApiError> {
    let original = state.services.my_data().open_export(&viewer, id).await?;
    let mut headers = attachment_headers(&original);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok((headers, ending::file(original.bytes, state.services, viewer)).into_response())
}
