//! The SQL of the pipeline: few and large statements.

use documents::Extracted;
use domain::datasets::DocumentStatus;
use domain::{ChunkId, DatasetId, DocumentId, ModelId, PageText, TeamId, UserId};
use pgvector::Vector;
use retrieval::chunk::Chunk;
use sqlx::PgConnection;
use uuid::Uuid;

/// Passages per statement.
const ROWS: usize = 1000;

/// What reading a document needs.
pub(super) struct StoredDocument {
    pub dataset_id: DatasetId,
    pub name: String,
    pub media_type: String,
    pub object_key: String,
    pub embedding_model_id: Option<ModelId>,
}

/// What making vectors needs of a document.
pub(super) struct EmbeddingDocument {
    pub name: String,
    pub embedding_model_id: Option<ModelId>,
}

/// A passage without a vector; its heading stands in front of the text.
pub(super) struct Unembedded {
    pub id: ChunkId,
    pub position: i32,
    pub text: String,
}

/// A ready document that lacks vectors.
pub(super) struct Gap {
    pub id: DocumentId,
    pub team_id: TeamId,
    pub user_id: UserId,
}

pub(super) async fn start_extracting(connection: &mut PgConnection, id: DocumentId) -> sqlx::Result<Option<StoredDocument>> {
    let row = sqlx::query!(
        "UPDATE documents o SET status = 'Extracting', failure = NULL, updated_at = now()
         FROM datasets d WHERE o.id = $1 AND d.id = o.dataset_id
         RETURNING o.dataset_id, o.name, o.media_type, o.object_key, d.embedding_model_id",
        id.as_uuid()
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| StoredDocument {
        dataset_id: row.dataset_id.into(),
        name: row.name,
        media_type: row.media_type,
        object_key: row.object_key,
        embedding_model_id: row.embedding_model_id.map(ModelId::from_uuid),
    }))
}

/// Whether the document is there; it stays until the transaction ends.
pub(super) async fn lock(connection: &mut PgConnection, id: DocumentId) -> sqlx::Result<bool> {
    let row = sqlx::query!("SELECT id FROM documents WHERE id = $1 FOR NO KEY UPDATE", id.as_uuid()).fetch_optional(connection).await?;
    Ok(row.is_some())
}

/// Forgets what an earlier attempt wrote.
pub(super) async fn clear(connection: &mut PgConnection, id: DocumentId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM chunks WHERE document_id = $1", id.as_uuid()).execute(&mut *connection).await?;
    sqlx::query!("DELETE FROM document_pages WHERE document_id = $1", id.as_uuid()).execute(connection).await?;
    Ok(())
}

