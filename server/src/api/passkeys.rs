//! The answer of a device to the question who signs in: a plain post, as the other forms of the sign-in screen.
//!
//! The invariant: whatever the device says, the answer is a redirect: into the application, or to the sign-in screen with a word of a
//! closed list.

use super::identity::{enter, read, show_again};
use crate::router::{AppState, PlainRoute};
use crate::session::{RequestOrigin, set_cookie};
use app::features::identity::flow_cookie::FlowCookie;
use app::features::identity::outcome::FormOutcome;
use app::own_path;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, Uri, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::post;
use serde::Deserialize;

/// The plain routes of passkeys.
pub const ROUTES: &[PlainRoute] = &[PlainRoute { method: Method::POST, path: "/sign-in/passkey", handler: || post(sign_in) }];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PasskeyForm {
    credential: String,
    #[serde(default)]
    next: String,
}

async fn sign_in(State(state): State<AppState>, RequestOrigin(origin): RequestOrigin, request: Request) -> Response {
    let (mut parts, form) = match read::<PasskeyForm>(request).await {
        Ok(read) => read,
        Err(refusal) => return refusal,
    };
    let cookie = FlowCookie::new(&state.services.settings().public_url).of_passkey();
    let next = own_path::parse(&form.next);
    let mut answer = match state.services.passkeys().sign_in(token(cookie, &parts.headers), &form.credential, &origin).await {
        Ok(Ok(session)) => enter(&state, &parts, &session.token, next).await,
        Ok(Err(reason)) => {
            let next = next.map(|next| format!("&next={}", own_path::escape(next))).unwrap_or_default();
            Redirect::to(&format!("/sign-in?trouble={reason}{next}")).into_response()
        }
        Err(error) => {
            parts.uri = Uri::from_static("/sign-in");
            show_again(&state, parts, FormOutcome { next: form.next, ..FormOutcome::default() }, error).await
        }
    };
    answer.headers_mut().append(header::SET_COOKIE, set_cookie(&cookie.forget()));
    answer
}

fn token(cookie: FlowCookie, headers: &HeaderMap) -> Option<&str> {
    headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok()).find_map(|value| cookie.find(value))
}
