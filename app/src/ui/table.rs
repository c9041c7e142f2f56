//! Table: rows that are compared with each other.

use leptos::prelude::*;

/// A table with an accessible name that scrolls sideways inside itself on narrow screens.
/// Cells of class `num` hold figures, cells of class `actions` the row's menu.
#[component]
pub fn Table(
    /// Its accessible name.
    #[prop(into)]
    label: String,
    /// Its head, usually a [`super::TableHead`], and `<tbody>`.
    children: Children,
) -> impl IntoView {
    let place = format!("{label}, scrollable");
    view! {
        <div class="table-place" role="group" tabindex="0" aria-label=place>
            <table class="table-grid" aria-label=label>{children()}</table>
        </div>
    }
    .into_any()
}
