//! The head of a chat: what answers in it.

use super::store::{ChatStore, Choice};
use crate::features::models::state::DEFAULT_MODEL;
use crate::ui::{Icon, Menu, MenuAlign, MenuItem, MenuSeparator};
use domain::chat::ChatOpening;
use domain::models::{ModelSummary, ProviderKind};
use icondata_lu as lu;
use leptos::prelude::*;

/// The picker of prompts and models.
#[component]
pub fn ChatHeader(
    /// The chat.
    store: ChatStore,
    /// What there is to choose from.
    opening: StoredValue<ChatOpening>,
) -> impl IntoView {
    let name = Memo::new(move |_| opening.with_value(|opening| chosen_name(opening, store.choice.get())));
    let face = move || {
        view! {
            <span class="picker-face">
                <Icon icon=lu::LuSparkles/>
                <span class="picker-name">{move || name.get()}</span>
                <Icon icon=lu::LuChevronDown/>
            </span>
        }
    };
    view! {
        <header class="chat-header">
            <Menu label="Prompt" align=MenuAlign::Start trigger=face>
                <Choices store opening/>
            </Menu>
            <span class="sr-only" role="status">{move || format!("Answered by {}", name.get())}</span>
        </header>
    }
    .into_any()
}

#[component]
fn Choices(store: ChatStore, opening: StoredValue<ChatOpening>) -> impl IntoView {
    let prompts: Vec<_> = opening.with_value(|opening| opening.prompts.iter().map(|prompt| (prompt.id, prompt.name.clone())).collect());
    let models: Vec<_> =
        opening.with_value(|opening| opening.models.iter().map(|model| (model.id, model.is_default, model_name(model))).collect());
    let (has_prompts, has_models) = (!prompts.is_empty(), !models.is_empty());
    let item = move |choice: Choice, label: String, chosen: Signal<bool>, icon| {
        view! { <MenuItem label icon chosen on_select=move || store.choice.set(choice)/> }
    };
    let prompts = prompts.into_iter().map(move |(id, name)| {
        let choice = Choice { prompt_id: Some(id), model_id: None };
        item(choice, name, Signal::derive(move || store.choice.get() == choice), lu::LuNotebookPen)
    });
    let models = models.into_iter().map(move |(id, is_default, name)| {
        let choice = Choice { prompt_id: None, model_id: Some(id) };
        let chosen = move || store.choice.get() == choice || (is_default && store.choice.get() == Choice::default());
        item(choice, name, Signal::derive(chosen), lu::LuCpu)
    });
    // Who may not choose a model finds the way back from a prompt to what answers without one.
    let default = (!has_models).then(|| {
        item(Choice::default(), DEFAULT_MODEL.to_owned(), Signal::derive(move || store.choice.get() == Choice::default()), lu::LuCpu)
    });
    view! {
        {has_prompts.then(|| view! { <p class="menu-heading" role="presentation">"Prompts"</p> })}
        {prompts.collect_view()}
        {has_prompts.then(|| view! { <MenuSeparator/> })}
        <p class="menu-heading" role="presentation">{if has_models { "Models" } else { "Model" }}</p>
        {models.collect_view()}
        {default}
    }
    .into_any()
}

/// The name of what answers.
fn chosen_name(opening: &ChatOpening, choice: Choice) -> String {
    if let Some(prompt) = opening.prompts.iter().find(|prompt| Some(prompt.id) == choice.prompt_id) {
        return prompt.name.clone();
    }
    if opening.models.is_empty() {
        return DEFAULT_MODEL.to_owned();
    }
    let wanted = |model: &&ModelSummary| choice.model_id.map_or(model.is_default, |id| model.id == id);
    opening.models.iter().find(wanted).map_or_else(|| "Choose a model".to_owned(), model_name)
}

/// A model's name for people.
fn model_name(model: &ModelSummary) -> String {
    match model.kind {
        ProviderKind::BuiltIn => "Built-in: quotes your documents".to_owned(),
        _ => format!("{} · {}", model.name, model.provider),
    }
}
