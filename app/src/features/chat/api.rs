//! Server functions of chat. Events of a running answer come from `GET /api/generations/{id}/events`.
#![allow(missing_docs, reason = "server functions become structs whose fields are their arguments, which their names explain")]

use crate::error::AppError;
use domain::chat::{Asked, ChatOpening, ConversationDetail, ConversationList, MessageView, NewQuestion};
use domain::datasets::SourcePage;
use domain::{ChunkId, ConversationId, DocumentId, GenerationId, MessageId, PageRequest};
use leptos::prelude::*;
use leptos::server;
use server_fn::codec::Json;

/// What the chat screen starts from.
#[server(prefix = "/api", endpoint = "chat/opening", input = Json, client = crate::page_team::PageClient)]
pub async fn open_chat(id: Option<ConversationId>) -> Result<ChatOpening, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.chat().opening(&viewer, id).await.map_err(crate::server_context::fail)
}

/// A conversation with its messages.
#[server(prefix = "/api", endpoint = "chat/open", input = Json, client = crate::page_team::PageClient)]
pub async fn open_conversation(id: ConversationId) -> Result<ConversationDetail, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.chat().open(&viewer, id).await.map_err(crate::server_context::fail)
}

/// The viewer's conversations, grouped by when they last changed.
#[server(prefix = "/api", endpoint = "chat/list", input = Json, client = crate::page_team::PageClient)]
pub async fn list_conversations(page: PageRequest) -> Result<ConversationList, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.chat().list(&viewer, page).await.map_err(crate::server_context::fail)
}

/// The viewer's conversations whose title holds the words.
#[server(prefix = "/api", endpoint = "chat/search", input = Json, client = crate::page_team::PageClient)]
pub async fn search_conversations(words: String, page: PageRequest) -> Result<ConversationList, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.chat().search_titles(&viewer, &words, page).await.map_err(crate::server_context::fail)
}

/// Stores a question and starts its answer.
#[server(prefix = "/api", endpoint = "chat/ask", input = Json, client = crate::page_team::PageClient)]
pub async fn ask(question: NewQuestion) -> Result<Asked, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.chat().ask(&viewer, question).await.map_err(crate::server_context::fail)
}

/// Stops a running answer; its text stays.
#[server(prefix = "/api", endpoint = "chat/stop", input = Json, client = crate::page_team::PageClient)]
pub async fn stop(generation_id: GenerationId) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.chat().stop(&viewer, generation_id).await.map_err(crate::server_context::fail)
}

/// Lets the model go on where an answer broke off.
#[server(prefix = "/api", endpoint = "chat/continue", input = Json, client = crate::page_team::PageClient)]
pub async fn continue_answer(message_id: MessageId) -> Result<MessageView, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.chat().continue_answer(&viewer, message_id).await.map_err(crate::server_context::fail)
}

/// Answers the last question again.
#[server(prefix = "/api", endpoint = "chat/retry", input = Json, client = crate::page_team::PageClient)]
pub async fn retry_answer(message_id: MessageId) -> Result<MessageView, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.chat().retry(&viewer, message_id).await.map_err(crate::server_context::fail)
}

/// Renames a conversation.
#[server(prefix = "/api", endpoint = "chat/rename", input = Json, client = crate::page_team::PageClient)]
pub async fn rename_conversation(id: ConversationId, title: String) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    let title = domain::text::Title::parse(title)?;
    services.chat().rename(&viewer, id, title).await.map_err(crate::server_context::fail)
}

/// Deletes a conversation with everything in it.
#[server(prefix = "/api", endpoint = "chat/delete", input = Json, client = crate::page_team::PageClient)]
pub async fn delete_conversation(id: ConversationId) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.chat().delete(&viewer, id).await.map_err(crate::server_context::fail)
}

/// The page of a document that a citation points at, or one near it.
#[server(prefix = "/api", endpoint = "chat/source", input = Json, client = crate::page_team::PageClient)]
pub async fn open_source(document_id: DocumentId, page: u32, chunk_id: Option<ChunkId>) -> Result<SourcePage, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.datasets().source_page(&viewer, document_id, page, chunk_id).await.map_err(crate::server_context::fail)
}
