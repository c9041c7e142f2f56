//! Create: asks for a name, what the key may do and for how long, and the password; then shows the key, once.

use super::api::create_api_key;
use crate::browser::clipboard;
use crate::error::AppError;
use crate::features::identity::{OwnPassword, use_confirming};
use crate::ui::{Button, ButtonVariant, Checkbox, Dialog, DialogActions, Field, FormError, Select, SelectOption, use_toasts};
use domain::api_keys::{ApiKeyMade, ApiScope, NewApiKey};
use leptos::prelude::*;

/// The dialog; it starts afresh each time it opens.
#[component]
pub fn CreateDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// The team the key is for.
    team: Signal<String>,
    /// A key was made.
    #[prop(into)]
    on_made: Callback<()>,
) -> impl IntoView {
    let made = RwSignal::new(None::<ApiKeyMade>);
    Effect::new(move |_| {
        // The key is nowhere any more once the dialog is closed.
        if !open.get() {
            made.set(None);
        }
    });
    view! {
        <Dialog open title="Create an API key">
            {move || match made.get() {
                Some(made) => view! { <MadeKey made open/> }.into_any(),
                None => view! { <CreateForm made open team on_made/> }.into_any(),
            }}
        </Dialog>
    }
    .into_any()
}

#[component]
fn CreateForm(made: RwSignal<Option<ApiKeyMade>>, open: RwSignal<bool>, team: Signal<String>, on_made: Callback<()>) -> impl IntoView {
    let (name, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let confirming = use_confirming();
    let days = RwSignal::new(NewApiKey::USUAL_DAYS.to_string());
    let scopes: Vec<Ticked> = ApiScope::ALL.iter().map(|scope| (*scope, RwSignal::new(*scope == ApiScope::Read))).collect();
    let ticked = scopes.clone();
    let create = Action::new(move |(): &()| {
        let scopes = ticked.iter().filter(|(_, is_ticked)| is_ticked.get_untracked()).map(|(scope, _)| *scope).collect();
        let key = NewApiKey { name: name.get_untracked(), scopes, days: days.get_untracked().parse().ok() };
        async move {
            made.try_set(Some(confirming.run(move || create_api_key(key.clone(), password.get_untracked())).await?));
            on_made.run(());
            Ok::<(), AppError>(())
        }
    });
    let error = Signal::derive(move || create.value().get().and_then(Result::err));
    let at = move |name: &'static str| Signal::derive(move || error.get().and_then(|error| error.field(name)));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        create.dispatch(());
    };
    view! {
        <form class="form" on:submit=submit novalidate>
            <FormError error/>
            <p class="dialog-text">"The key is for the team “"{move || team.get()}"” and never does more than you may do there."</p>
            <Field label="Name" name="name" id="api-key-name" value=name error=at("name") required=true autofocus=true maxlength=80 autocomplete="off" hint="What uses it, as in “nightly import”."/>
            <Scopes scopes error=at("scopes")/>
            <Select label="Works for" name="days" id="api-key-days" options=day_options() value=days error=at("days")/>
            <OwnPassword id="api-key-password" value=password error=at("password")/>
            <DialogActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button submit=true variant=ButtonVariant::Primary loading=create.pending()>"Create key"</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}

/// A scope and whether it is chosen.
type Ticked = (ApiScope, RwSignal<bool>);

#[component]
fn Scopes(scopes: Vec<Ticked>, error: Signal<Option<String>>) -> impl IntoView {
    let boxes = scopes.into_iter().map(|(scope, checked)| {
        let (label, hint) = scope.words();
        view! { <Checkbox label name=format!("scope-{scope}") checked hint/> }
    });
    let boxes = boxes.collect_view();
    view! {
        <fieldset class="form-group">
            <legend>"The key may"</legend>
            {boxes}
            <div class="field-error" aria-live="polite">{move || error.get()}</div>
        </fieldset>
    }
    .into_any()
}

fn day_options() -> Vec<SelectOption> {
    let limited = NewApiKey::DAYS.into_iter().map(|days| SelectOption::new(days.to_string(), format!("{days} days")));
    limited.chain([SelectOption::new("", "No end")]).collect()
}

/// The key, to be copied; it is shown only now.
#[component]
fn MadeKey(made: ApiKeyMade, open: RwSignal<bool>) -> impl IntoView {
    let toasts = use_toasts();
    let key = made.key.clone();
    let copy = move || {
        clipboard::copy(key.clone(), move |done| {
            if done { toasts.success("The key is copied.") } else { toasts.info("Select the key and copy it by hand.") }
        });
    };
    view! {
        <p class="dialog-text">{format!("“{}” is made. Copy the key now: it is not shown again.", made.summary.name)}</p>
        <Field label="API key" name="key" id="made-api-key" initial=made.key autocomplete="off" hint="Whoever has it can do what you let it do. Keep it where you keep passwords."/>
        <DialogActions>
            <Button on_click=move || open.set(false)>"Done"</Button>
            <Button variant=ButtonVariant::Primary on_click=copy>"Copy key"</Button>
        </DialogActions>
    }
    .into_any()
}
