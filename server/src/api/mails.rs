//! Mails as they are sent, for whoever manages the installation to look at: `/admin/mails` has them in frames.
//!
//! The invariant: a mail comes under a policy of its own in place of the site's, which would leave it without its styles. Nothing in it runs,
//! nothing is loaded into it, it is of no origin, and only pages of ours frame it.

use super::ApiError;
use crate::router::{AppState, PlainRoute};
use crate::session::SignedIn;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, Method, header};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;

/// The plain routes of mails.
pub const ROUTES: &[PlainRoute] = &[PlainRoute { method: Method::GET, path: "/api/mails/{kind}/preview", handler: || get(preview) }];

/// Mails have their styles in place, and no pictures.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox";

async fn preview(State(state): State<AppState>, SignedIn(viewer): SignedIn, Path(kind): Path<String>) -> Result<Response, ApiError> {
    let html = state.services.mails().sample(&viewer, &kind)?;
    let headers = [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN")),
    ];
    Ok((headers, Html(html)).into_response())
}
