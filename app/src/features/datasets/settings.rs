//! The tab "Settings": name, description, visibility, and the end of a dataset.

use super::api::{delete_dataset, update_dataset};
use super::state::visibility_options;
use crate::error::AppError;
use crate::features::sharing::SharingPanel;
use crate::ui::{Button, ButtonVariant, Card, ConfirmDialog, Field, FormError, Select, TextArea, use_toasts, use_viewer};
use domain::datasets::{DatasetDetail, DatasetPatch, Visibility};
use domain::sharing::Shared;
use domain::{DatasetId, ViewerInfo};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

/// Changes or deletes the dataset.
#[component]
pub fn SettingsTab(
    /// The dataset.
    detail: Signal<DatasetDetail>,
    /// Loads the dataset again.
    reload: Callback<()>,
) -> impl IntoView {
    let thing = Shared::Dataset(detail.with_untracked(|detail| detail.summary.id));
    let visibility = Signal::derive(move || detail.with(|detail| detail.summary.visibility));
    let is_shareable = Signal::derive(move || detail.with(|detail| detail.is_shareable));
    view! {
        <div class="flow">
            <Details detail reload/>
            <SharingPanel thing visibility is_shareable/>
            <Show when=move || is_shareable.get()><Deletion detail/></Show>
        </div>
    }
    .into_any()
}

#[component]
fn Details(detail: Signal<DatasetDetail>, reload: Callback<()>) -> impl IntoView {
    let summary = detail.with_untracked(|detail| detail.summary.clone());
    let (id, toasts) = (summary.id, use_toasts());
    let (name, description) = (RwSignal::new(summary.name), RwSignal::new(summary.description));
    let visibility = RwSignal::new(summary.visibility.as_str().to_owned());
    let may_open = use_viewer().with_untracked(ViewerInfo::may_share_with_company);
    let options = visibility_options(may_open || summary.visibility == Visibility::Company);
    let is_fixed = Signal::derive(move || detail.with(|detail| !detail.is_shareable));
    let save = Action::new(move |changes: &DatasetPatch| {
        let changes = changes.clone();
        async move {
            update_dataset(id, changes).await?;
            toasts.success("Saved");
            reload.run(());
            Ok::<(), AppError>(())
        }
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        save.dispatch(DatasetPatch {
            name: name.get_untracked(),
            description: description.get_untracked(),
            visibility: visibility.get_untracked().parse().unwrap_or(Visibility::Team),
        });
    };
    let error = Signal::derive(move || save.value().get().and_then(Result::err));
    let at = move |field: &'static str| Signal::derive(move || error.get().and_then(|error| error.field(field)));
    view! {
        <Card title="Details">
            <form class="form" on:submit=submit novalidate>
                <FormError error/>
                <Field label="Name" name="name" value=name error=at("name") required=true maxlength=120 autocomplete="off"/>
                <TextArea label="Description" name="description" value=description error=at("description") rows=3 maxlength=1000/>
                <Select label="Visibility" name="visibility" options value=visibility error=at("visibility") disabled=is_fixed/>
                <div class="form-actions"><Button variant=ButtonVariant::Primary submit=true loading=save.pending()>"Save"</Button></div>
            </form>
        </Card>
    }
    .into_any()
}

#[component]
fn Deletion(detail: Signal<DatasetDetail>) -> impl IntoView {
    let (open, toasts, navigate) = (RwSignal::new(false), use_toasts(), use_navigate());
    let id = detail.with_untracked(|detail| detail.summary.id);
    let name = move || detail.with(|detail| detail.summary.name.clone());
    let delete = Action::new(move |&id: &DatasetId| {
        let navigate = navigate.clone();
        async move {
            match delete_dataset(id).await {
                Ok(()) => {
                    toasts.success("The dataset was deleted");
                    navigate("/datasets", leptos_router::NavigateOptions::default());
                }
                Err(error) => toasts.app_error(&error),
            }
            open.set(false);
        }
    });
    view! {
        <Card title="Delete" description="Deletes the dataset with all its documents and passages. Prompts that use it go on without it.">
            <Button variant=ButtonVariant::Danger on_click=move || open.set(true)>"Delete dataset…"</Button>
        </Card>
        <ConfirmDialog
            open title=Signal::derive(move || format!("Delete “{}”?", name()))
            body="All its documents, passages and files are deleted. Answers that cite them keep their text. This cannot be undone."
            confirm="Delete dataset" pending=delete.pending() on_confirm=move || { delete.dispatch(id); }
        />
    }
    .into_any()
}
