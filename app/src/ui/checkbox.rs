//! Checkbox: one thing that is on or off.

use super::field_frame::ControlIds;
use leptos::prelude::*;

/// A box to tick with its words beside it. In a form it sends `true` when ticked and nothing otherwise.
#[component]
pub fn Checkbox(
    /// The words beside it; they are the accessible name.
    #[prop(into)]
    label: String,
    /// Its name in the form.
    #[prop(into)]
    name: String,
    /// Its id; `field-{name}` unless two of one name share the page.
    #[prop(optional, into)]
    id: Option<String>,
    /// Follows and sets the tick.
    #[prop(optional, into)]
    checked: Option<RwSignal<bool>>,
    /// The tick it starts with.
    #[prop(optional)]
    initial: bool,
    /// A sentence under it.
    #[prop(optional, into)]
    hint: Option<String>,
    /// It cannot be changed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// What is sent when ticked.
    #[prop(default = "true".to_owned(), into)]
    value: String,
) -> impl IntoView {
    let ids = ControlIds::new(id, &name);
    let described_by = hint.is_some().then(|| ids.hint.clone());
    let ticked = checked.unwrap_or_else(|| RwSignal::new(initial));
    view! {
        <div class="check">
            <input
                type="checkbox" class="check-box" id=ids.control.clone() name=name value=value
                checked=ticked.get_untracked() prop:checked=move || ticked.get() disabled=move || disabled.get()
                aria-describedby=described_by on:change=move |event| ticked.set(event_target_checked(&event))
            />
            <div class="check-words">
                <label for=ids.control>{label}</label>
                {hint.map(|hint| view! { <p class="field-hint" id=ids.hint>{hint}</p> })}
            </div>
        </div>
    }
    .into_any()
}
