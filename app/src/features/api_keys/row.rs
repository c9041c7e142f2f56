//! Row: a key in a table, and what its menu opens: who sees it, and the question before it is revoked.

use super::api::revoke_api_key;
use crate::features::sharing::AccessDialog;
use crate::ui::{Badge, ConfirmDialog, Menu, MenuItem, Time, TimeStyle, Tone, may, use_toasts};
use domain::Permission;
use domain::api_keys::{ApiKeySummary, ApiScope};
use domain::sharing::Thing;
use icondata_lu as lu;
use leptos::prelude::*;

/// The key somebody chose something for, and what.
pub type Chosen = RwSignal<Option<(ApiKeySummary, KeyAct)>>;

/// What can be chosen for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyAct {
    /// Have explained who sees it.
    Explain,
    /// Take it back.
    Revoke,
}

/// A key; `chosen` is set by its menu, which is left out where nothing can be done about it.
#[component]
pub fn KeyRow(
    /// The key.
    key: ApiKeySummary,
    /// Whether the table tells whose it is.
    has_owner: bool,
    /// What its menu sets.
    chosen: Option<Chosen>,
) -> impl IntoView {
    let scopes = scopes(&key);
    let row = StoredValue::new(key.clone());
    let label = format!("Actions for {}", key.name);
    let sees_people = may(Permission::ViewMembers);
    let menu = chosen.map(|chosen| {
        let choose = move |act| chosen.set(Some((row.get_value(), act)));
        view! {
            <Menu label>
                <Show when=move || sees_people.get()>
                    <MenuItem label="Explain access" icon=lu::LuUsers on_select=move || choose(KeyAct::Explain)/>
                </Show>
                <MenuItem label="Revoke" icon=lu::LuTrash2 danger=true on_select=move || choose(KeyAct::Revoke)/>
            </Menu>
        }
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
            <td class="actions">{menu}</td>
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

/// What the menus of keys open: who sees a key, and the question before it is revoked.
#[component]
pub fn KeyDialogs(
    /// The key, and which of the two.
    chosen: Chosen,
    /// A key was revoked, or was gone already.
    #[prop(into)]
    on_done: Callback<()>,
) -> impl IntoView {
    let (asking, explaining) = (RwSignal::new(false), RwSignal::new(false));
    let toasts = use_toasts();
    Effect::new(move |_| match chosen.get() {
        Some((_, KeyAct::Revoke)) => asking.set(true),
        Some((_, KeyAct::Explain)) => explaining.set(true),
        None => {}
    });
    Effect::new(move |_| {
        if !asking.get() && !explaining.get() {
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
    let of = move |act| chosen.get().filter(|(_, chosen)| *chosen == act).map(|(key, _)| key);
    let title = Signal::derive(move || of(KeyAct::Revoke).map(|key| format!("Revoke “{}”?", key.name)).unwrap_or_default());
    let explained = Signal::derive(move || of(KeyAct::Explain).map(|key| (Thing::ApiKey(key.id), key.name)));
    let body = "Programs that use this key are refused from their next request on. This cannot be undone.";
    let confirm = move || {
        if let Some((key, _)) = chosen.get_untracked() {
            revoke.dispatch(key);
        }
    };
    view! {
        <ConfirmDialog open=asking title body confirm="Revoke key" pending=revoke.pending() on_confirm=confirm/>
        <AccessDialog open=explaining chosen=explained/>
    }
    .into_any()
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
