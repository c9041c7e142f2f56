//! The chat screen at `/chat` and `/chat/{id}`.
//!
//! The one invariant: when a new chat gets its address, nothing is loaded and nothing is drawn again: the screen that asked
//! goes on under the new address.

use super::api::open_chat;
use super::screen::ChatScreen;
use crate::error::AppError;
use crate::stay::{is_at, use_param};
use crate::ui::{MessagesSkeleton, PageBody, PageWidth, ResourceView};
use domain::chat::ChatOpening;
use domain::{ConversationId, PromptId};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// One stay at a conversation or at a new chat.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
struct Visit {
    /// What stands in the address behind `/chat/`.
    id: Option<String>,
    /// What stands behind `?prompt=`.
    prompt: Option<String>,
    /// Counts, so that leaving a chat for a new one is a new stay.
    number: u32,
}

/// A conversation, or a new one.
#[component]
pub fn ChatPage() -> impl IntoView {
    let (id, query, is_here) = (use_param("/chat", "id"), use_query_map(), is_at("/chat"));
    // The conversation that was made during this stay: its address is not a new stay.
    let adopted = StoredValue::new(None::<ConversationId>);
    let visit = Memo::new(move |last: Option<&Visit>| {
        let id = id.get();
        let prompt = query.with(|query| query.get("prompt"));
        let same_stay = id.is_some() && id == adopted.get_value().map(|adopted| adopted.to_string());
        match last {
            Some(last) if same_stay || !is_here() => last.clone(),
            _ => {
                adopted.set_value(None);
                Visit { id, prompt, number: last.map_or(0, |last| last.number + 1) }
            }
        }
    });
    let opening = Resource::new(move || visit.get(), load);
    view! {
        <PageBody width=PageWidth::Full>
            <ResourceView resource=opening skeleton=|| view! { <MessagesSkeleton/> } let:loaded>
                <ChatScreen opening=loaded.0 prompt=loaded.1 adopted/>
            </ResourceView>
        </PageBody>
    }
    .into_any()
}

async fn load(visit: Visit) -> Result<(ChatOpening, Option<PromptId>), AppError> {
    // What is no id names nothing, like an id that was never given out: the server says so, with the status that goes with it.
    let id = visit.id.map(|id| id.parse().unwrap_or_else(|_| ConversationId::new()));
    let opening = open_chat(id).await?;
    let prompt = visit.prompt.and_then(|prompt| prompt.parse().ok());
    Ok((opening, prompt))
}
