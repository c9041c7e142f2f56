//! The second page of signing in: a plain post, with and without JavaScript alike.
//!
//! The invariant: between password and code the browser holds a cookie that opens nothing but this.

use super::identity::{enter, read, show_again};
use crate::router::{AppState, PlainRoute};
use crate::session::{RequestOrigin, read_cookie, set_cookie};
use app::features::identity::outcome::FormOutcome;
use app::own_path;
use axum::extract::{Request, State};
use axum::http::{Method, Uri, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::post;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use services::Error;

/// The plain routes of two-step sign-in.
pub const ROUTES: &[PlainRoute] = &[
    PlainRoute { method: Method::POST, path: "/sign-in/code", handler: || post(sign_in_with_code) },
    PlainRoute { method: Method::POST, path: "/sign-in/code/again", handler: || post(mail_again) },
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeForm {
    code: String,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AgainForm {
    #[serde(default)]
    next: String,
}

/// To the page that asks for the code, with what stands for the password that was right.
pub(super) fn ask_for_code(state: &AppState, step: &SecretString, next: Option<&str>) -> Response {
    let keep = set_cookie(&state.cookie().of_second_step().keep(step.expose_secret()));
    ([(header::SET_COOKIE, keep)], Redirect::to(&with_next("/sign-in/code", next))).into_response()
}

async fn sign_in_with_code(State(state): State<AppState>, RequestOrigin(origin): RequestOrigin, request: Request) -> Response {
    let (parts, form) = match read::<CodeForm>(request).await {
        Ok(read) => read,
        Err(refusal) => return refusal,
    };
    let (cookie, next) = (state.cookie().of_second_step(), own_path::parse(&form.next));
    let step = SecretString::from(read_cookie(cookie, &parts.headers).unwrap_or_default().to_owned());
    match state.services.identity().finish_sign_in(&step, &form.code, origin).await {
        Ok(session) => {
            let mut answer = enter(&state, &parts, &session.token, next).await;
            answer.headers_mut().append(header::SET_COOKIE, set_cookie(&cookie.forget()));
            answer
        }
        Err(Error::SignedOut) => Redirect::to(&with_next("/sign-in", next)).into_response(),
        Err(error) => {
            let outcome = FormOutcome { next: form.next, ..FormOutcome::default() };
            show_again(&state, parts, outcome, error).await
        }
    }
}

async fn mail_again(State(state): State<AppState>, request: Request) -> Response {
    let (mut parts, form) = match read::<AgainForm>(request).await {
        Ok(read) => read,
        Err(refusal) => return refusal,
    };
    let next = own_path::parse(&form.next);
    let step = SecretString::from(read_cookie(state.cookie().of_second_step(), &parts.headers).unwrap_or_default().to_owned());
    match state.services.identity().mail_second_step_again(&step).await {
        Ok(()) => Redirect::to(&with_next("/sign-in/code", next)).into_response(),
        Err(Error::SignedOut) => Redirect::to(&with_next("/sign-in", next)).into_response(),
        Err(error) => {
            parts.uri = Uri::from_static("/sign-in/code");
            show_again(&state, parts, FormOutcome { next: form.next, ..FormOutcome::default() }, error).await
        }
    }
}

pub(super) fn with_next(path: &str, next: Option<&str>) -> String {
    next.map_or_else(|| path.to_owned(), |next| format!("{path}?next={}", own_path::escape(next)))
}
