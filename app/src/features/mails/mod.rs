//! Mails: what Lyceum sends and whether it arrives, for system administrators.
//!
//! screen        [`page`] → `preview`
//! server fns    [`api`]
//! rules + SQL   `services::mails`        table: mails

pub mod api;
pub mod page;
mod preview;
