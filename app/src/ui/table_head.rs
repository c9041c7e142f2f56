//! Table head: what the columns of a table are called.

use leptos::prelude::*;

/// A column, as its head shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    title: &'static str,
    class: &'static str,
    is_only_read_out: bool,
}

impl Column {
    /// A column of words.
    pub const fn of(title: &'static str) -> Self {
        Self { title, class: "", is_only_read_out: false }
    }

    /// A column that narrow screens leave out.
    pub const fn wide_only(title: &'static str) -> Self {
        Self { class: "wide-only", ..Self::of(title) }
    }

    /// A column of figures that narrow screens leave out.
    pub const fn wide_figures(title: &'static str) -> Self {
        Self { class: "num wide-only", ..Self::of(title) }
    }

    /// The column of what can be done with a row; its title is read out and not shown.
    pub const fn actions(title: &'static str) -> Self {
        Self { title, class: "actions", is_only_read_out: true }
    }
}

/// The head of a [`super::Table`].
#[component]
pub fn TableHead(
    /// Its columns, from left to right.
    columns: Vec<Column>,
) -> impl IntoView {
    let cell = |Column { title, class, is_only_read_out }: Column| {
        let title = if is_only_read_out { view! { <span class="sr-only">{title}</span> }.into_any() } else { title.into_any() };
        view! { <th scope="col" class=class>{title}</th> }
    };
    view! { <thead><tr>{columns.into_iter().map(cell).collect_view()}</tr></thead> }.into_any()
}
