//! Conversations: a person's list, and one of them with its messages.

use super::queries::messages::MessageRow;
use super::queries::{conversations, generations, messages};
use super::{Chat, parse_event, period};
use crate::sharing::Standing;
use crate::written::containing;
use crate::{Error, Result, TeamTx, Viewer, audit};
use domain::audit::Action;
use domain::chat::{ChatOpening, Citation, ConversationDetail, ConversationList, ConversationSummary, MessageView, Usage};
use domain::datasets::Visibility;
use domain::models::ModelType;
use domain::text::Title;
use domain::{ConversationId, GenerationId, MessageId, PageRequest, Permission};
use std::collections::HashMap;

impl Chat<'_> {
    /// The viewer's conversations, the last changed first, grouped by when that was.
    pub async fn list(&self, viewer: &Viewer, page: PageRequest) -> Result<ConversationList> {
        self.list_like(viewer, "%", page).await
    }

    /// The viewer's conversations whose title holds `words`, in any case.
    pub async fn search_titles(&self, viewer: &Viewer, words: &str, page: PageRequest) -> Result<ConversationList> {
        self.list_like(viewer, &containing(words.trim()), page).await
    }

    async fn list_like(&self, viewer: &Viewer, pattern: &str, page: PageRequest) -> Result<ConversationList> {
        viewer.require(Permission::ViewChats)?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let rows = conversations::list_for_person(&mut tx, viewer.user_id, pattern, page.limit(), page.offset()).await?;
        let total = rows.first().map_or(0, |row| row.total.unsigned_abs());
        let now = self.services.parts.clock.now();
        let groups = period::group(rows.into_iter().map(ConversationSummary::from).collect(), now);
        Ok(ConversationList { groups, total })
    }

    /// A conversation of the viewer with all its messages. One that is being written carries its text so far, the number
    /// of the last event in it, and the run to follow. That an owner who sees the team as its person opened it is told.
    pub async fn open(&self, viewer: &Viewer, id: ConversationId) -> Result<ConversationDetail> {
        viewer.require(Permission::ViewChats)?;
        let mut tx = self.services.parts.db.opening_tx(viewer).await?;
        let row = conversations::find(&mut tx, id, viewer.user_id).await?.ok_or(Error::NotFound)?;
        let rows = messages::list(&mut tx, id).await?;
        let mut citations = citations_by_message(&mut tx, id).await?;
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            let cited = citations.remove(&row.id).unwrap_or_default();
            let mut message = view(row, cited);
            if let Some(generation) = message.generation_id {
                catch_up(&mut tx, &mut message, generation).await?;
            }
            views.push(message);
        }
        if viewer.seen_by.is_some() {
            views.iter_mut().flat_map(|message| &mut message.citations).for_each(leave_passage_to_document);
        }
        record_opened(tx, viewer, id).await?;
        Ok(ConversationDetail { id, title: row.title, prompt_id: row.prompt_id, model_id: row.model_id, messages: views })
    }

    /// What the chat screen starts from: a conversation of the viewer, or a new one, and what can answer in it.
    pub async fn opening(&self, viewer: &Viewer, id: Option<ConversationId>) -> Result<ChatOpening> {
        viewer.require(Permission::ViewChats)?;
        let conversation = match id {
            Some(id) => Some(self.open(viewer, id).await?),
            None => None,
        };
        let prompts = if viewer.may(Permission::ViewPrompts) { self.services.prompts().list(viewer).await? } else { Vec::new() };
        let models = self.services.models().choosable(viewer, ModelType::Llm).await?;
        let lacks_prompt = conversation.is_none() && prompts.is_empty() && self.services.onboarding().sees_documents(viewer).await?;
        Ok(ChatOpening { conversation, prompts, lacks_prompt, models })
    }

    /// Renames a conversation of the viewer.
    pub async fn rename(&self, viewer: &Viewer, id: ConversationId, title: Title) -> Result<()> {
        viewer.require(Permission::ManageChats)?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        if !conversations::rename(&mut tx, id, viewer.user_id, title.as_str()).await? {
            return Err(Error::NotFound);
        }
        tx.commit().await
    }
}

/// What decides about a conversation that the viewer sees: it is theirs who started it, and nobody finds another's.
pub(crate) async fn standing_of(tx: &mut TeamTx, viewer: &Viewer, id: ConversationId) -> Result<Standing> {
    viewer.require(Permission::ViewChats)?;
    conversations::find(tx, id, viewer.user_id).await?.ok_or(Error::NotFound)?;
    Ok(Standing { team_id: viewer.team_id, visibility: Visibility::Private, created_by: viewer.user_id, share: None })
}

/// Has it told that an owner opens a chat who sees the team as its person does.
pub(super) async fn record_opened(tx: TeamTx, viewer: &Viewer, id: ConversationId) -> Result<()> {
    // A title is made of the question, so it is not told.
    audit::record_opened(tx, viewer, &[(Action::ChatOpenedInView, id.as_uuid(), "")]).await
}

/// In a view a chat shows nothing of a document that is there: its passage is read on its page, and that is told. Of one that was deleted
/// the chat alone holds something.
pub(super) fn leave_passage_to_document(citation: &mut Citation) {
    if citation.document_id.is_some() {
        citation.excerpt.clear();
    }
}

async fn citations_by_message(tx: &mut TeamTx, id: ConversationId) -> Result<HashMap<MessageId, Vec<Citation>>> {
    let mut citations: HashMap<MessageId, Vec<Citation>> = HashMap::new();
    for row in messages::list_citations(tx, id).await? {
        citations.entry(row.message_id).or_default().push(row.into());
    }
    Ok(citations)
}

/// Applies the events that came so far; a run that ended since its message was read ends here too.
pub(super) async fn catch_up(tx: &mut sqlx::PgConnection, message: &mut MessageView, generation: GenerationId) -> Result<()> {
    for event in generations::events(tx, generation).await? {
        message.apply(event.seq, parse_event(&event.payload)?);
    }
    Ok(())
}

fn view(row: MessageRow, citations: Vec<Citation>) -> MessageView {
    let tokens = |count: Option<i64>| u32::try_from(count.unwrap_or(0)).unwrap_or(u32::MAX);
    let usage = row
        .completion_tokens
        .map(|completion| Usage { prompt_tokens: tokens(row.prompt_tokens), completion_tokens: tokens(Some(completion)) });
    MessageView {
        id: row.id,
        role: row.role,
        status: row.status,
        content: row.content,
        trouble: row.trouble,
        model: row.model,
        citations,
        generation_id: row.generation_id,
        last_seq: 0,
        usage,
        created_at: row.created_at,
    }
}
