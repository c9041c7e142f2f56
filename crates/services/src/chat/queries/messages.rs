//! Messages: questions, answers, what they cite and what they cost.

use chrono::{DateTime, Utc};
use domain::answers::AnswerPreferences;
use domain::chat::{Citation, MessageRole, MessageStatus, Usage};
use domain::{ChunkId, ConversationId, DocumentId, GenerationId, MessageId, ModelId, PromptId, UserId};
use sqlx::PgConnection;
use uuid::Uuid;

/// A message as the transcript shows it.
pub(in crate::chat) struct MessageRow {
    pub id: MessageId,
    pub role: MessageRole,
    pub status: MessageStatus,
    pub content: String,
    pub trouble: Option<String>,
    pub model: Option<String>,
    pub generation_id: Option<GenerationId>,
    pub prompt_tokens: Option<i64>,
    pub completion_tokens: Option<i64>,
    pub created_at: DateTime<Utc>,
}

/// An earlier message as models see it.
pub(in crate::chat) struct HistoryRow {
    pub role: MessageRole,
    pub content: String,
}

/// An answer that is to be written again or to go on.
pub(in crate::chat) struct AnswerRow {
    pub conversation_id: ConversationId,
    pub prompt_id: Option<PromptId>,
    pub model_id: Option<ModelId>,
    pub position: i32,
    pub status: MessageStatus,
    pub content: String,
    pub question: Option<String>,
    pub is_newest: bool,
    pub created_at: DateTime<Utc>,
}

/// What a citation row belongs to.
pub(in crate::chat) struct CitationRow {
    pub message_id: MessageId,
    pub number: i32,
    pub chunk_id: ChunkId,
    pub document_id: Option<DocumentId>,
    pub document_name: String,
    pub page: Option<i32>,
    pub excerpt: String,
}

impl From<CitationRow> for Citation {
    fn from(row: CitationRow) -> Self {
        Self {
            number: row.number.unsigned_abs(),
            chunk_id: row.chunk_id,
            document_id: row.document_id,
            document_name: row.document_name,
            page: row.page.map(i32::unsigned_abs),
            excerpt: row.excerpt,
        }
    }
}

/// Who asks, as far as they want models to know.
pub(in crate::chat) struct PersonRow {
    pub tone: String,
    pub about: String,
    pub answers: AnswerPreferences,
}

/// The messages of a conversation, oldest first, each with the run that is writing it.
pub(in crate::chat) async fn list(tx: &mut PgConnection, conversation: ConversationId) -> sqlx::Result<Vec<MessageRow>> {
    sqlx::query_as!(
        MessageRow,
        r#"SELECT m.id AS "id: MessageId", m.role AS "role: MessageRole", m.status AS "status: MessageStatus", m.content, m.trouble,
                  mo.name AS "model?", g.id AS "generation_id?: GenerationId", m.created_at,
                  (SELECT sum(u.tokens) FROM token_usage u WHERE u.message_id = m.id AND u.kind = 'Prompt') AS prompt_tokens,
                  (SELECT sum(u.tokens) FROM token_usage u WHERE u.message_id = m.id AND u.kind = 'Completion') AS completion_tokens
           FROM messages m
           LEFT JOIN models mo ON mo.id = m.model_id
           LEFT JOIN generations g ON g.message_id = m.id AND g.status IN ('Pending', 'InProgress')
           WHERE m.conversation_id = $1
           ORDER BY m.position"#,
        conversation.as_uuid()
    )
    .fetch_all(tx)
    .await
}

/// What the answers of a conversation cite.
pub(in crate::chat) async fn list_citations(tx: &mut PgConnection, conversation: ConversationId) -> sqlx::Result<Vec<CitationRow>> {
    sqlx::query_as!(
        CitationRow,
        r#"SELECT c.message_id AS "message_id: MessageId", c.number, c.chunk_id AS "chunk_id: ChunkId",
                  c.document_id AS "document_id: DocumentId", c.document_name, c.page, c.excerpt
           FROM message_citations c JOIN messages m ON m.id = c.message_id
           WHERE m.conversation_id = $1
           ORDER BY c.message_id, c.number"#,
        conversation.as_uuid()
    )
    .fetch_all(tx)
    .await
}

/// What one answer cites.
pub(in crate::chat) async fn citations_of(tx: &mut PgConnection, message: MessageId) -> sqlx::Result<Vec<CitationRow>> {
    sqlx::query_as!(
        CitationRow,
        r#"SELECT message_id AS "message_id: MessageId", number, chunk_id AS "chunk_id: ChunkId",
                  document_id AS "document_id: DocumentId", document_name, page, excerpt
           FROM message_citations WHERE message_id = $1 ORDER BY number"#,
        message.as_uuid()
    )
    .fetch_all(tx)
    .await
}

