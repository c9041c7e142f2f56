//! Main navigation: the sections the viewer may enter.

use crate::ui::icon::{Icon, IconDrawing};
use crate::ui::viewer::{may, use_viewer};
use domain::Permission;
use icondata_lu as lu;
use leptos::prelude::*;
use leptos_router::components::A;

/// The sections, in the order of how often they are needed.
#[component]
pub fn MainNavigation() -> impl IntoView {
    let viewer = use_viewer();
    let (datasets, prompts, members) = (may(Permission::ViewDatasets), may(Permission::ViewPrompts), may(Permission::ViewMembers));
    let administers = move || viewer.with(|viewer| viewer.is_system_administrator);
    view! {
        <nav class="main-navigation" aria-label="Sections">
            <ul>
                <SectionLink href="/chat" label="Chats" icon=lu::LuMessagesSquare/>
                <Show when=move || datasets.get()><SectionLink href="/datasets" label="Datasets" icon=lu::LuLibraryBig/></Show>
                <Show when=move || prompts.get()><SectionLink href="/prompts" label="Prompts" icon=lu::LuNotebookPen/></Show>
                <Show when=move || members.get()><SectionLink href="/team" label="Team" icon=lu::LuUsers/></Show>
                <Show when=administers><SectionLink href="/admin/models" label="Admin" icon=lu::LuShield/></Show>
            </ul>
        </nav>
    }
    .into_any()
}

#[component]
fn SectionLink(href: &'static str, label: &'static str, icon: IconDrawing) -> impl IntoView {
    view! {
        <li>
            <A href=href attr:class="section-link"><Icon icon/><span>{label}</span></A>
        </li>
    }
}
