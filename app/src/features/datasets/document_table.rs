//! The table "Documents": one row per file, with what can be done to it.

use super::api::{delete_document, retry_document};
use super::state::{embedding_progress, size, tone};
use crate::features::sharing::AccessDialog;
use crate::ui::{Button, ButtonSize, ConfirmDialog, IconButton, Progress, StatusBadge, Table, Time, may, use_toasts};
use domain::datasets::{DocumentStatus, DocumentSummary, Visibility};
use domain::sharing::Thing;
use domain::{DocumentId, Page, Permission};
use icondata_lu as lu;
use leptos::prelude::*;

/// What a row can ask the table to do.
#[derive(Clone, Copy)]
struct RowActions {
    is_editable: Memo<bool>,
    explain: Callback<DocumentSummary>,
    retry: Callback<DocumentId>,
    delete: Callback<DocumentSummary>,
}

/// The documents of one page; rows keep their place and focus while their states change.
#[component]
pub fn DocumentTable(
    /// The documents.
    page: Signal<Page<DocumentSummary>>,
    /// Whether the viewer may change them.
    is_editable: Memo<bool>,
    /// Who may see the dataset.
    visibility: Signal<Visibility>,
    /// Loads them again.
    reload: Callback<()>,
) -> impl IntoView {
    let deleting = RwSignal::new(false);
    let doomed = RwSignal::new(None::<DocumentSummary>);
    let (explaining, explained) = (RwSignal::new(false), RwSignal::new(None::<(Thing, String)>));
    let (delete, retry) = (delete_action(reload), retry_action(reload));
    let actions = RowActions {
        is_editable,
        explain: Callback::new(move |document: DocumentSummary| {
            explained.set(Some((Thing::Document(document.id), document.name)));
            explaining.set(true);
        }),
        retry: Callback::new(move |id| {
            retry.dispatch(id);
        }),
        delete: Callback::new(move |document| {
            doomed.set(Some(document));
            deleting.set(true);
        }),
    };
    let name = move || doomed.get().map(|document| document.name).unwrap_or_default();
    view! {
        <Table label="Documents">
            <thead>
                <tr>
                    <th scope="col">"Name"</th>
                    <th scope="col">"Status"</th>
                    <th scope="col" class="num wide-only">"Pages"</th>
                    <th scope="col" class="num wide-only">"Passages"</th>
                    <th scope="col" class="num wide-only">"Size"</th>
                    <th scope="col" class="wide-only">"Uploaded"</th>
                    <th scope="col" class="actions"><span class="sr-only">"Actions"</span></th>
                </tr>
            </thead>
            <tbody>
                <For each=move || page.get().items key=|document| document.id let:first>
                    <DocumentRow first page actions/>
                </For>
            </tbody>
        </Table>
        <AccessDialog open=explaining chosen=explained visibility/>
        <ConfirmDialog
            open=deleting title=Signal::derive(move || format!("Delete “{}”?", name()))
            body="Its passages and its file are deleted too. Answers that cite it keep their text. This cannot be undone."
            confirm="Delete document"
            on_confirm=move || if let Some(document) = doomed.get_untracked() { delete.dispatch(document); }
        />
    }
    .into_any()
}

#[component]
fn DocumentRow(first: DocumentSummary, page: Signal<Page<DocumentSummary>>, actions: RowActions) -> impl IntoView {
    let (id, created_at, name) = (first.id, first.created_at, first.name.clone());
    let document = Memo::new(move |_| {
        let latest = page.with(|page| page.items.iter().find(|document| document.id == id).cloned());
        latest.unwrap_or_else(|| first.clone())
    });
    let pages = move || document.with(|document| document.page_count.map_or_else(|| "–".to_owned(), |pages| pages.to_string()));
    let sees_people = may(Permission::ViewMembers);
    let is_failed = move || document.with(|document| document.status == DocumentStatus::Failed);
    view! {
        <tr>
            <td>
                <a class="text-link cell-title" href=format!("/api/documents/{id}/file") download=name.clone() rel="external" title="Download the original">
                    {name.clone()}
                </a>
            </td>
            <td class="document-status"><DocumentState document/></td>
            <td class="num wide-only">{pages}</td>
            <td class="num wide-only">{move || document.with(|document| document.chunk_count)}</td>
            <td class="num wide-only">{size(document.with_untracked(|document| document.size_bytes))}</td>
            <td class="wide-only"><Time at=created_at/></td>
            <td class="actions">
                <Show when=move || actions.is_editable.get()>
                    <div class="row flex-nowrap justify-end">
                        <Show when=is_failed>
                            <Button size=ButtonSize::Small icon=lu::LuRotateCw on_click=move || actions.retry.run(id)>"Retry"</Button>
                        </Show>
                        <Show when=move || sees_people.get()>
                            <IconButton
                                label=format!("Explain access to {}", document.with_untracked(|document| document.name.clone())) icon=lu::LuUsers
                                size=ButtonSize::Small on_click=move || actions.explain.run(document.get_untracked())
                            />
                        </Show>
                        <IconButton
                            label=format!("Delete {}", document.with_untracked(|document| document.name.clone())) icon=lu::LuTrash2
                            size=ButtonSize::Small danger=true on_click=move || actions.delete.run(document.get_untracked())
                        />
                    </div>
                </Show>
            </td>
        </tr>
    }
    .into_any()
}

/// Where a document is: the word, how far, and what went wrong.
#[component]
fn DocumentState(document: Memo<DocumentSummary>) -> impl IntoView {
    let status = Memo::new(move |_| document.with(|document| document.status));
    let is_embedding = move || status.get() == DocumentStatus::Embedding;
    let count = move || document.with(|document| format!("{} of {} passages", document.embedded_count, document.chunk_count));
    let progress = Signal::derive(move || document.with(embedding_progress));
    let name = document.with_untracked(|document| document.name.clone());
    let name = StoredValue::new(name);
    let sentence = Memo::new(move |_| document.with(|document| document.failure.clone().or_else(|| document.notice.clone())));
    view! {
        <StatusBadge
            label=Signal::derive(move || status.get().as_str().to_owned()) tone=Signal::derive(move || tone(status.get()))
            busy=Signal::derive(move || status.get().is_moving())
        />
        <Show when=is_embedding>
            <Progress label=format!("Embedding {}", name.get_value()) value=progress hide_label=true/>
            <span class="cell-note num">{count}</span>
        </Show>
        {move || sentence.get().map(|sentence| view! { <p class="cell-note">{sentence}</p> })}
    }
    .into_any()
}

fn delete_action(reload: Callback<()>) -> Action<DocumentSummary, ()> {
    let toasts = use_toasts();
    Action::new(move |document: &DocumentSummary| {
        let (id, name) = (document.id, document.name.clone());
        async move {
            match delete_document(id).await {
                Ok(()) => toasts.success(format!("“{name}” was deleted")),
                Err(error) => toasts.app_error(&error),
            }
            reload.run(());
        }
    })
}

fn retry_action(reload: Callback<()>) -> Action<DocumentId, ()> {
    let toasts = use_toasts();
    Action::new(move |&id: &DocumentId| async move {
        if let Err(error) = retry_document(id).await {
            toasts.app_error(&error);
        }
        reload.run(());
    })
}
