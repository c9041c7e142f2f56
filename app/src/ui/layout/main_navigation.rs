//! Main navigation: the sections the viewer may enter.

use crate::ui::icon::{Icon, IconDrawing};
use crate::ui::viewer::{may, use_viewer};
use domain::{Permission, ViewerInfo};
use icondata_lu as lu;
use leptos::prelude::*;
use leptos_router::components::A;

/// The sections, in the order of how often they are needed.
#[component]
pub fn MainNavigation() -> impl IntoView {
    let viewer = use_viewer();
    let (chats, datasets, prompts) = (may(Permission::ViewChats), may(Permission::ViewDatasets), may(Permission::ViewPrompts));
    let team = move || viewer.with(first_of_team);
    let administers = move || viewer.with(|viewer| viewer.is_system_administrator);
    view! {
        <nav class="main-navigation" aria-label="Sections">
            <ul>
                <Show when=move || chats.get()><SectionLink href="/chat" label="Chats" icon=lu::LuMessagesSquare/></Show>
                <Show when=move || datasets.get()><SectionLink href="/datasets" label="Datasets" icon=lu::LuLibraryBig/></Show>
                <Show when=move || prompts.get()><SectionLink href="/prompts" label="Prompts" icon=lu::LuNotebookPen/></Show>
                {move || team().map(|href| view! { <SectionLink href label="Team" icon=lu::LuUsers/> })}
                <Show when=administers><SectionLink href="/admin/models" label="Admin" icon=lu::LuShield/></Show>
            </ul>
        </nav>
    }
    .into_any()
}

/// The first of the team's screens that they may enter.
fn first_of_team(viewer: &ViewerInfo) -> Option<&'static str> {
    let screens = [(Permission::ViewMembers, "/team"), (Permission::ViewAudit, "/team/audit"), (Permission::ManageTeam, "/team/settings")];
    screens.into_iter().find(|(permission, _)| viewer.may(*permission)).map(|(_, href)| href)
}

#[component]
fn SectionLink(href: &'static str, label: &'static str, icon: IconDrawing) -> impl IntoView {
    view! {
        <li>
            <A href=href attr:class="section-link"><Icon icon/><span>{label}</span></A>
        </li>
    }
}
