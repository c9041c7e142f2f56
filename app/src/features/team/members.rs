//! Members: the table of people in the team, and what can be done about each.

use super::api::list_members;
use super::member_dialogs::MemberDialogs;
use super::role_label;
use crate::ui::{
    Badge, Included, Menu, MenuItem, MenuSeparator, ResourceView, Table, TableSkeleton, Time, TimeStyle, Tone, includes, may, use_viewer,
};
use domain::Permission;
use domain::licences::Feature;
use domain::team::MemberSummary;
use icondata_lu as lu;
use leptos::prelude::*;

/// What is to be done about a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberAct {
    /// Other roles.
    Roles,
    /// Keeping them out.
    Suspend,
    /// Letting them in again.
    Reinstate,
    /// Seeing the team as they do.
    ViewAs,
    /// Making them the owner.
    HandOver,
    /// Taking them out of the team.
    Remove,
}

/// The member something is to be done about, and what.
pub type Chosen = RwSignal<Option<(MemberSummary, MemberAct)>>;

/// The table "Members".
#[component]
pub fn Members(
    /// Something was done about a member.
    #[prop(into)]
    on_changed: Callback<()>,
) -> impl IntoView {
    let members = Resource::new(|| (), |()| list_members());
    let chosen: Chosen = RwSignal::new(None);
    let reload = Callback::new(move |()| {
        members.refetch();
        on_changed.run(());
    });
    let owns = owns();
    view! {
        <ResourceView resource=members skeleton=|| view! { <TableSkeleton/> } let:members><MemberTable members chosen/></ResourceView>
        <Show when=move || owns.get()><Included feature=Feature::ViewAs/></Show>
        <MemberDialogs chosen on_changed=reload/>
    }
    .into_any()
}

/// Whether the viewer owns the team.
fn owns() -> Signal<bool> {
    let viewer = use_viewer();
    Signal::derive(move || viewer.with(|viewer| viewer.is_owner))
}

#[component]
fn MemberTable(members: Vec<MemberSummary>, chosen: Chosen) -> impl IntoView {
    let manages = may(Permission::ManageMembers);
    let rows = members.into_iter().map(|member| view! { <MemberRow member chosen/> }).collect_view();
    view! {
        <Table label="Members">
            <thead>
                <tr>
                    <th scope="col">"Name"</th>
                    <th scope="col">"Email"</th>
                    <th scope="col">"Role"</th>
                    <th scope="col" class="wide-only">"Joined"</th>
                    <Show when=move || manages.get()><th scope="col" class="actions"><span class="sr-only">"Actions"</span></th></Show>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </Table>
    }
    .into_any()
}

#[component]
fn MemberRow(member: MemberSummary, chosen: Chosen) -> impl IntoView {
    let manages = may(Permission::ManageMembers);
    let roles: Vec<&str> = member.roles.iter().copied().map(role_label).collect();
    let row = StoredValue::new(member.clone());
    view! {
        <tr>
            <td>
                <div class="row">
                    <span class="cell-title">{member.name}</span>
                    {member.suspended_at.map(|_| view! { <Badge tone=Tone::Warning>"Suspended"</Badge> })}
                </div>
            </td>
            <td>{member.email}</td>
            <td>{roles.join(", ")}</td>
            <td class="wide-only"><Time at=member.joined_at style=TimeStyle::Date/></td>
            <Show when=move || manages.get()>
                <td class="actions">
                    <Show when=move || row.with_value(|member| member.is_changeable)><MemberMenu member=row.get_value() chosen/></Show>
                </td>
            </Show>
        </tr>
    }
    .into_any()
}

#[component]
fn MemberMenu(member: MemberSummary, chosen: Chosen) -> impl IntoView {
    let viewer = use_viewer();
    // Both are the owner's alone, whoever else may manage the team.
    let (owns, views) = (owns(), includes(Feature::ViewAs));
    let id = member.user_id;
    let is_self = Signal::derive(move || viewer.with(|viewer| viewer.user_id == id));
    let is_suspended = member.suspended_at.is_some();
    let label = format!("Actions for {}", if member.name.is_empty() { &member.email } else { &member.name });
    let member = StoredValue::new(member);
    let choose = move |act: MemberAct| chosen.set(Some((member.get_value(), act)));
    view! {
        <Menu label>
            <MenuItem label="Change roles" icon=lu::LuUserCog on_select=move || choose(MemberAct::Roles)/>
            <Show when=move || !is_self.get()>
                <Show
                    when=move || is_suspended
                    fallback=move || view! { <MenuItem label="Suspend" icon=lu::LuUserX on_select=move || choose(MemberAct::Suspend)/> }
                >
                    <MenuItem label="Reinstate" icon=lu::LuUserCheck on_select=move || choose(MemberAct::Reinstate)/>
                </Show>
                <Show when=move || owns.get() && !is_suspended>
                    <Show when=move || views.get()><MenuItem label="View as" icon=lu::LuEye on_select=move || choose(MemberAct::ViewAs)/></Show>
                    <MenuItem label="Hand over ownership" icon=lu::LuCrown on_select=move || choose(MemberAct::HandOver)/>
                </Show>
                <MenuSeparator/>
                <MenuItem label="Remove from team" icon=lu::LuTrash2 danger=true on_select=move || choose(MemberAct::Remove)/>
            </Show>
        </Menu>
    }
    .into_any()
}
