//! "Replace key" and "Change address": what can be changed about a provider.

use super::api::{update_provider_address, update_provider_key};
use super::state::ProviderGroup;
use crate::error::AppError;
use crate::features::identity::use_confirming;
use crate::ui::{Button, ButtonVariant, Dialog, DialogActions, Field, FieldKind, FormError, use_toasts};
use leptos::prelude::*;

/// What is changed about a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderChange {
    /// Its key.
    Key,
    /// Its address, and its key when the address leads to another server.
    Address,
}

/// Asks for a provider's new key, or its new address.
#[component]
pub fn ProviderDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// Which provider, and what about it; set before it opens.
    subject: RwSignal<Option<(ProviderGroup, ProviderChange)>>,
    /// What follows when the change is stored.
    #[prop(into)]
    on_changed: Callback<()>,
) -> impl IntoView {
    let title = Signal::derive(move || match subject.get() {
        Some((provider, ProviderChange::Key)) => format!("Replace the key of {}", provider.name),
        Some((provider, ProviderChange::Address)) => format!("Change the address of {}", provider.name),
        None => String::new(),
    });
    view! {
        <Dialog open title>
            {move || subject.get().map(|(provider, change)| view! { <ProviderForm open provider change on_changed/> })}
        </Dialog>
    }
    .into_any()
}

#[component]
fn ProviderForm(open: RwSignal<bool>, provider: ProviderGroup, change: ProviderChange, on_changed: Callback<()>) -> impl IntoView {
    let api_key = RwSignal::new(String::new());
    let base_url = RwSignal::new(provider.base_url.clone());
    let trouble = RwSignal::new(None::<AppError>);
    let (toasts, confirming) = (use_toasts(), use_confirming());
    let id = provider.id;
    let save = Action::new(move |(): &()| async move {
        let result = match change {
            ProviderChange::Key => confirming.run(move || update_provider_key(id, api_key.get_untracked())).await,
            ProviderChange::Address => {
                confirming.run(move || update_provider_address(id, base_url.get_untracked(), api_key.get_untracked())).await
            }
        };
        match result {
            Ok(()) => {
                open.set(false);
                toasts.success("The provider was changed");
                on_changed.run(());
            }
            Err(error) => {
                trouble.try_set(Some(error));
            }
        }
    });
    let error =
        move |name: &'static str| Signal::derive(move || trouble.with(|trouble| trouble.as_ref().and_then(|error| error.field(name))));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        trouble.set(None);
        save.dispatch(());
    };
    let hint = match (change, provider.has_key) {
        (ProviderChange::Key, true) => "The stored key is replaced. Leave the field empty to remove it.",
        (ProviderChange::Key, false) => "No key is stored yet.",
        (ProviderChange::Address, _) => "Needed when the address leads to another server; empty keeps the stored one.",
    };
    view! {
        <form class="form" on:submit=submit novalidate=true>
            <FormError error=trouble/>
            {(change == ProviderChange::Address).then(|| view! {
                <Field
                    label="Base URL" name="base_url" id="provider-base-url" kind=FieldKind::Url value=base_url
                    error=error("base_url") autocomplete="off"
                />
            })}
            <Field
                label="API key" name="api_key" id="provider-api-key" kind=FieldKind::Password value=api_key error=error("api_key")
                autocomplete="off" hint=hint
            />
            <DialogActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button variant=ButtonVariant::Primary submit=true loading=save.pending()>"Save"</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}
