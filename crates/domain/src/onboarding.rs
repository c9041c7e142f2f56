//! Onboarding: the guide of whoever sets an installation up.

use crate::{DatasetId, PromptId};
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
    /// A prompt that the team can ask searches some of them.
    pub has_prompt: bool,
    /// The sample, where it was added.
    pub sample: Option<Sample>,
    /// Somebody was invited, or is here.
    pub has_invited: bool,
}

impl Guide {
    /// How many steps there are.
    pub const STEPS: usize = 5;

    /// How many of them are done.
    pub fn done(&self) -> usize {
        let steps = [self.is_team_named, self.is_model_chosen, self.has_documents, self.has_prompt, self.has_invited];
        steps.into_iter().filter(|done| *done).count()
    }
}

/// A dataset to try Lyceum with, and what asks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// The dataset.
    pub dataset_id: DatasetId,
    /// A prompt that searches it; none where there is none that the viewer can ask.
    pub prompt_id: Option<PromptId>,
}
