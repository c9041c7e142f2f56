//! Icon button: a button that is only an icon, with its name in the accessibility tree and in a tooltip.

use super::button::ButtonSize;
use super::icon::{Icon, IconDrawing, IconSize};
use leptos::prelude::*;

/// A square button with an icon.
#[component]
pub fn IconButton(
    /// Its accessible name, shown as a tooltip.
    #[prop(into)]
    label: Signal<String>,
    /// What is drawn.
    #[prop(into)]
    icon: Signal<IconDrawing>,
    /// What a press does.
    #[prop(optional, into)]
    on_click: Option<Callback<()>>,
    /// Submits the form around it.
    #[prop(optional)]
    submit: bool,
    /// Destroys something.
    #[prop(optional)]
    danger: bool,
    /// Filled with the accent: the one thing this screen is for.
    #[prop(optional)]
    primary: bool,
    /// It cannot be pressed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// For a toggle: whether it is on.
    #[prop(optional, into)]
    pressed: Signal<Option<bool>>,
    /// How high it is.
    #[prop(optional)]
    size: ButtonSize,
    /// The button itself, for focus.
    #[prop(optional)]
    node_ref: NodeRef<leptos::html::Button>,
) -> impl IntoView {
    let press = move |_| {
        if let Some(on_click) = on_click {
            on_click.run(());
        }
    };
    view! {
        <button
            node_ref=node_ref
            type=if submit { "submit" } else { "button" }
            class="icon-button"
            class:icon-button-small=size == ButtonSize::Small
            class:icon-button-danger=danger
            class:icon-button-primary=primary
            aria-label=move || label.get()
            title=move || label.get()
            aria-pressed=move || pressed.get().map(|on| if on { "true" } else { "false" })
            disabled=move || disabled.get()
            on:click=press
        >
            {move || view! { <Icon icon=icon.get() size=IconSize::Medium/> }}
        </button>
    }
    .into_any()
}
