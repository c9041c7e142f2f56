//! Invitations: who is asked and has not answered; each can be sent again or taken back.

use super::api::{RevokeInvitation, list_invitations, resend_invitation};
use super::invite::SentLink;
use super::role_label;
use crate::features::identity::use_confirming;
use crate::ui::{Badge, Button, ButtonSize, Dialog, ResourceView, Table, TableSkeleton, Time, Tone, use_toasts};
use domain::InvitationId;
use domain::team::{InvitationSent, InvitationSummary, NewInvitation};
use leptos::prelude::*;

/// What can be done with an invitation.
#[derive(Clone, Copy)]
struct RowActions {
    revoke: ServerAction<RevokeInvitation>,
    resend: Action<InvitationId, ()>,
}

/// The table "Invitations"; nothing while there are none.
#[component]
pub fn Invitations(
    /// Changes when one was sent, or may have been taken back with what its maker was.
    changed: RwSignal<u32>,
) -> impl IntoView {
    let revoke = ServerAction::<RevokeInvitation>::new();
    let (showing, link) = (RwSignal::new(false), RwSignal::new(None::<InvitationSent>));
    let (toasts, confirming) = (use_toasts(), use_confirming());
    let resend = Action::new(move |&id: &InvitationId| async move {
        match confirming.run(move || resend_invitation(id, NewInvitation::USUAL_DAYS)).await {
            Ok(renewed) => {
                link.set(Some(renewed));
                showing.set(true);
                changed.update(|count| *count += 1);
            }
            Err(error) => toasts.app_error(&error),
        }
    });
    Effect::new(move |_| match revoke.value().get() {
        Some(Ok(())) => toasts.success("The invitation is revoked; its link does not work any more."),
        Some(Err(error)) => toasts.app_error(&error),
        None => {}
    });
    let invitations = Resource::new(move || (changed.get(), revoke.version().get()), |_| list_invitations());
    let actions = RowActions { revoke, resend };
    view! {
        <section class="flow">
            <h2 class="section-title">"Invitations"</h2>
            <ResourceView resource=invitations skeleton=|| view! { <TableSkeleton rows=2/> } let:invitations>
                <InvitationTable invitations actions/>
            </ResourceView>
        </section>
        <Dialog open=showing title="A new link" description="The link that was sent before does not work any more.">
            {move || link.get().map(|sent| view! { <SentLink sent open=showing/> })}
        </Dialog>
    }
    .into_any()
}

#[component]
fn InvitationTable(invitations: Vec<InvitationSummary>, actions: RowActions) -> impl IntoView {
    if invitations.is_empty() {
        return view! { <p class="cell-note">"Nobody is invited at the moment."</p> }.into_any();
    }
    let note =
        "Whoever made one that is not valid may not invite with this role any more. Who may makes it theirs, and valid, with “New link”.";
    let has_void = invitations.iter().any(|invitation| invitation.is_void && !invitation.is_expired);
    view! {
        <Table label="Invitations">
            <thead>
                <tr>
                    <th scope="col">"Email"</th>
                    <th scope="col" class="wide-only">"Name"</th>
                    <th scope="col">"Role"</th>
                    <th scope="col">"Link works until"</th>
                    <th scope="col" class="actions"><span class="sr-only">"Action"</span></th>
                </tr>
            </thead>
            <tbody>{invitations.into_iter().map(|invitation| view! { <InvitationRow invitation actions/> }).collect_view()}</tbody>
        </Table>
        {has_void.then(|| view! { <p class="cell-note">{note}</p> })}
    }
    .into_any()
}

#[component]
fn InvitationRow(invitation: InvitationSummary, actions: RowActions) -> impl IntoView {
    let id = invitation.id;
    let trouble = match (invitation.is_expired, invitation.is_void) {
        (true, _) => Some("Expired"),
        (false, true) => Some("Not valid"),
        (false, false) => None,
    };
    view! {
        <tr>
            <td class="cell-title">{invitation.email}</td>
            <td class="wide-only">{invitation.name}</td>
            <td>{role_label(invitation.role)}</td>
            <td>
                <div class="row">
                    <Time at=invitation.expires_at/>
                    {trouble.map(|trouble| view! { <Badge tone=Tone::Warning>{trouble}</Badge> })}
                </div>
            </td>
            <td class="actions">
                <div class="row">
                    <Button size=ButtonSize::Small on_click=move || { actions.resend.dispatch(id); }>"New link"</Button>
                    <Button size=ButtonSize::Small on_click=move || { actions.revoke.dispatch(RevokeInvitation { id }); }>"Revoke"</Button>
                </div>
            </td>
        </tr>
    }
    .into_any()
}
