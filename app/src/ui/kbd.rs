//! Kbd: a key chord, written the way it is pressed.

use leptos::prelude::*;

/// A chord such as `Ctrl+K`, one cap per key.
#[component]
pub fn Kbd(
    /// The keys, joined by `+`.
    keys: &'static str,
) -> impl IntoView {
    view! { <span class="kbd-chord">{keys.split('+').map(|key| view! { <kbd>{key}</kbd> }).collect_view()}</span> }
}
