//! Team: everybody's keys in the team, for those who may see them; revoked by those who may.

use super::api::list_team_api_keys;
use super::row::{Chosen, KeyDialogs, KeyHead, KeyRow};
use crate::ui::{Included, ResourceView, Table, TableSkeleton, may};
use domain::Permission;
use domain::api_keys::ApiKeySummary;
use domain::licences::Feature;
use leptos::prelude::*;

/// The section on the team screen.
#[component]
pub fn TeamKeys() -> impl IntoView {
    let changed = RwSignal::new(0_u32);
    let keys = Resource::new(move || changed.get(), |_| list_team_api_keys());
    let chosen: Chosen = RwSignal::new(None);
    view! {
        <section class="flow">
            <h2 class="section-title">"API keys"</h2>
            <Included feature=Feature::Api/>
            <ResourceView resource=keys skeleton=|| view! { <TableSkeleton rows=2/> } let:keys><Keys keys chosen/></ResourceView>
        </section>
        <KeyDialogs chosen on_done=move || changed.update(|count| *count += 1)/>
    }
    .into_any()
}

#[component]
fn Keys(keys: Vec<ApiKeySummary>, chosen: Chosen) -> impl IntoView {
    if keys.is_empty() {
        return view! { <p class="cell-note">"Nobody has an API key in this team. Everybody makes their own on their account page."</p> }
            .into_any();
    }
    let manages = may(Permission::ManageKeys);
    let rows = move || {
        let chosen = manages.get().then_some(chosen);
        keys.clone().into_iter().map(|key| view! { <KeyRow key has_owner=true chosen/> }).collect_view()
    };
    view! { <Table label="API keys of the team"><KeyHead has_owner=true/><tbody>{rows}</tbody></Table> }.into_any()
}
