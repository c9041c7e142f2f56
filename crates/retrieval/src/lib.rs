//! Pure text work of the answer path: cutting documents into chunks, fitting a request into a model's budget,
//! reading citations back and naming conversations.
//!
//! The one invariant: no I/O, no clock, no randomness; the same input always gives the same output.
//!
//! pages → [`chunk::split`] → (stored, searched elsewhere) → [`pack::context`] → model → [`citation::cited_numbers`]

pub mod chunk;
pub mod citation;
pub mod pack;
mod shorten;
pub mod title;
pub mod tokens;
