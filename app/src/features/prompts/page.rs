//! The screens of prompts: the list, and one prompt to change or to read.

use super::api::{get_prompt, list_prompt_choices, list_prompts};
use super::editor::PromptEditor;
use super::list::PromptList;
use super::reading::PromptReading;
use crate::error::AppError;
use crate::features::onboarding::WhomToAsk;
use crate::stay::use_param;
use crate::ui::{
    Button, ButtonVariant, EmptyState, ErrorPanel, FormSkeleton, ListSkeleton, LiveView, PageBody, PageHeader, PageWidth, ResourceView,
    may, may_change,
};
use domain::prompts::{PromptChoices, PromptDetail};
use domain::{Permission, PromptId};
use icondata_lu as lu;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

/// The list of prompts.
#[component]
pub fn PromptsPage() -> impl IntoView {
    let prompts = Resource::new(|| (), |()| list_prompts());
    let reload = Callback::new(move |()| prompts.refetch());
    let may_manage = may_change(Permission::ViewPrompts, Permission::ManagePrompts);
    view! {
        <PageBody>
            <PageHeader title="Prompts" description="Saved assistants: instructions, a model and the documents to answer from.">
                <Show when=move || may_manage.get()><NewPromptButton/></Show>
            </PageHeader>
            <LiveView resource=prompts skeleton=|| view! { <ListSkeleton/> } let:prompts>
                <Show
                    when=move || prompts.with(|prompts| !prompts.is_empty())
                    fallback=move || view! { <NoPrompts may_manage/> }
                >
                    <PromptList prompts reload/>
                </Show>
            </LiveView>
        </PageBody>
    }
    .into_any()
}

#[component]
fn NoPrompts(may_manage: Signal<bool>) -> impl IntoView {
    let body = "A prompt tells a model what to do and where to look, so that you need not say it in every chat.";
    if may_manage.get_untracked() {
        return view! { <EmptyState icon=lu::LuSparkles title="There are no prompts yet." body/> }.into_any();
    }
    view! {
        <EmptyState icon=lu::LuSparkles title="There are no prompts yet." body>
            <WhomToAsk permission=Permission::ManagePrompts what="make a prompt"/>
        </EmptyState>
    }
    .into_any()
}

#[component]
fn NewPromptButton() -> impl IntoView {
    let navigate = use_navigate();
    let open = move || navigate("/prompts/new", leptos_router::NavigateOptions::default());
    view! { <Button variant=ButtonVariant::Primary icon=lu::LuPlus on_click=open>"New prompt"</Button> }
}

/// One prompt: the form, or what it says for those who may not change it. Without an id in the address, a new one.
#[component]
pub fn PromptPage() -> impl IntoView {
    let id = use_param("/prompts", "id");
    let loaded = Resource::new(move || id.get(), load);
    view! {
        <PageBody width=PageWidth::Wide>
            <ResourceView resource=loaded skeleton=|| view! { <FormSkeleton/> } let:loaded>
                <LoadedPrompt loaded/>
            </ResourceView>
        </PageBody>
    }
    .into_any()
}

/// An id nothing has.
const NO_ID: &str = "00000000-0000-0000-0000-000000000000";

/// What the screen of one prompt shows.
type LoadedPair = (Option<PromptDetail>, PromptChoices);

async fn load(id: Option<String>) -> Result<LoadedPair, AppError> {
    let detail = match id {
        Some(id) => {
            // An address that is no id finds nothing, as any unknown id does.
            let id: PromptId = id.parse().or_else(|_| NO_ID.parse()).map_err(|_| AppError::NotFound)?;
            Some(get_prompt(id).await?)
        }
        None => None,
    };
    Ok((detail, list_prompt_choices().await?))
}

#[component]
fn LoadedPrompt(loaded: LoadedPair) -> impl IntoView {
    let may_manage = may(Permission::ManagePrompts);
    let (detail, choices) = loaded;
    match detail {
        None if !may_manage.get_untracked() => view! { <ErrorPanel error=AppError::Forbidden/> }.into_any(),
        Some(detail) if !detail.is_editable => view! { <PromptReading detail choices/> }.into_any(),
        detail => view! { <PromptEditor detail choices/> }.into_any(),
    }
}
