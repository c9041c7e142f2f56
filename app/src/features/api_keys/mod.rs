//! API keys: one's own on `/account`, everybody's in the team on `/team` for those who may see them.
//!
//! cards         [`OwnKeysCard`] (`own`) with `create` behind its button; [`TeamKeys`] (`team`); a row of both: `row`
//! server fns    [`api`]; what a program reaches with a key: server/src/keys.rs
//! rules + SQL   `services::api_keys`        table: api_keys

pub mod api;
mod create;
mod own;
mod row;
mod team;

pub use own::OwnKeysCard;
pub use team::TeamKeys;
