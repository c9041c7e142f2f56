//! Keys: what a program may reach that comes with an API key, and how one is turned away.
//!
//! The invariant: a server function or plain route that is not named here does not exist for a key, so that a new one is out of reach
//! until somebody has decided that programs need it. Never identity, accounts, teams, administration, roles or keys themselves. What a
//! key may do there is decided by the services, from its person's roles and its scopes.

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use services::api_keys::START;

/// Server functions and plain routes a program can call.
pub const REACHABLE: [(&Method, &str); 12] = [
    (&Method::POST, "/api/chat/ask"),
    (&Method::POST, "/api/chat/list"),
    (&Method::POST, "/api/chat/open"),
    (&Method::POST, "/api/chat/stop"),
    (&Method::POST, "/api/datasets/documents"),
    (&Method::POST, "/api/datasets/list"),
    (&Method::POST, "/api/datasets/search"),
    (&Method::POST, "/api/datasets/{id}/documents"),
    (&Method::GET, "/api/documents/{id}/file"),
    (&Method::GET, "/api/generations/{id}/events"),
    (&Method::POST, "/api/prompts/get"),
    (&Method::POST, "/api/prompts/list"),
];

/// What every key is told that does not let anybody in, whatever is wrong with it.
const REFUSAL: &str = r#"{"error":"This API key is unknown, expired or revoked, or its owner may not come in."}"#;

/// What a request presents as its key: whatever stands behind `Bearer`. Two of them, or one that is no text, open nothing. A browser
/// whose proxy adds a token of its own is a browser all the same: beside cookies only what looks like one of our keys is one.
pub fn presented(headers: &HeaderMap) -> Option<&str> {
    let mut bearers = headers.get_all(header::AUTHORIZATION).into_iter().filter_map(bearer);
    let first = bearers.next()?;
    let key = if bearers.next().is_some() { "" } else { first };
    (key.starts_with(START) || !headers.contains_key(header::COOKIE)).then_some(key)
}

fn bearer(value: &HeaderValue) -> Option<&str> {
    let (scheme, credentials) = match value.as_bytes().iter().position(u8::is_ascii_whitespace) {
        Some(end) => value.as_bytes().split_at(end),
        None => (value.as_bytes(), &[][..]),
    };
    let is_bearer = scheme.eq_ignore_ascii_case(b"bearer");
    is_bearer.then(|| std::str::from_utf8(credentials).unwrap_or_default().trim())
}

/// Whether a program that came with a key can call a route.
pub fn reaches(method: &Method, route: &str) -> bool {
    REACHABLE.iter().any(|(reachable, path)| *reachable == method && *path == route)
}

/// The methods a program can call a route with, as headers list them; empty where the route is out of reach.
pub fn methods(route: &str) -> String {
    let methods: Vec<&str> = REACHABLE.iter().filter(|(_, path)| *path == route).map(|(method, _)| method.as_str()).collect();
    methods.join(", ")
}

/// The answer to a key that lets nobody in: always the same bytes.
pub fn refuse() -> Response {
    let headers = [(header::WWW_AUTHENTICATE, "Bearer"), (header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (StatusCode::UNAUTHORIZED, headers, REFUSAL).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&'static str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, HeaderValue::from_static(value));
        }
        presented(&headers).map(str::to_owned)
    }

    #[test]
    fn only_a_bearer_is_a_key_and_two_are_none() {
        assert_eq!(read(&["Bearer lyc_a_b"]).as_deref(), Some("lyc_a_b"));
        assert_eq!(read(&["bearer  lyc_a_b "]).as_deref(), Some("lyc_a_b"));
        assert_eq!(read(&["Bearer"]).as_deref(), Some(""));
        assert_eq!(read(&["Bearer a", "Bearer b"]).as_deref(), Some(""));
        assert_eq!(read(&["Basic YTpi"]), None);
        assert_eq!(read(&["Bearers a"]), None);
        assert_eq!(read(&[]), None);
    }

    #[test]
    fn what_a_proxy_adds_for_a_browser_is_no_key() {
        let beside_a_cookie = |value| {
            let headers =
                [(header::COOKIE, "a=b"), (header::AUTHORIZATION, value)].map(|(name, text)| (name, HeaderValue::from_static(text)));
            presented(&headers.into_iter().collect()).map(str::to_owned)
        };
        assert_eq!(beside_a_cookie("Bearer eyJhbGciOi"), None);
        assert_eq!(beside_a_cookie("Bearer lyc_a_b").as_deref(), Some("lyc_a_b"));
    }

    #[test]
    fn what_is_not_named_is_out_of_reach() {
        assert!(reaches(&Method::POST, "/api/chat/ask") && reaches(&Method::GET, "/api/documents/{id}/file"));
        assert!(
            !reaches(&Method::GET, "/api/chat/ask") && !reaches(&Method::GET, "/datasets") && !reaches(&Method::POST, "/api/something/new")
        );
        assert_eq!((methods("/api/chat/ask").as_str(), methods("/api/documents/{id}/file").as_str()), ("POST", "GET"));
        assert_eq!(methods("/api/something/new"), "");
        for never in
            ["/api/identity/", "/api/team/", "/api/api-keys/", "/api/roles/", "/api/models/", "/api/my-data/", "/api/audit/", "/api/mails/"]
        {
            assert!(REACHABLE.iter().all(|(_, path)| !path.starts_with(never)), "{never}");
        }
    }
}
