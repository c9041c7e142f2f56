//! Conversations: a person's list.

use chrono::{DateTime, Utc};
use domain::chat::ConversationSummary;
use domain::{ConversationId, GenerationId, ModelId, PromptId, UserId};
use sqlx::PgConnection;
use uuid::Uuid;

/// What a question needs to know of its conversation.
pub(in crate::chat) struct ConversationRow {
    pub title: String,
    pub prompt_id: Option<PromptId>,
    pub model_id: Option<ModelId>,
}

/// A row of the list and how long the whole list is.
pub(in crate::chat) struct ListedRow {
    pub id: ConversationId,
    pub title: String,
    pub updated_at: DateTime<Utc>,
    pub is_generating: bool,
    pub total: i64,
}

impl From<ListedRow> for ConversationSummary {
    fn from(row: ListedRow) -> Self {
        Self { id: row.id, title: row.title, updated_at: row.updated_at, is_generating: row.is_generating }
    }
}

/// One conversation of the person.
pub(in crate::chat) async fn find(tx: &mut PgConnection, id: ConversationId, person: UserId) -> sqlx::Result<Option<ConversationRow>> {
    sqlx::query_as!(
        ConversationRow,
        r#"SELECT title, prompt_id AS "prompt_id: PromptId", model_id AS "model_id: ModelId"
           FROM conversations WHERE id = $1 AND user_id = $2"#,
        id.as_uuid(),
        person.as_uuid()
    )
    .fetch_optional(tx)
    .await
}

/// The person's conversations whose title is like the pattern, the last changed first.
pub(in crate::chat) async fn list_for_person(
    tx: &mut PgConnection,
    person: UserId,
    pattern: &str,
    limit: i64,
    offset: i64,
) -> sqlx::Result<Vec<ListedRow>> {
    sqlx::query_as!(
        ListedRow,
        r#"SELECT c.id AS "id: ConversationId", c.title, c.updated_at, count(*) OVER () AS "total!",
                  EXISTS (SELECT FROM generations g WHERE g.conversation_id = c.id AND g.status IN ('Pending', 'InProgress')) AS "is_generating!"
           FROM conversations c
           WHERE c.user_id = $1 AND c.title ILIKE $2
           ORDER BY c.updated_at DESC, c.id DESC
           LIMIT $3 OFFSET $4"#,
        person.as_uuid(),
        pattern,
        limit,
        offset
    )
    .fetch_all(tx)
    .await
}

/// Renames a conversation of the person; `false` when it is not theirs.
pub(in crate::chat) async fn rename(tx: &mut PgConnection, id: ConversationId, person: UserId, title: &str) -> sqlx::Result<bool> {
    let done = sqlx::query!("UPDATE conversations SET title = $3 WHERE id = $1 AND user_id = $2", id.as_uuid(), person.as_uuid(), title)
        .execute(tx)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Locks a conversation of the person, so that no run begins in it; `false` when it is not theirs.
pub(in crate::chat) async fn lock(tx: &mut PgConnection, id: ConversationId, person: UserId) -> sqlx::Result<bool> {
    let row = sqlx::query!("SELECT id FROM conversations WHERE id = $1 AND user_id = $2 FOR UPDATE", id.as_uuid(), person.as_uuid())
        .fetch_optional(tx)
        .await?;
    Ok(row.is_some())
}

/// Deletes a conversation of the person with everything in it; `false` when it is not theirs, or when a run other than the given
/// ones is unfinished.
pub(in crate::chat) async fn delete(
    tx: &mut PgConnection,
    id: ConversationId,
    person: UserId,
    with: &[GenerationId],
) -> sqlx::Result<bool> {
    let with: Vec<Uuid> = with.iter().map(|run| run.as_uuid()).collect();
    let done = sqlx::query!(
        "DELETE FROM conversations c
         WHERE c.id = $1 AND c.user_id = $2 AND NOT EXISTS (
             SELECT FROM generations g
             WHERE g.conversation_id = c.id AND g.status IN ('Pending', 'InProgress') AND g.id <> ALL ($3))",
        id.as_uuid(),
        person.as_uuid(),
        &with
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() > 0)
}
