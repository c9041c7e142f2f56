//! Mails: what Lyceum sends and whether it arrives, for system administrators.
//!
//! screen        [`page`] → `failed`, `preview`; the mails in its frames come from `server::api::mails`
//! server fns    [`api`]
//! rules + SQL   `services::mails`        table: mails

pub mod api;
mod failed;
pub mod page;
mod preview;
