//! One dataset: its documents, a place to try questions, and its settings.

use super::api::open_dataset;
use super::documents::DocumentsTab;
use super::search::SearchTab;
use super::settings::SettingsTab;
use super::state::audience;
use crate::stay::use_param;
use crate::ui::{Badge, LiveView, PageBody, PageHeader, Tab, TabPanel, TableSkeleton, Tabs};
use domain::DatasetId;
use domain::datasets::DatasetDetail;
use leptos::prelude::*;

/// One dataset, by the id in the address.
#[component]
pub fn DatasetPage() -> impl IntoView {
    let id = use_param("/datasets", "id");
    let dataset = Resource::new(
        move || id.with(|id| id.as_ref().and_then(|id| id.parse::<DatasetId>().ok())),
        // What is no id is asked for all the same: the server answers with the status of what is not there.
        |id| async move { open_dataset(id.unwrap_or(DatasetId::nil())).await },
    );
    view! {
        <PageBody>
            <LiveView resource=dataset skeleton=|| view! { <TableSkeleton/> } let:detail>
                <DatasetView detail reload=move || dataset.refetch()/>
            </LiveView>
        </PageBody>
    }
    .into_any()
}

#[component]
fn DatasetView(detail: Signal<DatasetDetail>, #[prop(into)] reload: Callback<()>) -> impl IntoView {
    let selected = RwSignal::new("documents".to_owned());
    let name = Signal::derive(move || detail.with(|detail| detail.summary.name.clone()));
    let description = move || detail.with(|detail| detail.summary.description.clone());
    let model = move || detail.with(|detail| detail.embedding_model.clone());
    let is_editable = detail.with_untracked(|detail| detail.summary.is_editable);
    let mut tabs = vec![Tab::new("documents", "Documents"), Tab::new("search", "Search")];
    if is_editable {
        tabs.push(Tab::new("settings", "Settings"));
    }
    view! {
        <PageHeader title=name back=("/datasets", "Datasets")>
            <Badge>{move || detail.with(|detail| audience(&detail.summary))}</Badge>
            {move || model().map(|model| view! { <Badge>{model}</Badge> })}
        </PageHeader>
        <Show when=move || !description().is_empty()><p class="dataset-description">{description}</p></Show>
        <SearchNotice detail/>
        <Tabs label="Dataset" tabs selected/>
        <TabPanel id="documents" selected><DocumentsTab detail/></TabPanel>
        <TabPanel id="search" selected><SearchTab detail/></TabPanel>
        <TabPanel id="settings" selected><SettingsTab detail reload/></TabPanel>
    }
    .into_any()
}

/// Says why search is by words only, where it is.
#[component]
fn SearchNotice(detail: Signal<DatasetDetail>) -> impl IntoView {
    let notice = Memo::new(move |_| detail.with(|detail| detail.search_notice.clone()));
    move || notice.get().map(|notice| view! { <p class="notice-line" role="status">{notice}</p> })
}
