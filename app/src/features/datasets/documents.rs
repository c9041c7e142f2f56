//! The tab "Documents": uploads above, the table below, alive while something moves.

use super::api::list_documents;
use super::document_table::DocumentTable;
use super::uploads::Uploads;
use crate::browser::timer;
use crate::ui::{EmptyState, LiveView, Pager, TableSkeleton};
use domain::PageRequest;
use domain::datasets::DatasetDetail;
use icondata_lu as lu;
use leptos::prelude::*;

/// How often the table asks while a document moves, in milliseconds.
const POLL_MS: u32 = 1_500;
/// Rows per page of the table.
const ROWS: u32 = 50;

/// The documents of a dataset.
#[component]
pub fn DocumentsTab(
    /// The dataset.
    detail: Signal<DatasetDetail>,
) -> impl IntoView {
    let id = Memo::new(move |_| detail.with(|detail| detail.summary.id));
    let is_editable = Memo::new(move |_| detail.with(|detail| detail.summary.is_editable));
    let visibility = Signal::derive(move || detail.with(|detail| detail.summary.visibility));
    let most_bytes = Memo::new(move |_| detail.with(|detail| detail.max_upload_bytes));
    let index = RwSignal::new(0_u32);
    let documents = Resource::new(move || (id.get(), index.get()), |(id, index)| list_documents(id, PageRequest { index, size: ROWS }));
    let reload = Callback::new(move |()| documents.refetch());
    view! {
        <div class="flow">
            <Show when=move || is_editable.get()><Uploads dataset=id most_bytes on_taken=reload/></Show>
            <LiveView resource=documents skeleton=|| view! { <TableSkeleton/> } let:page>
                <Polling is_moving=Signal::derive(move || page.with(|page| page.items.iter().any(|document| document.status.is_moving()))) reload/>
                <Show
                    when=move || page.with(|page| !page.items.is_empty())
                    fallback=move || view! { <NoDocuments is_editable/> }
                >
                    <DocumentTable page is_editable visibility reload/>
                    <Pager
                        label="Pages of documents" index total=Signal::derive(move || page.with(|page| page.total)) rows=ROWS
                        on_turn=move |to: u32| index.set(to)
                    />
                </Show>
            </LiveView>
        </div>
    }
    .into_any()
}

/// Asks again while something moves and the tab of the browser is looked at.
#[component]
fn Polling(is_moving: Signal<bool>, reload: Callback<()>) -> impl IntoView {
    timer::every(POLL_MS, move || {
        if is_moving.get_untracked() && !document().hidden() {
            reload.run(());
        }
    });
}

#[component]
fn NoDocuments(is_editable: Memo<bool>) -> impl IntoView {
    let body = if is_editable.get_untracked() {
        "Upload files above. They can be searched by words as soon as they are read, and by meaning a little later."
    } else {
        "When somebody who may change this dataset uploads files, they are listed here."
    };
    view! { <EmptyState icon=lu::LuFileText title="There are no documents yet." body/> }
}
