//! Server functions of identity. Signing in and up are plain forms, so that they work without JavaScript.
#![allow(missing_docs, reason = "server functions become structs whose fields are their arguments, which their names explain")]

use crate::error::AppError;
use domain::answers::AnswerPreferences;
use domain::identity::{ConfirmationTerms, Profile, ResetTerms, SecondStep, SignUpTerms, TwoStepSetup, TwoStepState, WaitingSignUp};
use domain::{SessionId, SessionSummary, TeamId, ViewerInfo};
use leptos::server;

/// Who is signed in.
#[server(prefix = "/api", endpoint = "identity/viewer", client = crate::page_team::PageClient)]
pub async fn current_viewer() -> Result<ViewerInfo, AppError> {
    let (services, viewer) = crate::server_context::current_in_any_team().await?;
    services.identity().current_viewer_info(&viewer).await.map_err(crate::server_context::fail)
}

/// What the entry screens say: may anybody sign up, what does the link invite to, is somebody signed in already.
#[server(prefix = "/api", endpoint = "identity/sign-up-terms", client = crate::page_team::PageClient)]
pub async fn read_sign_up_terms(invitation: Option<String>) -> Result<SignUpTerms, AppError> {
    let services = crate::server_context::services();
    let viewer = crate::server_context::viewer();
    services.identity().sign_up_terms(viewer.as_ref(), invitation.as_deref()).await.map_err(crate::server_context::fail)
}

/// What the screens of a forgotten password say: can a link be mailed, does the one that was followed still work.
#[server(prefix = "/api", endpoint = "identity/reset-terms", client = crate::page_team::PageClient)]
pub async fn read_reset_terms(token: Option<String>) -> Result<ResetTerms, AppError> {
    let services = crate::server_context::services();
    services.identity().reset_terms(token.as_deref()).await.map_err(crate::server_context::fail)
}

/// Ends this session and makes the browser forget it.
#[server(prefix = "/api", endpoint = "identity/sign-out", client = crate::page_team::PageClient)]
pub async fn sign_out() -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current_in_any_team().await?;
    services.identity().end_own_session(&viewer).await.map_err(crate::server_context::fail)?;
    let forget = super::session_cookie::SessionCookie::new(&services.settings().public_url).forget();
    crate::server_context::add_header(http::header::SET_COOKIE, forget.parse().expect("the cookie's text is plain"));
    Ok(())
}

/// The viewer's own profile.
#[server(prefix = "/api", endpoint = "identity/profile", client = crate::page_team::PageClient)]
pub async fn open_profile() -> Result<Profile, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity().profile(&viewer).await.map_err(crate::server_context::fail)
}

/// Changes the viewer's own profile.
#[server(prefix = "/api", endpoint = "identity/update-profile", client = crate::page_team::PageClient)]
pub async fn update_profile(profile: Profile) -> Result<Profile, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity().update_profile(&viewer, profile).await.map_err(crate::server_context::fail)
}

/// How the viewer likes to be answered.
#[server(prefix = "/api", endpoint = "identity/answer-preferences", client = crate::page_team::PageClient)]
pub async fn open_answer_preferences() -> Result<AnswerPreferences, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity().answer_preferences(&viewer).await.map_err(crate::server_context::fail)
}

/// Changes how the viewer likes to be answered.
#[server(prefix = "/api", endpoint = "identity/update-answer-preferences", client = crate::page_team::PageClient)]
pub async fn update_answer_preferences(preferences: AnswerPreferences) -> Result<AnswerPreferences, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity().update_answer_preferences(&viewer, preferences).await.map_err(crate::server_context::fail)
}

/// Turns shortcuts of one key on or off for the viewer.
#[server(prefix = "/api", endpoint = "identity/set-single-key-shortcuts", client = crate::page_team::PageClient)]
pub async fn set_single_key_shortcuts(are_on: bool) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity().set_single_key_shortcuts(&viewer, are_on).await.map_err(crate::server_context::fail)
}

/// Takes a new password and ends all other sessions.
#[server(prefix = "/api", endpoint = "identity/change-password", client = crate::page_team::PageClient)]
pub async fn change_password(#[server(default)] current_password: String, new_password: String) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    let change = services.identity().change_password(&viewer, current_password.into(), new_password.into()).await;
    change.map_err(crate::server_context::fail)
}

/// Whether the viewer signs in with a code.
#[server(prefix = "/api", endpoint = "identity/two-step", client = crate::page_team::PageClient)]
pub async fn open_two_step() -> Result<TwoStepState, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity().two_step_state(&viewer).await.map_err(crate::server_context::fail)
}

/// A fresh secret for the viewer's app.
#[server(prefix = "/api", endpoint = "identity/start-two-step", client = crate::page_team::PageClient)]
pub async fn start_two_step(password: String) -> Result<TwoStepSetup, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity().start_two_step(&viewer, password.into()).await.map_err(crate::server_context::fail)
}

/// Turns two-step sign-in on with the first code; the recovery codes are in the answer only.
#[server(prefix = "/api", endpoint = "identity/confirm-two-step", client = crate::page_team::PageClient)]
pub async fn confirm_two_step(code: String) -> Result<Vec<String>, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity().confirm_two_step(&viewer, &code).await.map_err(crate::server_context::fail)
}

