//! Invitations: who is asked and has not answered; each can be taken back.

use super::api::{RevokeInvitation, list_invitations};
use super::role_label;
use crate::ui::{Button, ButtonSize, ResourceView, Table, TableSkeleton, Time, use_toasts};
use domain::team::InvitationSummary;
use leptos::prelude::*;

/// The table "Invitations"; nothing while there are none.
#[component]
pub fn Invitations(
    /// Changes when one was sent.
    sent: RwSignal<u32>,
) -> impl IntoView {
    let revoke = ServerAction::<RevokeInvitation>::new();
    let toasts = use_toasts();
    Effect::new(move |_| match revoke.value().get() {
        Some(Ok(())) => toasts.success("The invitation is revoked; its link does not work any more."),
        Some(Err(error)) => toasts.app_error(&error),
        None => {}
    });
    let invitations = Resource::new(move || (sent.get(), revoke.version().get()), |_| list_invitations());
    view! {
        <section class="flow">
            <h2 class="section-title">"Invitations"</h2>
            <ResourceView resource=invitations skeleton=|| view! { <TableSkeleton rows=2/> } let:invitations>
                <InvitationTable invitations revoke/>
            </ResourceView>
        </section>
    }
    .into_any()
}

#[component]
fn InvitationTable(invitations: Vec<InvitationSummary>, revoke: ServerAction<RevokeInvitation>) -> impl IntoView {
    if invitations.is_empty() {
        return view! { <p class="cell-note">"Nobody is invited at the moment."</p> }.into_any();
    }
    let row = move |invitation: InvitationSummary| {
        let id = invitation.id;
        view! {
            <tr>
                <td class="cell-title">{invitation.email}</td>
                <td>{role_label(invitation.role)}</td>
                <td><Time at=invitation.expires_at/></td>
                <td class="actions">
                    <Button size=ButtonSize::Small on_click=move || { revoke.dispatch(RevokeInvitation { id }); }>"Revoke"</Button>
                </td>
            </tr>
        }
    };
    view! {
        <Table label="Invitations">
            <thead><tr><th scope="col">"Email"</th><th scope="col">"Role"</th><th scope="col">"Link works until"</th><th scope="col" class="actions"><span class="sr-only">"Action"</span></th></tr></thead>
            <tbody>{invitations.into_iter().map(row).collect_view()}</tbody>
        </Table>
    }
    .into_any()
}
