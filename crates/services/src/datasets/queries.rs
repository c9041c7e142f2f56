//! The SQL of datasets and documents. Row-level security shows a team its rows and everybody the company's; whose private
//! datasets are whose is said here.

use crate::Viewer;
use chrono::{DateTime, Utc};
use domain::datasets::{DocumentStatus, DocumentSummary, Visibility};
use domain::sharing::ShareLevel;
use domain::text::{DatasetName, Description, DocumentName};
use domain::{ChunkId, DatasetId, DocumentId, ModelId, PageRequest, TeamId, UserId};
use sqlx::PgConnection;

/// A dataset with its counts.
pub(super) struct DatasetRow {
    pub id: DatasetId,
    pub team_id: TeamId,
    pub name: String,
    pub description: String,
    pub visibility: Visibility,
    pub embedding_model_id: Option<ModelId>,
    pub embedding_model: Option<String>,
    pub created_by: UserId,
    pub created_at: DateTime<Utc>,
    pub document_count: u32,
    pub failed_count: u32,
    pub moving_count: u32,
    pub share: Option<ShareLevel>,
    pub share_count: u32,
}

/// A dataset that is about to be stored.
pub(super) struct NewDatasetRow {
    pub id: DatasetId,
    pub name: DatasetName,
    pub description: Description,
    pub visibility: Visibility,
    pub embedding_model_id: Option<ModelId>,
}

/// What the verbs need of a document.
pub(super) struct DocumentRow {
    pub dataset_id: DatasetId,
    pub name: String,
    pub media_type: String,
    pub object_key: String,
    pub is_paginated: bool,
    pub page_count: u32,
    pub chunk_count: u32,
}

/// A document that is about to be stored.
pub(super) struct NewDocumentRow<'a> {
    pub id: DocumentId,
    pub dataset_id: DatasetId,
    pub name: &'a DocumentName,
    pub media_type: &'a str,
    pub size_bytes: i64,
    pub sha256: &'a [u8],
    pub object_key: &'a str,
}

/// Where a passage stands.
pub(super) struct PassagePlace {
    pub page_first: u32,
    pub page_last: u32,
    pub char_start: u32,
    pub char_end: u32,
    pub page_last_end: u32,
}

pub(super) async fn find(connection: &mut PgConnection, viewer: &Viewer, id: DatasetId) -> sqlx::Result<Option<DatasetRow>> {
    Ok(select(connection, viewer, Some(id)).await?.pop())
}

pub(super) async fn list(connection: &mut PgConnection, viewer: &Viewer) -> sqlx::Result<Vec<DatasetRow>> {
    select(connection, viewer, None).await
}

async fn select(connection: &mut PgConnection, viewer: &Viewer, id: Option<DatasetId>) -> sqlx::Result<Vec<DatasetRow>> {
    let rows = sqlx::query!(
        r#"SELECT d.id, d.team_id, d.name, d.description, d.visibility AS "visibility: Visibility", d.embedding_model_id,
                  m.name AS "embedding_model?", d.created_by, d.created_at,
                  c.documents AS "documents!", c.failed AS "failed!", c.moving AS "moving!",
                  share_level(d.id, NULL) AS "share?: ShareLevel", s.shares AS "shares!"
           FROM datasets d
           LEFT JOIN models m ON m.id = d.embedding_model_id
           CROSS JOIN LATERAL (
               SELECT count(*) AS documents, count(*) FILTER (WHERE o.status = 'Failed') AS failed,
                      count(*) FILTER (WHERE o.status IN ('Queued', 'Extracting', 'Embedding')) AS moving
               FROM documents o WHERE o.dataset_id = d.id) c
           CROSS JOIN LATERAL (SELECT count(*) AS shares FROM shares h WHERE h.team_id = $1 AND h.dataset_id = d.id) s
           WHERE ($3::uuid IS NULL OR d.id = $3)
             AND (d.visibility = 'Company' OR (d.team_id = $1
                  AND (d.visibility = 'Team' OR d.created_by = $2 OR share_level(d.id, NULL) IS NOT NULL)))
           ORDER BY lower(d.name), d.id"#,
        viewer.team_id.as_uuid(),
        viewer.user_id.as_uuid(),
        id.map(DatasetId::as_uuid)
    )
    .fetch_all(connection)
    .await?;
    let rows = rows.into_iter().map(|row| DatasetRow {
        id: row.id.into(),
        team_id: row.team_id.into(),
        name: row.name,
        description: row.description,
        visibility: row.visibility,
        embedding_model_id: row.embedding_model_id.map(ModelId::from_uuid),
        embedding_model: row.embedding_model,
        created_by: row.created_by.into(),
        created_at: row.created_at,
        document_count: count(row.documents),
        failed_count: count(row.failed),
        moving_count: count(row.moving),
        share: row.share,
        share_count: count(row.shares),
    });
    Ok(rows.collect())
}

