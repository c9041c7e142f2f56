//! The forms of signing in, signing up, joining and signing out: plain posts, with and without JavaScript alike.
//!
//! The invariant: whatever happens, the answer is a page of ours: the same screen with what is wrong or where it goes on, or a redirect
//! (303) to a path of ours. Nothing from the query string or the `Referer` is shown or followed.

use super::{ApiError, two_step};
use crate::error_page;
use crate::router::{AppState, PlainRoute, document, server_context};
use crate::session::{RequestOrigin, SignedIn, read_cookie, set_cookie};
use app::error::AppError;
use app::features::identity::outcome::FormOutcome;
use app::own_path;
use axum::Form;
use axum::body::Body;
use axum::extract::rejection::FormRejection;
use axum::extract::{FromRequest as _, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use domain::FieldErrors;
use leptos::prelude::provide_context;
use leptos_axum::render_app_async_with_context;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use services::Error;
use services::identity::{Entry, NewPerson, SignedUp};

/// The plain routes of identity.
pub const ROUTES: &[PlainRoute] = &[
    PlainRoute { method: Method::POST, path: "/sign-in", handler: || post(sign_in) },
    PlainRoute { method: Method::POST, path: "/sign-up", handler: || post(sign_up) },
    PlainRoute { method: Method::POST, path: "/sign-up/finish", handler: || post(finish_sign_up) },
    PlainRoute { method: Method::POST, path: "/join", handler: || post(join) },
    PlainRoute { method: Method::POST, path: "/sign-out", handler: || post(sign_out) },
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignInForm {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignUpForm {
    first_name: String,
    #[serde(default)]
    last_name: String,
    email: String,
    password: String,
    #[serde(default)]
    invitation: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FinishForm {
    token: String,
    password: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JoinForm {
    invitation: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignOutForm {
    #[serde(default)]
    next: String,
}

async fn sign_in(State(state): State<AppState>, RequestOrigin(origin): RequestOrigin, request: Request) -> Response {
    let (parts, form) = match read::<SignInForm>(request).await {
        Ok(read) => read,
        Err(refusal) => return refusal,
    };
    let outcome = FormOutcome { email: form.email.clone(), next: form.next.clone(), ..FormOutcome::default() };
    match state.services.identity().sign_in(&form.email, SecretString::from(form.password), origin).await {
        Ok(Entry::In(session)) => enter(&state, &parts, &session.token, own_path::parse(&form.next)).await,
        Ok(Entry::NeedsCode(step)) => two_step::ask_for_code(&state, &step, own_path::parse(&form.next)),
        Err(error) => show_again(&state, parts, outcome, error).await,
    }
}

async fn sign_up(State(state): State<AppState>, RequestOrigin(origin): RequestOrigin, request: Request) -> Response {
    let (parts, form) = match read::<SignUpForm>(request).await {
        Ok(read) => read,
        Err(refusal) => return refusal,
    };
    let outcome = FormOutcome {
        first_name: form.first_name.clone(),
        last_name: form.last_name.clone(),
        email: form.email.clone(),
        invitation: form.invitation.clone(),
        ..FormOutcome::default()
    };
    let person = NewPerson {
        first_name: form.first_name,
        last_name: form.last_name,
        email: form.email,
        password: form.password.into(),
        invitation: Some(form.invitation).filter(|token| !token.is_empty()),
    };
    match state.services.identity().sign_up(person, origin).await {
        Ok(SignedUp::In(session)) => enter(&state, &parts, &session.token, None).await,
        Ok(SignedUp::Mailed(email)) => {
            let outcome = FormOutcome { email: email.to_string(), is_mailed: true, ..FormOutcome::default() };
            render(&state, parts, outcome).await
        }
        Err(error) => show_again(&state, parts, outcome, error).await,
    }
}

async fn finish_sign_up(State(state): State<AppState>, RequestOrigin(origin): RequestOrigin, request: Request) -> Response {
    let (parts, form) = match read::<FinishForm>(request).await {
        Ok(read) => read,
        Err(refusal) => return refusal,
    };
    match state.services.identity().finish_sign_up(&form.token, SecretString::from(form.password), origin).await {
        Ok(session) => enter(&state, &parts, &session.token, None).await,
        Err(error) => show_again(&state, parts, FormOutcome { token: form.token, ..FormOutcome::default() }, error).await,
    }
}

async fn join(State(state): State<AppState>, SignedIn(viewer): SignedIn, request: Request) -> Response {
    let (mut parts, form) = match read::<JoinForm>(request).await {
        Ok(read) => read,
        Err(refusal) => return refusal,
    };
    match state.services.team().accept_invitation(&viewer, &form.invitation).await {
        Ok(_) => Redirect::to("/chat").into_response(),
        Err(error) => {
            parts.uri = axum::http::Uri::from_static("/sign-up");
            show_again(&state, parts, FormOutcome { invitation: form.invitation, ..FormOutcome::default() }, error).await
        }
    }
}

async fn sign_out(State(state): State<AppState>, RequestOrigin(origin): RequestOrigin, request: Request) -> Result<Response, ApiError> {
    let (parts, form) = match read::<SignOutForm>(request).await {
        Ok(read) => read,
        Err(refusal) => return Ok(refusal),
    };
    let cookie = state.cookie();
    if let Some(token) = read_cookie(cookie, &parts.headers) {
        state.services.identity().sign_out(token, &origin).await?;
    }
    let onward = own_path::parse(&form.next).unwrap_or("/sign-in");
    Ok(([(header::SET_COOKIE, set_cookie(&cookie.forget()))], Redirect::to(onward)).into_response())
}

/// The form of a post, or the refusal of one that has another shape.
pub(super) async fn read<T: DeserializeOwned>(request: Request) -> Result<(Parts, T), Response> {
    let (parts, body) = request.into_parts();
    let form: Result<Form<T>, FormRejection> = Form::from_request(Request::from_parts(parts.clone(), body), &()).await;
    match form {
        Ok(Form(form)) => Ok((parts, form)),
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(rejection.into_response()),
        Err(_) => {
            let error = AppError::Invalid(FieldErrors::one("form", "The request is not of the shape this address takes."));
            Err(error_page::answer(error_page::wants_page(&parts.headers), parts.extensions.get(), &error))
        }
    }
}

/// Into the application with a fresh session; the one the browser held before ends.
pub(super) async fn enter(state: &AppState, parts: &Parts, token: &SecretString, next: Option<&str>) -> Response {
    let cookie = state.cookie();
    if let Some(old) = read_cookie(cookie, &parts.headers)
        && let Err(error) = state.services.identity().drop_replaced_session(old).await
    {
        return ApiError::from(error).into_response();
    }
    ([(header::SET_COOKIE, set_cookie(&cookie.keep(token.expose_secret())))], Redirect::to(next.unwrap_or("/chat"))).into_response()
}

/// The same screen with what was typed (but for passwords) and what is wrong with it.
pub(super) async fn show_again(state: &AppState, parts: Parts, outcome: FormOutcome, error: Error) -> Response {
    let error = ApiError::from(error).into_inner();
    let must_stay_plain = matches!(error, AppError::Unavailable | AppError::Internal { .. });
    if must_stay_plain || !error_page::wants_page(&parts.headers) {
        return error_page::answer(error_page::wants_page(&parts.headers), parts.extensions.get(), &error);
    }
    let facts = error_page::answer(true, None, &error);
    let mut page = render(state, parts, FormOutcome { error: Some(error), ..outcome }).await;
    if page.status() == StatusCode::OK {
        *page.status_mut() = facts.status();
    }
    if let Some(retry_after) = facts.headers().get(header::RETRY_AFTER) {
        page.headers_mut().insert(header::RETRY_AFTER, retry_after.clone());
    }
    page
}

/// The screen of the address that was posted to, with what became of the form.
async fn render(state: &AppState, mut parts: Parts, outcome: FormOutcome) -> Response {
    let base = server_context(state);
    let context = move || {
        base();
        provide_context(outcome.clone());
    };
    parts.method = Method::GET;
    render_app_async_with_context(context, document(state))(Request::from_parts(parts, Body::empty())).await
}
