//! Team: who is in it, who is asked to join, joining, its settings, its groups, and its end.
//!
//! The invariant: nobody gives or takes a role above their own, a team always has an owner who may come in, and an invitation
//! works once, for one address that is not in the team, and as long as its maker may give its role. What changes members or invites
//! somebody does it under a lock of the team, with the roles as they are then.
//!
//! people        `members` (lists) → `standing` (who may change whom) → `change`, `remove`; `provided` (by an identity provider);
//!               `leave` (oneself)
//! asking        `invitations`, `invitation_mails`, `import` (of a text read by `import_list`), `withdraw`
//! the team      `teams`, `settings`, `deletion`        parts of it   `groups`
//! tables: memberships, invitations, teams, groups, group_members

mod change;
mod deletion;
mod groups;
mod import;
mod import_list;
mod invitation_mails;
mod invitations;
mod leave;
mod members;
mod provided;
mod queries;
mod remove;
mod settings;
mod standing;
mod teams;
mod view_as;
mod withdraw;

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests look at rows that the code has no query for")]
mod tests;

pub(crate) use deletion::record_removed;
pub(crate) use provided::take_provided_role;
pub(crate) use withdraw::{withdraw_everywhere, withdraw_from_member, withdraw_from_person};

use crate::Services;

/// Members and invitations, settings and groups.
pub struct Team<'a> {
    pub(crate) services: &'a Services,
}
