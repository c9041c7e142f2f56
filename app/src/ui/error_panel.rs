//! Error panel: says what went wrong in place of a screen, and what to do next, for every [`AppError`].

use super::button::{Button, ButtonVariant};
use super::button_link::ButtonLink;
use super::icon::{Icon, IconDrawing, IconSize};
use crate::browser::timer;
use crate::error::{AppError, GiveStatus};
use crate::own_path::{TWO_STEP_REQUIRED, escape};
use icondata_lu as lu;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Milliseconds until a screen that could not be reached tries again by itself.
const RETRY_AFTER_MS: u32 = 5_000;

/// What went wrong and the way on. Trouble that passes is retried without being asked.
#[component]
pub fn ErrorPanel(
    /// What went wrong.
    error: AppError,
    /// Tries again.
    #[prop(optional, into)]
    on_retry: Option<Callback<()>>,
) -> impl IntoView {
    if let Some(GiveStatus(give_status)) = use_context::<GiveStatus>() {
        give_status(&error);
    }
    let passes = matches!(error, AppError::Unavailable | AppError::Network);
    if let (true, Some(on_retry)) = (passes, on_retry) {
        Effect::new(move |_| timer::after(RETRY_AFTER_MS, move || on_retry.run(())));
    }
    let can_retry = !matches!(error, AppError::SignedOut | AppError::Forbidden | AppError::TwoStepRequired | AppError::NotFound);
    let again = if matches!(error, AppError::AnotherTeam | AppError::AnotherPerson) {
        Some(("Reload", Callback::new(|()| drop(window().location().reload()))))
    } else {
        on_retry.filter(|_| can_retry).map(|on_retry| ("Try again", on_retry))
    };
    let way_on = match error {
        AppError::SignedOut => Some((sign_in_address(), "Sign in")),
        AppError::TwoStepRequired => Some((TWO_STEP_REQUIRED.to_owned(), "Set up two-step sign-in")),
        _ => None,
    };
    view! {
        <div class="empty" role="alert">
            <span class="empty-icon"><Icon icon=drawing(&error) size=IconSize::Large/></span>
            <h1 class="empty-title">{heading(&error)}</h1>
            <p class="empty-body">{error.to_string()}</p>
            <div class="empty-action">
                {way_on.map(|(href, words)| view! { <ButtonLink href variant=ButtonVariant::Primary>{words}</ButtonLink> })}
                {again.map(|(words, act)| view! { <Button icon=lu::LuRotateCcw on_click=move || act.run(())>{words}</Button> })}
            </div>
        </div>
    }
    .into_any()
}

fn heading(error: &AppError) -> &'static str {
    match error {
        AppError::SignedOut => "You are signed out",
        AppError::Forbidden => "Not allowed",
        AppError::ReadOnly => "Read-only",
        AppError::ConfirmFirst => "Confirm it’s you",
        AppError::TwoStepRequired => "One more step",
        AppError::NotFound => "Not found",
        AppError::Invalid(_) => "That cannot be taken",
        AppError::Conflict(_) => "Not possible now",
        AppError::AnotherTeam | AppError::AnotherPerson => "This page is out of date",
        AppError::Busy { .. } => "One moment",
        AppError::Unavailable => "Back in a moment",
        AppError::Internal { .. } => "Something went wrong",
        AppError::Network => "No connection",
    }
}

fn drawing(error: &AppError) -> IconDrawing {
    match error {
        AppError::SignedOut | AppError::Forbidden | AppError::ReadOnly | AppError::ConfirmFirst | AppError::TwoStepRequired => lu::LuLock,
        AppError::NotFound => lu::LuSearch,
        AppError::Busy { .. } | AppError::Unavailable => lu::LuClock,
        AppError::Network => lu::LuWifiOff,
        AppError::AnotherTeam | AppError::AnotherPerson => lu::LuRotateCcw,
        AppError::Invalid(_) | AppError::Conflict(_) | AppError::Internal { .. } => lu::LuCircleAlert,
    }
}

/// The sign-in screen's address that leads back to the screen it is read on.
pub(crate) fn sign_in_address() -> String {
    let location = use_location();
    let (path, query) = (location.pathname.get_untracked(), location.search.get_untracked());
    let here = if query.is_empty() { path } else { format!("{path}?{query}") };
    format!("/sign-in?next={}", escape(&here))
}
