//! What stands in a menu.

use super::menu::MenuContext;
use crate::ui::icon::{Icon, IconDrawing};
use leptos::prelude::*;
use leptos_router::components::A;

/// An action in a [`super::Menu`].
#[component]
pub fn MenuItem(
    /// The words.
    #[prop(into)]
    label: Signal<String>,
    /// Drawn before the words.
    #[prop(optional)]
    icon: Option<IconDrawing>,
    /// What choosing it does; the menu closes first.
    #[prop(into)]
    on_select: Callback<()>,
    /// Destroys something.
    #[prop(optional)]
    danger: bool,
    /// It cannot be chosen now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// For one of several choices: whether it is the chosen one.
    #[prop(optional, into)]
    chosen: Signal<bool>,
) -> impl IntoView {
    let menu = expect_context::<MenuContext>();
    let choose = move |event: leptos::ev::MouseEvent| {
        event.stop_propagation();
        if !disabled.get_untracked() {
            menu.close();
            on_select.run(());
        }
    };
    view! {
        <button
            type="button" role="menuitem" tabindex="-1" class="menu-item" class:menu-item-danger=danger
            class:menu-item-chosen=move || chosen.get()
            aria-disabled=move || disabled.get().then_some("true")
            aria-current=move || chosen.get().then_some("true")
            on:click=choose
        >
            {icon.map(|icon| view! { <Icon icon/> })}
            <span>{move || label.get()}</span>
        </button>
    }
    .into_any()
}

/// A way to another screen in a [`super::Menu`].
#[component]
pub fn MenuLink(
    /// Where it leads.
    #[prop(into)]
    href: String,
    /// The words.
    #[prop(into)]
    label: String,
    /// Drawn before the words.
    #[prop(optional)]
    icon: Option<IconDrawing>,
) -> impl IntoView {
    let menu = expect_context::<MenuContext>();
    view! {
        <A href=href attr:role="menuitem" attr:tabindex="-1" attr:class="menu-item" on:click=move |_| menu.close()>
            {icon.map(|icon| view! { <Icon icon/> })}
            <span>{label}</span>
        </A>
    }
    .into_any()
}

/// A line between groups of actions.
#[component]
pub fn MenuSeparator() -> impl IntoView {
    view! { <div class="menu-separator" role="separator"></div> }
}
