//! The guide: what is left to set up, each step with the way to it.

use super::api::{add_sample, dismiss_guide, keep_built_in_model};
use crate::error::AppError;
use crate::ui::{Button, ButtonLink, ButtonSize, ButtonVariant, Icon, IconButton, use_toasts};
use domain::PromptId;
use domain::onboarding::{Guide, Sample};
use icondata_lu as lu;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use std::future::Future;

/// The steps of setting up. They tick themselves off; the card goes when it is dismissed.
#[component]
pub fn GuideCard(
    /// How far it is.
    guide: Signal<Guide>,
    /// Loads it again.
    reload: Callback<()>,
) -> impl IntoView {
    let dismiss = acting(reload, dismiss_guide, |()| {});
    let add = adding(reload);
    let is_done = move || guide.with(|guide| guide.done() == Guide::STEPS);
    let title = move || if is_done() { "Lyceum is set up" } else { "Set up Lyceum" };
    view! {
        <section class="guide" aria-labelledby="guide-title">
            <div class="row row-spread">
                <h3 class="guide-title" id="guide-title">{title}</h3>
                <span class="guide-count" role="status">{move || guide.with(|guide| format!("{} of {} done", guide.done(), Guide::STEPS))}</span>
                <IconButton label="Dismiss the guide" icon=lu::LuX on_click=move || { dismiss.dispatch(()); }/>
            </div>
            <ol class="guide-steps">
                <TeamStep guide/>
                <ModelStep guide reload/>
                <DocumentsStep guide add/>
                <PromptStep guide add/>
                <PeopleStep guide/>
            </ol>
            <Show when=is_done>
                <Button variant=ButtonVariant::Primary on_click=move || { dismiss.dispatch(()); }>"Close the guide"</Button>
            </Show>
        </section>
    }
    .into_any()
}

#[component]
fn TeamStep(guide: Signal<Guide>) -> impl IntoView {
    let done = Signal::derive(move || guide.with(|guide| guide.is_team_named));
    let name = move || guide.with(|guide| format!("It is called “{}”.", guide.team_name));
    view! {
        <GuideStep done title="Name the team">
            <p class="guide-text">{name}</p>
            <div class="row"><ButtonLink href="/team/settings" size=ButtonSize::Small>"Name the team"</ButtonLink></div>
        </GuideStep>
    }
}

#[component]
fn ModelStep(guide: Signal<Guide>, reload: Callback<()>) -> impl IntoView {
    let done = Signal::derive(move || guide.with(|guide| guide.is_model_chosen));
    let keep = acting(reload, keep_built_in_model, |()| {});
    view! {
        <GuideStep done title="Choose a model">
            <p class="guide-text">"The built-in model quotes your documents. Models you add write their answers."</p>
            <div class="row">
                <ButtonLink href="/admin/models" size=ButtonSize::Small>"Add a model"</ButtonLink>
                <Show when=move || !done.get()>
                    <Button size=ButtonSize::Small variant=ButtonVariant::Ghost loading=keep.pending() on_click=move || { keep.dispatch(()); }>
                        "Stay with the built-in model"
                    </Button>
                </Show>
            </div>
        </GuideStep>
    }
}

#[component]
fn DocumentsStep(guide: Signal<Guide>, add: Action<(), ()>) -> impl IntoView {
    let done = Signal::derive(move || guide.with(|guide| guide.has_documents));
    let sample = Memo::new(move |_| guide.with(|guide| guide.sample.map(|sample| sample.dataset_id)));
    let offer = move || match sample.get() {
        Some(id) => offered_link(format!("/datasets/{id}"), "Open the sample dataset"),
        None => offered_sample(add, "Add a sample dataset"),
    };
    view! {
        <GuideStep done title="Add documents">
            <p class="guide-text">"Answers rest on them and name the page. The sample is about Lyceum itself, with a prompt that asks it."</p>
            <div class="row">
                <ButtonLink href="/datasets" size=ButtonSize::Small>"Add documents"</ButtonLink>
                {offer}
            </div>
        </GuideStep>
    }
}

