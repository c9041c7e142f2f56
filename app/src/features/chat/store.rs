//! The state of one stay at a chat: signals for what changes, methods for what the person does.
//!
//! The one invariant: only the message that is being written changes; all others are drawn once. Next: [`super::follow`],
//! which feeds the running answer.

use super::api;
use super::changes::{ChatChanges, use_chat_changes};
use super::draft::Draft;
use super::follow;
use super::state::Transcript;
use crate::browser::event_stream::EventStream;
use crate::error::AppError;
use domain::chat::{Asked, ChatEvent, ChatOpening, Citation, MessageView, NewQuestion};
use domain::{ConversationId, GenerationId, MessageId, ModelId, PromptId};
use leptos::__reexports::send_wrapper::SendWrapper;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What answers: a prompt, a bare model, or whatever the installation takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// The prompt.
    pub prompt_id: Option<PromptId>,
    /// The model, when there is no prompt.
    pub model_id: Option<ModelId>,
}

/// One message on the screen.
#[derive(Clone)]
pub struct Entry {
    /// Its id; the key of the list.
    pub id: MessageId,
    /// The message; changes only while it is being written.
    pub message: ArcRwSignal<Transcript>,
}

impl Entry {
    fn new(message: MessageView) -> Self {
        Self { id: message.id, message: ArcRwSignal::new(Transcript { message }) }
    }
}

/// Whether news of the running answer arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// They do, or there is nothing to arrive.
    Up,
    /// The line broke; it is being mended.
    Mending,
}

/// The state of one stay; a copy is as good as the original.
#[derive(Clone, Copy)]
pub struct ChatStore {
    /// The conversation; none before the first question.
    pub conversation: RwSignal<Option<ConversationId>>,
    /// Its title.
    pub title: RwSignal<String>,
    /// The messages, oldest first.
    pub entries: RwSignal<Vec<Entry>>,
    /// The question that is on its way to the server.
    pub asking: RwSignal<Option<String>>,
    /// The run that is being followed.
    pub running: RwSignal<Option<GenerationId>>,
    /// Stop was pressed and is on its way.
    pub stopping: RwSignal<bool>,
    /// The question that is asked when the running answer has ended.
    pub queued: RwSignal<Option<String>>,
    /// Why the last question or wish was refused.
    pub refusal: RwSignal<Option<AppError>>,
    /// Whether news arrive.
    pub connection: RwSignal<Connection>,
    /// What answers the next question.
    pub choice: RwSignal<Choice>,
    /// The source that is open beside the conversation.
    pub source: RwSignal<Option<Citation>>,
    /// Counts whatever makes the transcript longer.
    pub growth: RwSignal<u32>,
    /// What the person is typing.
    pub draft: Draft,
    pub(super) inbox: StoredValue<Vec<(i64, ChatEvent)>>,
    /// Wrapped, because the server makes this struct on many threads; it never holds a stream there.
    pub(super) stream: StoredValue<Option<SendWrapper<EventStream>>>,
    pub(super) changes: ChatChanges,
    adopted: StoredValue<Option<ConversationId>>,
    navigate: Callback<String>,
}

impl ChatStore {
    /// Starts a stay. `navigate` replaces the address.
    pub fn new(opening: &ChatOpening, choice: Choice, adopted: StoredValue<Option<ConversationId>>, navigate: Callback<String>) -> Self {
        let conversation = opening.conversation.as_ref();
        let messages = conversation.map(|conversation| conversation.messages.clone()).unwrap_or_default();
        let id = conversation.map(|conversation| conversation.id);
        let store = Self {
            conversation: RwSignal::new(id),
            title: RwSignal::new(conversation.map_or_else(|| "New chat".to_owned(), |conversation| conversation.title.clone())),
            running: RwSignal::new(messages.last().and_then(|message| message.generation_id)),
            entries: RwSignal::new(messages.into_iter().map(Entry::new).collect()),
            asking: RwSignal::new(None),
            stopping: RwSignal::new(false),
            queued: RwSignal::new(None),
            refusal: RwSignal::new(None),
            connection: RwSignal::new(Connection::Up),
            choice: RwSignal::new(choice),
            source: RwSignal::new(None),
            growth: RwSignal::new(0),
            draft: Draft::new(id),
            inbox: StoredValue::new(Vec::new()),
            stream: StoredValue::new(None),
            changes: use_chat_changes(),
            adopted,
            navigate,
        };
        // An answer that was being written when the page came is followed from where the page left it.
        Effect::new(move |_| {
            if store.running.get_untracked().is_some() {
                follow::newest(store);
            }
        });
        store
    }

