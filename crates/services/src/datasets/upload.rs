//! Upload: bytes go to the object store as they come, hashed and counted on the way.
//!
//! The invariant: a document row exists only with its bytes stored and its job accepted; what is refused leaves nothing
//! behind, and every refusal of a file is a sentence that names it. Whoever may not come in any more when the last byte is here is
//! signed out, and their file is refused.

use super::queries::{self, NewDocumentRow};
use super::{Datasets, access};
use crate::jobs::{self, JobKind, NewJob};
use crate::{Cause, Error, Result, Viewer, audit};
use bytes::Bytes;
use documents::Format;
use domain::audit::{Action, Details, Event};
use domain::datasets::UploadOutcome;
use domain::text::DocumentName;
use domain::{DatasetId, DocumentId};
use futures::{Stream, StreamExt};
use object_store::ObjectStoreExt;
use object_store::buffered::BufWriter;
use object_store::path::Path;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tokio::io::AsyncWriteExt;

/// How much of a file is looked at to tell its type.
const HEAD_BYTES: usize = 4096;

/// Bytes that lie in the store.
struct Stored {
    key: Path,
    format: Format,
    size_bytes: u64,
    sha256: Vec<u8>,
}

/// Why bytes were not stored.
enum Stop {
    Refused(String),
    Failed(Error),
}

impl From<object_store::Error> for Stop {
    fn from(error: object_store::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(Error::Unavailable(error.into()))
    }
}

impl Datasets<'_> {
    /// Refuses whoever may not upload to the dataset, before any byte is read.
    pub async fn check_upload(&self, viewer: &Viewer, dataset: DatasetId) -> Result<()> {
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        access::editable(&mut tx, viewer, dataset).await?;
        tx.require_writable().await?;
        tx.commit().await
    }

    /// Takes one file. A refusal of the file is an outcome; errors are about the dataset or about parts that are away.
    pub async fn accept_upload<S, E>(&self, viewer: &Viewer, dataset: DatasetId, name: &str, bytes: S) -> Result<UploadOutcome>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + Unpin,
        E: Into<Cause>,
    {
        self.check_upload(viewer, dataset).await?;
        let parsed = match DocumentName::parse(name) {
            Ok(parsed) => parsed,
            Err(error) => return Ok(refused(name, error.message)),
        };
        let id = DocumentId::new();
        let key = Path::from(format!("{}/{}", viewer.team_id, id));
        let most = self.services.team().max_upload_bytes(viewer).await?;
        let stored = match self.store(&parsed, key, most, bytes).await {
            Ok(stored) => stored,
            Err(Stop::Refused(sentence)) => return Ok(refused(name, sentence)),
            Err(Stop::Failed(error)) => return Err(error),
        };
        let outcome = self.register(viewer, dataset, id, &parsed, &stored).await;
        if !matches!(outcome, Ok(None)) {
            self.discard(&stored.key).await;
        }
        Ok(match outcome? {
            None => UploadOutcome { name: name.to_owned(), document_id: Some(id), refusal: None },
            Some(sentence) => refused(name, sentence),
        })
    }

    /// Streams the bytes to the store; nothing of them stays unless all of them are taken.
    async fn store<S, E>(&self, name: &DocumentName, key: Path, most: u64, mut bytes: S) -> Result<Stored, Stop>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + Unpin,
        E: Into<Cause>,
    {
        let mut writer = BufWriter::new(Arc::clone(&self.services.parts.objects), key.clone());
        let taken = match copy(name, most, &mut bytes, &mut writer).await {
            Ok(taken) => taken,
            Err(stop) => {
                if let Err(error) = writer.abort().await {
                    tracing::warn!(%error, %key, "the bytes of a refused upload could not be removed");
                }
                return Err(stop);
            }
        };
        writer.shutdown().await?;
        Ok(Stored { key, ..taken })
    }

    /// Writes row and job together, if the viewer is still signed in; a sentence when the same bytes are in the dataset already.
    async fn register(
        &self,
        viewer: &Viewer,
        dataset: DatasetId,
        id: DocumentId,
        name: &DocumentName,
        stored: &Stored,
    ) -> Result<Option<String>> {
        // The bytes may have taken minutes to come.
        if !self.services.identity().is_still_signed_in(viewer).await? {
            return Err(Error::SignedOut);
        }
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        // One upload of a dataset at a time gets past here, so that two copies of a file cannot both be the first.
        queries::lock(&mut tx, viewer, dataset).await?.ok_or(Error::NotFound)?;
        if let Some(other) = queries::find_same_bytes(&mut tx, dataset, &stored.sha256).await? {
            return Ok(Some(format!("“{name}” is already here as “{other}”: the two files are the same.")));
        }
        let row = NewDocumentRow {
            id,
            dataset_id: dataset,
            name,
            media_type: stored.format.media_type(),
            size_bytes: i64::try_from(stored.size_bytes).map_err(Error::internal)?,
            sha256: &stored.sha256,
            object_key: stored.key.as_ref(),
        };
        queries::insert_document(&mut tx, viewer, &row).await?;
        let payload = json!({ "user_id": viewer.user_id });
        let job = NewJob { team_id: viewer.team_id, kind: JobKind::ExtractDocument, subject_id: id.as_uuid(), payload };
        jobs::enqueue(&mut tx, job).await?;
        let details = Details { size_bytes: Some(stored.size_bytes), ..Details::default() };
        audit::record(&mut tx, viewer, Event::new(Action::DocumentUploaded, id.as_uuid(), name.as_str()).with(details)).await?;
        tx.commit().await?;
        Ok(None)
    }

    /// Removes bytes that no row speaks of.
    async fn discard(&self, key: &Path) {
        if let Err(error) = self.services.parts.objects.delete(key).await {
            tracing::warn!(%error, %key, "the bytes of a refused upload could not be removed");
        }
    }
}

