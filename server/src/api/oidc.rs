//! The way to an identity provider and back, and the proof in between.
//!
//! The invariant: whatever a provider or a link says, the answer is a redirect: to the provider that an administrator set up, to a path
//! of ours, or to the sign-in screen with a word of a closed list.

use super::identity::{enter, read, show_again};
use super::{ApiError, two_step};
use crate::error_page;
use crate::router::{AppState, PlainRoute};
use crate::session::{RequestOrigin, set_cookie};
use app::features::identity::flow_cookie::FlowCookie;
use app::features::identity::outcome::FormOutcome;
use app::own_path;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use domain::IdentityProviderId;
use domain::sign_ins::SignInReason;
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use services::identity_providers::{Arrival, Callback, Purpose};
use services::{Error, Viewer};

/// The plain routes of identity providers.
pub const ROUTES: &[PlainRoute] = &[
    PlainRoute { method: Method::GET, path: "/auth/oidc/{provider}", handler: || get(start) },
    PlainRoute { method: Method::GET, path: "/auth/oidc/{provider}/callback", handler: || get(finish) },
    PlainRoute { method: Method::POST, path: "/sign-in/link", handler: || post(prove) },
];

#[derive(Deserialize, Default)]
#[serde(default)]
struct Start {
    next: String,
    /// There when the person is to prove who they are.
    again: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProofForm {
    password: String,
    #[serde(default)]
    next: String,
}

async fn start(
    State(state): State<AppState>,
    RequestOrigin(origin): RequestOrigin,
    Path(id): Path<String>,
    query: Result<Query<Start>, QueryRejection>,
    parts: Parts,
) -> Response {
    let Start { next, again } = query.map(|Query(start)| start).unwrap_or_default();
    let Some(id) = provider(&id) else { return turn_back(&state, SignInReason::ProviderOff) };
    let (next, again) = (own_path::parse(&next), again.is_some());
    let purpose = if again { Purpose::SignInAgain } else { Purpose::SignIn };
    match state.services.identity_providers().start(id, next.unwrap_or_default(), purpose, &origin).await {
        Ok(Ok(started)) => {
            let keep = set_cookie(&cookie(&state).keep(started.token_text()));
            ([(header::SET_COOKIE, keep)], Redirect::to(&started.address)).into_response()
        }
        Ok(Err(reason)) => lead_back(&state, "/sign-in", reason, next, again),
        Err(error) => failed(&parts, error),
    }
}

async fn finish(
    State(state): State<AppState>,
    RequestOrigin(origin): RequestOrigin,
    Path(id): Path<String>,
    callback: Result<Query<Callback>, QueryRejection>,
    parts: Parts,
) -> Response {
    let callback = callback.map(|Query(callback)| callback).unwrap_or_default();
    let Some(id) = provider(&id) else { return turn_back(&state, SignInReason::ProviderOff) };
    let viewer = parts.extensions.get::<Option<Viewer>>().cloned().flatten();
    let token = token(&state, &parts.headers);
    match state.services.identity_providers().finish(id, callback, token, viewer.as_ref(), &origin).await {
        Ok(Arrival::SignedIn { session, next }) => forgetting(&state, enter(&state, &parts, &session.token, own_path::parse(&next)).await),
        Ok(Arrival::NeedsCode { step, next }) => forgetting(&state, two_step::ask_for_code(&state, &step, own_path::parse(&next))),
        Ok(Arrival::NeedsProof { token, next }) => {
            let keep = set_cookie(&cookie(&state).keep(token.expose_secret()));
            let screen = own_path::with_next("/sign-in/link", own_path::parse(&next).unwrap_or_default());
            ([(header::SET_COOKIE, keep)], Redirect::to(&screen)).into_response()
        }
        Ok(Arrival::Linked) => forgetting(&state, Redirect::to("/account").into_response()),
        Ok(Arrival::Tried { token }) => {
            let keep = set_cookie(&cookie(&state).keep(token.expose_secret()));
            ([(header::SET_COOKIE, keep)], Redirect::to("/admin/sign-in")).into_response()
        }
        // Whoever is signed in and does not sign in again wanted to link or try something, and is told on a page of their own.
        Ok(Arrival::Refused { reason, again: false, .. }) if viewer.is_some() => lead_back(&state, "/account", reason, None, false),
        Ok(Arrival::Refused { reason, next, again }) => lead_back(&state, "/sign-in", reason, own_path::parse(&next), again),
        Err(error) => failed(&parts, error),
    }
}

async fn prove(State(state): State<AppState>, RequestOrigin(origin): RequestOrigin, request: Request) -> Response {
    let (parts, form) = match read::<ProofForm>(request).await {
        Ok(read) => read,
        Err(refusal) => return refusal,
    };
    let token = token(&state, &parts.headers);
    match state.services.identity_providers().prove(token, form.password.into(), &origin).await {
        Ok(Some((session, next))) => forgetting(&state, enter(&state, &parts, &session.token, own_path::parse(&next)).await),
        Ok(None) => lead_back(&state, "/sign-in", SignInReason::WrongState, own_path::parse(&form.next), false),
        Err(error) => show_again(&state, parts, FormOutcome { next: form.next, ..FormOutcome::default() }, error).await,
    }
}

fn provider(text: &str) -> Option<IdentityProviderId> {
    text.parse().ok()
}

fn cookie(state: &AppState) -> FlowCookie {
    FlowCookie::new(&state.services.settings().public_url)
}

fn token<'a>(state: &AppState, headers: &'a HeaderMap) -> Option<&'a str> {
    let cookie = cookie(state);
    headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok()).find_map(|value| cookie.find(value))
}

/// The answer, after which the browser keeps nothing of the way there and back.
fn forgetting(state: &AppState, mut answer: Response) -> Response {
    answer.headers_mut().append(header::SET_COOKIE, set_cookie(&cookie(state).forget()));
    answer
}

/// To the sign-in screen, which says why.
fn turn_back(state: &AppState, reason: SignInReason) -> Response {
    lead_back(state, "/sign-in", reason, None, false)
}

/// `again` is for whoever is signed in and has to sign in once more all the same.
fn lead_back(state: &AppState, screen: &str, reason: SignInReason, next: Option<&str>, again: bool) -> Response {
    let next = next.map(|next| format!("&next={}", own_path::escape(next))).unwrap_or_default();
    let address = format!("{screen}?trouble={reason}{next}");
    let address = if again { own_path::asking_anew(&address) } else { address };
    forgetting(state, Redirect::to(&address).into_response())
}

fn failed(parts: &Parts, error: Error) -> Response {
    error_page::answer(error_page::wants_page(&parts.headers), parts.extensions.get(), &ApiError::from(error).into_inner())
}
