//! Audit: the trail of what was done, of one's team for its managers, of everything for system administrators.
//!
//! screens       [`page`] → `filters`, `table`, `verify`; what stands in the address: `state`
//! server fns    [`api`]        exports are plain routes of the server
//! rules + SQL   `services::audit`        table: audit_events

pub mod api;
mod filters;
pub mod page;
mod state;
mod table;
mod verify;
