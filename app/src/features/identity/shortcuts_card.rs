//! Keyboard shortcuts on the account screen: every one there is, and whether those of one key do anything.

use super::api::set_single_key_shortcuts;
use crate::browser::shortcuts::Shortcut;
use crate::ui::{Card, Kbd, Switch, Table, use_toasts, use_viewer, use_viewer_resource};
use leptos::prelude::*;

/// The list, and the switch.
#[component]
pub fn ShortcutsCard() -> impl IntoView {
    let (viewer, frame, toasts) = (use_viewer(), use_viewer_resource(), use_toasts());
    let are_on = Signal::derive(move || viewer.with(|viewer| viewer.single_key_shortcuts));
    let set = Action::new(move |wanted: &bool| {
        let wanted = *wanted;
        async move {
            if let Err(error) = set_single_key_shortcuts(wanted).await {
                toasts.app_error(&error);
            }
            frame.refetch();
        }
    });
    let change = move |wanted: bool| {
        set.dispatch(wanted);
    };
    let row = |shortcut: &Shortcut| {
        view! { <tr><td>{shortcut.words()}</td><td><Kbd keys=shortcut.keys()/></td></tr> }
    };
    view! {
        <Card title="Keyboard shortcuts" description="They work on every screen where there is something for them to do. On a Mac, Cmd is as good as Ctrl.">
            <Table label="Keyboard shortcuts">
                <thead><tr><th scope="col">"What it does"</th><th scope="col">"Keys"</th></tr></thead>
                <tbody>{Shortcut::ALL.iter().map(row).collect_view()}</tbody>
            </Table>
            <Switch
                label="Single-key shortcuts" id="single-key-shortcuts" checked=are_on disabled=set.pending() on_change=change
                hint="Esc stops an answer and closes its sources. Turn it off if keys are pressed without your meaning it, as with dictation. Dialogs, menus and the sidebar still close by Esc."
            />
        </Card>
    }
    .into_any()
}
