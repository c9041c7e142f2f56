//! What Lyceum is about, without any I/O: ids, parsed types, permissions, wire types and safe markdown.
//!
//! The one invariant: everything here compiles for the server and for the browser, and a value that exists is valid.
//! Next: [`text`] for parsed input, [`permission`] for rights, one module per noun for what crosses the wire.

pub mod answers;
pub mod api_keys;
pub mod audit;
pub mod chat;
pub mod datasets;
mod errors;
pub mod identity;
pub mod identity_providers;
mod ids;
pub mod licences;
pub mod mails;
pub mod markdown;
pub mod models;
pub mod my_data;
pub mod onboarding;
mod page;
pub mod passkeys;
pub mod people;
pub mod permission;
pub mod prompts;
pub mod roles;
pub mod sharing;
pub mod sign_ins;
pub mod team;
pub mod text;
pub mod web_origin;
mod words;

pub use errors::{FieldErrors, InvalidText};
pub use identity::{SessionSummary, Theme, ViewerInfo};
pub use ids::*;
pub use page::{Page, PageRequest, PageText};
pub use permission::{Permission, Role};
