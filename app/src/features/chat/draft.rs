//! Draft: what is being typed, kept per chat in this browser until it is sent.

use crate::browser::storage;
use domain::identity::ViewerInfo;
use domain::{ConversationId, UserId};
use leptos::html::Textarea;
use leptos::prelude::*;

/// The draft of one chat; a copy is as good as the original.
#[derive(Clone, Copy)]
pub struct Draft {
    /// What is typed.
    pub text: RwSignal<String>,
    /// Where it is typed.
    pub field: NodeRef<Textarea>,
    conversation: StoredValue<Option<ConversationId>>,
    // Others may sign in at this browser: the words for a new chat are one person's.
    person: Option<UserId>,
}

impl Draft {
    /// The draft of a conversation, or of a new chat. What was typed before the page became interactive goes before what
    /// was kept.
    pub fn new(conversation: Option<ConversationId>) -> Self {
        let person = use_context::<Signal<ViewerInfo>>().map(|viewer| viewer.with_untracked(|viewer| viewer.user_id));
        let draft =
            Self { text: RwSignal::new(String::new()), field: NodeRef::new(), conversation: StoredValue::new(conversation), person };
        Effect::new(move |was_read: Option<bool>| {
            let Some(field) = draft.field.get() else { return false };
            if was_read != Some(true) {
                let typed = field.value();
                let text = if typed.is_empty() { storage::get(&draft.key()).unwrap_or_default() } else { typed };
                draft.show(&text);
            }
            true
        });
        draft
    }

    fn key(self) -> String {
        let of_new = || self.person.map_or_else(|| "draft:new".to_owned(), |person| format!("draft:new:{person}"));
        self.conversation.get_value().map_or_else(of_new, |id| format!("draft:{id}"))
    }

    /// The person typed.
    pub fn typed(self, text: String) {
        if text.is_empty() {
            storage::remove(&self.key());
        } else {
            storage::set(&self.key(), &text);
        }
        self.text.set(text);
    }

    /// Shows a text in the field.
    fn show(self, text: &str) {
        if let Some(field) = self.field.get_untracked() {
            field.set_value(text);
        }
        self.text.set(text.to_owned());
    }

    /// The text was sent.
    pub fn clear(self) {
        storage::remove(&self.key());
        self.show("");
    }

    /// A text that was not taken comes back, before what was typed since.
    pub fn give_back(self, text: &str) {
        let since = self.text.get_untracked();
        let text = if since.trim().is_empty() { text.to_owned() } else { format!("{text}\n\n{since}") };
        storage::set(&self.key(), &text);
        self.show(&text);
        self.focus();
    }

    /// Puts a text into the field and the focus behind it.
    pub fn fill(self, text: &str) {
        storage::set(&self.key(), text);
        self.show(text);
        self.focus();
    }

    /// The new chat has become a conversation; what is typed from now on is its draft.
    pub fn moved_to(self, conversation: ConversationId) {
        storage::remove(&self.key());
        self.conversation.set_value(Some(conversation));
        self.typed(self.text.get_untracked());
    }

    /// Puts the focus into the field.
    pub fn focus(self) {
        if let Some(field) = self.field.get_untracked() {
            let _ = field.focus();
        }
    }
}
