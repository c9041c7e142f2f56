//! Setup: which prompt and which model answer, resolved before the question is stored.

use super::Chat;
use super::queries::messages::{self, HistoryRow, PersonRow};
use crate::models::ResolvedChat;
use crate::{Error, Result, TeamTx, Viewer};
use domain::chat::MessageRole;
use domain::prompts::PromptDraft;
use domain::{ConversationId, ModelId, PromptId};
use retrieval::pack::{Turn, TurnRole};

/// What answers.
pub(super) struct Setup {
    pub prompt_id: Option<PromptId>,
    /// The prompt's contents; the defaults when a bare model answers.
    pub draft: PromptDraft,
    pub model: ResolvedChat,
}

/// What was said before, and who asks.
pub(super) struct Background {
    pub person: PersonRow,
    /// Oldest first.
    pub history: Vec<Turn>,
}

impl Chat<'_> {
    /// Resolves the choice of the header. A prompt that cannot answer says why.
    pub(super) async fn setup(&self, viewer: &Viewer, prompt_id: Option<PromptId>, model_id: Option<ModelId>) -> Result<Setup> {
        let draft = match prompt_id {
            None => PromptDraft { model_id, dataset_ids: Vec::new(), ..PromptDraft::default() },
            Some(id) => {
                let prompt = self.services.prompts().get(viewer, id).await?;
                if let Some(trouble) = prompt.trouble {
                    return Err(Error::Conflict(trouble));
                }
                prompt.draft
            }
        };
        let model = self.services.models().team_chat_model(viewer, draft.model_id).await?;
        Ok(Setup { prompt_id, draft, model })
    }
}

/// What was said before a position, oldest first.
pub(super) async fn history(tx: &mut TeamTx, conversation: ConversationId, before: i32, setup: &Setup) -> Result<Vec<Turn>> {
    Ok(turns(messages::history(tx, conversation, before, i64::from(setup.draft.max_history_items)).await?))
}

/// What was said, newest first, as models are told it: oldest first.
pub(super) fn turns(said: Vec<HistoryRow>) -> Vec<Turn> {
    said.into_iter().rev().map(|row| turn(row.role, row.content)).collect()
}

pub(super) fn turn(role: MessageRole, text: String) -> Turn {
    Turn { role: if role == MessageRole::Assistant { TurnRole::Assistant } else { TurnRole::User }, text }
}
