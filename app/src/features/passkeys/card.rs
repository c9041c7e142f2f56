//! The card on the account screen: one's passkeys, adding one and removing one.

use super::add::AddPasskey;
use super::api::{list_passkeys, remove_passkey};
use crate::features::identity::use_confirming;
use crate::ui::{Button, ButtonSize, Card, ConfirmDialog, Dialog, ListSkeleton, ResourceView, Time, TimeStyle, use_toasts};
use domain::PasskeyId;
use domain::passkeys::{PasskeyOverview, PasskeySummary};
use leptos::prelude::*;

/// The card, and the dialogs behind its buttons; they outlive what they change.
#[component]
pub fn PasskeysCard() -> impl IntoView {
    let overview = Resource::new(|| (), |()| list_passkeys());
    let (toasts, confirming) = (use_toasts(), use_confirming());
    let (adding, asking) = (RwSignal::new(false), RwSignal::new(false));
    let doomed = RwSignal::new(None::<PasskeySummary>);
    let remove = Action::new(move |&id: &PasskeyId| async move {
        match confirming.run(move || remove_passkey(id)).await {
            Ok(()) => toasts.success("The passkey opens your account no longer. Delete it on your device too."),
            Err(error) => toasts.app_error(&error),
        }
        overview.refetch();
    });
    let title = Signal::derive(move || format!("Remove “{}”?", doomed.get().map(|passkey| passkey.name).unwrap_or_default()));
    view! {
        <Card title="Passkeys" description="Your device or password manager signs you in: no address, no password, no code.">
            <ResourceView resource=overview skeleton=|| view! { <ListSkeleton/> } children=move |overview: PasskeyOverview| {
                view! { <Standing overview adding on_remove=move |passkey| { doomed.set(Some(passkey)); asking.set(true); }/> }
            }/>
        </Card>
        <Dialog open=adding title="Add a passkey"><AddPasskey open=adding on_added=move |()| overview.refetch()/></Dialog>
        <ConfirmDialog
            open=asking title body="Whoever holds it cannot sign in with it any more." confirm="Remove passkey"
            on_confirm=move || if let Some(passkey) = doomed.get_untracked() { remove.dispatch(passkey.id); }
        />
    }
    .into_any()
}

#[component]
fn Standing(overview: PasskeyOverview, adding: RwSignal<bool>, #[prop(into)] on_remove: Callback<PasskeySummary>) -> impl IntoView {
    let PasskeyOverview { passkeys, obstacle } = overview;
    let list = if passkeys.is_empty() {
        view! { <p>"You have no passkey yet."</p> }.into_any()
    } else {
        let rows = passkeys.into_iter().map(|passkey| view! { <PasskeyRow passkey on_remove/> }).collect_view();
        view! { <ul class="flow" aria-label="Passkeys">{rows}</ul> }.into_any()
    };
    let add = match obstacle {
        Some(obstacle) => view! { <p class="field-hint">{obstacle}</p> }.into_any(),
        None => view! { <div><Button on_click=move || adding.set(true)>"Add a passkey…"</Button></div> }.into_any(),
    };
    view! {
        {list}
        {add}
    }
    .into_any()
}

#[component]
fn PasskeyRow(passkey: PasskeySummary, on_remove: Callback<PasskeySummary>) -> impl IntoView {
    let used = match passkey.last_used_at {
        Some(at) => view! { ", last used on "<Time at style=TimeStyle::Date/> }.into_any(),
        None => view! { ", not used yet" }.into_any(),
    };
    let (name, created_at) = (passkey.name.clone(), passkey.created_at);
    view! {
        <li class="row row-spread">
            <span>{name}" "<span class="cell-note">"added on "<Time at=created_at style=TimeStyle::Date/>{used}</span></span>
            <Button size=ButtonSize::Small on_click=move || on_remove.run(passkey.clone())>"Remove"</Button>
        </li>
    }
    .into_any()
}
