//! Chat: conversations, messages, citations and the events of a running answer.

use crate::models::ModelSummary;
use crate::prompts::PromptSummary;
use crate::words::words;
use crate::{ChunkId, ConversationId, DocumentId, GenerationId, MessageId, ModelId, PromptId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

words! {
    /// Who speaks.
    MessageRole {
        /// The person.
        User = "User",
        /// The model.
        Assistant = "Assistant",
        /// Instructions.
        System = "System",
        /// A tool's result.
        Tool = "Tool",
        /// Instructions of the program.
        Developer = "Developer",
    }
}

words! {
    /// Where a message is.
    MessageStatus {
        /// Accepted, nothing written yet.
        Pending = "Pending",
        /// Being written.
        InProgress = "InProgress",
        /// Complete.
        Success = "Success",
        /// Stopped by the person, or with their being kept out; what was written stays.
        Cancelled = "Cancelled",
        /// The model failed; what was written stays.
        Error = "Error",
        /// The server that wrote it went away; what was written stays.
        Interrupted = "Interrupted",
    }
}

impl MessageStatus {
    /// Whether more may come.
    pub const fn is_running(self) -> bool {
        matches!(self, Self::Pending | Self::InProgress)
    }
}

/// A row of the conversation list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationSummary {
    /// The conversation.
    pub id: ConversationId,
    /// Taken from the first question unless renamed.
    pub title: String,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Whether an answer is being written.
    pub is_generating: bool,
}

/// A stretch of the conversation list under one heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationGroup {
    /// "Today", "Yesterday", "Last 7 days", or a month.
    pub label: String,
    /// Newest first.
    pub conversations: Vec<ConversationSummary>,
}

/// The newest conversations, grouped by when they last changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationList {
    /// Newest first.
    pub groups: Vec<ConversationGroup>,
    /// How many conversations there are in all.
    pub total: u64,
}

/// A passage an answer rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// The number in the text, from 1.
    pub number: u32,
    /// The passage.
    pub chunk_id: ChunkId,
    /// Its document; none once that was deleted.
    pub document_id: Option<DocumentId>,
    /// The document's file name at that time.
    pub document_name: String,
    /// The page it opens at; none when the file has no pages.
    pub page: Option<u32>,
    /// Beginning of the passage.
    pub excerpt: String,
}

/// Tokens of one answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Read by the model.
    pub prompt_tokens: u32,
    /// Written by the model.
    pub completion_tokens: u32,
}

/// One message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageView {
    /// The message.
    pub id: MessageId,
    /// Who speaks.
    pub role: MessageRole,
    /// Where it is.
    pub status: MessageStatus,
    /// Markdown.
    pub content: String,
    /// What went wrong, in a sentence.
    pub trouble: Option<String>,
    /// The model's name; answers only.
    pub model: Option<String>,
    /// What it rests on.
    pub citations: Vec<Citation>,
    /// The run that writes it, while it is being written.
    pub generation_id: Option<GenerationId>,
    /// Last event contained in `content`; a follower continues after it.
    pub last_seq: i64,
    /// Tokens, once known.
    pub usage: Option<Usage>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// A conversation with its messages, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationDetail {
    /// The conversation.
    pub id: ConversationId,
    /// Its title.
    pub title: String,
    /// The prompt it uses.
    pub prompt_id: Option<PromptId>,
    /// The model it uses when it has no prompt.
    pub model_id: Option<ModelId>,
    /// Messages, oldest first.
    pub messages: Vec<MessageView>,
}

/// Everything the chat screen starts from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatOpening {
    /// The conversation; none for a new chat.
    pub conversation: Option<ConversationDetail>,
    /// Prompts the viewer may use.
    pub prompts: Vec<PromptSummary>,
    /// A new chat has no prompt to choose although the viewer sees documents: nothing searches them.
    pub lacks_prompt: bool,
    /// Models that answer without a prompt; empty for those who may not choose one, whom the default one answers.
    pub models: Vec<ModelSummary>,
}

/// What the composer sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewQuestion {
    /// The conversation; none starts one.
    pub conversation_id: Option<ConversationId>,
    /// The prompt chosen in the header.
    pub prompt_id: Option<PromptId>,
    /// The model chosen when there is no prompt.
    pub model_id: Option<ModelId>,
    /// The question.
    pub text: String,
}

/// What `ask` answers before any model is called: all rows are committed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Its title.
    pub title: String,
    /// The stored question.
    pub question: MessageView,
    /// The empty answer; its `generation_id` is what to follow.
    pub answer: MessageView,
}

/// One event of a running answer, in the order of its sequence number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum ChatEvent {
    /// The model was called.
    Started(MessageId),
    /// A passage the answer may rest on.
    Source(Citation),
    /// More text.
    Delta(String),
    /// The answer is complete.
    Finished(Usage),
    /// The person stopped it, or was kept out.
    Stopped,
    /// The model failed; the sentence says how.
    Failed(String),
    /// The server that wrote it went away.
    Interrupted,
}

impl ChatEvent {
    /// Whether nothing follows.
    pub const fn is_last(&self) -> bool {
        matches!(self, Self::Finished(_) | Self::Stopped | Self::Failed(_) | Self::Interrupted)
    }
}

/// What an event did to the message it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It was known already, or came after the end.
    Ignored,
    /// Events before it are missing: follow again after `last_seq`.
    Gap,
    /// The message changed and more may come.
    Changed,
    /// The message is as it will stay.
    Ended,
}

impl MessageView {
    /// Takes in the event with this sequence number. The one way from events to a message, on the server and in the
    /// browser: whatever arrives twice, late or after the end changes nothing.
    pub fn apply(&mut self, seq: i64, event: ChatEvent) -> Applied {
        if seq <= self.last_seq || !self.status.is_running() {
            return Applied::Ignored;
        }
        if seq > self.last_seq + 1 {
            return Applied::Gap;
        }
        self.last_seq = seq;
        let end = match event {
            ChatEvent::Started(_) => MessageStatus::InProgress,
            ChatEvent::Delta(text) => {
                self.content.push_str(&text);
                MessageStatus::InProgress
            }
            ChatEvent::Source(citation) => {
                // An answer that goes on keeps the sources it had.
                if self.citations.iter().all(|known| known.number != citation.number) {
                    self.citations.push(citation);
                }
                self.status
            }
            ChatEvent::Finished(usage) => {
                self.usage = Some(usage);
                MessageStatus::Success
            }
            ChatEvent::Stopped => MessageStatus::Cancelled,
            ChatEvent::Failed(sentence) => {
                self.trouble = Some(sentence);
                MessageStatus::Error
            }
            ChatEvent::Interrupted => MessageStatus::Interrupted,
        };
        self.status = end;
        if end.is_running() {
            return Applied::Changed;
        }
        self.generation_id = None;
        Applied::Ended
    }
}
