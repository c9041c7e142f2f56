//! Card: one section of a screen that belongs together.

use leptos::prelude::*;

/// A section with a hairline around it.
#[component]
pub fn Card(
    /// Its heading.
    #[prop(optional, into)]
    title: Option<String>,
    /// A sentence under the heading.
    #[prop(optional, into)]
    description: Option<String>,
    /// What is in it.
    children: Children,
) -> impl IntoView {
    let has_head = title.is_some() || description.is_some();
    view! {
        <section class="card-box">
            {has_head.then(|| view! {
                <div class="card-head">
                    {title.map(|title| view! { <h2>{title}</h2> })}
                    {description.map(|description| view! { <p>{description}</p> })}
                </div>
            })}
            {children()}
        </section>
    }
    .into_any()
}
