//! Chat: a question is stored with its empty answer before any model is called; a task of the server writes the answer.
//!
//! The invariant: what a browser has been shown is a committed row. A run is leased on the database's clock, and one that
//! lost its fence writes nothing more. No transaction or connection is held while a model is awaited.
//!
//! questions     [`Chat::ask`], [`Chat::continue_answer`], [`Chat::retry`] (`ask`, `rewrite`), [`Chat::stop`]
//! the run       `run` (retrieve, pack, stream) → `writer` (batched events, the end) → `live` (followers on this server)
//! followers     [`Chat::follow`] (`follow`)
//! the list      [`Chat::list`], [`Chat::open`], [`Chat::rename`] (`conversations`), [`Chat::delete`] (`delete`)
//! the trail     `trail` (which documents went to which model)
//! housekeeping  [`Chat::work`], [`Chat::sweep`], [`Chat::shutdown`] (`work`)
//! tables        conversations, messages, generations, generation_events, message_citations, token_usage

mod ask;
mod context;
mod conversations;
mod delete;
mod follow;
mod live;
mod period;
mod queries;
mod rewrite;
mod run;
mod runtime;
mod setup;
mod stop;
#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests look at rows that the code has no query for")]
mod tests;
mod trail;
mod work;
mod writer;

pub(crate) use conversations::standing_of;
pub use follow::{EventStream, StoredEvent};
pub(crate) use runtime::Runtime;
pub(crate) use stop::{stop_all, stop_everywhere};

use crate::{Error, Services};
use domain::chat::ChatEvent;

/// Most answers one server writes at once.
const MOST_RUNNING: usize = 64;
/// Most answers written for one team at once, on all servers together, so that no team takes them all.
const MOST_RUNNING_PER_TEAM: i64 = 16;
/// When to try again after a refusal for either reason.
const RETRY_AFTER_S: u32 = 5;

/// Conversations and answers.
pub struct Chat<'a> {
    pub(crate) services: &'a Services,
}

impl Chat<'_> {
    fn runtime(&self) -> &Runtime {
        &self.services.chat_runtime
    }
}

fn parse_event(payload: &str) -> Result<ChatEvent, Error> {
    serde_json::from_str(payload).map_err(Error::internal)
}

fn event_json(event: &ChatEvent) -> String {
    serde_json::to_string(event).expect("an event is plain data with string keys")
}
