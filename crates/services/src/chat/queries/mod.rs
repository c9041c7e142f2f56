//! The SQL of chat, by what it is about.
//!
//! The invariant: a conversation is one person's: every statement that starts from an id a browser sent also takes the person.
//!
//! the list and its rows   [`conversations`]
//! questions and answers   [`messages`]
//! a question with its run  [`exchanges`]
//! runs and their events   [`generations`], and those across teams (leases, sweeps): [`leases`]

pub(super) mod conversations;
pub(super) mod exchanges;
pub(super) mod generations;
pub(super) mod leases;
pub(super) mod messages;
