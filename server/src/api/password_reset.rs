//! The forms of a forgotten password: plain posts, with and without JavaScript alike.

use super::identity::{read, show_again};
use crate::router::{AppState, PlainRoute};
use crate::session::{RequestOrigin, set_cookie};
use app::features::identity::outcome::FormOutcome;
use axum::extract::{Request, State};
use axum::http::{Method, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::post;
use secrecy::SecretString;
use serde::Deserialize;

/// The plain routes of forgotten passwords.
pub const ROUTES: &[PlainRoute] = &[
    PlainRoute { method: Method::POST, path: "/forgot-password", handler: || post(forgot) },
    PlainRoute { method: Method::POST, path: "/reset-password", handler: || post(reset) },
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ForgotForm {
    email: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResetForm {
    token: String,
    password: String,
}

async fn forgot(State(state): State<AppState>, RequestOrigin(origin): RequestOrigin, request: Request) -> Response {
    let (parts, form) = match read::<ForgotForm>(request).await {
        Ok(read) => read,
        Err(refusal) => return refusal,
    };
    match state.services.identity().forgot_password(&form.email, origin).await {
        Ok(()) => Redirect::to("/forgot-password/sent").into_response(),
        Err(error) => show_again(&state, parts, FormOutcome { email: form.email, ..FormOutcome::default() }, error).await,
    }
}

/// The browser forgets its session too: it ended with all others.
async fn reset(State(state): State<AppState>, RequestOrigin(origin): RequestOrigin, request: Request) -> Response {
    let (parts, form) = match read::<ResetForm>(request).await {
        Ok(read) => read,
        Err(refusal) => return refusal,
    };
    match state.services.identity().use_reset(&form.token, SecretString::from(form.password), origin).await {
        Ok(()) => {
            let forget = set_cookie(&state.cookie().forget());
            ([(header::SET_COOKIE, forget)], Redirect::to("/reset-password/done")).into_response()
        }
        Err(error) => show_again(&state, parts, FormOutcome { token: form.token, ..FormOutcome::default() }, error).await,
    }
}
