//! Onboarding: the guide of whoever sets an installation up.

use crate::DatasetId;
use serde::{Deserialize, Serialize};

/// The guide on the first screen. Its steps tick themselves off from what there is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "one per step, each a fact of its own")]
pub struct Guide {
    /// What the team is called now.
    pub team_name: String,
    /// Somebody gave the team a name of its own.
    pub is_team_named: bool,
    /// A model was added, or the built-in one is to stay.
    pub is_model_chosen: bool,
    /// The team has documents.
    pub has_documents: bool,
    /// The sample dataset, where it was added.
    pub sample: Option<DatasetId>,
    /// Somebody was invited, or is here.
    pub has_invited: bool,
}

impl Guide {
    /// How many steps there are.
    pub const STEPS: usize = 4;

    /// How many of them are done.
    pub fn done(&self) -> usize {
        let steps = [self.is_team_named, self.is_model_chosen, self.has_documents, self.has_invited];
        steps.into_iter().filter(|done| *done).count()
    }
}
