//! The events of a running answer, as a stream that any server can serve and any browser can resume.
//!
//! The invariant: a stream ends after the last event, within 5 s after the session ended, and at once when the server stops;
//! then it says `event: reconnect`, and the browser goes on elsewhere from the last number it saw.

use super::ApiError;
use super::ending::signed_out;
use crate::router::{AppState, PlainRoute};
use crate::session::SignedIn;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use domain::GenerationId;
use futures::stream::{self, Stream, StreamExt as _};
use serde::Deserialize;
use services::chat::{EventStream, StoredEvent};
use services::{Error, Services, Viewer};
use std::convert::Infallible;
use std::future::ready;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often a quiet stream says that it is alive.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// When a browser whose stream broke tries again.
const RETRY: Duration = Duration::from_secs(1);

/// The plain routes of generations.
pub const ROUTES: &[PlainRoute] = &[PlainRoute { method: Method::GET, path: "/api/generations/{id}/events", handler: || get(events) }];

/// Where a stream starts; a browser that resumes says it in a header instead.
#[derive(Deserialize)]
struct Start {
    #[serde(alias = "last_event_id")]
    after: Option<i64>,
}

async fn events(
    State(state): State<AppState>,
    SignedIn(viewer): SignedIn,
    Path(id): Path<String>,
    start: Result<Query<Start>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let id: GenerationId = id.parse().map_err(|_| Error::NotFound)?;
    let asked = start.ok().and_then(|Query(start)| start.after);
    let after = last_event_id(&headers).or(asked).unwrap_or(0);
    let Some(followed) = state.services.chat().follow(&viewer, id, after).await? else {
        // Tells an EventSource that there is nothing to come back for.
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    let events = bounded(followed, state.services.clone(), viewer, state.shutdown.clone());
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

fn last_event_id(headers: &HeaderMap) -> Option<i64> {
    headers.get("last-event-id")?.to_str().ok()?.parse().ok()
}

/// The events, for as long as the session stands and the server runs.
fn bounded(
    events: EventStream,
    services: Services,
    viewer: Viewer,
    shutdown: CancellationToken,
) -> impl Stream<Item = Result<Event, Infallible>> + Send {
    let greeting = stream::once(ready(Event::default().retry(RETRY)));
    let leaving = shutdown.clone();
    let farewell = stream::once(ready(()))
        .filter_map(move |()| ready(leaving.is_cancelled().then(|| Event::default().event("reconnect").data("the server is going away"))));
    let events = events.map(written).take_until(signed_out(services, viewer)).take_until(shutdown.cancelled_owned());
    greeting.chain(events).chain(farewell).map(Ok)
}

fn written(event: StoredEvent) -> Event {
    Event::default().id(event.seq.to_string()).data(event.json)
}
