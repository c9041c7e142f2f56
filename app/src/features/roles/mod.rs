//! Roles: what each role may do, for system administrators.
//!
//! screen        [`page`]
//! server fns    [`api`]
//! rules + SQL   `services::roles`        table: roles_permissions

pub mod api;
pub mod page;
