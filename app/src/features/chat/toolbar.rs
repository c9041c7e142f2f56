//! What can be done with a finished answer.

use super::state::Transcript;
use super::store::ChatStore;
use crate::browser::{clipboard, timer};
use crate::ui::{ButtonSize, IconButton, IconDrawing, may};
use domain::Permission;
use domain::chat::MessageStatus;
use icondata_lu as lu;
use leptos::prelude::*;

/// How long "Copied" shows, in milliseconds.
const SAYS_COPIED_MS: u32 = 2_000;

/// Copy, answer again, and what it cost.
#[component]
pub fn Toolbar(
    /// The chat.
    store: ChatStore,
    /// The answer.
    message: RwSignal<Transcript>,
    /// Whether it is the newest message.
    is_last: Signal<bool>,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let id = message.with_untracked(|transcript| transcript.message.id);
    let copy = move || {
        let text = message.with_untracked(|transcript| transcript.message.content.clone());
        clipboard::copy(text, move |worked| {
            copied.try_set(worked);
            timer::detached(SAYS_COPIED_MS, move || {
                copied.try_set(false);
            });
        });
    };
    let has_text = move || message.with(|transcript| !transcript.message.content.is_empty());
    let may_ask = may(Permission::ManageChats);
    let can_retry = move || may_ask.get() && is_last.get() && message.with(|transcript| transcript.message.status != MessageStatus::Error);
    let icon = Signal::derive(move || -> IconDrawing {
        if copied.get() { lu::LuCheck } else { lu::LuCopy }
    });
    let label = Signal::derive(move || if copied.get() { "Copied".to_owned() } else { "Copy answer".to_owned() });
    view! {
        <div class="message-toolbar">
            <Show when=has_text><IconButton label icon size=ButtonSize::Small on_click=copy/></Show>
            <Show when=can_retry>
                <IconButton label="Answer again" icon=lu::LuRefreshCw size=ButtonSize::Small on_click=move || store.retry(id)/>
            </Show>
            <span class="message-cost num">{move || cost(message)}</span>
        </div>
    }
}

/// The model and the tokens it wrote.
fn cost(message: RwSignal<Transcript>) -> String {
    message.with(|Transcript { message }| {
        let tokens = message.usage.map(|usage| format!("{} tokens", usage.prompt_tokens.saturating_add(usage.completion_tokens)));
        [message.model.clone(), tokens].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    })
}
