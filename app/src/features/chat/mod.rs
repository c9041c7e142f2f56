//! Chat: ask a question, watch the answer arrive, open the sources.
//!
//! screen        [`page::ChatPage`] → `screen` → `header`, `transcript` → `message`, `composer`, `welcome`, `sources`
//! state         [`store::ChatStore`] (signals), [`state`] (pure: what events make of a message, what waits)
//! live          `follow`: the events of a running answer, once per picture
//! server fns    [`api::open_chat`], [`api::ask`], [`api::stop`], [`api::continue_answer`], [`api::retry_answer`]
//! sidebar       [`sidebar::ConversationList`]
//! rules + SQL   `services::chat`        tables: conversations, messages, generations, generation_events

pub mod api;
mod changes;
mod composer;
mod draft;
mod follow;
mod header;
mod jump;
mod message;
pub mod page;
mod row;
mod screen;
pub mod sidebar;
mod sources;
pub mod state;
mod status_line;
pub mod store;
mod toolbar;
mod transcript;
mod welcome;

pub use changes::provide_chat_changes;
