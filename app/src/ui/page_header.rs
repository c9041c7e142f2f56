//! Page header: says which screen this is, in the page and in the browser's tab.

use super::icon::Icon;
use super::screen_title::ScreenTitle;
use icondata_lu as lu;
use leptos::prelude::*;
use leptos_router::components::A;

/// The heading of a screen with its actions; also sets the title of the document.
#[component]
pub fn PageHeader(
    /// The heading.
    #[prop(into)]
    title: Signal<String>,
    /// A sentence under it.
    #[prop(optional, into)]
    description: Option<String>,
    /// Where the way back leads, and what it is called.
    #[prop(optional)]
    back: Option<(&'static str, &'static str)>,
    /// Actions on the right, the primary one last.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <ScreenTitle text=title/>
        <header class="page-header">
            <div class="page-heading">
                {back.map(|(href, label)| view! { <A href=href attr:class="page-back"><Icon icon=lu::LuArrowLeft/>{label}</A> })}
                <h1>{move || title.get()}</h1>
                {description.map(|description| view! { <p class="page-description">{description}</p> })}
            </div>
            {children.map(|children| view! { <div class="page-actions">{children()}</div> })}
        </header>
    }
    .into_any()
}
