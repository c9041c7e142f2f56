//! Signing in with a mailed code: two plain posts, with and without JavaScript alike.
//!
//! The invariant: the first is answered the same for every address; between the two the browser holds a cookie that opens nothing else.

use super::identity::{enter, read, show_again};
use super::two_step::{ask_for_code, with_next};
use crate::router::{AppState, PlainRoute};
use crate::session::{RequestOrigin, read_cookie, set_cookie};
use app::features::identity::outcome::FormOutcome;
use app::own_path;
use axum::extract::{Request, State};
use axum::http::{Method, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::post;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use services::identity::Entry;

/// The plain routes of mailed codes.
pub const ROUTES: &[PlainRoute] = &[
    PlainRoute { method: Method::POST, path: "/sign-in/email-code", handler: || post(ask) },
    PlainRoute { method: Method::POST, path: "/sign-in/email-code/enter", handler: || post(sign_in) },
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddressForm {
    email: String,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeForm {
    code: String,
    #[serde(default)]
    next: String,
}

async fn ask(State(state): State<AppState>, RequestOrigin(origin): RequestOrigin, request: Request) -> Response {
    let (parts, form) = match read::<AddressForm>(request).await {
        Ok(read) => read,
        Err(refusal) => return refusal,
    };
    match state.services.identity().mail_sign_in_code(&form.email, origin).await {
        Ok(token) => {
            let keep = set_cookie(&state.cookie().of_email_code().keep(token.expose_secret()));
            let onward = with_next("/sign-in/email-code/enter", own_path::parse(&form.next));
            ([(header::SET_COOKIE, keep)], Redirect::to(&onward)).into_response()
        }
        Err(error) => {
            let outcome = FormOutcome { email: form.email, next: form.next, ..FormOutcome::default() };
            show_again(&state, parts, outcome, error).await
        }
    }
}

async fn sign_in(State(state): State<AppState>, RequestOrigin(origin): RequestOrigin, request: Request) -> Response {
    let (parts, form) = match read::<CodeForm>(request).await {
        Ok(read) => read,
        Err(refusal) => return refusal,
    };
    let (cookie, next) = (state.cookie().of_email_code(), own_path::parse(&form.next));
    let token = SecretString::from(read_cookie(cookie, &parts.headers).unwrap_or_default().to_owned());
    let mut answer = match state.services.identity().sign_in_with_email_code(&token, &form.code, origin).await {
        Ok(Entry::In(session)) => enter(&state, &parts, &session.token, next).await,
        Ok(Entry::NeedsCode(step)) => ask_for_code(&state, &step, next),
        Err(error) => {
            let outcome = FormOutcome { next: form.next, ..FormOutcome::default() };
            return show_again(&state, parts, outcome, error).await;
        }
    };
    answer.headers_mut().append(header::SET_COOKIE, set_cookie(&cookie.forget()));
    answer
}
