//! Included: what the licence has to include, or the sentence that it does not.

use super::viewer::use_viewer;
use domain::licences::Feature;
use leptos::prelude::*;

/// Its children, or in their place the sentence with which the server would refuse. Only inside the frame.
#[component]
pub fn Included(
    /// The part of the product.
    feature: Feature,
    /// What is there with it; without children only the sentence is shown, where it holds.
    #[prop(optional)]
    children: Option<ChildrenFn>,
) -> impl IntoView {
    let viewer = use_viewer();
    let is_included = Memo::new(move |_| viewer.with(|viewer| viewer.includes(feature)));
    move || match (is_included.get(), &children) {
        (true, Some(children)) => children(),
        (true, None) => ().into_any(),
        (false, _) => view! { <p class="cell-note">{feature.refusal()}</p> }.into_any(),
    }
}
