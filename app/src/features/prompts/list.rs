//! The list of prompts: what each is for, and a chat with it one press away.

use super::api::{delete_prompt, duplicate_prompt};
use super::state::{counted, matching, shown_to};
use crate::ui::{
    Badge, ButtonLink, ButtonSize, ConfirmDialog, EmptyState, Field, FieldKind, Menu, MenuItem, MenuLink, MenuSeparator, Time, TimeStyle,
    may, use_toasts,
};
use domain::prompts::PromptSummary;
use domain::{Permission, PromptId};
use icondata_lu as lu;
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_navigate;

/// All prompts, with a search and what can be done to each.
#[component]
pub fn PromptList(
    /// What is shown.
    prompts: Signal<Vec<PromptSummary>>,
    /// Loads the list again.
    reload: Callback<()>,
) -> impl IntoView {
    let search = RwSignal::new(String::new());
    let deleting = RwSignal::new(false);
    let doomed = RwSignal::new(None::<PromptSummary>);
    let found = Memo::new(move |_| prompts.with(|prompts| matching(prompts, &search.get())));
    let delete = delete_action(reload);
    let duplicate = duplicate_action();
    let actions = TileActions {
        duplicate: Callback::new(move |id| {
            duplicate.dispatch(id);
        }),
        delete: Callback::new(move |prompt| {
            doomed.set(Some(prompt));
            deleting.set(true);
        }),
    };
    let name = move || doomed.get().map(|prompt| prompt.name).unwrap_or_default();
    let tiles = move || found.get().into_iter().map(|prompt| view! { <PromptTile prompt actions/> }).collect_view();
    view! {
        <div class="flow">
            <Field label="Search" name="search" kind=FieldKind::Search value=search placeholder="Search prompts" hide_label=true autocomplete="off"/>
            <Show
                when=move || found.with(|found| !found.is_empty())
                fallback=|| view! { <EmptyState icon=lu::LuSearch title="No prompt holds all of these words."/> }
            >
                <ul class="tile-grid" aria-label="Prompts">{tiles}</ul>
            </Show>
        </div>
        <ConfirmDialog
            open=deleting title=Signal::derive(move || format!("Delete “{}”?", name()))
            body="Chats that used it stay and go on without it. This cannot be undone." confirm="Delete prompt"
            on_confirm=move || if let Some(prompt) = doomed.get_untracked() { delete.dispatch(prompt); }
        />
    }
    .into_any()
}

/// What a tile can ask its list to do.
#[derive(Clone, Copy)]
struct TileActions {
    duplicate: Callback<PromptId>,
    delete: Callback<PromptSummary>,
}

#[component]
fn PromptTile(prompt: PromptSummary, actions: TileActions) -> impl IntoView {
    let address = format!("/prompts/{}", prompt.id);
    let (name, whose, seen_by) = (prompt.name.clone(), format!(" with {}", prompt.name), shown_to(&prompt));
    let foot = format!("{} · {}", prompt.model, counted(prompt.dataset_count, "dataset"));
    let uses = (prompt.chat_count > 0).then(|| format!("used in {}", counted(prompt.chat_count, "chat")));
    let description = if prompt.description.is_empty() { "No description".to_owned() } else { prompt.description.clone() };
    view! {
        <li class="tile">
            <div class="row row-spread tile-head">
                <h2 class="tile-title"><A href=address>{name}</A></h2>
                <PromptMenu prompt=prompt.clone() actions/>
            </div>
            <p class="tile-text tile-text-short">{description}</p>
            <div class="tile-foot">
                <Badge>{seen_by}</Badge>
                <span>{foot}</span>
                {uses.map(|uses| view! { <span>{uses}</span> })}
                <span>"changed "<Time at=prompt.updated_at style=TimeStyle::Date/></span>
            </div>
            <div class="row">
                <ButtonLink href=format!("/chat?prompt={}", prompt.id) size=ButtonSize::Small icon=lu::LuMessageSquare>
                    "Start a chat"<span class="sr-only">{whose}</span>
                </ButtonLink>
            </div>
        </li>
    }
    .into_any()
}

#[component]
fn PromptMenu(prompt: PromptSummary, actions: TileActions) -> impl IntoView {
    let may_manage = may(Permission::ManagePrompts);
    let (id, is_editable, is_deletable) = (prompt.id, prompt.is_editable, prompt.is_shareable);
    let label = format!("Actions for {}", prompt.name);
    let open_label = if is_editable { "Edit" } else { "Open" };
    let prompt = StoredValue::new(prompt);
    view! {
        <Menu label>
            <MenuLink href=format!("/prompts/{id}") label=open_label icon=lu::LuPencil/>
            <Show when=move || may_manage.get()>
                <MenuItem label="Duplicate" icon=lu::LuCopy on_select=move || actions.duplicate.run(id)/>
            </Show>
            <Show when=move || is_deletable>
                <MenuSeparator/>
                <MenuItem label="Delete" icon=lu::LuTrash2 danger=true on_select=move || actions.delete.run(prompt.get_value())/>
            </Show>
        </Menu>
    }
    .into_any()
}

fn delete_action(reload: Callback<()>) -> Action<PromptSummary, ()> {
    let toasts = use_toasts();
    Action::new(move |prompt: &PromptSummary| {
        let (id, name) = (prompt.id, prompt.name.clone());
        async move {
            match delete_prompt(id).await {
                Ok(()) => toasts.success(format!("“{name}” was deleted")),
                Err(error) => toasts.app_error(&error),
            }
            reload.run(());
        }
    })
}

/// Opens the copy, so that it can be renamed and changed at once.
fn duplicate_action() -> Action<PromptId, ()> {
    let toasts = use_toasts();
    let navigate = use_navigate();
    Action::new(move |&id: &PromptId| {
        let navigate = navigate.clone();
        async move {
            match duplicate_prompt(id).await {
                Ok(copy) => {
                    toasts.success("This is the copy");
                    navigate(&format!("/prompts/{}", copy.id), leptos_router::NavigateOptions::default());
                }
                Err(error) => toasts.app_error(&error),
            }
        }
    })
}