    /// Whether an answer is being written or about to be.
    pub fn is_busy(self) -> bool {
        self.running.get().is_some() || self.asking.get().is_some()
    }

    /// The newest message.
    pub fn newest(self) -> Option<Entry> {
        self.entries.try_with_untracked(|entries| entries.last().cloned()).flatten()
    }

    /// Sends what is typed; while an answer runs it waits for its turn.
    pub fn send(self) {
        let text = self.draft.text.get_untracked();
        if text.trim().is_empty() {
            return;
        }
        self.draft.clear();
        if untrack(move || self.is_busy()) {
            let waiting = self.queued.get_untracked();
            self.queued.set(Some(waiting.map_or_else(|| text.clone(), |waiting| format!("{waiting}\n\n{text}"))));
        } else {
            self.ask(text);
        }
    }

    /// Asks.
    pub fn ask(self, text: String) {
        let Choice { prompt_id, model_id } = self.choice.get_untracked();
        let question = NewQuestion { conversation_id: self.conversation.get_untracked(), prompt_id, model_id, text: text.clone() };
        self.refusal.set(None);
        self.asking.set(Some(text.clone()));
        self.grow();
        spawn_local(async move {
            let answer = api::ask(question).await;
            if self.is_gone() {
                return;
            }
            match answer {
                Ok(asked) => self.accept(asked),
                Err(error) => {
                    self.asking.set(None);
                    self.draft.give_back(&text);
                    self.refusal.set(Some(error));
                }
            }
        });
    }

    /// Shows a stored question and follows its answer. A new conversation takes its address without leaving the screen.
    fn accept(self, asked: Asked) {
        let is_new = self.conversation.get_untracked().is_none();
        let generation = asked.answer.generation_id;
        self.asking.set(None);
        self.entries.update(|entries| entries.extend([Entry::new(asked.question), Entry::new(asked.answer)]));
        self.running.set(generation);
        follow::newest(self);
        if is_new {
            self.conversation.set(Some(asked.conversation_id));
            self.title.set(asked.title);
            self.draft.moved_to(asked.conversation_id);
            self.adopted.set_value(Some(asked.conversation_id));
            self.navigate.run(format!("/chat/{}", asked.conversation_id));
        }
        self.changes.note();
        self.grow();
    }

    /// Stops the running answer.
    pub fn stop(self) {
        let Some(generation) = self.running.get_untracked().filter(|_| !self.stopping.get_untracked()) else { return };
        self.stopping.set(true);
        spawn_local(async move {
            let stopped = api::stop(generation).await;
            if self.is_gone() {
                return;
            }
            if let Err(error) = stopped {
                self.stopping.set(false);
                self.refusal.set(Some(error));
            }
        });
    }

    /// Lets the model go on with the newest answer.
    pub fn go_on(self, answer: MessageId) {
        spawn_local(async move { self.rewritten(api::continue_answer(answer).await) });
    }

    /// Asks for the newest answer again.
    pub fn retry(self, answer: MessageId) {
        spawn_local(async move { self.rewritten(api::retry_answer(answer).await) });
    }

    fn rewritten(self, answer: Result<MessageView, AppError>) {
        if self.is_gone() {
            return;
        }
        match answer {
            Ok(message) => {
                self.refusal.set(None);
                self.running.set(message.generation_id);
                self.replace(message);
                follow::newest(self);
                self.changes.note();
                self.grow();
            }
            Err(error) => self.refusal.set(Some(error)),
        }
    }

    /// Puts a message in the place of what is known of it.
    pub(super) fn replace(self, message: MessageView) {
        self.entries.with_untracked(|entries| {
            if let Some(entry) = entries.iter().find(|entry| entry.id == message.id) {
                entry.message.set(Transcript { message });
            }
        });
    }

    /// The answer has ended: what waited is asked now.
    pub(super) fn ended(self) {
        self.running.set(None);
        self.stopping.set(false);
        self.connection.set(Connection::Up);
        self.changes.note();
        if let Some(text) = self.queued.get_untracked() {
            self.queued.set(None);
            self.ask(text);
        }
    }

    /// Takes the waiting question back into the composer.
    pub fn unqueue(self) {
        if let Some(text) = self.queued.get_untracked() {
            self.queued.set(None);
            self.draft.give_back(&text);
        }
    }

    pub(super) fn grow(self) {
        self.growth.try_update(|growth| *growth = growth.wrapping_add(1));
    }

    /// Whether the person has left this stay.
    pub(super) fn is_gone(self) -> bool {
        self.conversation.try_get_untracked().is_none()
    }
}
