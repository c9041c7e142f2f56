//! Server functions of identity. Signing in and up are plain forms, so that they work without JavaScript.
#![allow(missing_docs, reason = "server functions become structs whose fields are their arguments, which their names explain")]

use crate::error::AppError;
use domain::identity::{Profile, SignUpTerms};
use domain::{SessionId, SessionSummary, TeamId, ViewerInfo};
use leptos::server;

/// Who is signed in.
#[server(prefix = "/api", endpoint = "identity/viewer")]
pub async fn current_viewer() -> Result<ViewerInfo, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity().current_viewer_info(&viewer).await.map_err(crate::server_context::fail)
}

/// What the entry screens say: may anybody sign up, what does the link invite to, is somebody signed in already.
#[server(prefix = "/api", endpoint = "identity/sign-up-terms")]
pub async fn read_sign_up_terms(invitation: Option<String>) -> Result<SignUpTerms, AppError> {
    let services = crate::server_context::services();
    let viewer = crate::server_context::viewer();
    services.identity().sign_up_terms(viewer.as_ref(), invitation.as_deref()).await.map_err(crate::server_context::fail)
}

/// Ends this session and makes the browser forget it.
#[server(prefix = "/api", endpoint = "identity/sign-out")]
pub async fn sign_out() -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity().end_own_session(&viewer).await.map_err(crate::server_context::fail)?;
    let forget = super::session_cookie::SessionCookie::new(&services.settings().public_url).forget();
    crate::server_context::add_header(http::header::SET_COOKIE, forget.parse().expect("the cookie's text is plain"));
    Ok(())
}

/// The viewer's own profile.
#[server(prefix = "/api", endpoint = "identity/profile")]
pub async fn open_profile() -> Result<Profile, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity().profile(&viewer).await.map_err(crate::server_context::fail)
}

/// Changes the viewer's own profile.
#[server(prefix = "/api", endpoint = "identity/update-profile")]
pub async fn update_profile(profile: Profile) -> Result<Profile, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity().update_profile(&viewer, profile).await.map_err(crate::server_context::fail)
}

/// Takes a new password and ends all other sessions.
#[server(prefix = "/api", endpoint = "identity/change-password")]
pub async fn change_password(#[server(default)] current_password: String, new_password: String) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    let change = services.identity().change_password(&viewer, current_password.into(), new_password.into()).await;
    change.map_err(crate::server_context::fail)
}

/// The browsers the viewer is signed in with.
#[server(prefix = "/api", endpoint = "identity/sessions")]
pub async fn list_sessions() -> Result<Vec<SessionSummary>, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity().list_sessions(&viewer).await.map_err(crate::server_context::fail)
}

/// Ends one of the viewer's sessions.
#[server(prefix = "/api", endpoint = "identity/end-session")]
pub async fn end_session(id: SessionId) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity().end_session(&viewer, id).await.map_err(crate::server_context::fail)
}

/// Ends all of the viewer's sessions, this one included.
#[server(prefix = "/api", endpoint = "identity/sign-out-everywhere")]
pub async fn sign_out_everywhere() -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity().sign_out_everywhere(&viewer).await.map_err(crate::server_context::fail)
}

/// Goes on in another of the viewer's teams.
#[server(prefix = "/api", endpoint = "identity/switch-team")]
pub async fn switch_team(id: TeamId) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity().switch_team(&viewer, id).await.map_err(crate::server_context::fail)
}
