//! The composer: type, send, stop; while an answer runs the next question can be typed and waits.

use super::state::composer_rows;
use super::store::ChatStore;
use crate::ui::{IconButton, may};
use domain::Permission;
use domain::text::Question;
use icondata_lu as lu;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

/// The field and its buttons.
#[component]
pub fn Composer(
    /// The chat.
    store: ChatStore,
) -> impl IntoView {
    let draft = store.draft;
    let may_ask = may(Permission::ManageChats);
    let press = move |event: KeyboardEvent| {
        // Enter that ends the writing of a Chinese or Japanese word is not meant for us.
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            store.send();
        }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        store.send();
    };
    let is_running = Memo::new(move |_| store.running.get().is_some());
    let is_empty = Memo::new(move |_| draft.text.with(|text| text.trim().is_empty()));
    let placeholder = move || if store.is_busy() { "Type the next message…" } else { "Ask anything…" };
    view! {
        <form class="composer" on:submit=submit>
            <label class="sr-only" for="message">"Message"</label>
            <textarea
                id="message" name="message" class="composer-field" node_ref=draft.field autocomplete="off"
                rows=move || draft.text.with(|text| composer_rows(text)).to_string()
                maxlength=Question::MAX.to_string() placeholder=placeholder
                disabled=move || !may_ask.get()
                on:input=move |event| draft.typed(event_target_value(&event)) on:keydown=press
            ></textarea>
            <div class="composer-actions">
                <p class="composer-hint">{move || if may_ask.get() { "Enter sends, Shift+Enter breaks the line" } else { "Your role in this team may read chats, not write." }}</p>
                <Show when=move || is_running.get()>
                    <IconButton label="Stop" icon=lu::LuSquare primary=true disabled=move || store.stopping.get() on_click=move || store.stop()/>
                </Show>
                <Show when=move || !is_running.get() || !is_empty.get()>
                    <IconButton label="Send" icon=lu::LuArrowUp primary=true submit=true disabled=move || is_empty.get() || !may_ask.get()/>
                </Show>
            </div>
        </form>
    }
    .into_any()
}
