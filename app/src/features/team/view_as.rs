//! The banner of an owner who sees the team as somebody else, and the way back.

use super::api::stop_viewing;
use crate::browser::leaving;
use crate::ui::{Button, ButtonSize, Icon, use_toasts, use_viewer};
use icondata_lu as lu;
use leptos::prelude::*;

/// Nothing while one sees the team with one's own eyes.
#[component]
pub fn ViewAsBanner() -> impl IntoView {
    let viewer = use_viewer();
    let seen = Memo::new(move |_| {
        viewer.with(|viewer| viewer.is_viewed_by_owner.then(|| format!("{} {}", viewer.first_name, viewer.last_name).trim().to_owned()))
    });
    move || {
        seen.get().map(|name| {
            view! {
                <div class="notice notice-warning view-as-banner" role="status">
                    <Icon icon=lu::LuEye/>
                    <span>"You see this team as "<strong>{name}</strong>" does. You can look at everything and change nothing."</span>
                    <StopButton/>
                </div>
            }
        })
    }
}

#[component]
fn StopButton() -> impl IntoView {
    let toasts = use_toasts();
    let stop = Action::new(move |(): &()| async move {
        match stop_viewing().await {
            // Everything on screen is as somebody else sees it: begin afresh.
            Ok(()) => leaving::go_on_at("/team"),
            Err(error) => toasts.app_error(&error),
        }
    });
    view! { <Button size=ButtonSize::Small on_click=move || { stop.dispatch(()); } loading=stop.pending()>"Stop"</Button> }
}
