//! Team: who is in it, who is invited, its settings and its groups.
//!
//! screens       [`page`] → `members` with `member_dialogs`, `invite`, `import`, `invitations`; `settings` with `deletion`; `groups`; `open_team`
//! server fns    [`api`]
//! rules + SQL   `services::team`        tables: memberships, invitations, teams, groups, group_members

pub mod api;
mod deletion;
mod groups;
mod import;
mod invitations;
mod invite;
mod member_dialogs;
mod members;
mod open_team;
pub mod page;
mod settings;
mod view_as;

pub use view_as::ViewAsBanner;

use domain::Role;
use domain::team::Belongings;

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

/// What a role is for, in a sentence.
const fn role_hint(role: Role) -> &'static str {
    match role {
        Role::Viewer => "Reads and chats.",
        Role::Collaborator => "Also makes and changes prompts and datasets.",
        Role::TeamManager => "Also invites people and manages members.",
        Role::Owner => "Everything in the team, its settings and its end included.",
    }
}

/// What is somebody's alone in a team, counted; none when there is nothing.
pub(crate) fn belongings_in_words(belongings: Belongings) -> Option<String> {
    let Belongings { prompts, datasets, chats } = belongings;
    let counted = |count: u32, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    let prompts_in_words = counted(prompts, "private prompt", "private prompts");
    let datasets_in_words = counted(datasets, "private dataset", "private datasets");
    let chats_in_words = counted(chats, "chat", "chats");
    (prompts + datasets + chats > 0).then(|| format!("{prompts_in_words}, {datasets_in_words} and {chats_in_words}"))
}
