//! Sharing: with whom a private dataset or prompt is shared, and who may see what, and why: documents, chats, groups, API keys and models too.
//!
//! shown in      the settings of a dataset and the form of a prompt: [`SharingPanel`] → `shares`, `access`
//!               the tables of documents, groups, API keys and models, and the list of chats: [`AccessDialog`]
//! server fns    [`api`]
//! rules + SQL   `services::sharing`        table: shares

mod access;
pub mod api;
mod panel;
mod shares;
mod state;

pub use access::AccessDialog;
pub use panel::SharingPanel;
