//! Row: a key in a table, and the question before it is revoked.

use super::api::revoke_api_key;
use crate::ui::{Badge, Button, ButtonSize, ConfirmDialog, Time, TimeStyle, Tone, use_toasts};
use domain::api_keys::{ApiKeySummary, ApiScope};
use leptos::prelude::*;

/// The key somebody wants to revoke.
pub type Chosen = RwSignal<Option<ApiKeySummary>>;

/// A key; `chosen` is set by its button, which is left out where it cannot be revoked.
#[component]
pub fn KeyRow(
    /// The key.
    key: ApiKeySummary,
    /// Whether the table tells whose it is.
    has_owner: bool,
    /// What its button sets.
    chosen: Option<Chosen>,
) -> impl IntoView {
    let scopes = scopes(&key);
    let row = StoredValue::new(key.clone());
    let which = format!(" {}", key.name);
    let button = chosen.map(|chosen| {
        let ask = move || chosen.set(Some(row.get_value()));
        view! { <Button size=ButtonSize::Small on_click=ask>"Revoke"<span class="sr-only">{which}</span></Button> }
    });
    view! {
        <tr>
            <td><span class="cell-title">{key.name}</span><div class="cell-note"><code>{key.prefix}"…"</code></div></td>
            {has_owner.then(|| view! { <td>{key.owner}</td> })}
            <td>{scopes}</td>
            <td class="wide-only"><Time at=key.created_at style=TimeStyle::Date/></td>
            <td>{key.last_used_at.map_or_else(|| "Never".into_any(), |at| view! { <Time at/> }.into_any())}</td>
            <td>
                <div class="row">
                    {key.expires_at.map_or_else(|| "No end".into_any(), |at| view! { <Time at style=TimeStyle::Date/> }.into_any())}
                    {key.is_expired.then(|| view! { <Badge tone=Tone::Warning>"Expired"</Badge> })}
                </div>
            </td>
            <td class="actions">{button}</td>
        </tr>
    }
    .into_any()
}

/// The head of both tables.
#[component]
pub fn KeyHead(
    /// Whether the table tells whose a key is.
    has_owner: bool,
) -> impl IntoView {
    view! {
        <thead>
            <tr>
                <th scope="col">"Name"</th>
                {has_owner.then(|| view! { <th scope="col">"Owner"</th> })}
                <th scope="col">"May"</th>
                <th scope="col" class="wide-only">"Made"</th>
                <th scope="col">"Last used"</th>
                <th scope="col">"Works until"</th>
                <th scope="col" class="actions"><span class="sr-only">"Action"</span></th>
            </tr>
        </thead>
    }
    .into_any()
}

/// Asks before a key is revoked, and revokes it.
#[component]
pub fn RevokeDialog(
    /// The key.
    chosen: Chosen,
    /// A key was revoked, or was gone already.
    #[prop(into)]
    on_done: Callback<()>,
) -> impl IntoView {
    let asking = RwSignal::new(false);
    let toasts = use_toasts();
    Effect::new(move |_| {
        if chosen.with(Option::is_some) {
            asking.set(true);
        }
    });
    Effect::new(move |_| {
        if !asking.get() {
            chosen.set(None);
        }
    });
    let revoke = Action::new(move |key: &ApiKeySummary| {
        let (id, name) = (key.id, key.name.clone());
        async move {
            match revoke_api_key(id).await {
                Ok(()) => toasts.success(format!("The key “{name}” is revoked.")),
                Err(error) => toasts.app_error(&error),
            }
            asking.set(false);
            on_done.run(());
        }
    });
    let title = Signal::derive(move || chosen.with(|key| key.as_ref().map(|key| format!("Revoke “{}”?", key.name)).unwrap_or_default()));
    let body = "Programs that use this key are refused from their next request on. This cannot be undone.";
    let confirm = move || {
        if let Some(key) = chosen.get_untracked() {
            revoke.dispatch(key);
        }
    };
    view! { <ConfirmDialog open=asking title body confirm="Revoke key" pending=revoke.pending() on_confirm=confirm/> }.into_any()
}

fn scopes(key: &ApiKeySummary) -> String {
    key.scopes.iter().copied().map(short).collect::<Vec<_>>().join(", ")
}

/// A scope as a cell says it.
const fn short(scope: ApiScope) -> &'static str {
    match scope {
        ApiScope::Read => "read",
        ApiScope::Chat => "chat",
        ApiScope::Datasets => "manage datasets",
    }
}
