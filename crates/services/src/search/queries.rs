//! The SQL of search.

use domain::datasets::RankedChunk;
use domain::{DatasetId, ModelId};
use pgvector::Vector;
use sqlx::PgConnection;
use uuid::Uuid;

/// How deep each arm looks before the two are fused.
const DEPTH: i32 = 100;

/// The wanted datasets that row-level security shows, by their embedding model. `search_chunks` decides what is readable.
pub(super) async fn embedding_models(
    connection: &mut PgConnection,
    datasets: &[DatasetId],
) -> sqlx::Result<Vec<(Option<ModelId>, Vec<DatasetId>)>> {
    let wanted: Vec<Uuid> = datasets.iter().map(|dataset| dataset.as_uuid()).collect();
    let rows = sqlx::query!(
        r#"SELECT embedding_model_id, array_agg(id) AS "datasets!" FROM datasets WHERE id = ANY ($1)
           GROUP BY embedding_model_id ORDER BY embedding_model_id"#,
        &wanted
    )
    .fetch_all(connection)
    .await?;
    let groups = rows
        .into_iter()
        .map(|row| (row.embedding_model_id.map(ModelId::from_uuid), row.datasets.into_iter().map(DatasetId::from_uuid).collect()));
    Ok(groups.collect())
}

pub(super) async fn search(
    connection: &mut PgConnection,
    datasets: &[DatasetId],
    question: &str,
    vector: Option<Vector>,
    limit: u32,
) -> sqlx::Result<Vec<RankedChunk>> {
    let wanted: Vec<Uuid> = datasets.iter().map(|dataset| dataset.as_uuid()).collect();
    let rows = sqlx::query!(
        r#"SELECT chunk_id AS "chunk_id!", document_id AS "document_id!", dataset_id AS "dataset_id!",
                  document_name AS "document_name!", page, heading, body AS "body!", text_rank, vector_rank, score AS "score!"
           FROM search_chunks($1, $2, $3::vector, $4, $5)"#,
        &wanted,
        question,
        vector as _,
        DEPTH,
        i32::try_from(limit).unwrap_or(i32::MAX)
    )
    .fetch_all(connection)
    .await?;
    let chunks = rows.into_iter().map(|row| RankedChunk {
        chunk_id: row.chunk_id.into(),
        document_id: row.document_id.into(),
        dataset_id: row.dataset_id.into(),
        document_name: row.document_name,
        page: row.page.and_then(|page| u32::try_from(page).ok()),
        heading: row.heading,
        text: row.body,
        text_rank: row.text_rank.and_then(|rank| u32::try_from(rank).ok()),
        vector_rank: row.vector_rank.and_then(|rank| u32::try_from(rank).ok()),
        score: row.score,
    });
    Ok(chunks.collect())
}
