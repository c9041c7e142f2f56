//! Button link: leads to another screen and looks like a button.

use super::button::{ButtonSize, ButtonVariant, button_class};
use super::icon::{Icon, IconDrawing};
use leptos::prelude::*;
use leptos_router::components::A;

/// A link to another screen in the shape of a [`super::Button`].
#[component]
pub fn ButtonLink(
    /// Where it leads.
    #[prop(into)]
    href: String,
    /// How loud it is.
    #[prop(optional)]
    variant: ButtonVariant,
    /// How high it is.
    #[prop(optional)]
    size: ButtonSize,
    /// Drawn before the words.
    #[prop(optional)]
    icon: Option<IconDrawing>,
    /// The words.
    children: Children,
) -> impl IntoView {
    view! {
        <A href=href attr:class=button_class(variant, size)>
            {icon.map(|icon| view! { <span class="button-icon"><Icon icon/></span> })}
            <span class="button-words">{children()}</span>
        </A>
    }
    .into_any()
}
