//! Prompts: saved assistants.
//!
//! The invariant: a private prompt is its maker's and theirs it is shared with, a team's is the team's, a company's is everybody's to use; only the team
//! it belongs to changes it. Datasets a viewer cannot read are never shown to them, and never dropped by their saving.
//!
//! reading   [`Prompts::list`], [`Prompts::get`]   (`read`)
//! changing  `write` (create, update, delete), `duplicate`; fields are parsed in `draft`
//! tables    prompts, prompt_datasets

mod draft;
mod duplicate;
mod queries;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use read::standing_of;

use crate::Services;

/// Saved assistants.
pub struct Prompts<'a> {
    pub(crate) services: &'a Services,
}
