//! A new chat: example questions of the chosen prompt, or the first steps where there is no prompt yet, be it for want of documents or
//! of the prompt alone; the guide of whoever sets Lyceum up.

use super::store::ChatStore;
use crate::error::AppError;
use crate::features::onboarding::api::open_guide;
use crate::features::onboarding::{GuideCard, WhomToAsk};
use crate::features::prompts::api::get_prompt;
use crate::ui::{Icon, IconDrawing, LiveView, ResourceView, may, may_change};
use domain::Permission;
use domain::chat::ChatOpening;
use domain::models::ProviderKind;
use domain::onboarding::Guide;
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
    let guide = Resource::new(
        || (),
        // Without its guide a chat can still be begun.
        |()| async move { Ok::<_, AppError>(open_guide().await.unwrap_or_default()) },
    );
    let reload = Callback::new(move |()| guide.refetch());
    view! {
        <div class="welcome">
            <h2 class="welcome-title">"What would you like to know?"</h2>
            {has_prompts.then(|| view! { <Examples store opening/> })}
            <LiveView resource=guide let:guide>
                <GuidePlace guide reload/>
                {(!has_prompts).then(|| view! { <Show when=move || guide.with(Option::is_none)><FirstSteps opening/></Show> })}
            </LiveView>
        </div>
    }
    .into_any()
}

/// The guide, while there is one; it stays the same card while it ticks itself off.
#[component]
fn GuidePlace(guide: Signal<Option<Guide>>, reload: Callback<()>) -> impl IntoView {
    let is_there = Memo::new(move |_| guide.with(Option::is_some));
    let last = Memo::new(move |last: Option<&Option<Guide>>| guide.get().or_else(|| last.cloned().flatten()));
    let card = move || {
        let first = last.get_untracked()?;
        let guide = Signal::derive(move || last.get().unwrap_or_else(|| first.clone()));
        Some(view! { <GuideCard guide reload/> })
    };
    move || is_there.get().then(card)
}

/// Questions to start with; a press puts one into the composer. Whoever may not ask is offered none: their field takes nothing.
#[component]
fn Examples(store: ChatStore, opening: StoredValue<ChatOpening>) -> impl IntoView {
    let may_ask = may(Permission::ManageChats);
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
        found.unwrap_or_else(|| opening.with_value(without_prompt).to_owned())
    };
    let button = move |question: String| {
        let words = question.clone();
        view! { <li><button type="button" class="example" on:click=move |_| store.draft.fill(&question)>{words}</button></li> }
    };
    let list = move |examples: Vec<String>| {
        move || {
            let is_shown = may_ask.get() && !examples.is_empty();
            is_shown.then(|| {
                let buttons = examples.iter().cloned().map(button).collect_view();
                view! { <ul class="examples" aria-label="Example questions">{buttons}</ul> }
            })
        }
    };
    view! {
        <p class="welcome-text">{description}</p>
        <ResourceView resource=examples children=list/>
    }
}

/// What a chat without a prompt is good for. The built-in model alone says nothing: it quotes what a prompt searches.
fn without_prompt(opening: &ChatOpening) -> &'static str {
    let searches = opening.prompts.iter().any(|prompt| prompt.dataset_count > 0);
    let writes = opening.models.is_empty() || opening.models.iter().any(|model| model.kind != ProviderKind::BuiltIn);
    match (searches, writes) {
        (true, true) => "Choose a prompt above to ask your documents, or ask the model as it is.",
        (true, false) => "Choose a prompt above to ask your documents.",
        (false, _) => "Choose a prompt above, or ask the model as it is.",
    }
}

/// What Lyceum is for.
const IN_GENERAL: &str = "Lyceum answers from your own documents and shows the page it found the answer on.";
/// Said to those who see documents and no prompt.
const PROMPT_IS_MISSING: &str =
    "Documents are here, and no prompt yet that asks them. A prompt says which datasets are searched: without one, none is.";

/// What to do when there is nothing yet that answers from documents: first these, then a prompt that searches them.
#[component]
fn FirstSteps(opening: StoredValue<ChatOpening>) -> impl IntoView {
    let datasets = may_change(Permission::ViewDatasets, Permission::ManageDatasets);
    let prompts = may_change(Permission::ViewPrompts, Permission::ManagePrompts);
    let (uses_prompts, models) = (may(Permission::ViewPrompts), may(Permission::ManageModels));
    let lacks_prompt = opening.with_value(|opening| opening.lacks_prompt);
    let (text, missing, what) = if lacks_prompt && uses_prompts.get_untracked() {
        (PROMPT_IS_MISSING, Permission::ManagePrompts, "make a prompt")
    } else if lacks_prompt {
        (IN_GENERAL, Permission::ManageTeam, "use prompts")
    } else {
        (IN_GENERAL, Permission::ManageDatasets, "add documents")
    };
    let can_mend = may(missing);
    view! {
        <p class="welcome-text">{text}</p>
        <Show when=move || !can_mend.get()><WhomToAsk permission=missing what/></Show>
        <ul class="steps">
            <Show when=move || datasets.get() && !lacks_prompt>
                <Step href="/datasets" icon=lu::LuLibraryBig title="Create a dataset" text="Upload the documents that answers should rest on."/>
            </Show>
            <Show when=move || prompts.get()>
                <Step href="/prompts/new" icon=lu::LuNotebookPen title="New prompt" text="Say how to answer, and from which datasets."/>
            </Show>
            <Show when=move || models.get()>
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
