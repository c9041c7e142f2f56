//! Tabs: several views of one thing, one at a time.
//!
//! The one invariant: the chosen tab alone is in the tab order, and the arrow keys choose its neighbours.

use super::menu::{Step, focus_step};
use leptos::html;
use leptos::prelude::*;

/// One tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tab {
    /// Names it in `selected` and ties it to its [`TabPanel`].
    pub id: &'static str,
    /// The words.
    pub label: String,
}

impl Tab {
    /// A tab with its id and its words.
    pub fn new(id: &'static str, label: impl Into<String>) -> Self {
        Self { id, label: label.into() }
    }
}

/// A row of tabs; each wants a [`TabPanel`] with the same id on the same page.
#[component]
pub fn Tabs(
    /// The accessible name of the row.
    #[prop(into)]
    label: String,
    /// The tabs, in order.
    tabs: Vec<Tab>,
    /// The id of the chosen one.
    selected: RwSignal<String>,
) -> impl IntoView {
    let list = NodeRef::<html::Div>::new();
    let keys = move |event: leptos::ev::KeyboardEvent| {
        if let (Some(step), Some(list)) = (Step::horizontal(&event.key()), list.get_untracked()) {
            event.prevent_default();
            focus_step(&list, "[role=tab]", step);
        }
    };
    let tab = |tab: Tab| view! { <TabButton tab selected/> };
    view! {
        <div class="tab-list" role="tablist" aria-label=label node_ref=list on:keydown=keys>
            {tabs.into_iter().map(tab).collect_view()}
        </div>
    }
    .into_any()
}

#[component]
fn TabButton(tab: Tab, selected: RwSignal<String>) -> impl IntoView {
    let id = tab.id;
    let is_chosen = move || selected.with(|selected| selected == id);
    view! {
        <button
            type="button" role="tab" class="tab-button" id=format!("tab-{id}")
            aria-selected=move || if is_chosen() { "true" } else { "false" }
            aria-controls=move || is_chosen().then(|| format!("panel-{id}"))
            tabindex=move || if is_chosen() { "0" } else { "-1" }
            on:click=move |_| selected.set(id.to_owned())
            on:focus=move |_| selected.set(id.to_owned())
        >
            {tab.label}
        </button>
    }
}

/// What one tab shows; it exists only while its tab is chosen.
#[component]
pub fn TabPanel(
    /// The id of its tab.
    id: &'static str,
    /// The id of the chosen tab.
    selected: RwSignal<String>,
    /// What it shows.
    children: ChildrenFn,
) -> impl IntoView {
    let is_chosen = move || selected.with(|selected| selected == id);
    let children = StoredValue::new(children);
    view! {
        <div
            class="tab-panel" role="tabpanel" id=format!("panel-{id}") aria-labelledby=format!("tab-{id}")
            hidden=move || !is_chosen()
        >
            <Show when=is_chosen>{children.with_value(|children| children())}</Show>
        </div>
    }
    .into_any()
}
