//! Prompts: saved assistants.

use crate::datasets::Visibility;
use crate::models::ModelSummary;
use crate::{DatasetId, ModelId, PromptId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A prompt as lists and pickers show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptSummary {
    /// The prompt.
    pub id: PromptId,
    /// Unique in its team.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Who may use it.
    pub visibility: Visibility,
    /// The model's name.
    pub model: String,
    /// How many datasets it searches.
    pub dataset_count: u32,
    /// How many chats of the viewer's team use it.
    pub chat_count: u32,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Whether the viewer may change it.
    pub is_editable: bool,
    /// Whether it is the viewer's to share, to open to others and to delete.
    pub is_shareable: bool,
    /// With how many people and groups it is shared; counts while it is private.
    pub share_count: u32,
}

/// Everything a prompt is; also what the form sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromptDraft {
    /// Unique in its team.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What it tells the model.
    pub instructions: String,
    /// The model that answers; none takes the installation's default.
    pub model_id: Option<ModelId>,
    /// Datasets it searches.
    pub dataset_ids: Vec<DatasetId>,
    /// Who may use it.
    pub visibility: Visibility,
    /// 0 to 2; higher is freer.
    pub temperature: f32,
    /// Most passages put before the model, 0 to 50.
    pub max_chunks: u32,
    /// Most earlier messages put before the model, 0 to 200.
    pub max_history_items: u32,
    /// Most tokens of an answer; none leaves it to the model.
    pub max_completion_tokens: Option<u32>,
    /// Share of the context that may be filled, in percent, 10 to 100.
    pub trim_ratio: u32,
    /// Up to four questions to start with.
    pub examples: Vec<String>,
}

impl Default for PromptDraft {
    fn default() -> Self {
        Self {
            name: String::new(),
            description: String::new(),
            instructions: String::new(),
            model_id: None,
            dataset_ids: Vec::new(),
            visibility: Visibility::Private,
            temperature: 0.7,
            max_chunks: 10,
            max_history_items: 20,
            max_completion_tokens: None,
            trim_ratio: 80,
            examples: Vec::new(),
        }
    }
}

/// A stored prompt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PromptDetail {
    /// The prompt.
    pub id: PromptId,
    /// Its contents; datasets the viewer cannot read are left out.
    pub draft: PromptDraft,
    /// The chosen model with its provider, for people; none for the default one.
    pub model: Option<String>,
    /// Whether the viewer may change it.
    pub is_editable: bool,
    /// Whether it is the viewer's to share, to open to others and to delete.
    pub is_shareable: bool,
    /// Why it cannot answer as set up, in a sentence (its model was removed, say).
    pub trouble: Option<String>,
}

/// A dataset that can be put into a prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetChoice {
    /// The dataset.
    pub id: DatasetId,
    /// Its name.
    pub name: String,
    /// How many documents it holds.
    pub document_count: u32,
}

/// What the form of a prompt offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptChoices {
    /// Language models, grouped by provider; empty for those who may not choose one.
    pub models: Vec<ModelSummary>,
    /// Datasets the viewer may read, by name.
    pub datasets: Vec<DatasetChoice>,
    /// Whether the viewer may share with everybody on the installation.
    pub may_share_with_company: bool,
}
