//! Sessions: reads the cookie or the key, finds out who asks, and puts `Option<Viewer>` into the request.
//!
//! The invariant: nobody but [`load_viewer`] decides who asks; where there is a key, cookies count for nothing. When it cannot be
//! found out (the database is away) the answer is 503, never a redirect to the sign-in page: people stay signed in.

use crate::api::ApiError;
use crate::cross_origin;
use crate::error_page;
use crate::keys;
use crate::looking::passes;
use crate::peer::peer;
use crate::router::AppState;
use crate::setting_up;
use app::error::AppError;
use app::features::identity::session_cookie::SessionCookie;
use app::own_path;
use app::server_context::check_page;
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use domain::audit::Via;
use leptos::nonce::Nonce;
use services::identity::Origin;
use services::{CameFrom, Viewer, only_looking};
use std::convert::Infallible;

/// Screens for people who are not signed in, and the way to an identity provider and back.
const PUBLIC_SCREENS: [&str; 18] = [
    "/sign-in",
    "/sign-in/code",
    "/sign-in/email-code",
    "/sign-in/email-code/enter",
    "/sign-up",
    "/sign-up/finish",
    "/forgot-password",
    "/forgot-password/sent",
    "/reset-password",
    "/reset-password/done",
    "/confirm-email",
    "/confirm-email/done",
    "/sign-in/link",
    "/sign-in/code/again",
    "/sign-in/passkey",
    "/join",
    "/auth/oidc/{provider}",
    "/auth/oidc/{provider}/callback",
];

/// Whether a route is one of the screens for people who are not signed in. The tokens of mailed links stand in their addresses.
pub fn is_public_screen(route: &str) -> bool {
    PUBLIC_SCREENS.contains(&route)
}

/// The token a request presents.
pub fn read_cookie(cookie: SessionCookie, headers: &HeaderMap) -> Option<&str> {
    headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok()).find_map(|value| cookie.find(value))
}

/// A `Set-Cookie` header that no log shows.
pub fn set_cookie(text: &str) -> HeaderValue {
    let mut value = HeaderValue::from_str(text).expect("tokens are base64url");
    value.set_sensitive(true);
    value
}

/// The framework shows errors that are written into an address; a link could put words into our mouth that way.
fn brings_words(request: &Request) -> bool {
    request.uri().query().is_some_and(|query| query.contains("__err"))
}

/// Finds out who asks. Screens send people who are not signed in to the sign-in page; everything else decides for itself.
pub async fn load_viewer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if is_screen(&request) && brings_words(&request) {
        return Redirect::to(own_path::parse(request.uri().path()).unwrap_or("/")).into_response();
    }
    if let Some(key) = keys::presented(request.headers()).map(str::to_owned) {
        return answer_program(&state, &key, request, next).await;
    }
    let origin = origin(request.extensions(), request.headers());
    let found = viewer_of_browser(&state, request.headers(), request.uri().path(), &origin).await;
    match found {
        Ok(viewer) => answer(viewer, request, next).await,
        Err(error) => could_not_ask(&request, error),
    }
}

/// Answers a program on the routes that keys reach, and lets the pages read the answer that its team lists.
async fn answer_program(state: &AppState, key: &str, request: Request, next: Next) -> Response {
    let ip = peer(request.extensions());
    let program = state.services.api_keys().let_in(key, ip).await;
    let is_reachable = route(&request).is_some_and(|route| keys::reaches(request.method(), route));
    let page = cross_origin::listed(request.headers(), &program.allowed_origins);
    let response = match program.viewer {
        Ok(None) => keys::refuse(),
        Ok(Some(_)) if !is_reachable => error_page::answer(false, None, &AppError::NotFound),
        Ok(viewer) => answer(viewer, request, next).await,
        Err(error) => could_not_ask(&request, error),
    };
    if is_reachable { cross_origin::let_read(response, page) } else { response }
}