#[component]
fn PromptStep(guide: Signal<Guide>, add: Action<(), ()>) -> impl IntoView {
    let done = Signal::derive(move || guide.with(|guide| guide.has_prompt));
    let sample = Memo::new(move |_| guide.with(|guide| guide.sample));
    let query = use_query_map();
    // The chat it leads to offers no way to itself.
    let is_here = move |prompt: PromptId| query.with(|query| query.get("prompt")).is_some_and(|here| here == prompt.to_string());
    let offer = move || match sample.get()?.prompt_id {
        None => Some(offered_sample(add, "Make one for the sample")),
        Some(prompt) => (!is_here(prompt)).then(|| offered_link(chat_with(prompt), "Ask the sample")),
    };
    view! {
        <GuideStep done title="Make a prompt">
            <p class="guide-text">"It says which datasets are searched: without one, none is. Make it visible to your team, so that others can ask it too."</p>
            <div class="row">
                <ButtonLink href="/prompts/new" size=ButtonSize::Small>"Make a prompt"</ButtonLink>
                {offer}
            </div>
        </GuideStep>
    }
}

/// A new chat with a prompt.
fn chat_with(prompt: PromptId) -> String {
    format!("/chat?prompt={prompt}")
}

fn offered_link(href: String, words: &'static str) -> AnyView {
    view! { <ButtonLink href size=ButtonSize::Small variant=ButtonVariant::Ghost>{words}</ButtonLink> }.into_any()
}

/// A button that adds what is missing of the sample.
fn offered_sample(add: Action<(), ()>, words: &'static str) -> AnyView {
    view! {
        <Button size=ButtonSize::Small variant=ButtonVariant::Ghost loading=add.pending() on_click=move || { add.dispatch(()); }>{words}</Button>
    }
    .into_any()
}

#[component]
fn PeopleStep(guide: Signal<Guide>) -> impl IntoView {
    let done = Signal::derive(move || guide.with(|guide| guide.has_invited));
    view! {
        <GuideStep done title="Invite people">
            <p class="guide-text">"They ask the same documents, in chats of their own."</p>
            <div class="row"><ButtonLink href="/team" size=ButtonSize::Small>"Invite people"</ButtonLink></div>
        </GuideStep>
    }
}

/// One step: its mark, its name, and what can be done about it.
#[component]
fn GuideStep(done: Signal<bool>, title: &'static str, children: Children) -> impl IntoView {
    let mark = move || {
        if done.get() { view! { <Icon icon=lu::LuCircleCheck/> }.into_any() } else { view! { <Icon icon=lu::LuCircle/> }.into_any() }
    };
    view! {
        <li class="guide-step" class:guide-step-done=move || done.get()>
            <span class="guide-mark">{mark}</span>
            <div class="guide-body">
                <h4>{title}<span class="sr-only">{move || if done.get() { ": done" } else { ": to do" }}</span></h4>
                {children()}
            </div>
        </li>
    }
    .into_any()
}

/// Adds the sample and leads to a new chat that asks it.
fn adding(reload: Callback<()>) -> Action<(), ()> {
    let (toasts, navigate) = (use_toasts(), use_navigate());
    acting(reload, add_sample, move |sample: Sample| match sample.prompt_id {
        Some(prompt) => {
            toasts.success("The sample is being read. Ask about it in a moment.");
            navigate(&chat_with(prompt), NavigateOptions::default());
        }
        None => toasts.info("The sample dataset is there. Nobody can ask it yet: your role does not allow you to make a prompt."),
    })
}

/// Calls the server, looks how far the guide is then, and goes on with the answer, unless the person has left meanwhile.
fn acting<F, R, T>(reload: Callback<()>, call: F, then: impl Fn(T) + Clone + Send + Sync + 'static) -> Action<(), ()>
where
    F: Fn() -> R + Send + Sync + 'static,
    R: Future<Output = Result<T, AppError>> + Send + 'static,
    T: Send + 'static,
{
    let (toasts, here) = (use_toasts(), StoredValue::new(()));
    Action::new(move |(): &()| {
        let (calling, then) = (call(), then.clone());
        async move {
            let answer = calling.await;
            if let Err(error) = &answer {
                toasts.app_error(error);
            }
            if here.try_get_value().is_none() {
                return;
            }
            reload.run(());
            if let Ok(answer) = answer {
                then(answer);
            }
        }
    })
}
