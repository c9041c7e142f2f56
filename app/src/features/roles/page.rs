//! The matrix of roles and permissions.

use super::api::{change_role, read_roles};
use crate::features::identity::use_confirming;
use crate::features::team::role_label;
use crate::ui::layout::AdminSections;
use crate::ui::{LiveView, PageBody, PageHeader, Table, TableSkeleton, TickBox, use_toasts};
use domain::roles::{RoleChange, RoleMatrix, RoleMatrixRow};
use domain::{Permission, Role};
use leptos::prelude::*;

/// What each role may do, for system administrators; for others there is nothing here.
#[component]
pub fn RolesPage() -> impl IntoView {
    let matrix = Resource::new(|| (), |()| read_roles());
    let reload = Callback::new(move |()| matrix.refetch());
    view! {
        <AdminSections/>
        <PageBody>
            <LiveView resource=matrix skeleton=|| view! { <TableSkeleton/> } let:matrix><RolesScreen matrix reload/></LiveView>
        </PageBody>
    }
    .into_any()
}

#[component]
fn RolesScreen(matrix: Signal<RoleMatrix>, reload: Callback<()>) -> impl IntoView {
    let (toasts, confirming) = (use_toasts(), use_confirming());
    let change = Action::new(move |change: &RoleChange| {
        let change = *change;
        async move {
            match confirming.run(move || change_role(change)).await {
                Ok(_) => toasts.success(sentence(change)),
                Err(error) => toasts.app_error(&error),
            }
            reload.run(());
        }
    });
    let rows = matrix.with_untracked(|matrix| matrix.rows.clone());
    let row = move |row: RoleMatrixRow| view! { <PermissionRow row matrix change/> };
    view! {
        <PageHeader
            title="Roles"
            description="What each role may do, in all teams of this installation. Who holds several roles may do what any of them allows. A change holds from everybody’s next request on."
        />
        <div class="flow">
            <Table label="Roles and permissions">
                <thead>
                    <tr>
                        <th scope="col">"About"</th>
                        <th scope="col">"Permission"</th>
                        {Role::ALL.iter().map(|role| view! { <th scope="col">{role_label(*role)}</th> }).collect_view()}
                    </tr>
                </thead>
                <tbody>{rows.into_iter().map(row).collect_view()}</tbody>
            </Table>
            <Notes matrix/>
        </div>
    }
    .into_any()
}

#[component]
fn PermissionRow(row: RoleMatrixRow, matrix: Signal<RoleMatrix>, change: Action<RoleChange, ()>) -> impl IntoView {
    let permission = row.permission;
    let (about, verb) = permission.words();
    let cell = move |role: Role| {
        let is_kept = row.kept_by.contains(&role);
        let has = Signal::derive(move || {
            matrix.with(|matrix| matrix.rows.iter().any(|row| row.permission == permission && row.roles.contains(&role)))
        });
        let label = format!("{} may: {about}, {}", role_label(role), verb.to_lowercase());
        let title = if is_kept { format!("{label} (owners keep this)") } else { label };
        let set = move |granted| {
            change.dispatch(RoleChange { role, permission, granted });
        };
        view! { <td><TickBox label=title checked=has disabled=is_kept on_change=set/></td> }
    };
    view! {
        <tr>
            <td class="cell-title">{about}</td>
            <td>{verb}</td>
            {Role::ALL.iter().copied().map(cell).collect_view()}
        </tr>
    }
    .into_any()
}

/// What the matrix does not hold, and why.
#[component]
fn Notes(matrix: Signal<RoleMatrix>) -> impl IntoView {
    let coming = move || {
        let mut abouts: Vec<&str> = matrix.with(|matrix| matrix.coming.iter().map(|permission| permission.words().0).collect());
        abouts.dedup();
        abouts.join(", ")
    };
    view! {
        <p class="cell-note">"System administrators manage models, roles and the installation, whatever their role in a team. Owners keep the rights without which a team could not be put in order."</p>
        <p class="cell-note">"Not in use yet, so not to be set here: " {coming} ". They appear with their screens."</p>
    }
    .into_any()
}

fn sentence(change: RoleChange) -> String {
    let (about, verb) = Permission::words(change.permission);
    let may = if change.granted { "may now" } else { "may no longer" };
    format!("{} {may}: {}, {}.", role_label(change.role), about.to_lowercase(), verb.to_lowercase())
}
