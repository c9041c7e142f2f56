//! Files of datasets, in and out: streamed, never held whole.
//!
//! The invariant: rights and the announced length are checked before the body is read, every file has its own outcome, and an
//! original leaves as an attachment that no browser renders, whatever is in it, and breaks off with the session (`ending`).

use super::{ApiError, ending};
use crate::router::{AppState, PlainRoute};
use crate::session::SignedIn;
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use domain::datasets::UploadOutcome;
use domain::{DatasetId, DocumentId};
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use services::Error;
use services::datasets::Original;
use std::io;

/// Files per request; our own screen sends one per request, to show how each gets on.
const MOST_FILES: u64 = 100;
/// What the multipart form itself may take beside the files.
const FORM_BYTES: u64 = 1024 * 1024;

/// The plain routes of datasets.
pub const ROUTES: &[PlainRoute] = &[
    PlainRoute {
        method: Method::POST,
        path: "/api/datasets/{id}/documents",
        // The limit follows the configuration, see `bounded`.
        handler: || post(upload).layer(DefaultBodyLimit::disable()),
    },
    PlainRoute { method: Method::GET, path: "/api/documents/{id}/file", handler: || get(download) },
];

async fn upload(
    State(state): State<AppState>,
    SignedIn(viewer): SignedIn,
    Path(id): Path<DatasetId>,
    request: Request,
) -> Result<Json<Vec<UploadOutcome>>, ApiError> {
    let datasets = state.services.datasets();
    datasets.check_upload(&viewer, id).await?;
    let most = state.services.settings().max_upload_bytes.saturating_mul(MOST_FILES).saturating_add(FORM_BYTES);
    let mut form = Multipart::from_request(bounded(request, most)?, &()).await.map_err(|_| malformed())?;
    let mut outcomes: Vec<UploadOutcome> = Vec::new();
    loop {
        let field = match form.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => break,
            // Files before the break are in; telling so is worth more than an error.
            Err(_) if !outcomes.is_empty() => break,
            Err(_) => return Err(malformed()),
        };
        let Some(name) = field.file_name().map(str::to_owned) else { continue };
        if outcomes.len() as u64 >= MOST_FILES {
            let refusal = format!("“{name}” was not taken: one upload can have {MOST_FILES} files at most. Upload it again.");
            outcomes.push(UploadOutcome { name, document_id: None, refusal: Some(refusal) });
            break;
        }
        outcomes.push(datasets.accept_upload(&viewer, id, &name, field).await?);
    }
    Ok(Json(outcomes))
}

/// Refuses an announced length past the limit, and cuts a body off that goes on past it.
fn bounded(request: Request, most: u64) -> Result<Request, ApiError> {
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|announced| announced > most) {
        return Err(Error::field("file", format!("One upload can have {MOST_FILES} files at most. Upload them in parts.")).into());
    }
    Ok(request.map(|body| Body::from_stream(cut(body.into_data_stream(), most))))
}

fn cut(body: impl Stream<Item = Result<Bytes, axum::Error>> + Send + 'static, most: u64) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let mut left = most;
    body.map_err(io::Error::other).map(move |part| {
        let part = part?;
        left = left.checked_sub(part.len() as u64).ok_or_else(|| io::Error::other("the body is longer than its limit"))?;
        Ok(part)
    })
}

fn malformed() -> ApiError {
    Error::field("file", "The upload is not a form with files, or it broke off. Upload the files again.").into()
}

async fn download(State(state): State<AppState>, SignedIn(viewer): SignedIn, Path(id): Path<DocumentId>) -> Result<Response, ApiError> {
    let original = state.services.datasets().open_original(&viewer, id).await?;
    let headers = attachment_headers(&original);
    Ok((headers, ending::file(original.bytes, state.services, viewer)).into_response())
}

/// Nothing in these lets a browser run or render the file: not its type, not its name.
pub(super) fn attachment_headers(original: &Original) -> HeaderMap {
    let disposition = format!("attachment; filename=\"{}\"; filename*=UTF-8''{}", ascii_name(&original.name), escaped_name(&original.name));
    let mut headers = HeaderMap::new();
    let octets = HeaderValue::from_static("application/octet-stream");
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(&original.media_type).unwrap_or(octets));
    headers.insert(header::CONTENT_LENGTH, original.size_bytes.into());
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&disposition).expect("both names are escaped to plain ASCII"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers
}

/// The name for programs that know nothing newer: anything but plain letters, figures and a few marks becomes `_`.
fn ascii_name(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ') { c } else { '_' }).collect()
}

/// The name as RFC 5987 spells it: percent-encoded UTF-8.
fn escaped_name(name: &str) -> String {
    let escape = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    name.bytes().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_header() {
        let name = "a\"; filename=\"b\r\nSet-Cookie: x=1.pdf";
        assert_eq!(ascii_name(name), "a__ filename__b__Set-Cookie_ x_1.pdf");
        assert!(escaped_name(name).bytes().all(|byte| byte.is_ascii_alphanumeric() || b"%.-_".contains(&byte)));
        assert_eq!(escaped_name("Bericht für März.pdf"), "Bericht%20f%C3%BCr%20M%C3%A4rz.pdf");
    }
}
