//! Exports of the audit trail: files that are made while they are sent.
//!
//! The invariant: an export leaves as an attachment, whatever stands in it, and breaks off with the session (`ending`). A page names the
//! team that it shows, and gets no other's.

use super::{ApiError, ending};
use crate::router::{AppState, PlainRoute};
use crate::session::SignedIn;
use app::error::AppError;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use domain::TeamId;
use domain::audit::{AuditQuery, AuditScope, ExportFormat};
use serde::Deserialize as _;
use serde::de::value::MapDeserializer;
use services::Error;

/// The plain routes of audit.
pub const ROUTES: &[PlainRoute] = &[PlainRoute { method: Method::GET, path: "/api/audit/{scope}/{format}", handler: || get(export) }];

async fn export(
    State(state): State<AppState>,
    SignedIn(viewer): SignedIn,
    Path((scope, format)): Path<(String, String)>,
    pairs: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Result<Response, ApiError> {
    let scope: AuditScope = scope.parse().map_err(|_| Error::NotFound)?;
    let format: ExportFormat = format.parse().map_err(|_| Error::NotFound)?;
    let Query(pairs) = pairs.map_err(|_| misshapen())?;
    let (team, asked): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(name, _)| name == "team");
    for (_, team) in team {
        if team.parse::<TeamId>().map_err(|_| misshapen())? != viewer.team_id {
            return Err(AppError::AnotherTeam.into());
        }
    }
    let asked = MapDeserializer::<_, serde::de::value::Error>::new(asked.into_iter());
    let query = AuditQuery::deserialize(asked).map_err(|_| misshapen())?;
    let export = state.services.audit().export(&viewer, scope, &query, format).await?;
    Ok((attachment_headers(format), ending::file(export, state.services, viewer)).into_response())
}

fn misshapen() -> Error {
    Error::field("form", "The filter is not of the shape this address takes.")
}

fn attachment_headers(format: ExportFormat) -> HeaderMap {
    let (media_type, disposition) = match format {
        ExportFormat::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"audit-trail.csv\""),
        ExportFormat::Json => ("application/json", "attachment; filename=\"audit-trail.json\""),
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(disposition));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers
}
