//! The SQL of prompts. Every statement runs in a `TeamTx`.

use super::draft::ParsedDraft;
use crate::Viewer;
use chrono::{DateTime, Utc};
use domain::datasets::Visibility;
use domain::sharing::ShareLevel;
use domain::{DatasetId, ModelId, PromptId, TeamId, UserId};
use sqlx::PgConnection;
use uuid::Uuid;

/// A prompt as lists show it.
pub(super) struct SummaryRow {
    pub id: PromptId,
    pub team_id: TeamId,
    pub created_by: UserId,
    pub share: Option<ShareLevel>,
    pub share_count: i64,
    pub name: String,
    pub description: String,
    pub visibility: Visibility,
    pub model: Option<String>,
    pub dataset_count: i64,
    pub chat_count: i64,
    pub updated_at: DateTime<Utc>,
}

/// A whole prompt.
pub(super) struct PromptRow {
    pub id: PromptId,
    pub team_id: TeamId,
    pub created_by: UserId,
    pub share: Option<ShareLevel>,
    pub name: String,
    pub description: String,
    pub instructions: String,
    pub model_id: Option<ModelId>,
    pub model: Option<String>,
    pub removed_model: Option<String>,
    pub visibility: Visibility,
    pub temperature: f32,
    pub max_chunks: i32,
    pub max_history_items: i32,
    pub max_completion_tokens: Option<i32>,
    pub trim_ratio: i32,
    pub examples: Vec<String>,
}

/// Prompts the viewer may use, by name. Chats are counted in the viewer's team only.
pub(super) async fn list(tx: &mut PgConnection, viewer: &Viewer) -> sqlx::Result<Vec<SummaryRow>> {
    sqlx::query_as!(
        SummaryRow,
        r#"SELECT p.id AS "id: PromptId", p.team_id AS "team_id: TeamId", p.created_by AS "created_by: UserId",
                  share_level(NULL, p.id) AS "share?: ShareLevel", p.name, p.description,
                  (SELECT count(*) FROM shares s WHERE s.team_id = $1 AND s.prompt_id = p.id) AS "share_count!",
                  p.visibility AS "visibility: Visibility", m.name AS "model?", p.updated_at,
                  (SELECT count(*) FROM prompt_datasets d WHERE d.prompt_id = p.id) AS "dataset_count!",
                  (SELECT count(*) FROM conversations c WHERE c.prompt_id = p.id AND c.team_id = $1) AS "chat_count!"
           FROM prompts p LEFT JOIN models m ON m.id = p.model_id
           WHERE (p.team_id = $1 AND (p.visibility <> 'Private' OR p.created_by = $2 OR share_level(NULL, p.id) IS NOT NULL))
              OR p.visibility = 'Company'
           ORDER BY lower(p.name), p.id"#,
        viewer.team_id.as_uuid(),
        viewer.user_id.as_uuid()
    )
    .fetch_all(tx)
    .await
}

/// One prompt the viewer may use.
pub(super) async fn find(tx: &mut PgConnection, viewer: &Viewer, id: PromptId) -> sqlx::Result<Option<PromptRow>> {
    sqlx::query_as!(
        PromptRow,
        r#"SELECT p.id AS "id: PromptId", p.team_id AS "team_id: TeamId", p.created_by AS "created_by: UserId",
                  share_level(NULL, p.id) AS "share?: ShareLevel", p.name, p.description, p.instructions, p.model_id AS "model_id: ModelId",
                  m.name || ' · ' || v.name AS "model?", CASE WHEN m.removed_at IS NOT NULL THEN m.name END AS removed_model,
                  p.visibility AS "visibility: Visibility", p.temperature, p.max_chunks, p.max_history_items,
                  p.max_completion_tokens, p.trim_ratio, p.examples
           FROM prompts p LEFT JOIN models m ON m.id = p.model_id LEFT JOIN providers v ON v.id = m.provider_id
           WHERE p.id = $3
             AND ((p.team_id = $1 AND (p.visibility <> 'Private' OR p.created_by = $2 OR share_level(NULL, p.id) IS NOT NULL))
                  OR p.visibility = 'Company')"#,
        viewer.team_id.as_uuid(),
        viewer.user_id.as_uuid(),
        id.as_uuid()
    )
    .fetch_optional(tx)
    .await
}

/// Datasets of a prompt that the viewer may read, by name.
pub(super) async fn list_datasets(tx: &mut PgConnection, viewer: &Viewer, id: PromptId) -> sqlx::Result<Vec<DatasetId>> {
    sqlx::query_scalar!(
        r#"SELECT d.id AS "id: DatasetId" FROM prompt_datasets pd JOIN datasets d ON d.id = pd.dataset_id
           WHERE pd.prompt_id = $3
             AND ((d.team_id = $1 AND (d.visibility <> 'Private' OR d.created_by = $2 OR share_level(d.id, NULL) IS NOT NULL))
                  OR d.visibility = 'Company')
           ORDER BY lower(d.name), d.id"#,
        viewer.team_id.as_uuid(),
        viewer.user_id.as_uuid(),
        id.as_uuid()
    )
    .fetch_all(tx)
    .await
}

