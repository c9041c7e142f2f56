//! People: everybody on the installation, who of them manages it and who is kept out, for system administrators.
//!
//! screen        [`page`] → `table`, `dialog`, `deletion`
//! server fns    [`api`]
//! rules + SQL   `services::people`        table: users

pub mod api;
mod deletion;
mod dialog;
pub mod page;
mod table;
