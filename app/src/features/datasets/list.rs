//! The list of datasets.

use super::api::list_datasets;
use super::create_dialog::CreateDialog;
use super::state::{audience, documents_line, matching};
use crate::features::onboarding::WhomToAsk;
use crate::ui::{
    Badge, Button, ButtonVariant, EmptyState, Field, FieldKind, ListSkeleton, LiveView, PageBody, PageHeader, Time, TimeStyle, may_change,
};
use domain::Permission;
use domain::datasets::DatasetSummary;
use icondata_lu as lu;
use leptos::prelude::*;
use leptos_router::components::A;

/// How many datasets make a search worth its place.
const SEARCH_FROM: usize = 7;

/// All datasets the viewer may see.
#[component]
pub fn DatasetsPage() -> impl IntoView {
    let datasets = Resource::new(|| (), |()| list_datasets());
    let creating = RwSignal::new(false);
    let may_manage = may_change(Permission::ViewDatasets, Permission::ManageDatasets);
    view! {
        <PageBody>
            <PageHeader title="Datasets" description="Documents that answers are drawn from.">
                <Show when=move || may_manage.get()>
                    <Button variant=ButtonVariant::Primary icon=lu::LuPlus on_click=move || creating.set(true)>"New dataset"</Button>
                </Show>
            </PageHeader>
            <LiveView resource=datasets skeleton=|| view! { <ListSkeleton/> } let:datasets>
                <Show
                    when=move || datasets.with(|datasets| !datasets.is_empty())
                    fallback=move || view! { <NoDatasets may_manage/> }
                >
                    <DatasetList datasets/>
                </Show>
            </LiveView>
        </PageBody>
        <CreateDialog open=creating/>
    }
    .into_any()
}

#[component]
fn NoDatasets(may_manage: Signal<bool>) -> impl IntoView {
    if may_manage.get_untracked() {
        let body = "Make one with “New dataset”, upload PDF, Word, HTML, Markdown, CSV or text files, and ask about them in a chat.";
        return view! { <EmptyState icon=lu::LuDatabase title="There are no datasets yet." body/> }.into_any();
    }
    view! {
        <EmptyState icon=lu::LuDatabase title="There are no datasets yet.">
            <WhomToAsk permission=Permission::ManageDatasets what="make a dataset"/>
        </EmptyState>
    }
    .into_any()
}

#[component]
fn DatasetList(datasets: Signal<Vec<DatasetSummary>>) -> impl IntoView {
    let search = RwSignal::new(String::new());
    let found = Memo::new(move |_| datasets.with(|datasets| matching(datasets, &search.get())));
    let is_long = move || datasets.with(Vec::len) >= SEARCH_FROM;
    let tiles = move || found.get().into_iter().map(|dataset| view! { <DatasetTile dataset/> }).collect_view();
    view! {
        <div class="flow">
            <Show when=is_long>
                <Field label="Search" name="search" kind=FieldKind::Search value=search placeholder="Search datasets" hide_label=true autocomplete="off"/>
            </Show>
            <Show
                when=move || found.with(|found| !found.is_empty())
                fallback=|| view! { <EmptyState icon=lu::LuSearch title="No dataset holds all of these words."/> }
            >
                <ul class="tile-grid" aria-label="Datasets">{tiles}</ul>
            </Show>
        </div>
    }
    .into_any()
}

#[component]
fn DatasetTile(dataset: DatasetSummary) -> impl IntoView {
    let (documents, seen_by) = (documents_line(&dataset), audience(&dataset));
    let description = if dataset.description.is_empty() { "No description".to_owned() } else { dataset.description };
    view! {
        <li class="tile">
            <h2 class="tile-title"><A href=format!("/datasets/{}", dataset.id)>{dataset.name}</A></h2>
            <p class="tile-text tile-text-short">{description}</p>
            <div class="tile-foot">
                <Badge>{seen_by}</Badge>
                <span>{documents}</span>
                <span>"made "<Time at=dataset.created_at style=TimeStyle::Date/></span>
            </div>
        </li>
    }
    .into_any()
}
