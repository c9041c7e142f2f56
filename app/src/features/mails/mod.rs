//! Mails: what Lyceum sends and whether it arrives, for system administrators.
//!
//! screen        [`page`] → `failed`, `preview`
//! server fns    [`api`]
//! rules + SQL   `services::mails`        table: mails

pub mod api;
mod failed;
pub mod page;
mod preview;