pub(super) async fn insert_pages(connection: &mut PgConnection, team: TeamId, id: DocumentId, pages: &[PageText]) -> sqlx::Result<()> {
    for pages in pages.chunks(ROWS) {
        let numbers: Vec<i32> = pages.iter().map(|page| signed(page.number)).collect();
        let texts: Vec<&str> = pages.iter().map(|page| page.text.as_str()).collect();
        sqlx::query!(
            "INSERT INTO document_pages (document_id, number, team_id, text)
             SELECT $1, number, $2, text FROM unnest($3::integer[], $4::text[]) AS t (number, text)",
            id.as_uuid(),
            team.as_uuid(),
            &numbers,
            &texts as _
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

pub(super) async fn insert_chunks(
    connection: &mut PgConnection,
    team: TeamId,
    dataset: DatasetId,
    id: DocumentId,
    chunks: &[Chunk],
) -> sqlx::Result<()> {
    for chunks in chunks.chunks(ROWS) {
        let ids: Vec<Uuid> = chunks.iter().map(|_| ChunkId::new().as_uuid()).collect();
        let column = |of: fn(&Chunk) -> u32| chunks.iter().map(|chunk| signed(of(chunk))).collect::<Vec<i32>>();
        let headings: Vec<Option<&str>> = chunks.iter().map(|chunk| chunk.heading.as_deref()).collect();
        let texts: Vec<&str> = chunks.iter().map(|chunk| chunk.text.as_str()).collect();
        sqlx::query!(
            "INSERT INTO chunks (id, team_id, dataset_id, document_id, position, page_first, page_last, page_last_end, char_start, char_end, heading, text)
             SELECT t.id, $1, $2, $3, position, page_first, page_last, page_last_end, char_start, char_end, heading, text
             FROM unnest($4::uuid[], $5::integer[], $6::integer[], $7::integer[], $8::integer[], $9::integer[], $10::integer[], $11::text[], $12::text[])
                  AS t (id, position, page_first, page_last, page_last_end, char_start, char_end, heading, text)",
            team.as_uuid(),
            dataset.as_uuid(),
            id.as_uuid(),
            &ids,
            &column(|chunk| chunk.position),
            &column(|chunk| chunk.page_first),
            &column(|chunk| chunk.page_last),
            &column(|chunk| chunk.page_last_end),
            &column(|chunk| chunk.char_start),
            &column(|chunk| chunk.char_end),
            &headings as _,
            &texts as _
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

pub(super) async fn finish_extracting(
    connection: &mut PgConnection,
    id: DocumentId,
    status: DocumentStatus,
    extracted: &Extracted,
    chunks: usize,
) -> sqlx::Result<()> {
    let notice = (!extracted.warnings.is_empty()).then(|| extracted.warnings.join(" "));
    sqlx::query!(
        "UPDATE documents SET status = $2, failure = NULL, notice = $3, is_paginated = $4, page_count = $5, chunk_count = $6,
                embedded_count = 0, updated_at = now()
         WHERE id = $1",
        id.as_uuid(),
        status.as_str(),
        notice,
        extracted.is_paginated,
        i32::try_from(extracted.pages.len()).unwrap_or(i32::MAX),
        i32::try_from(chunks).unwrap_or(i32::MAX)
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn find_for_embedding(connection: &mut PgConnection, id: DocumentId) -> sqlx::Result<Option<EmbeddingDocument>> {
    let row = sqlx::query!(
        "SELECT o.name, d.embedding_model_id FROM documents o JOIN datasets d ON d.id = o.dataset_id WHERE o.id = $1",
        id.as_uuid()
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| EmbeddingDocument { name: row.name, embedding_model_id: row.embedding_model_id.map(ModelId::from_uuid) }))
}

/// The next passages after a position that have no vector.
pub(super) async fn list_unembedded(
    connection: &mut PgConnection,
    id: DocumentId,
    after: i32,
    limit: usize,
) -> sqlx::Result<Vec<Unembedded>> {
    let rows = sqlx::query!(
        r#"SELECT id, position, concat_ws(E'\n', heading, text) AS "text!" FROM chunks
           WHERE document_id = $1 AND position > $2 AND embedding IS NULL ORDER BY position LIMIT $3"#,
        id.as_uuid(),
        after,
        i64::try_from(limit).unwrap_or(i64::MAX)
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| Unembedded { id: row.id.into(), position: row.position, text: row.text }).collect())
}

/// Writes vectors and counts them in one statement; whether the document is still there.
pub(super) async fn set_embeddings(
    connection: &mut PgConnection,
    id: DocumentId,
    chunks: &[ChunkId],
    vectors: Vec<Vec<f32>>,
) -> sqlx::Result<bool> {
    let chunks: Vec<Uuid> = chunks.iter().map(|chunk| chunk.as_uuid()).collect();
    let vectors: Vec<Vector> = vectors.into_iter().map(Vector::from).collect();
    let done = sqlx::query!(
        "WITH made AS (
             UPDATE chunks SET embedding = t.embedding
             FROM unnest($2::uuid[], $3::vector[]) AS t (id, embedding)
             WHERE chunks.id = t.id AND chunks.document_id = $1 AND chunks.embedding IS NULL
             RETURNING 1)
         UPDATE documents SET embedded_count = embedded_count + (SELECT count(*) FROM made), updated_at = now() WHERE id = $1",
        id.as_uuid(),
        &chunks,
        vectors as _
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn set_ready(connection: &mut PgConnection, id: DocumentId) -> sqlx::Result<()> {
    sqlx::query!("UPDATE documents SET status = 'Ready', failure = NULL, updated_at = now() WHERE id = $1", id.as_uuid())
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn set_failed(connection: &mut PgConnection, id: DocumentId, sentence: &str) -> sqlx::Result<()> {
    sqlx::query!("UPDATE documents SET status = 'Failed', failure = $2, updated_at = now() WHERE id = $1", id.as_uuid(), sentence)
        .execute(connection)
        .await?;
    Ok(())
}

/// Marks a document whose job was given up; its name stands before the words.
pub(in crate::datasets) async fn give_up(connection: &mut PgConnection, id: DocumentId, words: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE documents SET status = 'Failed', failure = '“' || name || '” ' || $2::text, updated_at = now() WHERE id = $1",
        id.as_uuid(),
        words
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The models of datasets that have ready documents without all their vectors.
pub(super) async fn models_with_gaps(connection: &mut PgConnection) -> sqlx::Result<Vec<ModelId>> {
    let rows = sqlx::query!(
        r#"SELECT DISTINCT d.embedding_model_id AS "model!" FROM documents o JOIN datasets d ON d.id = o.dataset_id
           WHERE o.status = 'Ready' AND o.embedded_count < o.chunk_count AND d.embedding_model_id IS NOT NULL"#
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| row.model.into()).collect())
}

pub(super) async fn list_with_gaps(connection: &mut PgConnection, model: ModelId, limit: i64) -> sqlx::Result<Vec<Gap>> {
    let rows = sqlx::query!(
        "SELECT o.id, o.team_id, o.created_by FROM documents o JOIN datasets d ON d.id = o.dataset_id
         WHERE o.status = 'Ready' AND o.embedded_count < o.chunk_count AND d.embedding_model_id = $1
         ORDER BY o.created_at LIMIT $2",
        model.as_uuid(),
        limit
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| Gap { id: row.id.into(), team_id: row.team_id.into(), user_id: row.created_by.into() }).collect())
}

/// Whether the document was ready without all its vectors, and now waits for them.
pub(super) async fn resume(connection: &mut PgConnection, id: DocumentId) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE documents SET status = 'Embedding', updated_at = now() WHERE id = $1 AND status = 'Ready' AND embedded_count < chunk_count",
        id.as_uuid()
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

fn signed(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