/// Makes new recovery codes; they are in the answer only.
#[server(prefix = "/api", endpoint = "identity/renew-recovery-codes", client = crate::page_team::PageClient)]
pub async fn renew_recovery_codes(password: String, code: String, #[server(default)] token: String) -> Result<Vec<String>, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity().renew_recovery_codes(&viewer, password.into(), &code, &token.into()).await.map_err(crate::server_context::fail)
}

/// Turns two-step sign-in off; the token is that of a mailed code.
#[server(prefix = "/api", endpoint = "identity/turn-off-two-step", client = crate::page_team::PageClient)]
pub async fn turn_off_two_step(password: String, code: String, #[server(default)] token: String) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    let turned = services.identity().turn_off_two_step(&viewer, password.into(), &code, &token.into()).await;
    turned.map_err(crate::server_context::fail)
}

/// Mails a code that turns the second step by mail on; the answer is what it works with.
#[server(prefix = "/api", endpoint = "identity/start-mailed-two-step", client = crate::page_team::PageClient)]
pub async fn start_mailed_two_step(password: String) -> Result<String, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity().start_mailed_two_step(&viewer, password.into()).await.map_err(crate::server_context::fail)
}

/// Turns the second step by mail on; the recovery codes are in the answer only.
#[server(prefix = "/api", endpoint = "identity/confirm-mailed-two-step", client = crate::page_team::PageClient)]
pub async fn confirm_mailed_two_step(token: String, code: String) -> Result<Vec<String>, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity().confirm_mailed_two_step(&viewer, &token.into(), &code).await.map_err(crate::server_context::fail)
}

/// Mails a code in place of the one an app would show, for the account screen; the answer is what it works with.
#[server(prefix = "/api", endpoint = "identity/mail-two-step-code", client = crate::page_team::PageClient)]
pub async fn mail_two_step_code(password: String) -> Result<String, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity().mail_two_step_code(&viewer, password.into()).await.map_err(crate::server_context::fail)
}

/// What the page between password and code says.
#[server(prefix = "/api", endpoint = "identity/second-step", client = crate::page_team::PageClient)]
pub async fn read_second_step() -> Result<Option<SecondStep>, AppError> {
    let services = crate::server_context::services();
    let cookies = crate::server_context::cookies();
    let cookie = super::session_cookie::SessionCookie::new(&services.settings().public_url).of_second_step();
    let step = cookie.find(&cookies).unwrap_or_default().to_owned();
    services.identity().second_step(&step.into()).await.map_err(crate::server_context::fail)
}

/// With what the viewer can prove again who they are.
#[server(prefix = "/api", endpoint = "identity/confirmation-terms", client = crate::page_team::PageClient)]
pub async fn read_confirmation_terms() -> Result<ConfirmationTerms, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity().confirmation_terms(&viewer).await.map_err(crate::server_context::fail)
}

/// Proves again who the viewer is, for the next ten minutes; the token is that of a mailed code.
#[server(prefix = "/api", endpoint = "identity/confirm", client = crate::page_team::PageClient)]
pub async fn confirm_identity(password: String, #[server(default)] code: String, #[server(default)] token: String) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity().confirm(&viewer, password.into(), &code, &token.into()).await.map_err(crate::server_context::fail)
}

/// Mails a link to the address the viewer wants.
#[server(prefix = "/api", endpoint = "identity/change-email", client = crate::page_team::PageClient)]
pub async fn change_email(email: String, password: String) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity().request_email_change(&viewer, password.into(), &email).await.map_err(crate::server_context::fail)
}

/// The address a link confirms, while it works.
#[server(prefix = "/api", endpoint = "identity/email-to-confirm", client = crate::page_team::PageClient)]
pub async fn read_email_to_confirm(token: String) -> Result<Option<String>, AppError> {
    crate::server_context::services().identity().email_to_confirm(&token).await.map_err(crate::server_context::fail)
}

/// The account a mailed link makes, while it works.
#[server(prefix = "/api", endpoint = "identity/waiting-sign-up", client = crate::page_team::PageClient)]
pub async fn read_waiting_sign_up(token: String) -> Result<Option<WaitingSignUp>, AppError> {
    crate::server_context::services().identity().waiting_sign_up(&token).await.map_err(crate::server_context::fail)
}

/// The browsers the viewer is signed in with.
#[server(prefix = "/api", endpoint = "identity/sessions", client = crate::page_team::PageClient)]
pub async fn list_sessions() -> Result<Vec<SessionSummary>, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity().list_sessions(&viewer).await.map_err(crate::server_context::fail)
}

/// Ends one of the viewer's sessions.
#[server(prefix = "/api", endpoint = "identity/end-session", client = crate::page_team::PageClient)]
pub async fn end_session(id: SessionId) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.identity().end_session(&viewer, id).await.map_err(crate::server_context::fail)
}

/// Ends all of the viewer's sessions, this one included.
#[server(prefix = "/api", endpoint = "identity/sign-out-everywhere", client = crate::page_team::PageClient)]
pub async fn sign_out_everywhere() -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current_in_any_team().await?;
    services.identity().sign_out_everywhere(&viewer).await.map_err(crate::server_context::fail)
}

/// Goes on in another of the viewer's teams.
#[server(prefix = "/api", endpoint = "identity/switch-team", client = crate::page_team::PageClient)]
pub async fn switch_team(id: TeamId) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current_in_any_team().await?;
    services.identity().switch_team(&viewer, id).await.map_err(crate::server_context::fail)
}
