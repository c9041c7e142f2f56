//! The screen of models.

use super::add_dialog::AddModelDialog;
use super::api::{make_default_model, models_overview, remove_model, test_model};
use super::provider_dialog::{ProviderChange, ProviderDialog};
use super::state::ProviderGroup;
use super::table::{ModelTable, Reports, RowActions};
use crate::features::identity::use_confirming;
use crate::features::sharing::AccessDialog;
use crate::ui::layout::AdminSections;
use crate::ui::{Button, ButtonVariant, ConfirmDialog, LiveView, PageBody, PageHeader, TableSkeleton, use_toasts};
use domain::ModelId;
use domain::models::{ConnectionReport, ModelSummary};
use domain::sharing::Thing;
use icondata_lu as lu;
use leptos::prelude::*;
use std::collections::HashMap;

/// Providers and models, for system administrators; for others there is nothing here.
#[component]
pub fn ModelsPage() -> impl IntoView {
    let models = Resource::new(|| (), |()| models_overview());
    let reload = Callback::new(move |()| models.refetch());
    view! {
        <AdminSections/>
        <PageBody>
            <LiveView resource=models skeleton=|| view! { <TableSkeleton/> } let:models>
                <ModelsScreen models reload/>
            </LiveView>
        </PageBody>
    }
    .into_any()
}

#[component]
fn ModelsScreen(models: Signal<Vec<ModelSummary>>, reload: Callback<()>) -> impl IntoView {
    let adding = RwSignal::new(false);
    let changing = RwSignal::new(false);
    let subject = RwSignal::new(None::<(ProviderGroup, ProviderChange)>);
    let removing = RwSignal::new(false);
    let doomed = RwSignal::new(None::<ModelSummary>);
    let (explaining, explained) = (RwSignal::new(false), RwSignal::new(None::<(Thing, String)>));
    let reports: Reports = RwSignal::new(HashMap::new());
    let explain = Callback::new(move |model: ModelSummary| {
        explained.set(Some((Thing::Model(model.id), model.name)));
        explaining.set(true);
    });
    let actions = row_actions(reload, reports, explain, (changing, subject), (removing, doomed));
    let remove = remove_action(reload);
    let name = move || doomed.get().map(|model| model.name).unwrap_or_default();
    view! {
        <PageHeader title="Models" description="Who answers, and who makes texts findable. All teams of this installation share them.">
            <Button variant=ButtonVariant::Primary icon=lu::LuPlus on_click=move || adding.set(true)>"Add model"</Button>
        </PageHeader>
        <ModelTable models reports actions/>
        <AddModelDialog open=adding on_added=reload/>
        <ProviderDialog open=changing subject on_changed=reload/>
        <AccessDialog open=explaining chosen=explained/>
        <ConfirmDialog
            open=removing title=Signal::derive(move || format!("Remove “{}”?", name()))
            body="Nobody can choose it any more. Prompts and chats that use it ask for another model; answers it gave stay."
            confirm="Remove model"
            on_confirm=move || if let Some(model) = doomed.get_untracked() { remove.dispatch(model); }
        />
    }
    .into_any()
}

/// What the rows ask for: opens a dialog, or calls the server and says what came of it.
fn row_actions(
    reload: Callback<()>,
    reports: Reports,
    explain: Callback<ModelSummary>,
    (changing, subject): (RwSignal<bool>, RwSignal<Option<(ProviderGroup, ProviderChange)>>),
    (removing, doomed): (RwSignal<bool>, RwSignal<Option<ModelSummary>>),
) -> RowActions {
    let make_default = default_action(reload);
    let test = test_action(reports);
    RowActions {
        make_default: Callback::new(move |model| {
            make_default.dispatch(model);
        }),
        test: Callback::new(move |id| {
            test.dispatch(id);
        }),
        explain,
        change_provider: Callback::new(move |change| {
            subject.set(Some(change));
            changing.set(true);
        }),
        remove: Callback::new(move |model| {
            doomed.set(Some(model));
            removing.set(true);
        }),
    }
}

fn default_action(reload: Callback<()>) -> Action<ModelSummary, ()> {
    let (toasts, confirming) = (use_toasts(), use_confirming());
    Action::new(move |model: &ModelSummary| {
        let (id, name) = (model.id, model.name.clone());
        async move {
            match confirming.run(move || make_default_model(id)).await {
                Ok(_) => toasts.success(format!("“{name}” is the default now")),
                Err(error) => toasts.app_error(&error),
            }
            reload.run(());
        }
    })
}

fn remove_action(reload: Callback<()>) -> Action<ModelSummary, ()> {
    let toasts = use_toasts();
    Action::new(move |model: &ModelSummary| {
        let (id, name) = (model.id, model.name.clone());
        async move {
            match remove_model(id).await {
                Ok(()) => toasts.success(format!("“{name}” was removed")),
                Err(error) => toasts.app_error(&error),
            }
            reload.run(());
        }
    })
}

fn test_action(reports: Reports) -> Action<ModelId, ()> {
    Action::new(move |&id: &ModelId| {
        reports.update(|reports| {
            reports.insert(id, None);
        });
        async move {
            let report = test_model(id).await.unwrap_or_else(|error| ConnectionReport {
                is_working: false,
                sentence: error.to_string(),
                dimensions: None,
            });
            reports.try_update(|reports| reports.insert(id, Some(report)));
        }
    })
}
