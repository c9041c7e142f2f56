//! The team screen: members, invitations for those who may invite, and API keys for those who may see them.

use super::import::ImportDialog;
use super::invitations::Invitations;
use super::invite::InviteDialog;
use super::members::Members;
use crate::features::api_keys::TeamKeys;
use crate::ui::layout::TeamSections;
use crate::ui::{Button, ButtonVariant, PageBody, PageHeader, may};
use domain::Permission;
use icondata_lu as lu;
use leptos::prelude::*;

pub use super::groups::GroupsPage;
pub use super::open_team::OpenTeamPage;
pub use super::settings::TeamSettingsPage;

/// The team screen.
#[component]
pub fn TeamPage() -> impl IntoView {
    let (manages, sees_keys) = (may(Permission::ManageMembers), may(Permission::ViewKeys));
    let (inviting, importing) = (RwSignal::new(false), RwSignal::new(false));
    // Counts what was sent or done about a member, so that the table of invitations is asked for again: some end with what their maker was.
    let changed = RwSignal::new(0_u32);
    let count = move || changed.update(|count| *count += 1);
    view! {
        <TeamSections/>
        <PageBody>
            <PageHeader title="Team" description="Who works in this team, and as what.">
                <Show when=move || manages.get()>
                    <Button icon=lu::LuFileUp on_click=move || importing.set(true)>"Import members"</Button>
                    <Button variant=ButtonVariant::Primary icon=lu::LuUserPlus on_click=move || inviting.set(true)>"Invite member"</Button>
                </Show>
            </PageHeader>
            <div class="flow">
                <Members on_changed=count/>
                <Show when=move || manages.get()>
                    <Invitations changed/>
                    <InviteDialog open=inviting on_sent=count/>
                    <ImportDialog open=importing on_sent=count/>
                </Show>
                <Show when=move || sees_keys.get()><TeamKeys/></Show>
            </div>
        </PageBody>
    }
    .into_any()
}
