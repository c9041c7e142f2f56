//! Cross-origin: which pages of other origins may read what their calls with an API key are answered.
//!
//! The invariant: on the routes keys reach, to the exact origins that the key's own team lists, and never with cookies: no answer of
//! ours allows credentials. Next: `services::api_keys::Program` for whose list counts, [`crate::security`] for what is refused.

use crate::api::ApiError;
use crate::keys;
use crate::router::AppState;
use crate::security::CROSS_ORIGIN_RESOURCE;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use domain::web_origin::WebOrigin;

/// Headers a page may send.
const ALLOWED_HEADERS: &str = "authorization, content-type";
/// Headers a page may read.
const EXPOSED_HEADERS: &str = "content-disposition, retry-after, x-request-id";
/// How many seconds a browser remembers what it was told before a call.
const REMEMBERED_S: &str = "600";
/// What an answer of this kind depends on.
const VARIES: &str = "origin";

/// The origin of the page that asks, when it is one of these to the letter.
pub fn listed(headers: &HeaderMap, allowed: &[String]) -> Option<HeaderValue> {
    let origin = sent(headers)?;
    allowed.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes()).then(|| origin.clone())
}

/// Adds to an answer who may read it: a page of this origin, or no other than our own.
pub fn let_read(mut response: Response, origin: Option<HeaderValue>) -> Response {
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static(VARIES));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED_HEADERS));
        headers.insert(CROSS_ORIGIN_RESOURCE, HeaderValue::from_static("cross-origin"));
    }
    response
}

/// Answers what a browser asks before it lets a page of another origin call a route that keys reach. It brings no key, so an origin that
/// any team lists is let through; whether the key's own team does is seen at the call.
pub async fn answer_preflight(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let Some(methods) = asked_about(&request) else { return next.run(request).await };
    let origin = sent(request.headers()).cloned();
    let listed = match origin.as_ref().and_then(as_listed) {
        Some(origin) => state.services.team().is_origin_allowed(&origin).await,
        None => Ok(false),
    };
    match listed {
        Ok(is_listed) => let_call(origin.filter(|_| is_listed), methods),
        Err(error) => ApiError::from(error).into_response(),
    }
}

fn let_call(origin: Option<HeaderValue>, methods: HeaderValue) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static(VARIES));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(ALLOWED_HEADERS));
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(REMEMBERED_S));
    }
    response
}

/// The methods of the route a browser asks about beforehand; none for every other request.
fn asked_about(request: &Request) -> Option<HeaderValue> {
    let asks = *request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let route = request.extensions().get::<MatchedPath>().filter(|_| asks)?;
    let methods = keys::methods(route.as_str());
    HeaderValue::from_str(&methods).ok().filter(|_| !methods.is_empty())
}

/// What a request says of the page that makes it; two origins are none.
fn sent(headers: &HeaderMap) -> Option<&HeaderValue> {
    let mut origins = headers.get_all(header::ORIGIN).into_iter();
    let first = origins.next()?;
    origins.next().is_none().then_some(first)
}

/// The origin as a team could list it; none for one that is written in another way.
fn as_listed(origin: &HeaderValue) -> Option<WebOrigin> {
    let text = origin.to_str().ok()?;
    WebOrigin::parse(text).ok().filter(|origin| origin.as_str() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(origins: &[&'static str]) -> HeaderMap {
        origins.iter().map(|origin| (header::ORIGIN, HeaderValue::from_static(origin))).collect()
    }

    #[test]
    fn an_origin_is_listed_to_the_letter_or_not_at_all() {
        let allowed = ["https://good.org".to_owned(), "http://localhost:5173".to_owned()];
        for good in ["https://good.org", "http://localhost:5173"] {
            assert_eq!(listed(&from(&[good]), &allowed).unwrap(), good);
        }
        for other in ["null", "", "*", "https://GOOD.org", "https://good.org:443", "https://good.org/", "https://good.org.evil.org"] {
            assert_eq!(listed(&from(&[other]), &allowed), None, "{other}");
        }
        let mut two = from(&["https://good.org"]);
        two.append(header::ORIGIN, HeaderValue::from_static("https://evil.org"));
        assert_eq!(listed(&two, &allowed), None);
        assert_eq!(listed(&HeaderMap::new(), &allowed), None);
        assert_eq!(listed(&from(&["https://good.org"]), &[]), None);
    }
}
