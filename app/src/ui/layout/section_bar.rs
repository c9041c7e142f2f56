//! Section bar: the screens of one section, above each of them.

use crate::browser::{animation_frame, scroll};
use crate::ui::viewer::{may, use_viewer};
use domain::Permission;
use leptos::html;
use leptos::prelude::*;
use leptos_router::components::A;

/// The screens of the team that the viewer may enter.
#[component]
pub fn TeamSections() -> impl IntoView {
    let (members, audits, sets_up) = (may(Permission::ViewMembers), may(Permission::ViewAudit), may(Permission::ManageTeam));
    let enters = Signal::derive(move || members.get() || audits.get() || sets_up.get());
    view! {
        <Bar label="Team" when=enters>
            <Show when=move || members.get()>
                <ScreenLink href="/team" label="Members"/>
                <ScreenLink href="/team/groups" label="Groups"/>
            </Show>
            <Show when=move || audits.get()><ScreenLink href="/team/audit" label="Audit trail"/></Show>
            <Show when=move || sets_up.get()><ScreenLink href="/team/settings" label="Settings"/></Show>
        </Bar>
    }
    .into_any()
}

/// The screens of the installation, for system administrators; nothing for others.
#[component]
pub fn AdminSections() -> impl IntoView {
    let viewer = use_viewer();
    let models = may(Permission::ManageModels);
    let administers = Signal::derive(move || viewer.with(|viewer| viewer.is_system_administrator));
    view! {
        <Bar label="Administration" when=administers>
            <Show when=move || models.get()><ScreenLink href="/admin/models" label="Models"/></Show>
            <ScreenLink href="/admin/people" label="People"/>
            <ScreenLink href="/admin/roles" label="Roles"/>
            <ScreenLink href="/admin/sign-in" label="Sign-in"/>
            <ScreenLink href="/admin/mails" label="Mails"/>
            <ScreenLink href="/admin/licences" label="Licences"/>
            <ScreenLink href="/admin/audit" label="Audit trail"/>
        </Bar>
    }
    .into_any()
}

#[component]
fn Bar(label: &'static str, when: Signal<bool>, children: ChildrenFn) -> impl IntoView {
    let children = StoredValue::new(children);
    let list = NodeRef::<html::Ul>::new();
    // On a phone the screen one is on may be beyond the edge.
    list.on_load(|list| {
        animation_frame::next(move || {
            if let Ok(Some(current)) = list.query_selector("[aria-current]") {
                scroll::into_view_sideways(&current);
            }
        });
    });
    view! {
        <Show when=move || when.get()>
            <nav class="section-bar" aria-label=label><ul class="tab-list" node_ref=list>{children.with_value(|children| children())}</ul></nav>
        </Show>
    }
    .into_any()
}

#[component]
fn ScreenLink(href: &'static str, label: &'static str) -> impl IntoView {
    view! { <li><A href=href exact=true attr:class="tab-button">{label}</A></li> }
}
