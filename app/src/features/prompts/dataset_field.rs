//! The datasets of a prompt: a group of boxes to tick, with a search once there are many.

use crate::ui::{Field, FieldKind};
use domain::DatasetId;
use domain::prompts::DatasetChoice;
use leptos::prelude::*;

use super::state::counted;

/// From this many datasets on there is a search above them.
const SEARCH_FROM: usize = 8;

/// Keeps Enter in the search from sending the form around it.
fn stay(event: leptos::ev::KeyboardEvent) {
    if event.key() == "Enter" {
        event.prevent_default();
    }
}

/// Boxes for the datasets a prompt searches.
#[component]
pub fn DatasetField(
    /// Datasets the viewer may read.
    choices: Vec<DatasetChoice>,
    /// What is ticked.
    chosen: RwSignal<Vec<DatasetId>>,
    /// What is wrong with the choice.
    error: Signal<Option<String>>,
) -> impl IntoView {
    let filter = RwSignal::new(String::new());
    let has_search = choices.len() >= SEARCH_FROM;
    let is_empty = choices.is_empty();
    let boxes = choices.into_iter().map(|choice| view! { <DatasetBox choice chosen filter/> }).collect_view();
    view! {
        <fieldset class="field choice-group" aria-describedby="field-datasets-hint field-datasets-error">
            <legend class="field-label">"Datasets"</legend>
            {has_search.then(|| view! {
                <div on:keydown=stay>
                    <Field
                        label="Find" name="find" kind=FieldKind::Search value=filter hide_label=true placeholder="Find by title"
                        autocomplete="off"
                    />
                </div>
            })}
            {is_empty.then(|| view! { <p class="cell-note">"There are none yet. Upload documents first, then come back."</p> })}
            <div class="choice-list">{boxes}</div>
            <p class="field-hint" id="field-datasets-hint">"Answers draw on the documents in them and cite the page."</p>
            <div class="field-error" id="field-datasets-error" aria-live="polite">
                {move || error.get().map(|message| view! { <p>{message}</p> })}
            </div>
        </fieldset>
    }
    .into_any()
}

#[component]
fn DatasetBox(choice: DatasetChoice, chosen: RwSignal<Vec<DatasetId>>, filter: RwSignal<String>) -> impl IntoView {
    let DatasetChoice { id, name, document_count } = choice;
    let control = format!("dataset-{id}");
    let lower = name.to_lowercase();
    let is_hidden = move || filter.with(|filter| !lower.contains(&filter.trim().to_lowercase()));
    let is_chosen = move || chosen.with(|chosen| chosen.contains(&id));
    let toggle = move |event| {
        let is_ticked = event_target_checked(&event);
        chosen.update(|chosen| {
            chosen.retain(|other| *other != id);
            if is_ticked {
                chosen.push(id);
            }
        });
    };
    view! {
        <div class="check" hidden=is_hidden>
            <input
                type="checkbox" class="check-box" id=control.clone() name="dataset_ids" value=id.to_string()
                checked=chosen.with_untracked(|chosen| chosen.contains(&id)) prop:checked=is_chosen on:change=toggle
            />
            <div class="check-words row">
                <label for=control>{name}</label>
                <span class="cell-note">{counted(document_count, "document")}</span>
            </div>
        </div>
    }
    .into_any()
}
