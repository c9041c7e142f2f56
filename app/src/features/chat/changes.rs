//! Changes: how the screen tells the sidebar that a conversation was made, moved or finished.

use leptos::prelude::*;

/// Counts changes to the list of conversations; a copy is as good as the original.
#[derive(Clone, Copy)]
pub(super) struct ChatChanges(RwSignal<u32>);

/// Makes the count available to the sidebar and to the screens; once, in the frame.
pub fn provide_chat_changes() {
    provide_context(ChatChanges(RwSignal::new(0)));
}

pub(super) fn use_chat_changes() -> ChatChanges {
    use_context::<ChatChanges>().unwrap_or_else(|| ChatChanges(RwSignal::new(0)))
}

impl ChatChanges {
    /// How many changes there were; reactive.
    pub fn count(self) -> u32 {
        self.0.get()
    }

    /// Something changed.
    pub fn note(self) {
        self.0.try_update(|count| *count += 1);
    }
}
