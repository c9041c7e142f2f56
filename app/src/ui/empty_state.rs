//! Empty state: what a list says while it holds nothing: one sentence and one way on.

use super::icon::{Icon, IconDrawing, IconSize};
use leptos::prelude::*;

/// One sentence and one action in place of an empty list.
#[component]
pub fn EmptyState(
    /// What is drawn above the sentence.
    icon: IconDrawing,
    /// The sentence.
    #[prop(into)]
    title: String,
    /// What would be here, and what it is good for.
    #[prop(optional, into)]
    body: Option<String>,
    /// The one action.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <span class="empty-icon"><Icon icon size=IconSize::Large/></span>
            <p class="empty-title">{title}</p>
            {body.map(|body| view! { <p class="empty-body">{body}</p> })}
            {children.map(|children| view! { <div class="empty-action">{children()}</div> })}
        </div>
    }
    .into_any()
}
