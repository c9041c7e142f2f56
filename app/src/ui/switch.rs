//! Switch: one thing that is on or off and takes effect when it is pressed, without a form around it.

use super::field_frame::ControlIds;
use leptos::html;
use leptos::prelude::*;

/// A switch with its words beside it. Whenever `checked` is told anew, it follows: a press that was refused is taken back.
#[component]
pub fn Switch(
    /// The words beside it; they are the accessible name.
    #[prop(into)]
    label: String,
    /// Its id.
    #[prop(into)]
    id: String,
    /// Whether it is on.
    #[prop(into)]
    checked: Signal<bool>,
    /// A sentence under it.
    #[prop(optional, into)]
    hint: Option<String>,
    /// A press is under way.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// What a press asks for.
    #[prop(into)]
    on_change: Callback<bool>,
) -> impl IntoView {
    let ids = ControlIds::new(Some(id), "");
    let described_by = hint.is_some().then(|| ids.hint.clone());
    let input = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            input.set_checked(checked.get());
        }
    });
    view! {
        <div class="check">
            <input
                node_ref=input type="checkbox" role="switch" class="check-box" id=ids.control.clone() checked=checked.get_untracked()
                disabled=move || disabled.get() aria-describedby=described_by on:change=move |event| on_change.run(event_target_checked(&event))
            />
            <div class="check-words">
                <label for=ids.control>{label}</label>
                {hint.map(|hint| view! { <p class="field-hint" id=ids.hint>{hint}</p> })}
            </div>
        </div>
    }
    .into_any()
}
