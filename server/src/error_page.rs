//! Error pages: what is answered when the application itself cannot be asked: as a page to people, as JSON to programs.
//!
//! The invariant: nothing here needs the database, a script, or a file.

use app::error::AppError;
use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use leptos::nonce::Nonce;

/// Seconds until the page of passing trouble loads itself again.
const RETRY_AFTER_S: u32 = 5;

/// Whether the other side is a person in front of a browser.
pub fn wants_page(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|accept| accept.contains("text/html"))
}

/// The answer to a request that ended in `error`. Only a `nonce` of the response's policy lets the page have looks.
pub fn answer(as_page: bool, nonce: Option<&Nonce>, error: &AppError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = if as_page { (status, Html(page(nonce, error))).into_response() } else { (status, Json(error)).into_response() };
    let retry_after = match error {
        AppError::Busy { retry_after_s } => Some(*retry_after_s),
        AppError::Unavailable => Some(RETRY_AFTER_S),
        _ => None,
    };
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn page(nonce: Option<&Nonce>, error: &AppError) -> String {
    let nonce = nonce.map(|nonce| format!(" nonce=\"{nonce}\"")).unwrap_or_default();
    let passes = matches!(error, AppError::Unavailable);
    let retry = if passes { format!("<meta http-equiv=\"refresh\" content=\"{RETRY_AFTER_S}\">") } else { String::new() };
    let heading = match error {
        AppError::Unavailable => "Back in a moment",
        AppError::Forbidden => "Not allowed",
        AppError::ReadOnly => "Read-only",
        AppError::ConfirmFirst => "Confirm it’s you",
        AppError::TwoStepRequired => "One more step",
        AppError::Busy { .. } => "One moment",
        AppError::NotFound => "Not found",
        _ => "Something went wrong",
    };
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">{retry}\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{heading} · Lyceum</title>\
         <style{nonce}>:root{{color-scheme:light dark}}body{{font:16px/1.6 system-ui,sans-serif;margin:20vh auto 0;max-width:28rem;padding:0 1.5rem}}\
         h1{{font-size:1.5rem;margin:0 0 .5rem}}a{{color:inherit}}</style></head>\
         <body><main><h1>{heading}</h1><p role=\"status\">{sentence}</p><p><a href=\"/\">Go to the start page</a></p></main></body></html>",
        sentence = escape(&error.to_string()),
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passing_trouble_loads_itself_again_and_says_when() {
        let response = answer(true, None, &AppError::Unavailable);
        assert_eq!(response.status(), 503);
        assert_eq!(response.headers()[header::RETRY_AFTER], "5");
        assert!(page(None, &AppError::Unavailable).contains("http-equiv=\"refresh\""));
    }

    #[test]
    fn a_sentence_cannot_bring_markup_along() {
        assert!(!page(None, &AppError::Conflict("<script>".to_owned())).contains("<script"));
    }
}
