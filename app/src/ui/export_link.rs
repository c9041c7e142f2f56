//! Export link: downloads a file that the server makes, and looks like a button.

use super::button::{ButtonSize, ButtonVariant, button_class};
use super::icon::Icon;
use icondata_lu as lu;
use leptos::prelude::*;

/// A link to a file in the shape of a [`super::Button`].
#[component]
pub fn ExportLink(
    /// Where the file is.
    #[prop(into)]
    href: Signal<String>,
    /// What the file is called; the server says so unless given.
    #[prop(default = "")]
    filename: &'static str,
    /// The words.
    children: Children,
) -> impl IntoView {
    view! {
        <a href=move || href.get() download=filename rel="external" class=button_class(ButtonVariant::Secondary, ButtonSize::Medium)>
            <span class="button-icon"><Icon icon=lu::LuDownload/></span>
            <span class="button-words">{children()}</span>
        </a>
    }
    .into_any()
}
