//! Skeletons: the shape of what is being loaded, so that nothing moves when it arrives.

use leptos::prelude::*;

/// The shape of a list.
#[component]
pub fn ListSkeleton(
    /// How many rows.
    #[prop(default = 6)]
    rows: usize,
) -> impl IntoView {
    let row = |_| view! { <div class="skeleton-row"><span class="bone bone-title"></span><span class="bone bone-line"></span></div> };
    view! { <Loading>{(0..rows).map(row).collect_view()}</Loading> }.into_any()
}

/// The shape of a table.
#[component]
pub fn TableSkeleton(
    /// How many rows.
    #[prop(default = 6)]
    rows: usize,
    /// How many columns.
    #[prop(default = 4)]
    columns: usize,
) -> impl IntoView {
    let cell = |_| view! { <span class="bone bone-cell"></span> };
    let row = move |_| view! { <div class="skeleton-cells">{(0..columns).map(cell).collect_view()}</div> };
    view! { <Loading>{(0..rows).map(row).collect_view()}</Loading> }.into_any()
}

/// The shape of a conversation.
#[component]
pub fn MessagesSkeleton() -> impl IntoView {
    view! {
        <Loading>
            <div class="skeleton-messages">
                <span class="bone bone-bubble"></span>
                <span class="bone bone-line"></span>
                <span class="bone bone-line"></span>
                <span class="bone bone-title"></span>
                <span class="bone bone-bubble"></span>
                <span class="bone bone-line"></span>
                <span class="bone bone-line"></span>
            </div>
        </Loading>
    }
    .into_any()
}

/// The shape of a form.
#[component]
pub fn FormSkeleton() -> impl IntoView {
    let field = |_| view! { <div class="skeleton-field"><span class="bone bone-label"></span><span class="bone bone-input"></span></div> };
    view! { <Loading>{(0..4).map(field).collect_view()}</Loading> }.into_any()
}

/// Names the shape for assistive technology.
#[component]
fn Loading(children: Children) -> impl IntoView {
    view! {
        <div class="skeleton-place" role="status">
            <span class="sr-only">"Loading"</span>
            <div aria-hidden="true">{children()}</div>
        </div>
    }
}
