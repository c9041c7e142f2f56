//! What happened to an answer that did not end by itself, and the way on.

use super::state::Transcript;
use super::store::ChatStore;
use crate::ui::{Button, ButtonSize, Icon, IconDrawing, may};
use domain::Permission;
use domain::chat::MessageStatus;
use icondata_lu as lu;
use leptos::prelude::*;

/// One line under an answer: failed, interrupted or stopped; the newest one offers to go on.
#[component]
pub fn StatusLine(
    /// The chat.
    store: ChatStore,
    /// The answer.
    message: RwSignal<Transcript>,
    /// Whether it is the newest message.
    is_last: Signal<bool>,
) -> impl IntoView {
    let status = Memo::new(move |_| message.with(|transcript| transcript.message.status));
    let may_ask = may(Permission::ManageChats);
    let line = move || {
        let (words, class, icon) = explain(status.get(), message.with(|transcript| transcript.message.trouble.clone()))?;
        Some(view! {
            <div class=class>
                <Icon icon/><span>{words}</span>
                <Show when=move || is_last.get() && may_ask.get()><WayOn store message/></Show>
            </div>
        })
    };
    view! { <div role="status">{line}</div> }
}

fn explain(status: MessageStatus, trouble: Option<String>) -> Option<(String, &'static str, IconDrawing)> {
    let (words, class, icon): (_, _, IconDrawing) = match status {
        MessageStatus::Error => {
            let words = trouble.unwrap_or_else(|| "The model did not answer.".to_owned());
            (words, "status-line status-danger", lu::LuCircleAlert)
        }
        MessageStatus::Interrupted => (
            "The server that wrote this answer went away. What it had written is kept.".to_owned(),
            "status-line status-warning",
            lu::LuUnplug,
        ),
        MessageStatus::Cancelled => ("This answer was stopped.".to_owned(), "status-line", lu::LuCircleStop),
        MessageStatus::Pending | MessageStatus::InProgress | MessageStatus::Success => return None,
    };
    Some((words, class, icon))
}

/// Continue where there is text to go on from; Retry after a failure.
#[component]
fn WayOn(store: ChatStore, message: RwSignal<Transcript>) -> impl IntoView {
    let id = message.with_untracked(|transcript| transcript.message.id);
    let has_text = move || message.with(|transcript| !transcript.message.content.is_empty());
    let failed = move || message.with(|transcript| transcript.message.status == MessageStatus::Error) || !has_text();
    view! {
        <span class="status-actions">
            <Show when=has_text><Button size=ButtonSize::Small on_click=move || store.go_on(id)>"Continue"</Button></Show>
            <Show when=failed><Button size=ButtonSize::Small on_click=move || store.retry(id)>"Retry"</Button></Show>
        </span>
    }
}
