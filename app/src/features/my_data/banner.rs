//! The banner of an account that is to go: until when it can be kept, and the way to keep it.

use super::api::keep_account;
use crate::ui::{Button, ButtonSize, Icon, Time, TimeStyle, use_toasts, use_viewer, use_viewer_resource};
use icondata_lu as lu;
use leptos::prelude::*;

/// Nothing while the account stays.
#[component]
pub fn DeletionBanner() -> impl IntoView {
    let viewer = use_viewer();
    let gone_at = Memo::new(move |_| viewer.with(|viewer| viewer.gone_at));
    move || {
        gone_at.get().map(|gone_at| {
            view! {
                <div class="notice notice-warning deletion-banner" role="status">
                    <Icon icon=lu::LuCircleAlert/>
                    <span>"Your account is deleted on "<Time at=gone_at style=TimeStyle::Date/>". Until then you can keep it."</span>
                    <KeepButton/>
                </div>
            }
        })
    }
}

/// Calls the deletion off.
#[component]
fn KeepButton() -> impl IntoView {
    let (frame, toasts) = (use_viewer_resource(), use_toasts());
    let keep = Action::new(move |(): &()| async move {
        match keep_account().await {
            Ok(()) => toasts.success("Your account stays"),
            Err(error) => toasts.app_error(&error),
        }
        frame.refetch();
    });
    view! { <Button size=ButtonSize::Small on_click=move || { keep.dispatch(()); } loading=keep.pending()>"Keep my account"</Button> }
}
