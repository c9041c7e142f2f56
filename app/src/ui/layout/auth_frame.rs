//! Auth frame: the calm place around sign-in and sign-up.

use super::brand::Brand;
use leptos::prelude::*;
use leptos_meta::Title;

/// A centred card under the brand.
#[component]
pub fn AuthFrame(
    /// The heading; also the title of the document.
    #[prop(into)]
    title: String,
    /// A sentence under the heading.
    #[prop(optional, into)]
    subtitle: Option<String>,
    /// The form and the ways on from here.
    children: Children,
) -> impl IntoView {
    view! {
        <Title text=title.clone()/>
        <main class="auth" id="main">
            <div class="auth-column">
                <Brand/>
                <div class="auth-card">
                    <h1>{title}</h1>
                    {subtitle.map(|subtitle| view! { <p class="auth-subtitle">{subtitle}</p> })}
                    {children()}
                </div>
            </div>
        </main>
    }
    .into_any()
}