/// What was said before a position, newest first; answers that failed are left out.
pub(in crate::chat) async fn history(
    tx: &mut PgConnection,
    conversation: ConversationId,
    before: i32,
    limit: i64,
) -> sqlx::Result<Vec<HistoryRow>> {
    sqlx::query_as!(
        HistoryRow,
        r#"SELECT role AS "role!: MessageRole", content AS "content!" FROM said_before($1, $2, $3)"#,
        conversation.as_uuid(),
        before,
        limit
    )
    .fetch_all(tx)
    .await
}

/// An answer of the person with the question before it; its conversation is locked.
pub(in crate::chat) async fn lock_answer(tx: &mut PgConnection, id: MessageId, person: UserId) -> sqlx::Result<Option<AnswerRow>> {
    sqlx::query_as!(
        AnswerRow,
        r#"SELECT m.conversation_id AS "conversation_id: ConversationId", c.prompt_id AS "prompt_id: PromptId",
                  c.model_id AS "model_id: ModelId", m.position, m.status AS "status: MessageStatus", m.content, m.created_at,
                  (SELECT q.content FROM messages q WHERE q.conversation_id = m.conversation_id AND q.role = 'User'
                     AND q.position < m.position ORDER BY q.position DESC LIMIT 1) AS question,
                  NOT EXISTS (SELECT FROM messages n WHERE n.conversation_id = m.conversation_id AND n.position > m.position) AS "is_newest!"
           FROM messages m JOIN conversations c ON c.id = m.conversation_id
           WHERE m.id = $1 AND m.role = 'Assistant' AND c.user_id = $2
           FOR UPDATE OF c"#,
        id.as_uuid(),
        person.as_uuid()
    )
    .fetch_optional(tx)
    .await
}

/// Makes an answer wait for its next run, from the text it keeps.
pub(in crate::chat) async fn reopen(tx: &mut PgConnection, id: MessageId, content: &str, model: ModelId) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE messages SET status = 'Pending', trouble = NULL, content = $2, model_id = $3 WHERE id = $1",
        id.as_uuid(),
        content,
        model.as_uuid()
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Forgets what an answer cites.
pub(in crate::chat) async fn delete_citations(tx: &mut PgConnection, message: MessageId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM message_citations WHERE message_id = $1", message.as_uuid()).execute(tx).await?;
    Ok(())
}

/// Stores what an answer cites. A document that was deleted meanwhile keeps its name.
pub(in crate::chat) async fn insert_citations(tx: &mut PgConnection, message: MessageId, cited: &[Citation]) -> sqlx::Result<()> {
    let numbers: Vec<i32> = cited.iter().map(|citation| signed(citation.number)).collect();
    let chunks: Vec<Uuid> = cited.iter().map(|citation| citation.chunk_id.as_uuid()).collect();
    let documents: Vec<Option<Uuid>> = cited.iter().map(|citation| citation.document_id.map(DocumentId::as_uuid)).collect();
    let names: Vec<String> = cited.iter().map(|citation| citation.document_name.clone()).collect();
    let pages: Vec<Option<i32>> = cited.iter().map(|citation| citation.page.map(signed)).collect();
    let excerpts: Vec<String> = cited.iter().map(|citation| citation.excerpt.clone()).collect();
    sqlx::query!(
        "INSERT INTO message_citations (message_id, number, team_id, chunk_id, document_id, document_name, page, excerpt)
         SELECT $1, c.number, m.team_id, c.chunk_id, d.id, c.document_name, c.page, c.excerpt
         FROM messages m,
              unnest($2::integer[], $3::uuid[], $4::uuid[], $5::text[], $6::integer[], $7::text[])
                  AS c (number, chunk_id, document_id, document_name, page, excerpt)
              LEFT JOIN documents d ON d.id = c.document_id
         WHERE m.id = $1
         ON CONFLICT (message_id, number) DO NOTHING",
        message.as_uuid(),
        &numbers,
        &chunks,
        &documents as &[Option<Uuid>],
        &names,
        &pages as &[Option<i32>],
        &excerpts
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Books the tokens of an answer.
pub(in crate::chat) async fn insert_usage(tx: &mut PgConnection, message: MessageId, model: ModelId, usage: Usage) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO token_usage (id, team_id, user_id, message_id, model_id, kind, tokens)
         VALUES ($1, current_team(), viewing_user(), $3, $4, 'Prompt', $5), ($2, current_team(), viewing_user(), $3, $4, 'Completion', $6)",
        Uuid::now_v7(),
        Uuid::now_v7(),
        message.as_uuid(),
        model.as_uuid(),
        signed(usage.prompt_tokens),
        signed(usage.completion_tokens)
    )
    .execute(tx)
    .await?;
    Ok(())
}

fn signed(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
