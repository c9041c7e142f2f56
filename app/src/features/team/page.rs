//! The team screen: members, and invitations for those who may invite.

use super::invitations::Invitations;
use super::invite::InviteDialog;
use super::members::Members;
use crate::ui::{Button, ButtonVariant, PageBody, PageHeader, may};
use domain::Permission;
use icondata_lu as lu;
use leptos::prelude::*;

/// The team screen.
#[component]
pub fn TeamPage() -> impl IntoView {
    let manages = may(Permission::ManageMembers);
    let inviting = RwSignal::new(false);
    // Counts what was sent, so that the table of invitations is asked for again.
    let sent = RwSignal::new(0_u32);
    view! {
        <PageBody>
            <PageHeader title="Team" description="Who works in this team, and as what.">
                <Show when=move || manages.get()>
                    <Button variant=ButtonVariant::Primary icon=lu::LuUserPlus on_click=move || inviting.set(true)>"Invite member"</Button>
                </Show>
            </PageHeader>
            <div class="flow">
                <Members/>
                <Show when=move || manages.get()>
                    <Invitations sent/>
                    <InviteDialog open=inviting on_sent=move || sent.update(|count| *count += 1)/>
                </Show>
            </div>
        </PageBody>
    }
    .into_any()
}
