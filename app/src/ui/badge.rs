//! Badge: one word about the thing beside it.

use super::progress::SpinnerMark;
use leptos::prelude::*;

/// What a colour means. Never the only carrier of the meaning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Says nothing by its colour.
    #[default]
    Neutral,
    /// Under way, or ours.
    Accent,
    /// Done.
    Success,
    /// Wants attention.
    Warning,
    /// Failed.
    Danger,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Neutral => "badge-chip tone-neutral",
            Self::Accent => "badge-chip tone-accent",
            Self::Success => "badge-chip tone-success",
            Self::Warning => "badge-chip tone-warning",
            Self::Danger => "badge-chip tone-danger",
        }
    }
}

/// A word in a small box.
#[component]
pub fn Badge(
    /// What its colour means.
    #[prop(optional)]
    tone: Tone,
    /// The word.
    children: Children,
) -> impl IntoView {
    view! { <span class=tone.class()>{children()}</span> }
}

/// The state of something that changes by itself: a dot, or a ring while it works, and the word.
#[component]
pub fn StatusBadge(
    /// The word.
    #[prop(into)]
    label: Signal<String>,
    /// What its colour means.
    #[prop(into)]
    tone: Signal<Tone>,
    /// It is being worked on.
    #[prop(optional, into)]
    busy: Signal<bool>,
) -> impl IntoView {
    let mark = move || {
        if busy.get() {
            view! { <SpinnerMark/> }.into_any()
        } else {
            view! { <span class="badge-dot" aria-hidden="true"></span> }.into_any()
        }
    };
    view! { <span class=move || tone.get().class()>{mark}<span>{move || label.get()}</span></span> }.into_any()
}
