//! The fields of a prompt, in the order in which a person thinks of them.

use super::dataset_field::DatasetField;
use super::state::{PromptForm, audience};
use crate::features::models::state::DEFAULT_MODEL;
use crate::ui::{Card, Field, FieldKind, Select, SelectOption, TextArea, may};
use domain::Permission;
use domain::datasets::Visibility;
use domain::models::ModelSummary;
use domain::prompts::PromptChoices;
use domain::text::{Description, ExampleQuestion, Instructions, PromptName};
use leptos::prelude::*;

/// The message at a field, as the server or the form itself put it.
pub type ErrorAt = Callback<&'static str, Option<String>>;

fn at(error: ErrorAt, field: &'static str) -> Signal<Option<String>> {
    Signal::derive(move || error.run(field))
}

fn length(characters: usize) -> u32 {
    u32::try_from(characters).unwrap_or(u32::MAX)
}

/// What it is and what it does.
#[component]
pub fn MainFields(
    /// What stands in the form.
    form: PromptForm,
    /// What can be chosen.
    choices: PromptChoices,
    /// The model it has, for people; none for the default one.
    model: Option<String>,
    /// What is wrong at a field.
    error: ErrorAt,
) -> impl IntoView {
    view! {
        <Card>
            <div class="form">
                <Field label="Name" name="name" value=form.name error=at(error, "name") maxlength=length(PromptName::MAX) required=true autocomplete="off"/>
                <TextArea
                    label="Description" name="description" value=form.description error=at(error, "description") rows=2
                    maxlength=length(Description::MAX) hint="What it is good for, for the people who choose it."
                />
                <TextArea
                    label="Instructions" name="instructions" value=form.instructions error=at(error, "instructions") rows=8
                    maxlength=length(Instructions::MAX) hint="What to do, in which tone, and what to do when the documents hold no answer."
                />
            </div>
        </Card>
        <Card title="Knowledge">
            <div class="form">
                <DatasetField choices=choices.datasets chosen=form.datasets error=at(error, "dataset_ids")/>
                <ModelField models=choices.models value=form.model name=model error=at(error, "model_id")/>
                <TemperatureField value=form.temperature error=at(error, "temperature")/>
            </div>
        </Card>
    }
    .into_any()
}

/// The models to choose from; for those who may not choose, what the prompt has.
#[component]
fn ModelField(models: Vec<ModelSummary>, value: RwSignal<String>, name: Option<String>, error: Signal<Option<String>>) -> impl IntoView {
    if may(Permission::ViewModels).get_untracked() {
        let options = model_options(&models, value);
        return view! { <Select label="Model" name="model_id" options value error/> }.into_any();
    }
    view! {
        <div class="field">
            <p class="field-label">"Model"</p>
            <p>{name.unwrap_or_else(|| DEFAULT_MODEL.to_owned())}</p>
            <p class="field-hint">"Your role does not choose models, so this stays as it is."</p>
        </div>
    }
    .into_any()
}

/// The default first; a removed model stays visible until another one is chosen.
fn model_options(models: &[ModelSummary], chosen: RwSignal<String>) -> Vec<SelectOption> {
    let default = models.iter().find(|model| model.is_default);
    let first = default.map_or_else(|| "Default".to_owned(), |model| format!("Default ({})", model.name));
    let mut options = vec![SelectOption::new("", first)];
    options.extend(models.iter().map(|model| SelectOption::new(model.id.to_string(), format!("{} · {}", model.name, model.provider))));
    let current = chosen.get_untracked();
    if options.iter().all(|option| option.value != current) {
        options.push(SelectOption::new(current, "Removed: choose another"));
    }
    options
}

/// A number with a slider beside it; the slider is for the pointer, the number for everybody.
#[component]
fn TemperatureField(value: RwSignal<String>, error: Signal<Option<String>>) -> impl IntoView {
    view! {
        <div class="with-slider">
            <Field
                label="Temperature" name="temperature" kind=FieldKind::Number value error min="0" max="2" step="0.1"
                hint="From 0 (says the same each time) to 2 (very free)."
            />
            <input
                type="range" class="slider" min="0" max="2" step="0.1" aria-hidden="true" tabindex="-1"
                value=value.get_untracked() prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            />
        </div>
    }
}

/// Who may use it.
#[component]
pub fn SharingFields(
    /// What stands in the form.
    form: PromptForm,
    /// What can be chosen.
    choices: PromptChoices,
    /// What is wrong at a field.
    error: ErrorAt,
    /// The choice is somebody else's.
    is_fixed: bool,
) -> impl IntoView {
    let is_company_now = form.visibility.with_untracked(|word| word == Visibility::Company.as_str());
    let offered = move |visibility: &&Visibility| **visibility != Visibility::Company || choices.may_share_with_company || is_company_now;
    let option = |visibility: &Visibility| SelectOption::new(visibility.as_str(), audience(*visibility));
    let options: Vec<SelectOption> = Visibility::ALL.iter().filter(offered).map(option).collect();
    view! {
        <Card title="Sharing">
            <Select
                label="Visibility" name="visibility" options value=form.visibility error=at(error, "visibility") disabled=is_fixed
                hint="Who may use it. Each person gets answers only from documents they may read themselves."
            />
        </Card>
    }
    .into_any()
}

/// Limits that most prompts leave as they are.
#[component]
pub fn LimitFields(
    /// What stands in the form.
    form: PromptForm,
    /// What is wrong at a field.
    error: ErrorAt,
) -> impl IntoView {
    view! {
        <Card title="Limits" description="Good as they are for most prompts.">
            <div class="form">
                <Field
                    label="Max chunks" name="max_chunks" kind=FieldKind::Number value=form.max_chunks error=at(error, "max_chunks") min="0"
                    max="50" hint="How many passages of the documents are put before the model for each question."
                />
                <Field
                    label="History" name="max_history_items" kind=FieldKind::Number value=form.max_history_items
                    error=at(error, "max_history_items") min="0" max="200" hint="How many earlier messages of the chat it remembers."
                />
                <Field
                    label="Answer tokens" name="max_completion_tokens" kind=FieldKind::Number value=form.max_completion_tokens
                    error=at(error, "max_completion_tokens") min="1" hint="How long an answer may get; about four characters each. Empty: as long as it likes."
                />
                <Field
                    label="Context share" name="trim_ratio" kind=FieldKind::Number value=form.trim_ratio error=at(error, "trim_ratio") min="10"
                    max="100" hint="How much of what the model can read is filled, in percent; the rest is left for its answer."
                />
            </div>
        </Card>
    }
    .into_any()
}

/// Questions a new chat offers.
#[component]
pub fn ExampleFields(
    /// What stands in the form.
    form: PromptForm,
    /// What is wrong at a field.
    error: ErrorAt,
) -> impl IntoView {
    let field = move |(place, value): (usize, RwSignal<String>)| {
        let error = if place == 0 { at(error, "examples") } else { Signal::stored(None) };
        view! {
            <Field
                label=format!("Example question {}", place + 1) name="examples" id=format!("field-example-{place}") value error
                maxlength=length(ExampleQuestion::MAX) autocomplete="off"
            />
        }
    };
    view! {
        <Card title="Example questions" description="A new chat offers them, so that people see what to ask.">
            <div class="form">{form.examples.into_iter().enumerate().map(field).collect_view()}</div>
        </Card>
    }
    .into_any()
}
