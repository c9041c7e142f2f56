//! Pager: previous and next, where a list has more than one page.

use super::button::{Button, ButtonSize};
use leptos::prelude::*;

/// Turns the pages of a list; nothing where there is one page.
#[component]
pub fn Pager(
    /// Its accessible name.
    label: &'static str,
    /// The page that is shown, counted from 0.
    #[prop(into)]
    index: Signal<u32>,
    /// How many rows there are on all pages.
    total: Signal<u64>,
    /// How many rows a page has.
    rows: u32,
    /// Shows another page.
    #[prop(into)]
    on_turn: Callback<u32>,
) -> impl IntoView {
    let pages = move || total.get().div_ceil(rows.into());
    let place = move || format!("Page {} of {}", index.get() + 1, pages());
    view! {
        <Show when=move || { pages() > 1 }>
            <nav class="row" aria-label=label>
                <Button
                    size=ButtonSize::Small disabled=Signal::derive(move || index.get() == 0)
                    on_click=move || on_turn.run(index.get_untracked().saturating_sub(1))
                >
                    "Previous"
                </Button>
                <span class="num">{place}</span>
                <Button
                    size=ButtonSize::Small disabled=Signal::derive(move || u64::from(index.get()) + 1 >= pages())
                    on_click=move || on_turn.run(index.get_untracked() + 1)
                >
                    "Next"
                </Button>
            </nav>
        </Show>
    }
    .into_any()
}
