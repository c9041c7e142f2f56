//! The messages, oldest first, and the question that is on its way.

use super::message::MessageArticle;
use super::store::ChatStore;
use crate::ui::{Button, ButtonSize, Icon};
use domain::chat::ChatOpening;
use icondata_lu as lu;
use leptos::prelude::*;

/// The conversation so far.
#[component]
pub fn TranscriptView(
    /// The chat.
    store: ChatStore,
    /// What the screen started from: names of what answers.
    opening: StoredValue<ChatOpening>,
) -> impl IntoView {
    let last = Memo::new(move |_| store.entries.with(|entries| entries.last().map(|entry| entry.id)));
    view! {
        <For each=move || store.entries.get() key=|entry| entry.id let:entry>
            {
                let id = entry.id;
                view! { <MessageArticle store opening entry is_last=Signal::derive(move || last.get() == Some(id))/> }
            }
        </For>
        {move || store.asking.get().map(|text| view! { <Asking text/> })}
        <Refusal store/>
        {move || store.queued.get().map(|text| view! { <Queued store text/> })}
    }
    .into_any()
}

/// The question before the server has it.
#[component]
fn Asking(text: String) -> impl IntoView {
    view! {
        <div class="message message-user message-asking" aria-busy="true"><div class="bubble">{text}</div></div>
        <div class="message message-waiting" aria-hidden="true"><span class="waiting-dot"></span></div>
    }
}

/// The question that waits for the running answer.
#[component]
fn Queued(store: ChatStore, text: String) -> impl IntoView {
    view! {
        <div class="message message-user message-queued">
            <div class="bubble">{text}</div>
            <p class="queued-line">
                <Icon icon=lu::LuClock/><span>"Sent when this answer is done"</span>
                <Button size=ButtonSize::Small on_click=move || store.unqueue()>"Take back"</Button>
            </p>
        </div>
    }
}

/// Why the last wish was refused.
#[component]
fn Refusal(store: ChatStore) -> impl IntoView {
    view! {
        <div role="alert">
            {move || {
                let refusal = store.refusal.get()?;
                Some(view! { <p class="status-line status-danger"><Icon icon=lu::LuCircleAlert/><span>{refusal.to_string()}</span></p> })
            }}
        </div>
    }
}
