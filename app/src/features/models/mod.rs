//! Models: the providers and models of this installation, for its administrators.
//!
//! The one invariant: a key goes to the server and never comes back.
//!
//! screen        [`page::ModelsPage`] → [`table`], [`add_dialog`], [`provider_dialog`]
//! server fns    [`api`]
//! pure          [`state`]
//! rules + SQL   `services::models`        tables: providers, models

pub mod add_dialog;
pub mod api;
pub mod page;
pub mod provider_dialog;
pub mod state;
pub mod table;
