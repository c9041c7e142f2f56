//! Observing: every request gets an id, a span, a line of figures, and an answer even when its handler panics.

use crate::error_page;
use app::error::AppError;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use domain::RequestId;
use futures::FutureExt as _;
use std::panic::AssertUnwindSafe;
use std::time::Instant;
use tracing::Instrument as _;

/// The header an id travels in.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    /// The id of the request that is being answered.
    static CURRENT: RequestId;
}

/// The id of the request that is being answered; a fresh one outside of any.
pub fn current_request_id() -> RequestId {
    CURRENT.try_with(|id| *id).unwrap_or_else(|_| RequestId::new())
}

/// The outermost layer. Figures and spans name the route, never the address, which may hold ids.
pub async fn observe(mut request: Request, next: Next) -> Response {
    let id = RequestId::new();
    let started = Instant::now();
    let method = method_name(&request);
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let wants_page = error_page::wants_page(request.headers());
    request.extensions_mut().insert(id);
    let span = tracing::info_span!("request", request_id = %id, method, route);
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind();
    let answered = CURRENT.scope(id, answered).instrument(span.clone()).await;
    let mut response = answered.unwrap_or_else(|_| error_page::answer(wants_page, None, &AppError::Internal { request_id: id }));
    let status = response.status().as_u16();
    let labels = [("method", method.to_owned()), ("route", route), ("status", status.to_string())];
    metrics::counter!("lyceum_http_requests_total", &labels).increment(1);
    metrics::histogram!("lyceum_http_request_seconds", &labels[..2]).record(started.elapsed().as_secs_f64());
    span.in_scope(|| tracing::debug!(status, "answered"));
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// A method as a label: a closed list, so that nobody can make figures grow.
fn method_name(request: &Request) -> &'static str {
    match request.method().as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}
