//! The form that confirms a new address: a plain post, with and without JavaScript alike.

use super::identity::{read, show_again};
use crate::router::{AppState, PlainRoute};
use crate::session::RequestOrigin;
use app::features::identity::outcome::FormOutcome;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::post;
use serde::Deserialize;

/// The plain routes of changing one's address.
pub const ROUTES: &[PlainRoute] = &[PlainRoute { method: Method::POST, path: "/confirm-email", handler: || post(confirm) }];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfirmForm {
    token: String,
}

async fn confirm(State(state): State<AppState>, RequestOrigin(origin): RequestOrigin, request: Request) -> Response {
    let (parts, form) = match read::<ConfirmForm>(request).await {
        Ok(read) => read,
        Err(refusal) => return refusal,
    };
    match state.services.identity().confirm_email(&form.token, origin).await {
        Ok(()) => Redirect::to("/confirm-email/done").into_response(),
        Err(error) => show_again(&state, parts, FormOutcome { token: form.token, ..FormOutcome::default() }, error).await,
    }
}
