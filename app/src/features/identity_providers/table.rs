//! The table of providers, with what can be done to each.

use super::dialog::ReportLine;
use crate::ui::{Badge, Column, Menu, MenuItem, MenuSeparator, Table, TableHead, Tone};
use domain::IdentityProviderId;
use domain::identity_providers::{IdentityProviderReport, IdentityProviderSummary};
use icondata_lu as lu;
use leptos::prelude::*;
use std::collections::HashMap;

/// What the last test of each provider found.
pub type Reports = RwSignal<HashMap<IdentityProviderId, IdentityProviderReport>>;

/// What a row can ask its screen to do.
#[derive(Clone, Copy)]
pub struct RowActions {
    /// Opens the form.
    pub edit: Callback<IdentityProviderSummary>,
    /// Asks the provider.
    pub test: Callback<IdentityProviderSummary>,
    /// Opens what leads there and back.
    pub try_out: Callback<IdentityProviderSummary>,
    /// Turns it on or off.
    pub toggle: Callback<IdentityProviderSummary>,
    /// Opens the question whether to remove it.
    pub remove: Callback<IdentityProviderSummary>,
}

/// All providers.
#[component]
pub fn ProviderTable(
    /// What is shown.
    providers: Vec<IdentityProviderSummary>,
    /// What tests found.
    reports: Reports,
    /// What rows can ask for.
    actions: RowActions,
) -> impl IntoView {
    let columns = vec![Column::of("Provider"), Column::of("State"), Column::wide_figures("People"), Column::actions("Actions")];
    let rows = providers.into_iter().map(|provider| view! { <ProviderRow provider reports actions/> }).collect_view();
    view! {
        <Table label="Identity providers">
            <TableHead columns/>
            <tbody>{rows}</tbody>
        </Table>
    }
    .into_any()
}

#[component]
fn ProviderRow(provider: IdentityProviderSummary, reports: Reports, actions: RowActions) -> impl IntoView {
    let id = provider.id;
    let report = move || reports.with(|reports| reports.get(&id).cloned()).map(|report| view! { <ReportLine report/> });
    let (tone, word) = if provider.is_enabled { (Tone::Success, "On") } else { (Tone::Neutral, "Off") };
    let new_people = if provider.draft.creates_accounts { "makes accounts" } else { "makes no accounts" };
    view! {
        <tr>
            <td>
                <span class="cell-title">{provider.draft.name.clone()}</span>
                <p class="cell-note">{format!("{} · {new_people}", provider.draft.issuer)}</p>
                <p class="cell-note provider-callback">"Sends people back to "{provider.callback.clone()}</p>
                <div role="status">{report}</div>
            </td>
            <td><Badge tone>{word}</Badge></td>
            <td class="num wide-only">{provider.people}</td>
            <td class="actions"><ProviderMenu provider actions/></td>
        </tr>
    }
    .into_any()
}

#[component]
fn ProviderMenu(provider: IdentityProviderSummary, actions: RowActions) -> impl IntoView {
    let label = format!("Actions for {}", provider.draft.name);
    let is_enabled = provider.is_enabled;
    let provider = StoredValue::new(provider);
    let (toggle, icon) = if is_enabled { ("Turn off", lu::LuPowerOff) } else { ("Turn on", lu::LuPower) };
    view! {
        <Menu label>
            <MenuItem label="Edit" icon=lu::LuPencil on_select=move || actions.edit.run(provider.get_value())/>
            <MenuItem label="Test" icon=lu::LuPlugZap on_select=move || actions.test.run(provider.get_value())/>
            <MenuItem label="Try signing in" icon=lu::LuLogIn on_select=move || actions.try_out.run(provider.get_value())/>
            <MenuItem label=toggle icon=icon on_select=move || actions.toggle.run(provider.get_value())/>
            <MenuSeparator/>
            <MenuItem label="Remove" icon=lu::LuTrash2 danger=true on_select=move || actions.remove.run(provider.get_value())/>
        </Menu>
    }
    .into_any()
}
