//! The one bridge to the server: who asks, the services, and how their errors leave.
//!
//! The invariant: this is the only module of `app` with `cfg(feature = "ssr")`. The server provides [`Services`] as a
//! context and puts `Option<Viewer>` into the request's extensions; everything else starts from [`current`].
#![cfg(feature = "ssr")]

mod shell;

pub use shell::shell;

use crate::error::AppError;
use crate::page_team;
use domain::{FieldErrors, RequestId, TeamId, UserId};
use http::{HeaderMap, StatusCode, header, request::Parts};
use leptos::prelude::{expect_context, use_context};
use leptos_axum::ResponseOptions;
use services::identity::Origin;
use services::{Error, Services, Viewer};
use std::net::Ipv4Addr;
use std::str::FromStr;

/// The services of this server.
pub fn services() -> Services {
    expect_context::<Services>()
}

/// The signed-in person of this request, if any.
pub fn viewer() -> Option<Viewer> {
    use_context::<Parts>().and_then(|parts| parts.extensions.get::<Option<Viewer>>().cloned().flatten())
}

/// The services and the person who asks; refuses when nobody is signed in, and when the page that asks is not theirs ([`check_page`]).
pub async fn current() -> Result<(Services, Viewer), AppError> {
    let (services, viewer) = current_in_any_team().await?;
    if let Some(parts) = request_parts() {
        check_page(&parts.headers, &viewer).map_err(refuse)?;
    }
    Ok((services, viewer))
}

/// The same, whosever page it is and whatever team it shows: for what says that, changes the team, or ends a session.
#[expect(clippy::unused_async, reason = "server functions await it as they do everything else")]
pub async fn current_in_any_team() -> Result<(Services, Viewer), AppError> {
    match viewer() {
        Some(viewer) => Ok((services(), viewer)),
        None => Err(refuse(AppError::SignedOut)),
    }
}

/// Refuses what comes from a page that is somebody else's than the viewer's, or shows another team than the one they work in. Forms,
/// programs and whole pages say nothing of it, and pass.
pub fn check_page(headers: &HeaderMap, viewer: &Viewer) -> Result<(), AppError> {
    if told_by_page(headers, page_team::PERSON_HEADER).is_some_and(|person: UserId| person != viewer.user_id) {
        return Err(AppError::AnotherPerson);
    }
    if told_by_page(headers, page_team::TEAM_HEADER).is_some_and(|team: TeamId| team != viewer.team_id) {
        return Err(AppError::AnotherTeam);
    }
    Ok(())
}

/// An id that the page which asks says of itself.
fn told_by_page<T: FromStr>(headers: &HeaderMap, name: &str) -> Option<T> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

/// The head of this request: address, headers, extensions.
pub fn request_parts() -> Option<Parts> {
    use_context::<Parts>()
}

/// The `Cookie` header of this request; empty without one.
pub fn cookies() -> String {
    let parts = request_parts();
    let header = parts.as_ref().and_then(|parts| parts.headers.get(header::COOKIE));
    header.and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// Where this request comes from.
pub fn origin() -> Origin {
    let known = request_parts().and_then(|parts| parts.extensions.get::<Origin>().cloned());
    known.unwrap_or(Origin { ip: Ipv4Addr::UNSPECIFIED.into(), user_agent: String::new() })
}

/// Adds a header to the response.
pub fn add_header(name: header::HeaderName, value: header::HeaderValue) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.append_header(name, value);
    }
}

/// Adds a cookie that no log shows.
pub fn add_secret_cookie(text: &str) {
    let mut value = header::HeaderValue::from_str(text).expect("tokens are base64url");
    value.set_sensitive(true);
    add_header(header::SET_COOKIE, value);
}

/// What the browser learns of a service's error: status set, logged once with its whole chain.
pub fn fail(error: Error) -> AppError {
    refuse(told(error, || request_parts().and_then(|parts| parts.extensions.get::<RequestId>().copied()).unwrap_or_else(RequestId::new)))
}

/// What whoever asked learns of a service's error. The log has the cause of what is away, and of what is our fault the
/// whole chain under the id of the request.
pub fn told(error: Error, request_id: impl FnOnce() -> RequestId) -> AppError {
    match error {
        Error::NotFound => AppError::NotFound,
        Error::Forbidden => AppError::Forbidden,
        Error::SignedOut => AppError::SignedOut,
        Error::ReadOnly => AppError::ReadOnly,
        Error::ConfirmFirst => AppError::ConfirmFirst,
        Error::Invalid(fields) => AppError::Invalid(fields),
        Error::Conflict(sentence) => AppError::Conflict(sentence),
        Error::Busy { retry_after_s } => AppError::Busy { retry_after_s },
        Error::Unavailable(cause) => {
            services::report_unavailable(&cause);
            AppError::Unavailable
        }
        internal @ Error::Internal(_) => {
            let request_id = request_id();
            services::report(&internal, request_id);
            AppError::Internal { request_id }
        }
    }
}

/// Sets the status that goes with an error, unless a plain form post wants a page.
pub fn refuse(error: AppError) -> AppError {
    let accepts_html = request_parts().is_some_and(|parts| {
        parts.method == http::Method::POST
            && parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("text/html"))
    });
    if let Some(response) = use_context::<ResponseOptions>().filter(|_| !accepts_html) {
        response.set_status(StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
        if let AppError::Busy { retry_after_s } = &error {
            response.insert_header(header::RETRY_AFTER, (*retry_after_s).into());
        }
    }
    error
}

impl From<FieldErrors> for AppError {
    fn from(errors: FieldErrors) -> Self {
        refuse(Self::Invalid(errors))
    }
}
