//! One message: the person's in a bubble, the answer over the full width with what it rests on.

use super::state::{Transcript, cited};
use super::status_line::StatusLine;
use super::store::{ChatStore, Entry};
use super::toolbar::Toolbar;
use crate::ui::Markdown;
use domain::chat::{ChatOpening, Citation, MessageRole, MessageStatus, MessageView};
use leptos::prelude::*;

/// A message as an article.
#[component]
pub fn MessageArticle(
    /// The chat.
    store: ChatStore,
    /// What the screen started from.
    opening: StoredValue<ChatOpening>,
    /// The message.
    entry: Entry,
    /// Whether it is the newest one.
    is_last: Signal<bool>,
) -> impl IntoView {
    let first = entry.message.with_untracked(|transcript| transcript.message.clone());
    if first.role == MessageRole::User {
        return question(first).into_any();
    }
    view! { <Answer store opening message=entry.message is_last/> }.into_any()
}

fn question(message: MessageView) -> impl IntoView {
    view! {
        <article class="message message-user" data-role="user" data-status=message.status.as_str() aria-label="You">
            <div class="bubble">{message.content}</div>
        </article>
    }
}

#[component]
fn Answer(store: ChatStore, opening: StoredValue<ChatOpening>, message: ArcRwSignal<Transcript>, is_last: Signal<bool>) -> impl IntoView {
    let message = RwSignal::from(message);
    let status = Memo::new(move |_| message.with(|transcript| transcript.message.status));
    let text = Signal::derive(move || message.with(|transcript| transcript.message.content.clone()));
    let is_empty = Memo::new(move |_| message.with(|transcript| transcript.message.content.is_empty()));
    let is_running = Memo::new(move |_| status.get().is_running());
    let cite = Callback::new(move |number: u32| {
        let known =
            message.with_untracked(|transcript| transcript.message.citations.iter().find(|citation| citation.number == number).cloned());
        store.source.set(known);
    });
    view! {
        <article
            class="message message-answer" class:message-running=move || is_running.get()
            data-role="assistant" data-status=move || status.get().as_str()
            aria-label="Answer" aria-busy=move || is_running.get().then_some("true")
        >
            <Show when=move || is_empty.get() && is_running.get()><Waiting store opening message/></Show>
            <Markdown text on_cite=cite/>
            <Show when=move || !is_running.get()>
                <SourceList store message/>
                <StatusLine store message is_last/>
                <Toolbar store message is_last/>
            </Show>
        </article>
    }
    .into_any()
}

/// What happens before the first words.
#[component]
fn Waiting(store: ChatStore, opening: StoredValue<ChatOpening>, message: RwSignal<Transcript>) -> impl IntoView {
    let datasets = move || {
        let chosen = store.choice.get().prompt_id;
        opening
            .with_value(|opening| opening.prompts.iter().find(|prompt| Some(prompt.id) == chosen).map_or(0, |prompt| prompt.dataset_count))
    };
    let is_searching =
        move || message.with(|transcript| transcript.message.status == MessageStatus::Pending && transcript.message.last_seq == 0);
    let words = move || match datasets() {
        1 if is_searching() => "Searching 1 dataset…".to_owned(),
        count if count > 1 && is_searching() => format!("Searching {count} datasets…"),
        _ => "Thinking…".to_owned(),
    };
    view! { <p class="waiting" role="status"><span class="waiting-dot" aria-hidden="true"></span><span>{words}</span></p> }
}

/// The documents an answer cites, by name and page.
#[component]
fn SourceList(store: ChatStore, message: RwSignal<Transcript>) -> impl IntoView {
    let sources = Memo::new(move |_| {
        message.with(|Transcript { message }| cited(&message.content, &message.citations).into_iter().cloned().collect::<Vec<_>>())
    });
    view! {
        <Show when=move || sources.with(|sources| !sources.is_empty())>
            <ul class="source-list" aria-label="Documents this answer cites">
                <For each=move || sources.get() key=|source| source.number let:source><SourceEntry store source/></For>
            </ul>
        </Show>
    }
}

#[component]
fn SourceEntry(store: ChatStore, source: Citation) -> impl IntoView {
    let number = source.number;
    let name = source.document_name.clone();
    let page = source.page.map(|page| format!("page {page}"));
    let source = StoredValue::new(source);
    view! {
        <li>
            <button type="button" class="source-entry" on:click=move |_| store.source.set(Some(source.get_value()))>
                <span class="source-number">{number}</span>
                <span class="source-name">{name}</span>
                {page.map(|page| view! { <span class="source-page">{page}</span> })}
            </button>
        </li>
    }
}
