//! Keeps the end of the conversation in view, unless the person has scrolled away from it; then offers the way back.

use super::store::ChatStore;
use crate::browser::{animation_frame, scroll};
use crate::ui::Icon;
use icondata_lu as lu;
use leptos::html;
use leptos::prelude::*;

/// The button that leads to the end.
#[component]
pub fn JumpToLatest(
    /// What grows.
    store: ChatStore,
    /// What scrolls.
    scroller: NodeRef<html::Div>,
    /// Whether the end is in view.
    at_bottom: RwSignal<bool>,
) -> impl IntoView {
    let go = move |smooth| {
        if let Some(scroller) = scroller.get_untracked() {
            scroll::to_bottom(&scroller, smooth);
        }
    };
    Effect::new(move |_| {
        store.growth.track();
        // A new chat is read from its top.
        if at_bottom.get_untracked() && store.entries.with_untracked(|entries| !entries.is_empty()) {
            // The text is on the page with the next picture.
            animation_frame::next(move || go(false));
        }
    });
    Effect::new(move |_| {
        // Whoever asks wants to see the answer.
        if store.asking.with(Option::is_some) {
            at_bottom.set(true);
            animation_frame::next(move || go(false));
        }
    });
    // Under a new chat there is nothing later, and the button would come to lie over what is about to be pressed.
    let is_away = Memo::new(move |_| !at_bottom.get() && store.entries.with(|entries| !entries.is_empty()));
    let press = move |_| {
        at_bottom.set(true);
        go(true);
    };
    view! {
        <div class="jump-place">
            <Show when=move || is_away.get()>
                <button type="button" class="jump" on:click=press><Icon icon=lu::LuArrowDown/>"Jump to latest"</button>
            </Show>
        </div>
    }
}
