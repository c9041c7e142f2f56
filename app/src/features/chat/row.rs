//! One row of the conversation list, and the dialogs its menu opens, which the browser fetches with the first of them.

use super::api::{delete_conversation, rename_conversation};
use super::changes::use_chat_changes;
use crate::features::sharing::AccessDialog;
use crate::ui::{
    Button, ButtonVariant, ConfirmDialog, Dialog, DialogActions, DialogSize, Field, FormError, Menu, MenuItem, NOT_FETCHED, SpinnerMark,
    may, use_toasts,
};
use domain::Permission;
use domain::chat::ConversationSummary;
use domain::datasets::Visibility;
use domain::sharing::Thing;
use domain::text::Title;
use icondata_lu as lu;
use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_location, use_navigate};

/// Most characters of a title.
const TITLE_MAX: u32 = 200;

/// The conversation whose dialog is open; a copy is as good as the original.
#[derive(Clone, Copy)]
pub struct Rows {
    chosen: RwSignal<Option<ConversationSummary>>,
    is_renaming: RwSignal<bool>,
    is_explaining: RwSignal<bool>,
    is_deleting: RwSignal<bool>,
}

impl Rows {
    /// None yet.
    pub fn new() -> Self {
        Self {
            chosen: RwSignal::new(None),
            is_renaming: RwSignal::new(false),
            is_explaining: RwSignal::new(false),
            is_deleting: RwSignal::new(false),
        }
    }

    /// As if nothing had been chosen.
    fn forget(self) {
        self.chosen.set(None);
        for open in [self.is_renaming, self.is_explaining, self.is_deleting] {
            open.set(false);
        }
    }
}

/// A conversation: its title, whether it is being written, and its menu.
#[component]
pub fn ConversationRow(
    /// The conversation.
    conversation: ConversationSummary,
    /// Whether an answer of it is being written.
    is_generating: Signal<bool>,
    /// Where its menu notes what was chosen.
    rows: Rows,
) -> impl IntoView {
    let title = conversation.title.clone();
    let href = format!("/chat/{}", conversation.id);
    let tip = title.clone();
    let label = format!("Options for {title}");
    let may_change = may(Permission::ManageChats);
    let conversation = StoredValue::new(conversation);
    let open = move |dialog: RwSignal<bool>| {
        rows.chosen.set(Some(conversation.get_value()));
        dialog.set(true);
    };
    view! {
        <li class="chat-row">
            <A href=href attr:class="chat-link" attr:title=tip>
                <span class="chat-title">{title}</span>
                <Show when=move || is_generating.get()><SpinnerMark/><span class="sr-only">"An answer is being written"</span></Show>
            </A>
            <div class="chat-menu">
                <Menu label>
                    <Show when=move || may_change.get()>
                        <MenuItem label="Rename" icon=lu::LuPencil on_select=move || open(rows.is_renaming)/>
                    </Show>
                    <MenuItem label="Explain access" icon=lu::LuUsers on_select=move || open(rows.is_explaining)/>
                    <Show when=move || may_change.get()>
                        <MenuItem label="Delete" icon=lu::LuTrash2 danger=true on_select=move || open(rows.is_deleting)/>
                    </Show>
                </Menu>
            </div>
        </li>
    }
    .into_any()
}

/// The dialogs of the list.
#[component]
pub fn RowDialogs(
    /// What was chosen.
    rows: Rows,
) -> impl IntoView {
    let toasts = use_toasts();
    let is_wanted = Memo::new(move |_| rows.chosen.with(Option::is_some));
    let fetched = move || {
        Suspend::new(async move {
            show_dialogs(rows).await.unwrap_or_else(|_| {
                rows.forget();
                toasts.error(NOT_FETCHED);
                ().into_any()
            })
        })
    };
    view! { {move || is_wanted.get().then(fetched)} }.into_any()
}

#[wasm_split(late, wasm_split_path = ::leptos::wasm_split, fallible)]
#[allow(clippy::unnecessary_wraps, reason = "the error is that of fetching the part, which the macro adds")]
fn show_dialogs(rows: Rows) -> Result<AnyView, SplitLoaderError> {
    let explained =
        Signal::derive(move || rows.chosen.with(|chosen| chosen.as_ref().map(|chosen| (Thing::Chat(chosen.id), chosen.title.clone()))));
    let dialogs = view! {
        <RenameDialog rows/>
        <AccessDialog open=rows.is_explaining chosen=explained visibility=Visibility::Private/>
        <DeleteDialog rows/>
    };
    Ok(dialogs.into_any())
}

#[component]
fn RenameDialog(rows: Rows) -> impl IntoView {
    let changes = use_chat_changes();
    let title = RwSignal::new(String::new());
    Effect::new(move |_| {
        if rows.is_renaming.get() {
            title.set(rows.chosen.with_untracked(|chosen| chosen.as_ref().map(|chosen| chosen.title.clone()).unwrap_or_default()));
        }
    });
    let rename = Action::new(move |(): &()| {
        let (chosen, title) = (rows.chosen.get_untracked(), title.get_untracked());
        async move {
            if let Some(chosen) = chosen {
                let parsed = Title::parse(&title)?;
                rename_conversation(chosen.id, parsed.into_string()).await?;
                rows.is_renaming.set(false);
                changes.note();
            }
            Ok::<(), crate::error::AppError>(())
        }
    });
    let error = Signal::derive(move || rename.value().get().and_then(Result::err));
    let field_error = Signal::derive(move || error.get().and_then(|error| error.field("title")));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        rename.dispatch(());
    };
    view! {
        <Dialog open=rows.is_renaming title="Title of this chat" size=DialogSize::Small>
            <form class="form" on:submit=submit>
                <FormError error/>
                <Field label="Title" name="title" id="rename-chat-title" value=title error=field_error maxlength=TITLE_MAX autofocus=true/>
                <DialogActions>
                    <Button on_click=move || rows.is_renaming.set(false)>"Cancel"</Button>
                    <Button variant=ButtonVariant::Primary submit=true loading=rename.pending()>"Rename"</Button>
                </DialogActions>
            </form>
        </Dialog>
    }
    .into_any()
}

#[component]
fn DeleteDialog(rows: Rows) -> impl IntoView {
    let (changes, toasts) = (use_chat_changes(), use_toasts());
    let (location, navigate) = (use_location(), StoredValue::new(use_navigate()));
    let delete = Action::new(move |(): &()| {
        let chosen = rows.chosen.get_untracked();
        async move {
            let Some(chosen) = chosen else { return };
            match delete_conversation(chosen.id).await {
                Ok(()) => {
                    if location.pathname.get_untracked() == format!("/chat/{}", chosen.id) {
                        navigate.with_value(|navigate| navigate("/chat", NavigateOptions::default()));
                    }
                    toasts.success("Chat deleted");
                }
                Err(error) => toasts.app_error(&error),
            }
            rows.is_deleting.set(false);
            changes.note();
        }
    });
    let body = Signal::derive(move || {
        rows.chosen.with(|chosen| {
            chosen.as_ref().map(|chosen| format!("“{}” and all its answers will be gone for good.", chosen.title)).unwrap_or_default()
        })
    });
    view! {
        <ConfirmDialog
            open=rows.is_deleting title="Delete this chat?" body confirm="Delete chat" pending=delete.pending()
            on_confirm=move || { delete.dispatch(()); }
        />
    }
}
