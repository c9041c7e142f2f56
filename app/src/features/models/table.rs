//! The table of models, grouped by provider, with what can be done to each.

use super::add_dialog::ConnectionSentence;
use super::provider_dialog::ProviderChange;
use super::state::{ProviderGroup, by_provider, explanation, tokens};
use crate::ui::{Badge, Menu, MenuItem, MenuSeparator, StatusBadge, Table, Tone};
use domain::ModelId;
use domain::models::{ConnectionReport, ModelSummary, ProviderKind};
use icondata_lu as lu;
use leptos::prelude::*;
use std::collections::HashMap;

/// What the last test of each model found; none while it runs.
pub type Reports = RwSignal<HashMap<ModelId, Option<ConnectionReport>>>;

/// What a row can ask its screen to do.
#[derive(Clone, Copy)]
pub struct RowActions {
    /// Makes the model the default.
    pub make_default: Callback<ModelSummary>,
    /// Calls the model.
    pub test: Callback<ModelId>,
    /// Opens the explanation of who may choose the model.
    pub explain: Callback<ModelSummary>,
    /// Opens the dialog that changes the provider.
    pub change_provider: Callback<(ProviderGroup, ProviderChange)>,
    /// Opens the question whether to remove it.
    pub remove: Callback<ModelSummary>,
}

/// All models.
#[component]
pub fn ModelTable(
    /// What is shown.
    models: Signal<Vec<ModelSummary>>,
    /// What tests found.
    reports: Reports,
    /// What rows can ask for.
    actions: RowActions,
) -> impl IntoView {
    let groups = move || {
        let group = |group| view! { <ProviderRows group reports actions/> };
        by_provider(models.get()).into_iter().map(group).collect_view()
    };
    view! {
        <Table label="Models">
            <thead>
                <tr>
                    <th scope="col">"Model"</th>
                    <th scope="col" class="wide-only">"Type"</th>
                    <th scope="col" class="num wide-only">"Context (tokens)"</th>
                    <th scope="col">"State"</th>
                    <th scope="col"><span class="sr-only">"Actions"</span></th>
                </tr>
            </thead>
            {groups}
        </Table>
    }
    .into_any()
}

#[component]
fn ProviderRows(group: ProviderGroup, reports: Reports, actions: RowActions) -> impl IntoView {
    let is_built_in = group.kind == ProviderKind::BuiltIn;
    let note = if is_built_in {
        "Part of Lyceum: nothing to set up, nothing leaves this server.".to_owned()
    } else {
        let key = if group.has_key { "key stored" } else { "no key" };
        format!("{} · {} · {key}", group.kind, group.base_url)
    };
    let rows = group.models.clone().into_iter().map(|model| {
        let provider = group.clone();
        view! { <ModelRow model provider reports actions/> }
    });
    view! {
        <tbody>
            <tr class="table-group">
                <th scope="rowgroup" colspan="5"><span class="cell-title">{group.name.clone()}</span>" "<span class="cell-note">{note}</span></th>
            </tr>
            {rows.collect_view()}
        </tbody>
    }
    .into_any()
}

#[component]
fn ModelRow(model: ModelSummary, provider: ProviderGroup, reports: Reports, actions: RowActions) -> impl IntoView {
    let kind_of = match model.dimensions {
        Some(dimensions) => format!("{}, {dimensions} dimensions", model.model_type),
        None => model.model_type.to_string(),
    };
    view! {
        <tr>
            <td class="model-cell">
                <div class="row">
                    <span class="cell-title">{model.name.clone()}</span>
                    {model.is_default.then(|| view! { <Badge tone=Tone::Accent>"Default"</Badge> })}
                </div>
                {explanation(&model).map(|sentence| view! { <p class="cell-note">{sentence}</p> })}
            </td>
            <td class="wide-only">{kind_of}</td>
            <td class="num wide-only">{tokens(model.context_size)}</td>
            <td class="state-cell"><ModelState model=model.clone() reports/></td>
            <td class="actions"><ModelMenu model provider actions/></td>
        </tr>
    }
    .into_any()
}

/// What is known of a model: what the last test found, else what the server knows by itself.
#[component]
fn ModelState(model: ModelSummary, reports: Reports) -> impl IntoView {
    let id = model.id;
    let state = move || match reports.with(|reports| reports.get(&id).cloned()) {
        Some(Some(report)) => view! { <ConnectionSentence report/> }.into_any(),
        Some(None) => view! { <StatusBadge label="Testing" tone=Tone::Accent busy=true/> }.into_any(),
        None => match model.trouble.clone() {
            Some(sentence) => {
                view! { <ConnectionSentence report=ConnectionReport { is_working: false, sentence, dimensions: None }/> }.into_any()
            }
            None => view! { <StatusBadge label="Ready" tone=Tone::Neutral/> }.into_any(),
        },
    };
    view! { <div role="status">{state}</div> }.into_any()
}

#[component]
fn ModelMenu(model: ModelSummary, provider: ProviderGroup, actions: RowActions) -> impl IntoView {
    let label = format!("Actions for {}", model.name);
    let is_built_in = model.kind == ProviderKind::BuiltIn;
    let is_default = model.is_default;
    let id = model.id;
    let model = StoredValue::new(model);
    let provider = StoredValue::new(provider);
    let change = move |change| actions.change_provider.run((provider.get_value(), change));
    view! {
        <Menu label>
            <MenuItem
                label="Make default" icon=lu::LuStar disabled=is_default
                on_select=move || actions.make_default.run(model.get_value())
            />
            <MenuItem label="Test connection" icon=lu::LuPlugZap on_select=move || actions.test.run(id)/>
            <MenuItem label="Explain access" icon=lu::LuUsers on_select=move || actions.explain.run(model.get_value())/>
            <Show when=move || !is_built_in>
                <MenuSeparator/>
                <MenuItem label="Replace key" icon=lu::LuKeyRound on_select=move || change(ProviderChange::Key)/>
                <MenuItem label="Change address" icon=lu::LuLink on_select=move || change(ProviderChange::Address)/>
                <MenuItem label="Remove" icon=lu::LuTrash2 danger=true on_select=move || actions.remove.run(model.get_value())/>
            </Show>
        </Menu>
    }
    .into_any()
}
