//! Members: the table of people in the team.

use super::api::list_members;
use super::role_label;
use crate::ui::{ResourceView, Table, TableSkeleton, Time, TimeStyle};
use domain::team::MemberSummary;
use leptos::prelude::*;

/// The table "Members".
#[component]
pub fn Members() -> impl IntoView {
    let members = Resource::new(|| (), |()| list_members());
    view! {
        <ResourceView resource=members skeleton=|| view! { <TableSkeleton/> } let:members><MemberTable members/></ResourceView>
    }
    .into_any()
}

#[component]
fn MemberTable(members: Vec<MemberSummary>) -> impl IntoView {
    let row = |member: MemberSummary| {
        let roles: Vec<&str> = member.roles.iter().copied().map(role_label).collect();
        view! {
            <tr>
                <td class="cell-title">{member.name}</td>
                <td>{member.email}</td>
                <td>{roles.join(", ")}</td>
                <td><Time at=member.joined_at style=TimeStyle::Date/></td>
            </tr>
        }
    };
    view! {
        <Table label="Members">
            <thead><tr><th scope="col">"Name"</th><th scope="col">"Email"</th><th scope="col">"Role"</th><th scope="col">"Joined"</th></tr></thead>
            <tbody>{members.into_iter().map(row).collect_view()}</tbody>
        </Table>
    }
    .into_any()
}