/// Answers whoever was found, unless the route is for somebody else.
async fn answer(viewer: Option<Viewer>, mut request: Request, next: Next) -> Response {
    if viewer.is_none() && is_private_screen(&request) {
        return Redirect::to(&sign_in_address(&request)).into_response();
    }
    if viewer.as_ref().is_some_and(|viewer| viewer.must_set_up_two_step)
        && !route(&request).is_some_and(|route| setting_up::passes(request.method(), route))
    {
        return refuse_before_second_step(&request);
    }
    if viewer.as_ref().is_some_and(|viewer| viewer.seen_by.is_some())
        && !route(&request).is_some_and(|route| passes(request.method(), route))
    {
        return refuse_more_than_looking(&request);
    }
    let origin = origin(request.extensions(), request.headers());
    request.extensions_mut().insert(origin);
    request.extensions_mut().insert(viewer);
    let mut response = next.run(request).await;
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Whoever holds the token of the request's cookie.
async fn viewer_of_browser(state: &AppState, headers: &HeaderMap, path: &str, origin: &Origin) -> services::Result<Option<Viewer>> {
    let Some(token) = read_cookie(state.cookie(), headers).filter(|_| !path.starts_with("/v1/")) else { return Ok(None) };
    let viewer = state.services.identity().viewer_for_token(token, origin).await?;
    Ok(viewer.map(|viewer| Viewer { came_from: CameFrom { via: Via::Screen, ip: Some(origin.ip) }, ..viewer }))
}

/// The route as the router has it; none where nothing is routed. The path itself tells nothing: rendering would read `/x/../account`
/// differently.
fn route(request: &Request) -> Option<&str> {
    request.extensions().get::<MatchedPath>().map(MatchedPath::as_str)
}

/// What an owner is told who sees the team as somebody else and asks for more than looking: screens lead back to the team.
fn refuse_more_than_looking(request: &Request) -> Response {
    if is_screen(request) {
        return Redirect::to("/chat").into_response();
    }
    let error = ApiError::from(only_looking()).into_inner();
    error_page::answer(error_page::wants_page(request.headers()), request.extensions().get(), &error)
}

/// What whoever has to set up a second step is told about everything else: screens lead to setting it up, and from there back.
fn refuse_before_second_step(request: &Request) -> Response {
    if is_screen(request) {
        return Redirect::to(&own_path::with_next(own_path::TWO_STEP_REQUIRED, own_path::parse(here(request)).unwrap_or_default()))
            .into_response();
    }
    error_page::answer(error_page::wants_page(request.headers()), request.extensions().get(), &AppError::TwoStepRequired)
}

fn could_not_ask(request: &Request, error: services::Error) -> Response {
    let error = ApiError::from(error).into_inner();
    let nonce = request.extensions().get::<Nonce>().cloned();
    let is_screen = error_page::wants_page(request.headers()) && is_screen(request);
    error_page::answer(is_screen, nonce.as_ref(), &error)
}

/// The routes of pages are the ones outside `/api/`.
fn is_screen(request: &Request) -> bool {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    reads && !request.uri().path().starts_with("/api/")
}

fn is_private_screen(request: &Request) -> bool {
    is_screen(request) && route(request).is_some_and(|route| !is_public_screen(route))
}

fn sign_in_address(request: &Request) -> String {
    own_path::with_next("/sign-in", here(request))
}

/// The screen that is asked for; empty for the start page, where everything leads anyway.
fn here(request: &Request) -> &str {
    request.uri().path_and_query().map(axum::http::uri::PathAndQuery::as_str).filter(|here| *here != "/").unwrap_or_default()
}

/// The signed-in person of a plain route; 401 when there is none, 409 when the page that asks is not theirs.
#[derive(Clone, Debug)]
pub struct SignedIn(pub Viewer);

impl<S: Send + Sync> FromRequestParts<S> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let viewer = parts.extensions.get::<Option<Viewer>>().cloned().flatten();
        let viewer = viewer.ok_or(AppError::SignedOut)?;
        check_page(&parts.headers, &viewer)?;
        Ok(Self(viewer))
    }
}

/// Where a request comes from. Server functions find it among the extensions of their request.
fn origin(extensions: &Extensions, headers: &HeaderMap) -> Origin {
    let user_agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Origin { ip: peer(extensions), user_agent: user_agent.to_owned() }
}

/// Where a request comes from, as sessions and throttles note it.
#[derive(Clone, Debug)]
pub struct RequestOrigin(pub Origin);

impl<S: Send + Sync> FromRequestParts<S> for RequestOrigin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(origin(&parts.extensions, &parts.headers)))
    }
}
