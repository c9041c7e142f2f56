//! Team: who is in it, who is asked to join, joining, its settings, its groups, and its end.
//!
//! The invariant: nobody gives or takes a role above their own, a team always has an owner who may come in, and an invitation
//! works once, for one address, and as long as its maker may give its role. What changes members does it under a lock of the team, with the
//! roles as they are then.
//!
//! people        `members` (lists) → `standing` (who may change whom) → `change`, `remove`; `provided` (by an identity provider)
//! asking        `invitations`, `import`, `withdraw`        the team itself   `teams`, `settings`, `deletion`        parts of it   `groups`
//! tables: memberships, invitations, teams, groups, group_members

mod change;
mod deletion;
mod groups;
mod import;
mod invitations;
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
pub(crate) use withdraw::withdraw_everywhere;

use crate::Services;

/// Members and invitations, settings and groups.
pub struct Team<'a> {
    pub(crate) services: &'a Services,
}