/// A dataset that can be put into a prompt.
pub(super) struct DatasetChoiceRow {
    pub id: DatasetId,
    pub name: String,
    pub document_count: i64,
}

/// Datasets the viewer may read, by name.
pub(super) async fn list_readable(tx: &mut PgConnection, viewer: &Viewer) -> sqlx::Result<Vec<DatasetChoiceRow>> {
    sqlx::query_as!(
        DatasetChoiceRow,
        r#"SELECT d.id AS "id: DatasetId", d.name,
                  (SELECT count(*) FROM documents f WHERE f.dataset_id = d.id) AS "document_count!"
           FROM datasets d
           WHERE (d.team_id = $1 AND (d.visibility <> 'Private' OR d.created_by = $2 OR share_level(d.id, NULL) IS NOT NULL))
              OR d.visibility = 'Company'
           ORDER BY lower(d.name), d.id"#,
        viewer.team_id.as_uuid(),
        viewer.user_id.as_uuid()
    )
    .fetch_all(tx)
    .await
}

/// How many of these datasets the viewer may read.
pub(super) async fn count_readable(tx: &mut PgConnection, viewer: &Viewer, ids: &[Uuid]) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM datasets d
           WHERE d.id = ANY($3)
             AND ((d.team_id = $1 AND (d.visibility <> 'Private' OR d.created_by = $2 OR share_level(d.id, NULL) IS NOT NULL))
                  OR d.visibility = 'Company')"#,
        viewer.team_id.as_uuid(),
        viewer.user_id.as_uuid(),
        ids
    )
    .fetch_one(tx)
    .await
}

/// Whether the id is that of a language model that was not removed.
pub(super) async fn has_language_model(tx: &mut PgConnection, id: ModelId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM models WHERE id = $1 AND model_type = 'LLM' AND removed_at IS NULL) AS "exists!""#,
        id.as_uuid()
    )
    .fetch_one(tx)
    .await
}

/// Whether the team has a prompt of this name already.
pub(super) async fn has_name(tx: &mut PgConnection, team: TeamId, name: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM prompts WHERE team_id = $1 AND name = $2) AS "exists!""#, team.as_uuid(), name)
        .fetch_one(tx)
        .await
}

/// Adds a prompt of the viewer's; its datasets follow with [`insert_datasets`].
pub(super) async fn insert(tx: &mut PgConnection, viewer: &Viewer, id: PromptId, draft: &ParsedDraft) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO prompts (id, team_id, created_by, name, description, instructions, model_id, visibility, temperature,
                              max_chunks, max_history_items, max_completion_tokens, trim_ratio, examples)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        id.as_uuid(),
        viewer.team_id.as_uuid(),
        viewer.user_id.as_uuid(),
        draft.name.as_str(),
        draft.description.as_str(),
        draft.instructions.as_str(),
        draft.model_id.map(ModelId::as_uuid),
        draft.visibility.as_str(),
        draft.temperature,
        draft.max_chunks,
        draft.max_history_items,
        draft.max_completion_tokens,
        draft.trim_ratio,
        &draft.examples
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Changes a prompt of the viewer's team.
pub(super) async fn update(tx: &mut PgConnection, team: TeamId, id: PromptId, draft: &ParsedDraft) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE prompts SET name = $3, description = $4, instructions = $5, model_id = $6, visibility = $7, temperature = $8,
                max_chunks = $9, max_history_items = $10, max_completion_tokens = $11, trim_ratio = $12, examples = $13,
                updated_at = now()
         WHERE id = $1 AND team_id = $2",
        id.as_uuid(),
        team.as_uuid(),
        draft.name.as_str(),
        draft.description.as_str(),
        draft.instructions.as_str(),
        draft.model_id.map(ModelId::as_uuid),
        draft.visibility.as_str(),
        draft.temperature,
        draft.max_chunks,
        draft.max_history_items,
        draft.max_completion_tokens,
        draft.trim_ratio,
        &draft.examples
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes these datasets out of a prompt of the team.
pub(super) async fn delete_datasets(tx: &mut PgConnection, team: TeamId, id: PromptId, datasets: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM prompt_datasets WHERE prompt_id = $1 AND team_id = $2 AND dataset_id = ANY($3)",
        id.as_uuid(),
        team.as_uuid(),
        datasets
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Puts datasets into a prompt of the team.
pub(super) async fn insert_datasets(tx: &mut PgConnection, team: TeamId, id: PromptId, datasets: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO prompt_datasets (prompt_id, team_id, dataset_id)
         SELECT $1, $2, dataset_id FROM unnest($3::uuid[]) AS dataset_id ON CONFLICT DO NOTHING",
        id.as_uuid(),
        team.as_uuid(),
        datasets
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Deletes a prompt of the team; chats that used it stay.
pub(super) async fn delete(tx: &mut PgConnection, team: TeamId, id: PromptId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM prompts WHERE id = $1 AND team_id = $2", id.as_uuid(), team.as_uuid()).execute(tx).await?;
    Ok(())
}