/// Moves the bytes, refusing as early as possible; the key is filled in by the caller.
async fn copy<S, E>(name: &DocumentName, most: u64, bytes: &mut S, writer: &mut BufWriter) -> Result<Stored, Stop>
where
    S: Stream<Item = Result<Bytes, E>> + Send + Unpin,
    E: Into<Cause>,
{
    let mut hash = Sha256::new();
    let mut size_bytes: u64 = 0;
    let mut head = Vec::with_capacity(HEAD_BYTES);
    let mut format = None;
    while let Some(part) = bytes.next().await {
        let part = part.map_err(|_| Stop::Refused(format!("“{name}” did not arrive whole. Check your connection and upload it again.")))?;
        size_bytes += part.len() as u64;
        if size_bytes > most {
            return Err(Stop::Refused(format!(
                "“{name}” is larger than {}, the most one file can have here. Split it and upload the parts.",
                size(most)
            )));
        }
        hash.update(&part);
        if head.len() < HEAD_BYTES {
            head.extend_from_slice(&part[..part.len().min(HEAD_BYTES - head.len())]);
            if head.len() == HEAD_BYTES {
                format = Some(detect(name, &head)?);
            }
        }
        writer.put(part).await?;
    }
    let format = match format {
        Some(format) => format,
        None => detect(name, &head)?,
    };
    Ok(Stored { key: Path::default(), format, size_bytes, sha256: hash.finalize().to_vec() })
}

fn detect(name: &DocumentName, head: &[u8]) -> Result<Format, Stop> {
    Format::detect(name.as_str(), head).map_err(|failure| Stop::Refused(failure.to_string()))
}

fn refused(name: &str, sentence: String) -> UploadOutcome {
    UploadOutcome { name: name.to_owned(), document_id: None, refusal: Some(sentence) }
}

/// A number of bytes in words.
fn size(bytes: u64) -> String {
    const MB: u64 = 1024 * 1024;
    if bytes >= MB { format!("{} MB", bytes / MB) } else { format!("{bytes} bytes") }
}
