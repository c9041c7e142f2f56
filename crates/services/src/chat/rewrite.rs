//! Rewrite: the newest answer goes on from where it ended, or is written again.

use super::Chat;
use super::ask::admit;
use super::queries::messages::AnswerRow;
use super::queries::{generations, messages};
use super::run::{Kept, Plan};
use super::setup::{Background, history};
use crate::{Error, Result, Viewer};
use domain::chat::{Citation, MessageRole, MessageStatus, MessageView};
use domain::{GenerationId, MessageId, Permission};

/// How an answer is rewritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// The model goes on from the text that is there.
    Continue,
    /// The model answers anew.
    Retry,
}

impl Chat<'_> {
    /// Lets the model go on from the text of an answer that was stopped, failed or was interrupted. An answer without text
    /// is written anew, and so is one of the built-in model, which quotes and cannot go on.
    pub async fn continue_answer(&self, viewer: &Viewer, answer: MessageId) -> Result<MessageView> {
        self.rewrite(viewer, answer, Way::Continue).await
    }

    /// Answers the question again, in place of the newest answer.
    pub async fn retry(&self, viewer: &Viewer, answer: MessageId) -> Result<MessageView> {
        self.rewrite(viewer, answer, Way::Retry).await
    }

    async fn rewrite(&self, viewer: &Viewer, id: MessageId, way: Way) -> Result<MessageView> {
        viewer.require(Permission::ManageChats)?;
        let seat = self.runtime().seat()?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let row = messages::lock_answer(&mut tx, id, viewer.user_id).await?.ok_or(Error::NotFound)?;
        drop(tx);
        // Resolving takes connections of its own, so none is held meanwhile; what was read is read again under the lock.
        let choice = row.model_id.filter(|_| viewer.may(Permission::ViewModels));
        let setup = self.setup(viewer, row.prompt_id, choice).await?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let row = messages::lock_answer(&mut tx, id, viewer.user_id).await?.ok_or(Error::NotFound)?;
        let running = generations::count_running(&mut tx, row.conversation_id, viewer.user_id, viewer.team_id).await?;
        let per_minute = running.requests_per_minute;
        let person = admit(running)?;
        refuse_unfit(&row, way)?;
        self.count(viewer, per_minute).await?;
        let goes_on = way == Way::Continue && !row.content.trim().is_empty() && !setup.model.is_built_in;
        let kept = if goes_on {
            let cited = messages::citations_of(&mut tx, id).await?;
            Some(Kept { text: row.content.clone(), citations: cited.into_iter().map(Citation::from).collect() })
        } else {
            messages::delete_citations(&mut tx, id).await?;
            None
        };
        let known = Background { person, history: history(&mut tx, row.conversation_id, row.position - 1, &setup).await? };
        let generation_id = GenerationId::new();
        messages::reopen(&mut tx, id, kept.as_ref().map_or("", |kept| &kept.text), setup.model.id).await?;
        generations::replace(&mut tx, generation_id, row.conversation_id, id, setup.model.id).await?;
        tx.commit().await?;
        let view = reopened(id, &row, kept.as_ref(), generation_id, &setup.model.name);
        let question = row.question.unwrap_or_default();
        self.start(Plan { generation_id, message_id: id, viewer: viewer.clone(), question, kept, setup, background: known }, seat);
        Ok(view)
    }
}

fn refuse_unfit(row: &AnswerRow, way: Way) -> Result<()> {
    if !row.is_newest {
        return Err(Error::Conflict("Only the newest answer of a chat can be written again.".to_owned()));
    }
    if way == Way::Continue && row.status == MessageStatus::Success {
        return Err(Error::Conflict("This answer is complete.".to_owned()));
    }
    Ok(())
}

fn reopened(id: MessageId, row: &AnswerRow, kept: Option<&Kept>, generation_id: GenerationId, model: &str) -> MessageView {
    MessageView {
        id,
        role: MessageRole::Assistant,
        status: MessageStatus::Pending,
        content: kept.map_or_else(String::new, |kept| kept.text.clone()),
        trouble: None,
        model: Some(model.to_owned()),
        citations: kept.map_or_else(Vec::new, |kept| kept.citations.clone()),
        generation_id: Some(generation_id),
        last_seq: 0,
        usage: None,
        created_at: row.created_at,
    }
}
