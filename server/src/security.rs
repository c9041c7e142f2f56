//! Security: which requests are refused before anything looks at them, and the headers every answer carries.
//!
//! The invariant: these layers stand around the whole router, so a new route cannot forget them.

use crate::error_page;
use crate::keys;
use crate::session::{is_public_screen, read_cookie};
use app::error::AppError;
use app::features::identity::session_cookie::SessionCookie;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use leptos::nonce::Nonce;
use std::sync::Arc;

const CROSS_ORIGIN_OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
/// Which sites may embed an answer.
pub const CROSS_ORIGIN_RESOURCE: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What the layers know of this installation.
#[derive(Clone)]
pub struct Security {
    /// `scheme://host[:port]`.
    public_url: Arc<str>,
    cookie: SessionCookie,
    /// Further sources of `connect-src`; the reload socket while developing.
    connect: Arc<str>,
}

impl Security {
    /// For people who reach the server at `public_url`; `watching` allows the reload socket of cargo-leptos.
    pub fn new(public_url: &str, watching: Option<u32>) -> Self {
        let connect = watching.map(|port| format!(" ws://127.0.0.1:{port} ws://localhost:{port}")).unwrap_or_default();
        Self { public_url: public_url.into(), cookie: SessionCookie::new(public_url), connect: connect.into() }
    }

    /// What our pages may do. Of ours only mails let themselves be framed (`api::mails`).
    fn policy(&self, nonce: &Nonce) -> String {
        format!(
            "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
             img-src 'self' data: blob:; connect-src 'self'{connect}; font-src 'self'; form-action 'self'; base-uri 'none'; \
             object-src 'none'; frame-src 'self'; frame-ancestors 'none'",
            connect = self.connect,
        )
    }
}

/// Gives the request its nonce and the answer its headers; what was set already (a stricter policy, or whom [`crate::cross_origin`] lets
/// read) stays.
pub async fn add_headers(State(security): State<Security>, mut request: Request, next: Next) -> Response {
    let nonce = Nonce::new();
    request.extensions_mut().insert(nonce.clone());
    // The framework would redirect form posts there; ours go to paths of ours only.
    request.headers_mut().remove(header::REFERER);
    let referrer_policy = referrer_policy(&request);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut add = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    add(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    add(header::REFERRER_POLICY, referrer_policy);
    add(CROSS_ORIGIN_OPENER, "same-origin");
    add(CROSS_ORIGIN_RESOURCE, "same-origin");
    if security.public_url.starts_with("https://") {
        add(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains");
    }
    if let Ok(policy) = HeaderValue::from_str(&security.policy(&nonce)) {
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    }
    response
}

/// What browsers say of our pages. Other sites learn nothing, but we do: under `no-referrer` a form comes with `Origin: null`, and over
/// plain http with nothing else that [`refuse_cross_site`] could go by. The host is all that is said of screens whose addresses may hold
/// a token, to anybody: a proxy in front may write down what it reads.
fn referrer_policy(request: &Request) -> &'static str {
    let route = request.extensions().get::<MatchedPath>();
    if route.is_some_and(|route| is_public_screen(route.as_str())) { "strict-origin" } else { "same-origin" }
}

/// Refuses requests that change something and were made by another site's page.
pub async fn refuse_cross_site(State(security): State<Security>, request: Request, next: Next) -> Response {
    if !is_checked(&request) || security.is_own(request.headers()) {
        return next.run(request).await;
    }
    tracing::info!("refused a request from another site");
    let nonce = request.extensions().get::<Nonce>().cloned();
    error_page::answer(error_page::wants_page(request.headers()), nonce.as_ref(), &AppError::Forbidden)
}

/// Reading is not checked, unless it opens a socket. `/v1/` takes keys, never cookies.
fn is_checked(request: &Request) -> bool {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let upgrades = request.headers().get(header::UPGRADE).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"));
    (!reads || upgrades) && !request.uri().path().starts_with("/v1/")
}

impl Security {
    /// Whether a page of ours made the request, or no browser did. A browser that says nothing of where a request comes from
    /// may not bring a session. A key may come from anywhere when no session
    /// comes with it: no browser adds one by itself.
    fn is_own(&self, headers: &HeaderMap) -> bool {
        let has_session = read_cookie(self.cookie, headers).is_some();
        if keys::presented(headers).is_some() && !has_session {
            return true;
        }
        match (headers.get(SEC_FETCH_SITE), headers.get(header::ORIGIN)) {
            (Some(site), _) => site == "same-origin",
            (None, Some(origin)) => origin.as_bytes() == self.public_url.as_bytes(),
            (None, None) => !has_session,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(pairs: &[(&str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
        }
        Security::new("http://127.0.0.1:3000", None).is_own(&headers)
    }

    #[test]
    fn the_browsers_own_word_decides_first() {
        assert!(judge(&[("sec-fetch-site", "same-origin"), ("cookie", "lyceum_session=x")]));
        for other in ["cross-site", "same-site", "none", ""] {
            assert!(!judge(&[("sec-fetch-site", other), ("origin", "http://127.0.0.1:3000")]), "{other:?} was taken");
        }
    }

    #[test]
    fn without_it_the_origin_must_be_ours_to_the_letter() {
        assert!(judge(&[("origin", "http://127.0.0.1:3000"), ("cookie", "lyceum_session=x")]));
        for other in ["null", "https://127.0.0.1:3000", "http://127.0.0.1", "http://127.0.0.1:3000.evil.org"] {
            assert!(!judge(&[("origin", other)]), "{other:?} was taken");
        }
    }

    #[test]
    fn a_key_without_a_session_comes_from_anywhere() {
        for from in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.org")] {
            assert!(judge(&[from, ("authorization", "Bearer lyc_a_b")]));
            assert!(!judge(&[from, ("authorization", "Bearer lyc_a_b"), ("cookie", "lyceum_session=x")]));
            assert!(!judge(&[from, ("authorization", "Basic YTpi")]));
        }
    }

    #[test]
    fn without_either_a_session_is_not_accepted() {
        assert!(judge(&[]));
        assert!(judge(&[("cookie", "theme=dark")]));
        assert!(!judge(&[("cookie", "theme=dark; lyceum_session=x")]));
    }
}
