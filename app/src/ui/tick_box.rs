//! Tick box: a box in a table whose heading and row say what it is for.

use leptos::html;
use leptos::prelude::*;

/// A box to tick without words beside it. Whenever `checked` is told anew, the tick follows it: a press that was refused is
/// taken back.
#[component]
pub fn TickBox(
    /// Its accessible name, shown as a tooltip.
    #[prop(into)]
    label: String,
    /// Whether it is ticked.
    #[prop(into)]
    checked: Signal<bool>,
    /// It cannot be changed.
    #[prop(optional)]
    disabled: bool,
    /// What a press asks for.
    #[prop(into)]
    on_change: Callback<bool>,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            input.set_checked(checked.get());
        }
    });
    let title = label.clone();
    view! {
        <input
            node_ref=input type="checkbox" class="check-box" aria-label=label title=title checked=checked.get_untracked()
            disabled=disabled on:change=move |event| on_change.run(event_target_checked(&event))
        />
    }
    .into_any()
}
