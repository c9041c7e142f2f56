//! The form of a prompt: what was typed, whether it was saved, and what the server said of it.

use super::api::{create_prompt, update_prompt};
use super::fields::{ErrorAt, ExampleFields, LimitFields, MainFields, SharingFields};
use super::leave_guard;
use super::state::PromptForm;
use crate::error::AppError;
use crate::features::sharing::SharingPanel;
use crate::ui::{Button, ButtonLink, ButtonVariant, Card, FormError, Icon, PageHeader, use_toasts};
use domain::PromptId;
use domain::datasets::Visibility;
use domain::prompts::{PromptChoices, PromptDetail, PromptDraft};
use domain::sharing::Shared;
use icondata_lu as lu;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

/// Makes a prompt, or changes one.
#[component]
pub fn PromptEditor(
    /// The stored prompt; none for a new one.
    detail: Option<PromptDetail>,
    /// What can be chosen.
    choices: PromptChoices,
) -> impl IntoView {
    let id = detail.as_ref().map(|detail| detail.id);
    let notice = detail.as_ref().and_then(|detail| detail.trouble.clone());
    let model = detail.as_ref().and_then(|detail| detail.model.clone());
    let is_shareable = detail.as_ref().is_none_or(|detail| detail.is_shareable);
    let saved = RwSignal::new(detail.map(|detail| detail.draft).unwrap_or_default());
    let form = PromptForm::of(&saved.get_untracked());
    let trouble = RwSignal::new(None::<AppError>);
    let is_unsaved = Signal::derive(move || saved.with(|saved| form.draft().as_ref() != Ok(saved)));
    leave_guard::guard(is_unsaved);
    let save = save_action(id, form, saved, trouble);
    let error = ErrorAt::new(move |field: &'static str| trouble.with(|trouble| trouble.as_ref().and_then(|error| error.field(field))));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        trouble.set(None);
        save.dispatch(());
    };
    let title = Signal::derive(move || match id {
        Some(_) => saved.with(|saved| saved.name.clone()),
        None => "New prompt".to_owned(),
    });
    let (sharing_choices, is_fixed) = (choices.clone(), !is_shareable);
    view! {
        <PageHeader title back=("/prompts", "Prompts")/>
        <form class="beside" on:submit=submit novalidate=true aria-label="Prompt">
            <div class="flow">
                {notice.map(|notice| view! { <p class="notice notice-warning"><Icon icon=lu::LuCircleAlert/><span>{notice}</span></p> })}
                <FormError error=trouble/>
                <MainFields form choices model error/>
                <SharingFields form choices=sharing_choices error is_fixed/>
                <ExampleFields form error/>
                <LimitFields form error/>
            </div>
            <aside class="beside-panel" aria-label="Saving and trying">
                <SavePanel id is_unsaved pending=save.pending() has_errors=Signal::derive(move || trouble.with(Option::is_some))/>
            </aside>
        </form>
        {id.map(|id| view! { <StoredSharing id saved is_shareable/> })}
    }
    .into_any()
}

/// With whom the prompt as it is stored is shared: below the form, and saved at once.
#[component]
fn StoredSharing(id: PromptId, saved: RwSignal<PromptDraft>, is_shareable: bool) -> impl IntoView {
    let visibility: Signal<Visibility> = Signal::derive(move || saved.with(|saved| saved.visibility));
    view! { <div class="beside sharing-below"><div class="flow"><SharingPanel thing=Shared::Prompt(id) visibility is_shareable/></div></div> }.into_any()
}

/// The button, what it will do, and the way to try the result. Stays in sight while the form scrolls.
#[component]
fn SavePanel(
    id: Option<PromptId>,
    is_unsaved: Signal<bool>,
    #[prop(into)] pending: Signal<bool>,
    has_errors: Signal<bool>,
) -> impl IntoView {
    let state = move || match (has_errors.get(), is_unsaved.get(), id) {
        (true, ..) => "Not saved: something above needs another look.",
        (_, true, _) => "There are unsaved changes.",
        (_, false, Some(_)) => "Everything is saved.",
        (_, false, None) => "A prompt needs a name; all else can stay as it is.",
    };
    view! {
        <Card>
            <div class="form">
                <Button variant=ButtonVariant::Primary submit=true wide=true loading=pending>"Save"</Button>
                <p class="field-hint" role="status">{state}</p>
            </div>
        </Card>
        {id.map(|id| view! {
            <Card title="Try it" description="Ask it something in a chat of its own. The last saved version answers.">
                <ButtonLink href=format!("/chat?prompt={id}") icon=lu::LuMessageSquare>"Start a chat"</ButtonLink>
            </Card>
        })}
    }
    .into_any()
}

fn save_action(
    id: Option<PromptId>,
    form: PromptForm,
    saved: RwSignal<PromptDraft>,
    trouble: RwSignal<Option<AppError>>,
) -> Action<(), ()> {
    let toasts = use_toasts();
    let navigate = use_navigate();
    Action::new(move |(): &()| {
        let navigate = navigate.clone();
        let draft = untrack(|| form.draft());
        async move {
            match stored(id, draft).await {
                Ok((sent, detail)) => {
                    toasts.success("Saved");
                    // What was typed while the answer was under way stays unsaved.
                    saved.try_set(sent);
                    if id.is_none() {
                        navigate(
                            &format!("/prompts/{}", detail.id),
                            leptos_router::NavigateOptions { replace: true, ..Default::default() },
                        );
                    }
                }
                Err(error) => {
                    trouble.try_set(Some(error));
                }
            }
        }
    })
}

async fn stored(id: Option<PromptId>, draft: Result<PromptDraft, domain::FieldErrors>) -> Result<(PromptDraft, PromptDetail), AppError> {
    let draft = draft.map_err(AppError::Invalid)?;
    let detail = match id {
        Some(id) => update_prompt(id, draft.clone()).await?,
        None => create_prompt(draft.clone()).await?,
    };
    Ok((draft, detail))
}
