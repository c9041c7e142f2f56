//! Statuses: gives an error that the framework made of a server function's arguments the status that goes with it.
//!
//! The framework answers those with 500, whatever they are; errors of our own set their status themselves.

use crate::observe::current_request_id;
use app::error::AppError;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderName, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

/// Marks the answers of server functions that failed.
const FAILED: HeaderName = HeaderName::from_static("serverfnerror");

/// No error of ours is longer, in bytes.
const LONGEST: usize = 64 * 1024;

/// The layer around server functions.
pub async fn give_status(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR || !response.headers().contains_key(&FAILED) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let bytes = to_bytes(body, LONGEST).await.unwrap_or_default();
    let error = match serde_json::from_slice(&bytes) {
        Ok(AppError::Internal { request_id }) if !request_id.as_uuid().is_nil() => AppError::Internal { request_id },
        Ok(AppError::Internal { .. }) | Err(_) => {
            tracing::error!("a server function failed in the framework");
            AppError::Internal { request_id: current_request_id() }
        }
        Ok(error) => error,
    };
    parts.status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, serde_json::to_string(&error).map(Body::from).unwrap_or_default())
}
