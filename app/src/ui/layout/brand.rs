//! Brand: the mark and the name.

use leptos::prelude::*;

/// The mark, three shelves under a roof, with the name beside it.
#[component]
pub fn Brand() -> impl IntoView {
    view! {
        <span class="brand">
            <svg class="brand-mark" viewBox="0 0 24 24" width="22" height="22" aria-hidden="true" focusable="false">
                <path d="M12 2.5 2.5 8v2h19V8L12 2.5Z" fill="currentColor"/>
                <path d="M5 12v6.5M10 12v6.5M14 12v6.5M19 12v6.5M3 21h18" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"/>
            </svg>
            <span class="brand-name">"Lyceum"</span>
        </span>
    }
}
