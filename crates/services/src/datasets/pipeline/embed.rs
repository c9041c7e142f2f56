//! Vectors of passages, in batches. While the model works on one batch, the batch before is written and the one after is
//! fetched, so that the model never waits for the database.

use super::queries::{self, Unembedded};
use super::{asked_by, document_of, fail, tx_of};
use crate::audit::{self, Author};
use crate::jobs::{ClaimedJob, Outcome};
use crate::models::ResolvedEmbedder;
use crate::{Error, Result, Services};
use domain::ChunkId;
use domain::audit::{Action, Details, Event, Named};
use llm::LlmError;

/// Passages per call of the model; the built-in one sorts them by length and works on 8 at a time.
const BATCH: usize = 32;
/// Batches until other teams get their turn: half a minute or so of the built-in model.
const BATCHES_PER_TURN: usize = 16;

/// Vectors that are not written yet.
struct Made {
    chunks: Vec<ChunkId>,
    vectors: Vec<Vec<f32>>,
}

/// How a turn ended.
enum Turn {
    AllMade,
    MoreToMake,
    DocumentGone,
    ModelFailed(LlmError),
}

/// Makes the vectors that are missing. Without a usable model the document is ready as it is: by words.
pub(crate) async fn embed(services: &Services, job: &ClaimedJob) -> Result<Outcome> {
    let mut tx = tx_of(services, job).await?;
    let document = queries::find_for_embedding(&mut tx, document_of(job)).await?;
    tx.commit().await?;
    let Some(document) = document else { return Ok(Outcome::Done) };
    let models = services.models();
    let model = match document.embedding_model_id {
        Some(id) if models.embedding_trouble(Some(id)).await.is_none() => models.embedder(id).await?,
        _ => return finish(services, job).await,
    };
    match take_turn(services, job, &document.name, &model).await? {
        Turn::AllMade | Turn::ModelFailed(LlmError::WeightsMissing { .. }) => finish(services, job).await,
        Turn::MoreToMake => Ok(Outcome::Again),
        Turn::DocumentGone => Ok(Outcome::Done),
        Turn::ModelFailed(error) if error.is_retryable() && job.attempts < job.max_attempts => Err(Error::internal(error)),
        Turn::ModelFailed(error) => {
            tracing::warn!(document = %document_of(job), error = error.for_log(), "vectors could not be made");
            let sentence = format!("“{}” can be searched by words, but its vectors could not be made. {}", document.name, error.sentence());
            fail(services, job, &sentence).await?;
            Ok(Outcome::Done)
        }
    }
}

async fn take_turn(services: &Services, job: &ClaimedJob, name: &str, model: &ResolvedEmbedder) -> Result<Turn> {
    let mut made: Option<Made> = None;
    let mut batch = fetch(services, job, -1).await?;
    if !batch.is_empty() && !model.is_built_in {
        tell(services, job, name, model).await?;
    }
    for _ in 0..BATCHES_PER_TURN {
        let Some(last) = batch.last().map(|passage| passage.position) else { break };
        let (chunks, texts) = batch.into_iter().map(|passage| (passage.id, passage.text)).unzip::<_, _, Vec<_>, Vec<_>>();
        let (vectors, following, is_there) =
            tokio::join!(model.embedder.embed(texts), fetch(services, job, last), write(services, job, made.take()));
        if !is_there? {
            return Ok(Turn::DocumentGone);
        }
        let vectors = match vectors.and_then(|vectors| checked(vectors, chunks.len(), model.dimensions as usize)) {
            Ok(vectors) => vectors,
            Err(error) => return Ok(Turn::ModelFailed(error)),
        };
        made = Some(Made { chunks, vectors });
        batch = following?;
    }
    if !write(services, job, made).await? {
        return Ok(Turn::DocumentGone);
    }
    Ok(if batch.is_empty() { Turn::AllMade } else { Turn::MoreToMake })
}

/// Puts on record that a document goes to a model outside: before it does, so that none goes there untold, and at every turn.
async fn tell(services: &Services, job: &ClaimedJob, name: &str, model: &ResolvedEmbedder) -> Result<()> {
    let mut tx = tx_of(services, job).await?;
    let model = Named { id: model.id.as_uuid(), name: model.display.clone() };
    let event =
        Event::new(Action::DocumentEmbedded, document_of(job).as_uuid(), name).with(Details { model: Some(model), ..Details::default() });
    audit::record_in(&mut tx, Some(job.team_id), Author::in_the_name_of(asked_by(job)?), event).await?;
    tx.commit().await
}

async fn fetch(services: &Services, job: &ClaimedJob, after: i32) -> Result<Vec<Unembedded>> {
    let mut tx = tx_of(services, job).await?;
    let batch = queries::list_unembedded(&mut tx, document_of(job), after, BATCH).await?;
    tx.commit().await?;
    Ok(batch)
}

/// Writes vectors; searchable as soon as this returns. Whether the document is still there.
async fn write(services: &Services, job: &ClaimedJob, made: Option<Made>) -> Result<bool> {
    let Some(Made { chunks, vectors }) = made else { return Ok(true) };
    let mut tx = tx_of(services, job).await?;
    let is_there = queries::set_embeddings(&mut tx, document_of(job), &chunks, vectors).await?;
    tx.commit().await?;
    Ok(is_there)
}

async fn finish(services: &Services, job: &ClaimedJob) -> Result<Outcome> {
    let mut tx = tx_of(services, job).await?;
    queries::set_ready(&mut tx, document_of(job)).await?;
    tx.commit().await?;
    Ok(Outcome::Done)
}

/// One vector per text, each as long as the dataset's are: a provider's word is not taken for it.
fn checked(vectors: Vec<Vec<f32>>, wanted: usize, dimensions: usize) -> Result<Vec<Vec<f32>>, LlmError> {
    if vectors.len() != wanted {
        return Err(LlmError::Garbled);
    }
    match vectors.iter().find(|vector| vector.len() != dimensions) {
        Some(odd) => Err(LlmError::WrongDimensions { expected: dimensions, got: odd.len() }),
        None => Ok(vectors),
    }
}
