//! Progress: how far long work is, and that short work is under way.

use leptos::prelude::*;

/// A bar with its name and, when it is known, its percentage.
#[component]
pub fn Progress(
    /// What is progressing ("Embedding report.pdf").
    #[prop(into)]
    label: String,
    /// From 0 to 100; `None` when it is not known.
    #[prop(into)]
    value: Signal<Option<f64>>,
    /// The name is read out but not shown.
    #[prop(optional)]
    hide_label: bool,
) -> impl IntoView {
    let percent = move || value.get().map(|value| format!("{:.0}", value.clamp(0.0, 100.0)));
    view! {
        <div class="progress-row">
            <div class="progress-words" class:sr-only=hide_label>
                <span>{label.clone()}</span>
                <span class="num">{move || percent().map(|percent| format!("{percent} %"))}</span>
            </div>
            <progress class="progress-bar" max="100" aria-label=label value=percent></progress>
        </div>
    }
    .into_any()
}

/// A turning ring with a name for assistive technology. For waits under a second; longer ones get a skeleton.
#[component]
pub fn Spinner(
    /// What is awaited.
    #[prop(optional, into)]
    label: Option<String>,
) -> impl IntoView {
    view! {
        <span class="spinner-row" role="status">
            <SpinnerMark/>
            <span class="sr-only">{label.unwrap_or_else(|| "Loading".to_owned())}</span>
        </span>
    }
}

/// The ring alone, where words beside it already say what is under way.
#[component]
pub fn SpinnerMark() -> impl IntoView {
    view! { <span class="spinner" aria-hidden="true"></span> }
}
