//! Sharing: with whom a private dataset or prompt is shared, and who may see what, and why.
//!
//! shown in      the settings of a dataset and the form of a prompt: [`SharingPanel`] → `shares`, `access`
//! server fns    [`api`]
//! rules + SQL   `services::sharing`        table: shares

mod access;
pub mod api;
mod panel;
mod shares;
mod state;

pub use panel::SharingPanel;
