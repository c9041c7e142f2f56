//! The guide: what is left to set up, each step with the way to it.

use super::api::{add_sample, dismiss_guide, keep_built_in_model};
use crate::error::AppError;
use crate::ui::{Button, ButtonLink, ButtonSize, ButtonVariant, Icon, IconButton, use_toasts};
use domain::onboarding::Guide;
use icondata_lu as lu;
use leptos::prelude::*;
use std::future::Future;

/// The steps of setting up. They tick themselves off; the card goes when it is dismissed.
#[component]
pub fn GuideCard(
    /// How far it is.
    guide: Signal<Guide>,
    /// Loads it again.
    reload: Callback<()>,
) -> impl IntoView {
    let dismiss = acting(reload, None, dismiss_guide);
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
                <DocumentsStep guide reload/>
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
    let keep = acting(reload, None, keep_built_in_model);
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
fn DocumentsStep(guide: Signal<Guide>, reload: Callback<()>) -> impl IntoView {
    let done = Signal::derive(move || guide.with(|guide| guide.has_documents));
    let sample = Memo::new(move |_| guide.with(|guide| guide.sample));
    let add =
        acting(reload, Some("The sample dataset is being read. Ask about it in a moment."), || async { add_sample().await.map(drop) });
    let offer = move || {
        match sample.get() {
        Some(id) => view! { <ButtonLink href=format!("/datasets/{id}") size=ButtonSize::Small variant=ButtonVariant::Ghost>"Open the sample dataset"</ButtonLink> }.into_any(),
        None => view! {
            <Button size=ButtonSize::Small variant=ButtonVariant::Ghost loading=add.pending() on_click=move || { add.dispatch(()); }>
                "Add a sample dataset"
            </Button>
        }
        .into_any(),
    }
    };
    view! {
        <GuideStep done title="Add documents">
            <p class="guide-text">"Answers rest on them and name the page. The sample is about Lyceum itself."</p>
            <div class="row">
                <ButtonLink href="/datasets" size=ButtonSize::Small>"Add documents"</ButtonLink>
                {offer}
            </div>
        </GuideStep>
    }
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

/// Calls the server, says what came of it, and looks how far the guide is then.
fn acting<F, R>(reload: Callback<()>, done: Option<&'static str>, call: F) -> Action<(), ()>
where
    F: Fn() -> R + Send + Sync + 'static,
    R: Future<Output = Result<(), AppError>> + Send + 'static,
{
    let toasts = use_toasts();
    Action::new(move |(): &()| {
        let calling = call();
        async move {
            match calling.await {
                Ok(()) => done.into_iter().for_each(|done| toasts.success(done)),
                Err(error) => toasts.app_error(&error),
            }
            reload.run(());
        }
    })
}
