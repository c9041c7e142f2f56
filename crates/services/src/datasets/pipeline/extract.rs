//! From bytes to passages: the child process reads, a blocking thread cuts, one transaction writes.

use super::queries::{self, StoredDocument};
use super::{document_of, fail, tx_of};
use crate::jobs::{self, ClaimedJob, JobKind, NewJob, Outcome};
use crate::{Error, Result, Services};
use documents::{ExtractFailure, ExtractRequest, Extracted, Format, Limits, Source, extract_in_child};
use domain::datasets::DocumentStatus;
use object_store::path::Path;
use object_store::{GetResultPayload, ObjectStoreExt};
use retrieval::chunk::{Chunk, ChunkOptions, split};

/// Every format, to find the one of a stored media type.
const FORMATS: [Format; 6] = [Format::Text, Format::Markdown, Format::Html, Format::Csv, Format::Pdf, Format::Docx];

/// Reads a document and stores its pages and passages. What the file itself is to blame for ends as Failed at once.
pub(crate) async fn extract(services: &Services, job: &ClaimedJob) -> Result<Outcome> {
    let Some(document) = start(services, job).await? else { return Ok(Outcome::Done) };
    let extracted = match read(services, &document).await? {
        Ok(extracted) => extracted,
        // Only our own trouble is tried again by itself. What took too long would again take minutes that others wait for.
        // The failure's own sentence names the file, which the log must not.
        Err(ExtractFailure::Unavailable { .. }) if job.attempts < job.max_attempts => {
            return Err(Error::internal("the reader of documents could not be started or reached"));
        }
        Err(failure) => {
            fail(services, job, &failure.to_string()).await?;
            return Ok(Outcome::Done);
        }
    };
    let (extracted, chunks) = cut(extracted).await?;
    store(services, job, &document, &extracted, &chunks).await?;
    Ok(Outcome::Done)
}

async fn start(services: &Services, job: &ClaimedJob) -> Result<Option<StoredDocument>> {
    let mut tx = tx_of(services, job).await?;
    let document = queries::start_extracting(&mut tx, document_of(job)).await?;
    tx.commit().await?;
    Ok(document)
}

async fn read(services: &Services, document: &StoredDocument) -> Result<Result<Extracted, ExtractFailure>> {
    let format = FORMATS.into_iter().find(|format| format.media_type() == document.media_type);
    let format = format.ok_or_else(|| Error::internal(format!("a document of type {}", document.media_type)))?;
    let found = services.parts.objects.get(&Path::from(document.object_key.as_str())).await?;
    let source = match found.payload {
        GetResultPayload::File(_, path) => Source::Path(path),
        GetResultPayload::Stream(_) => Source::Bytes(found.bytes().await?.to_vec()),
    };
    let (program, arguments) = &services.settings().extractor;
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let request = ExtractRequest { name: document.name.clone(), format, source };
    Ok(extract_in_child(program, &arguments, request, Limits::default()).await)
}

/// Cuts the pages on a thread that may block: a long book takes a while.
async fn cut(mut extracted: Extracted) -> Result<(Extracted, Vec<Chunk>)> {
    let cutting = tokio::task::spawn_blocking(move || {
        for page in &mut extracted.pages {
            // Postgres takes no NUL in text.
            page.text.retain(|character| character != '\0');
        }
        let chunks = split(&extracted.pages, &ChunkOptions::default());
        (extracted, chunks)
    });
    cutting.await.map_err(Error::internal)
}

/// Replaces pages and passages, moves the document on and asks for its vectors: all of it or nothing.
async fn store(services: &Services, job: &ClaimedJob, document: &StoredDocument, extracted: &Extracted, chunks: &[Chunk]) -> Result<()> {
    let id = document_of(job);
    let is_embedded = services.models().embedding_trouble(document.embedding_model_id).await.is_none();
    let mut tx = tx_of(services, job).await?;
    if !queries::lock(&mut tx, id).await? {
        return Ok(());
    }
    queries::clear(&mut tx, id).await?;
    queries::insert_pages(&mut tx, job.team_id, id, &extracted.pages).await?;
    queries::insert_chunks(&mut tx, job.team_id, document.dataset_id, id, chunks).await?;
    let status = if is_embedded { DocumentStatus::Embedding } else { DocumentStatus::Ready };
    queries::finish_extracting(&mut tx, id, status, extracted, chunks.len()).await?;
    if is_embedded {
        let next = NewJob { team_id: job.team_id, kind: JobKind::EmbedDocument, subject_id: job.subject_id, payload: job.payload.clone() };
        jobs::enqueue(&mut tx, next).await?;
    }
    tx.commit().await
}
