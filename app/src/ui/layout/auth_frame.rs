//! Auth frame: the calm place around sign-in and sign-up.

use super::brand::Brand;
use leptos::prelude::*;
use leptos_meta::Title;

/// A centred card under the brand.
#[component]
pub fn AuthFrame(
    /// The heading; none where the children bring an [`AuthTitle`], because it depends on what is loaded.
    #[prop(optional, into)]
    title: Option<String>,
    /// A sentence under the heading.
    #[prop(optional, into)]
    subtitle: Option<String>,
    /// The form and the ways on from here.
    children: Children,
) -> impl IntoView {
    view! {
        <main class="auth" id="main">
            <div class="auth-column">
                <Brand/>
                <div class="auth-card">
                    {title.map(|title| view! { <AuthTitle title/> })}
                    {subtitle.map(|subtitle| view! { <p class="auth-subtitle">{subtitle}</p> })}
                    {children()}
                </div>
            </div>
        </main>
    }
    .into_any()
}

/// The heading of the card; also the title of the document.
#[component]
pub fn AuthTitle(
    /// What it says.
    #[prop(into)]
    title: String,
) -> impl IntoView {
    view! {
        <Title text=title.clone()/>
        <h1>{title}</h1>
    }
    .into_any()
}
