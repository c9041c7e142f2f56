//! Team: who is in it and who is invited.
//!
//! screen        [`page`] → `members`, `invite`, `invitations`
//! server fns    [`api`]
//! rules + SQL   `services::team`        tables: memberships, invitations, teams

pub mod api;
mod invitations;
mod invite;
mod members;
pub mod page;

use domain::Role;

/// A role as people read it.
pub const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer",
        Role::Collaborator => "collaborator",
        Role::TeamManager => "team manager",
        Role::Owner => "owner",
    }
}

/// The same at the start of a cell.
pub const fn role_label(role: Role) -> &'static str {
    match role {
        Role::Viewer => "Viewer",
        Role::Collaborator => "Collaborator",
        Role::TeamManager => "Team manager",
        Role::Owner => "Owner",
    }
}
