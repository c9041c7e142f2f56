//! Sessions: the browsers one is signed in with, and ending them.

use super::api::{EndSession, SignOutEverywhere, list_sessions};
use crate::browser::leaving;
use crate::ui::{
    Badge, Button, ButtonSize, ButtonVariant, Card, ConfirmDialog, ResourceView, Table, TableSkeleton, Time, Tone, use_toasts,
};
use domain::SessionSummary;
use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

/// The table, and the way out of all of them. Both are forms, which work without JavaScript: then nobody is asked before.
#[component]
pub fn SessionsCard() -> impl IntoView {
    let end = ServerAction::<EndSession>::new();
    let everywhere = ServerAction::<SignOutEverywhere>::new();
    let sessions = Resource::new(move || end.version().get(), |_| list_sessions());
    let asking = RwSignal::new(false);
    let toasts = use_toasts();
    Effect::new(move |_| match everywhere.value().get() {
        // A full load leaves nothing of the person behind in this page's memory.
        Some(Ok(())) => leaving::go_on_at("/sign-in"),
        Some(Err(error)) => toasts.app_error(&error),
        None => {}
    });
    Effect::new(move |_| {
        if let Some(Err(error)) = end.value().get() {
            toasts.app_error(&error);
        }
    });
    let ask = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        asking.set(true);
    };
    let leave = move || {
        if leaving::may_leave() {
            everywhere.dispatch(SignOutEverywhere {});
        }
    };
    view! {
        <Card title="Sessions" description="The browsers you are signed in with, and from where each was used last. Times are UTC.">
            <ResourceView resource=sessions skeleton=|| view! { <TableSkeleton/> } let:sessions>
                <SessionTable sessions end/>
            </ResourceView>
            <form method="post" action=SignOutEverywhere::url() on:submit=ask>
                <Button submit=true variant=ButtonVariant::Danger>"Sign out everywhere"</Button>
            </form>
        </Card>
        <ConfirmDialog
            open=asking title="Sign out everywhere?" body="Every browser is signed out, this one too." confirm="Sign out of all browsers"
            on_confirm=leave
        />
    }
    .into_any()
}

#[component]
fn SessionTable(sessions: Vec<SessionSummary>, end: ServerAction<EndSession>) -> impl IntoView {
    let row = move |session: SessionSummary| {
        let id = session.id;
        let action = if session.is_current {
            view! { <Badge tone=Tone::Accent>"This browser"</Badge> }.into_any()
        } else {
            view! {
                <ActionForm action=end>
                    <input type="hidden" name="id" value=id.to_string()/>
                    <Button submit=true size=ButtonSize::Small>"Sign out"</Button>
                </ActionForm>
            }
            .into_any()
        };
        view! {
            <tr>
                <td>{session.device}</td>
                <td>{session.ip}</td>
                <td class="wide-only"><Time at=session.created_at/></td>
                <td><Time at=session.last_seen_at/></td>
                <td class="actions">{action}</td>
            </tr>
        }
    };
    view! {
        <Table label="Sessions">
            <thead><tr><th scope="col">"Device"</th><th scope="col">"Last address"</th><th scope="col" class="wide-only">"Signed in"</th><th scope="col">"Last seen"</th><th scope="col" class="actions"><span class="sr-only">"Action"</span></th></tr></thead>
            <tbody>{sessions.into_iter().map(row).collect_view()}</tbody>
        </Table>
    }
    .into_any()
}
