//! One stay at a chat: header, transcript or welcome, composer, and the sources beside them.

use super::composer::Composer;
use super::header::ChatHeader;
use super::jump::JumpToLatest;
use super::sources::SourcePanel;
use super::store::{ChatStore, Choice, Connection};
use super::transcript::TranscriptView;
use super::welcome::Welcome;
use crate::browser::shortcuts::{self, Shortcut};
use crate::ui::{Icon, ScreenTitle, SpinnerMark};
use domain::chat::ChatOpening;
use domain::{ConversationId, PromptId};
use icondata_lu as lu;
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// The screen of a conversation or of a new chat.
#[component]
pub fn ChatScreen(
    /// What it starts from.
    opening: ChatOpening,
    /// The prompt the address asks for.
    prompt: Option<PromptId>,
    /// Where a new conversation is noted, so that its address is not taken for another stay.
    adopted: StoredValue<Option<ConversationId>>,
) -> impl IntoView {
    let navigate = use_navigate();
    let navigate = Callback::new(move |address: String| {
        navigate(&address, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
    });
    let store = ChatStore::new(&opening, first_choice(&opening, prompt), adopted, navigate);
    shortcuts::on(Shortcut::FocusComposer, move || store.draft.focus());
    shortcuts::on(Shortcut::Stop, move || if store.source.get_untracked().is_some() { store.source.set(None) } else { store.stop() });
    let scroller = NodeRef::<html::Div>::new();
    let at_bottom = RwSignal::new(true);
    // A first question that was refused is answered with why, in the transcript.
    let is_new =
        Memo::new(move |_| store.entries.with(Vec::is_empty) && store.asking.with(Option::is_none) && store.refusal.with(Option::is_none));
    let opening = StoredValue::new(opening);
    view! {
        <ScreenTitle text=store.title/>
        <div class="chat" class:chat-with-sources=move || store.source.with(Option::is_some)>
            <div class="chat-main" class:chat-new=move || is_new.get()>
                <h1 class="sr-only">{move || store.title.get()}</h1>
                <ChatHeader store opening/>
                <div class="chat-scroll" node_ref=scroller tabindex="0" role="group" aria-label="Conversation" on:scroll=move |_| note_place(scroller, at_bottom)>
                    <div class="chat-column">
                        <Show when=move || is_new.get() fallback=move || view! { <TranscriptView store opening/> }>
                            <Welcome store opening/>
                        </Show>
                    </div>
                </div>
                <div class="chat-foot">
                    <JumpToLatest store scroller at_bottom/>
                    <ConnectionBanner store/>
                    <Composer store/>
                </div>
            </div>
            <SourcePanel store/>
        </div>
    }
    .into_any()
}

/// The prompt of the address, else what the conversation uses, else the installation's default model.
fn first_choice(opening: &ChatOpening, prompt: Option<PromptId>) -> Choice {
    let known = |id: &PromptId| opening.prompts.iter().any(|prompt| prompt.id == *id);
    if let Some(prompt_id) = prompt.filter(known) {
        return Choice { prompt_id: Some(prompt_id), model_id: None };
    }
    opening.conversation.as_ref().map_or_else(Choice::default, |conversation| Choice {
        prompt_id: conversation.prompt_id.filter(known),
        // Who may not choose a model asks the default one: the server would refuse another.
        model_id: conversation.model_id.filter(|_| !opening.models.is_empty()),
    })
}

/// Pixels from the end that still count as being there.
const SLACK_PX: i32 = 64;

fn note_place(scroller: NodeRef<html::Div>, at_bottom: RwSignal<bool>) {
    if let Some(scroller) = scroller.get_untracked() {
        let is_there = crate::browser::scroll::is_at_bottom(&scroller, SLACK_PX);
        if at_bottom.get_untracked() != is_there {
            at_bottom.set(is_there);
        }
    }
}

/// Says that the line broke, for as long as it is broken.
#[component]
fn ConnectionBanner(store: ChatStore) -> impl IntoView {
    view! {
        <div class="chat-banner-place" role="status">
            <Show when=move || store.connection.get() == Connection::Mending>
                <p class="chat-banner"><SpinnerMark/><Icon icon=lu::LuWifiOff/><span>"The connection was lost. Nothing is: the answer goes on as soon as the line is back."</span></p>
            </Show>
        </div>
    }
}