pub(super) async fn insert(connection: &mut PgConnection, viewer: &Viewer, row: &NewDatasetRow) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO datasets (id, team_id, name, description, visibility, embedding_model_id, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        row.id.as_uuid(),
        viewer.team_id.as_uuid(),
        row.name.as_str(),
        row.description.as_str(),
        row.visibility.as_str(),
        row.embedding_model_id.map(ModelId::as_uuid),
        viewer.user_id.as_uuid()
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn update(
    connection: &mut PgConnection,
    viewer: &Viewer,
    id: DatasetId,
    name: &DatasetName,
    description: &Description,
    visibility: Visibility,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE datasets SET name = $3, description = $4, visibility = $5 WHERE id = $1 AND team_id = $2",
        id.as_uuid(),
        viewer.team_id.as_uuid(),
        name.as_str(),
        description.as_str(),
        visibility.as_str()
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Holds the dataset as it is until the transaction ends; others may go on adding passages to its documents.
pub(super) async fn lock(connection: &mut PgConnection, viewer: &Viewer, id: DatasetId) -> sqlx::Result<Option<DatasetId>> {
    let row =
        sqlx::query!("SELECT id FROM datasets WHERE id = $1 AND team_id = $2 FOR NO KEY UPDATE", id.as_uuid(), viewer.team_id.as_uuid())
            .fetch_optional(connection)
            .await?;
    Ok(row.map(|row| row.id.into()))
}

pub(super) async fn object_keys(connection: &mut PgConnection, id: DatasetId) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!("SELECT object_key FROM documents WHERE dataset_id = $1 ORDER BY id", id.as_uuid()).fetch_all(connection).await
}

pub(super) async fn delete(connection: &mut PgConnection, viewer: &Viewer, id: DatasetId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM datasets WHERE id = $1 AND team_id = $2", id.as_uuid(), viewer.team_id.as_uuid()).execute(connection).await?;
    Ok(())
}

pub(super) async fn find_document(connection: &mut PgConnection, id: DocumentId) -> sqlx::Result<Option<DocumentRow>> {
    let row = sqlx::query!(
        "SELECT dataset_id, name, media_type, object_key, is_paginated, page_count, chunk_count FROM documents WHERE id = $1",
        id.as_uuid()
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| DocumentRow {
        dataset_id: row.dataset_id.into(),
        name: row.name,
        media_type: row.media_type,
        object_key: row.object_key,
        is_paginated: row.is_paginated,
        page_count: whole(row.page_count.unwrap_or_default()),
        chunk_count: whole(row.chunk_count),
    }))
}

/// The name under which the same bytes are in the dataset.
pub(super) async fn find_same_bytes(connection: &mut PgConnection, id: DatasetId, sha256: &[u8]) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("SELECT name FROM documents WHERE dataset_id = $1 AND sha256 = $2 LIMIT 1", id.as_uuid(), sha256)
        .fetch_optional(connection)
        .await
}

