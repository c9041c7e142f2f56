//! "Add model": the form, with the connection tested in place.

use super::api::{add_model, test_model_draft};
use super::state::ModelForm;
use crate::error::AppError;
use crate::features::identity::use_confirming;
use crate::ui::{Button, ButtonVariant, Dialog, DialogActions, Field, FieldKind, FormError, Icon, Select, SelectOption, use_toasts};
use domain::models::{ConnectionReport, ModelType, ProviderKind};
use icondata_lu as lu;
use leptos::prelude::*;

/// Asks for a provider and a model. `on_added` runs once the model is stored.
#[component]
pub fn AddModelDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// What follows when the model is stored.
    #[prop(into)]
    on_added: Callback<()>,
) -> impl IntoView {
    view! {
        <Dialog open title="Add model" description="A model of a provider that this server can reach.">
            <AddModelForm open on_added/>
        </Dialog>
    }
    .into_any()
}

#[component]
fn AddModelForm(open: RwSignal<bool>, on_added: Callback<()>) -> impl IntoView {
    let form = ModelForm::default();
    let outcome = RwSignal::new(None::<Result<ConnectionReport, AppError>>);
    let (toasts, confirming) = (use_toasts(), use_confirming());
    let save = Action::new(move |(): &()| async move {
        match confirming.run(move || added(form)).await {
            Ok(name) => {
                open.set(false);
                toasts.success(format!("“{name}” was added"));
                on_added.run(());
            }
            Err(error) => {
                outcome.try_set(Some(Err(error)));
            }
        }
    });
    let test = Action::new(move |(): &()| async move {
        let result = tested(form).await;
        outcome.try_set(Some(result));
    });
    let trouble = Signal::derive(move || outcome.get().and_then(Result::err));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        outcome.set(None);
        save.dispatch(());
    };
    let try_it = move || {
        outcome.set(None);
        test.dispatch(());
    };
    view! {
        <form class="form" on:submit=submit novalidate=true>
            <FormError error=trouble/>
            <ModelFields form trouble/>
            <ConnectionLine outcome/>
            <DialogActions>
                <Button icon=lu::LuPlugZap loading=test.pending() on_click=try_it>"Test connection"</Button>
                <Button variant=ButtonVariant::Primary submit=true loading=save.pending()>"Save"</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}

#[component]
fn ModelFields(form: ModelForm, trouble: Signal<Option<AppError>>) -> impl IntoView {
    let error =
        move |name: &'static str| Signal::derive(move || trouble.with(|trouble| trouble.as_ref().and_then(|error| error.field(name))));
    let kinds = choices(&[ProviderKind::OpenAiCompatible.as_str(), ProviderKind::Anthropic.as_str()]);
    let types = choices(&[ModelType::Llm.as_str(), ModelType::Embeddings.as_str()]);
    view! {
        <div class="form-row">
            <Field
                label="Provider" name="provider" value=form.provider error=error("provider") maxlength=120 autocomplete="off"
                placeholder="Our model server" autofocus=true
            />
            <Select label="Kind" name="kind" options=kinds value=form.kind error=error("kind")/>
        </div>
        <Field
            label="Base URL" name="base_url" kind=FieldKind::Url value=form.base_url error=error("base_url") autocomplete="off"
            placeholder="https://api.example.com/v1" hint="Where its interface answers, usually ending in /v1."
        />
        <Field
            label="API key" name="api_key" kind=FieldKind::Password value=form.api_key error=error("api_key") autocomplete="off"
            hint="Stored encrypted and never shown again. Leave it empty if the server wants none."
        />
        <Field
            label="Model name" name="name" value=form.name error=error("name") maxlength=200 autocomplete="off"
            hint="Exactly as the server spells it."
        />
        <div class="form-row">
            <Select label="Type" name="model_type" options=types value=form.model_type error=error("model_type")/>
            <Field
                label="Context size" name="context_size" value=form.context_size error=error("context_size") autocomplete="off"
                hint="Tokens it can read and write in one call."
            />
        </div>
    }
    .into_any()
}

/// What the test found, read out when it comes.
#[component]
fn ConnectionLine(outcome: RwSignal<Option<Result<ConnectionReport, AppError>>>) -> impl IntoView {
    let line = move || match outcome.get() {
        Some(Ok(report)) => view! { <ConnectionSentence report/> }.into_any(),
        _ => ().into_any(),
    };
    view! { <div role="status">{line}</div> }
}

/// A connection report in one line: an icon for what the sentence says.
#[component]
pub fn ConnectionSentence(
    /// What was found.
    report: ConnectionReport,
) -> impl IntoView {
    let (class, icon) = if report.is_working {
        ("connection connection-works", lu::LuCircleCheck)
    } else {
        ("connection connection-fails", lu::LuCircleAlert)
    };
    view! { <p class=class><Icon icon/><span>{report.sentence}</span></p> }
}

fn choices(words: &[&str]) -> Vec<SelectOption> {
    words.iter().map(|&word| SelectOption::new(word, word)).collect()
}

async fn added(form: ModelForm) -> Result<String, AppError> {
    let draft = form.draft().map_err(AppError::Invalid)?;
    add_model(draft).await.map(|model| model.name)
}

async fn tested(form: ModelForm) -> Result<ConnectionReport, AppError> {
    let draft = form.draft().map_err(AppError::Invalid)?;
    test_model_draft(draft).await
}
