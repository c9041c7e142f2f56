//! A new chat: example questions of the chosen prompt, or the first steps where there is no prompt yet.

use super::store::ChatStore;
use crate::features::prompts::api::get_prompt;
use crate::ui::{Icon, IconDrawing, ResourceView, may, use_viewer};
use domain::Permission;
use domain::chat::ChatOpening;
use icondata_lu as lu;
use leptos::prelude::*;
use leptos_router::components::A;

/// What a chat shows before its first question.
#[component]
pub fn Welcome(
    /// The chat.
    store: ChatStore,
    /// What there is to choose from.
    opening: StoredValue<ChatOpening>,
) -> impl IntoView {
    let has_prompts = opening.with_value(|opening| !opening.prompts.is_empty());
    view! {
        <div class="welcome">
            <h2 class="welcome-title">"What would you like to know?"</h2>
            {if has_prompts { view! { <Examples store opening/> }.into_any() } else { view! { <FirstSteps/> }.into_any() }}
        </div>
    }
    .into_any()
}

/// Questions to start with; a press puts one into the composer.
#[component]
fn Examples(store: ChatStore, opening: StoredValue<ChatOpening>) -> impl IntoView {
    let chosen = Memo::new(move |_| store.choice.get().prompt_id);
    let examples = Resource::new(
        move || chosen.get(),
        |id| async move {
            match id {
                // Without its examples a prompt can still be asked.
                Some(id) => Ok(get_prompt(id).await.map(|prompt| prompt.draft.examples).unwrap_or_default()),
                None => Ok(Vec::new()),
            }
        },
    );
    let description = move || {
        let found = opening.with_value(|opening| {
            opening.prompts.iter().find(|prompt| Some(prompt.id) == chosen.get()).map(|prompt| match prompt.description.trim() {
                "" => format!("Ask “{}”.", prompt.name),
                description => description.to_owned(),
            })
        });
        found.unwrap_or_else(|| "Choose a prompt above to ask your documents, or ask the model as it is.".to_owned())
    };
    let list = move |examples: Vec<String>| {
        let buttons = examples.into_iter().map(|question| {
            let words = question.clone();
            view! { <li><button type="button" class="example" on:click=move |_| store.draft.fill(&question)>{words}</button></li> }
        });
        let buttons = buttons.collect_view();
        (!buttons.is_empty()).then(|| view! { <ul class="examples" aria-label="Example questions">{buttons}</ul> })
    };
    view! {
        <p class="welcome-text">{description}</p>
        <ResourceView resource=examples children=list/>
    }
}

/// What to do when there is nothing yet.
#[component]
fn FirstSteps() -> impl IntoView {
    let (datasets, prompts) = (may(Permission::ManageDatasets), may(Permission::ManagePrompts));
    let viewer = use_viewer();
    let administers = move || viewer.with(|viewer| viewer.is_system_administrator);
    view! {
        <p class="welcome-text">"Lyceum answers from your own documents and shows the page it found the answer on."</p>
        <ul class="steps">
            <Show when=move || datasets.get()>
                <Step href="/datasets" icon=lu::LuLibraryBig title="Create a dataset" text="Upload the documents that answers should rest on."/>
            </Show>
            <Show when=move || prompts.get()>
                <Step href="/prompts/new" icon=lu::LuNotebookPen title="New prompt" text="Say how to answer, and from which datasets."/>
            </Show>
            <Show when=administers>
                <Step href="/admin/models" icon=lu::LuCpu title="Add a model" text="The built-in one quotes your documents. Others write."/>
            </Show>
        </ul>
    }
}

#[component]
fn Step(href: &'static str, icon: IconDrawing, title: &'static str, text: &'static str) -> impl IntoView {
    view! {
        <li>
            <A href=href attr:class="step">
                <span class="step-icon"><Icon icon/></span>
                <span class="step-title">{title}</span>
                <span class="step-text">{text}</span>
            </A>
        </li>
    }
}