pub(super) async fn insert_document(connection: &mut PgConnection, viewer: &Viewer, row: &NewDocumentRow<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO documents (id, team_id, dataset_id, name, media_type, size_bytes, sha256, object_key, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        row.id.as_uuid(),
        viewer.team_id.as_uuid(),
        row.dataset_id.as_uuid(),
        row.name.as_str(),
        row.media_type,
        row.size_bytes,
        row.sha256,
        row.object_key,
        viewer.user_id.as_uuid()
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn count_documents(connection: &mut PgConnection, id: DatasetId) -> sqlx::Result<u64> {
    let documents = sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM documents WHERE dataset_id = $1"#, id.as_uuid())
        .fetch_one(connection)
        .await?;
    Ok(u64::try_from(documents).unwrap_or_default())
}

pub(super) async fn list_documents(connection: &mut PgConnection, id: DatasetId, page: PageRequest) -> sqlx::Result<Vec<DocumentSummary>> {
    let rows = sqlx::query_as!(
        SummaryRow,
        r#"SELECT id, name, size_bytes, status AS "status: DocumentStatus", failure, notice, is_paginated, page_count, chunk_count,
                  embedded_count, created_at
           FROM documents WHERE dataset_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3"#,
        id.as_uuid(),
        page.limit(),
        page.offset()
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(DocumentSummary::from).collect())
}

pub(super) async fn document_summary(connection: &mut PgConnection, id: DocumentId) -> sqlx::Result<Option<DocumentSummary>> {
    let row = sqlx::query_as!(
        SummaryRow,
        r#"SELECT id, name, size_bytes, status AS "status: DocumentStatus", failure, notice, is_paginated, page_count, chunk_count,
                  embedded_count, created_at
           FROM documents WHERE id = $1"#,
        id.as_uuid()
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(DocumentSummary::from))
}

/// Whether the document had failed and now waits again.
pub(super) async fn restart_failed(connection: &mut PgConnection, id: DocumentId, status: DocumentStatus) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE documents SET status = $2, failure = NULL, updated_at = now() WHERE id = $1 AND status = 'Failed'",
        id.as_uuid(),
        status.as_str()
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn delete_document(connection: &mut PgConnection, viewer: &Viewer, id: DocumentId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM documents WHERE id = $1 AND team_id = $2", id.as_uuid(), viewer.team_id.as_uuid())
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn find_page(connection: &mut PgConnection, id: DocumentId, number: u32) -> sqlx::Result<Option<String>> {
    let number = i32::try_from(number).unwrap_or_default();
    sqlx::query_scalar!("SELECT text FROM document_pages WHERE document_id = $1 AND number = $2", id.as_uuid(), number)
        .fetch_optional(connection)
        .await
}

pub(super) async fn find_passage(connection: &mut PgConnection, id: DocumentId, chunk: ChunkId) -> sqlx::Result<Option<PassagePlace>> {
    let row = sqlx::query!(
        "SELECT page_first, page_last, char_start, char_end, page_last_end FROM chunks WHERE id = $2 AND document_id = $1",
        id.as_uuid(),
        chunk.as_uuid()
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| PassagePlace {
        page_first: whole(row.page_first),
        page_last: whole(row.page_last),
        char_start: whole(row.char_start),
        char_end: whole(row.char_end),
        page_last_end: whole(row.page_last_end),
    }))
}

struct SummaryRow {
    id: uuid::Uuid,
    name: String,
    size_bytes: i64,
    status: DocumentStatus,
    failure: Option<String>,
    notice: Option<String>,
    is_paginated: bool,
    page_count: Option<i32>,
    chunk_count: i32,
    embedded_count: i32,
    created_at: DateTime<Utc>,
}

impl From<SummaryRow> for DocumentSummary {
    fn from(row: SummaryRow) -> Self {
        Self {
            id: row.id.into(),
            name: row.name,
            size_bytes: u64::try_from(row.size_bytes).unwrap_or_default(),
            status: row.status,
            failure: row.failure,
            notice: row.notice,
            page_count: row.page_count.filter(|_| row.is_paginated).map(whole),
            chunk_count: whole(row.chunk_count),
            embedded_count: whole(row.embedded_count),
            created_at: row.created_at,
        }
    }
}

/// A number that a constraint or its meaning keeps from being negative.
fn whole(number: i32) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

fn count(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
