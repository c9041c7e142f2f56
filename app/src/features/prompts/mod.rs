//! Prompts: saved assistants.
//!
//! The one invariant: the form holds what the person typed; whether it can be taken is the server's word, shown at the field.
//!
//! screens       [`page::PromptsPage`] → [`list`]; [`page::PromptPage`] → [`editor`] (→ [`fields`], [`dataset_field`]) or [`reading`]
//! server fns    [`api`]
//! pure          [`state`]; leaving with unsaved changes: [`leave_guard`]
//! rules + SQL   `services::prompts`        tables: prompts, prompt_datasets

pub mod api;
pub mod dataset_field;
pub mod editor;
pub mod fields;
pub mod leave_guard;
pub mod list;
pub mod page;
pub mod reading;
pub mod state;
