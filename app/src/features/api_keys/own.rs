//! Own: the keys one has made in the team one works in, and making another.

use super::api::list_own_api_keys;
use super::create::CreateDialog;
use super::row::{Chosen, KeyDialogs, KeyHead, KeyRow};
use crate::ui::{Button, Card, Included, ResourceView, Table, TableSkeleton, use_viewer};
use domain::api_keys::ApiKeySummary;
use domain::licences::Feature;
use leptos::prelude::*;

/// The card on the account screen.
#[component]
pub fn OwnKeysCard() -> impl IntoView {
    let viewer = use_viewer();
    let changed = RwSignal::new(0_u32);
    let keys = Resource::new(move || changed.get(), |_| list_own_api_keys());
    let (creating, chosen): (_, Chosen) = (RwSignal::new(false), RwSignal::new(None));
    let reload = move || changed.update(|count| *count += 1);
    view! {
        <Card title="API keys" description="With a key a program works here as you, in this team, within what you let it do. Times are UTC.">
            <ResourceView resource=keys skeleton=|| view! { <TableSkeleton rows=2/> } let:keys><OwnKeys keys chosen/></ResourceView>
            <div>
                <Included feature=Feature::Api><Button on_click=move || creating.set(true)>"Create API key…"</Button></Included>
            </div>
        </Card>
        <CreateDialog open=creating team=Signal::derive(move || viewer.with(|viewer| viewer.team_name.clone())) on_made=reload/>
        <KeyDialogs chosen on_done=reload/>
    }
    .into_any()
}

#[component]
fn OwnKeys(keys: Vec<ApiKeySummary>, chosen: Chosen) -> impl IntoView {
    if keys.is_empty() {
        return view! { <p class="cell-note">"You have no API key in this team."</p> }.into_any();
    }
    view! {
        <Table label="API keys">
            <KeyHead has_owner=false/>
            <tbody>{keys.into_iter().map(|key| view! { <KeyRow key has_owner=false chosen=Some(chosen)/> }).collect_view()}</tbody>
        </Table>
    }
    .into_any()
}
