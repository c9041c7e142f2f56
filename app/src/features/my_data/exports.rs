//! "Your data": asking for an export, and the exports there are.

use super::api::{find_export, list_exports, request_export};
use crate::browser::timer;
use crate::features::datasets::state::size;
use crate::features::identity::use_confirming;
use crate::ui::{Button, Card, Column, LiveView, StatusBadge, Table, TableHead, TableSkeleton, Time, TimeStyle, Tone, use_toasts};
use domain::ExportId;
use domain::my_data::{ExportStatus, ExportSummary};
use leptos::prelude::*;

/// How often the table asks while an export is put together, in milliseconds.
const POLL_MS: u32 = 1_500;

/// Everything one has here, to take along.
#[component]
pub fn ExportCard() -> impl IntoView {
    let exports = Resource::new(|| (), |()| list_exports());
    let (toasts, confirming) = (use_toasts(), use_confirming());
    let ask = Action::new(move |(): &()| async move {
        match confirming.run(request_export).await {
            Ok(_) => toasts.success("Your export is being put together"),
            Err(error) => toasts.app_error(&error),
        }
        exports.refetch();
    });
    let reload = Callback::new(move |()| exports.refetch());
    view! {
        <Card title="Your data" description="A ZIP of what you made and did here: profile, chats, prompts, datasets, the files you uploaded, what you share, invitations by you and to you, and what the audit trail holds of you. It can be downloaded for seven days, by you alone.">
            <LiveView resource=exports skeleton=|| view! { <TableSkeleton/> } let:exports_now>
                <Polling exports=exports_now reload/>
                <Show when=move || exports_now.with(|exports| !exports.is_empty())><ExportTable exports=exports_now/></Show>
            </LiveView>
            <div><Button on_click=move || { ask.dispatch(()); } loading=ask.pending()>"Export all my data"</Button></div>
        </Card>
    }
    .into_any()
}

/// Asks again while something is put together and the tab of the browser is looked at.
#[component]
fn Polling(exports: Signal<Vec<ExportSummary>>, reload: Callback<()>) -> impl IntoView {
    timer::every(POLL_MS, move || {
        let is_moving = exports.with_untracked(|exports| exports.iter().any(|export| export.status == ExportStatus::Waiting));
        if is_moving && !document().hidden() {
            reload.run(());
        }
    });
}

#[component]
fn ExportTable(exports: Signal<Vec<ExportSummary>>) -> impl IntoView {
    let columns = vec![
        Column::of("Asked for"),
        Column::of("State"),
        Column::wide_figures("Size"),
        Column::wide_only("Until"),
        Column::actions("File"),
    ];
    let rows = move || exports.get().into_iter().map(|export| view! { <ExportRow export/> }).collect_view();
    view! {
        <Table label="Exports">
            <TableHead columns/>
            <tbody>{rows}</tbody>
        </Table>
    }
    .into_any()
}

#[component]
fn ExportRow(export: ExportSummary) -> impl IntoView {
    let (tone, words) = match export.status {
        ExportStatus::Waiting => (Tone::Accent, "In work"),
        ExportStatus::Ready => (Tone::Success, "Ready"),
        ExportStatus::Failed => (Tone::Danger, "Failed: ask for another"),
    };
    let busy = export.status == ExportStatus::Waiting;
    let is_ready = export.status == ExportStatus::Ready;
    view! {
        <tr>
            <td><Time at=export.requested_at/></td>
            <td><StatusBadge label=words tone busy/></td>
            <td class="wide-only num">{export.size_bytes.map(size)}</td>
            <td class="wide-only"><Time at=export.expires_at style=TimeStyle::Date/></td>
            <td class="actions">{is_ready.then(|| view! { <FileLink id=export.id/> })}</td>
        </tr>
    }
    .into_any()
}

/// The link to the file. A file cannot ask who its reader is, so that is asked before it is fetched.
#[component]
fn FileLink(id: ExportId) -> impl IntoView {
    let (toasts, confirming) = (use_toasts(), use_confirming());
    let address = format!("/api/exports/{id}/file");
    let file = address.clone();
    let fetch = Action::new(move |(): &()| {
        let file = file.clone();
        async move {
            match confirming.run(move || find_export(id)).await {
                Ok(_) => drop(window().location().set_href(&file)),
                Err(error) => toasts.app_error(&error),
            }
        }
    });
    let press = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        fetch.dispatch(());
    };
    view! { <a class="text-link" href=address rel="external" download="" on:click=press>"Download"</a> }.into_any()
}
