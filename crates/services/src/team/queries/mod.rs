//! The SQL of team, by what it is about. Team rows are read under row-level security, and every statement names the team as well.
//!
//! people [`members`], and what goes with them when they leave [`leaving`]   asking [`invitations`]   the team itself [`teams`]
//! parts of it [`groups`]   seeing it as a member does [`views`]

pub(super) mod groups;
pub(super) mod invitations;
pub(super) mod leaving;
pub(super) mod members;
pub(super) mod teams;
pub(super) mod views;
