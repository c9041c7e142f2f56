//! Hybrid search: by words and by meaning, over what the viewer may read.
//!
//! The invariant: rights are decided inside the one SQL function that may look past row-level security; it takes the team
//! and the person from the transaction, never from a parameter. No connection is held while a question is embedded.
//!
//! [`Search::hybrid`] for answers (what is not readable is left out) · [`Search::search_dataset`] for the dataset's page
//! SQL function `search_chunks` in migrations: full text and vectors, each 100 deep, fused by reciprocal rank (k = 60)

mod queries;
#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests look at rows that the code has no query for")]
mod tests;

use crate::{Error, Result, Services, TeamTx, Viewer, audit};
use domain::audit::Action;
use domain::datasets::{RankedChunk, SearchResult};
use domain::{DatasetId, DocumentId, ModelId, Permission};
use pgvector::Vector;
use std::collections::BTreeMap;

/// Longest part of a question that is searched for, in characters: the rest of a pasted page says nothing new.
const QUESTION_CHARS: usize = 4_000;

/// Hybrid search.
pub struct Search<'a> {
    pub(crate) services: &'a Services,
}

/// The datasets that share an embedding model, and the question as that model sees it.
struct Group {
    datasets: Vec<DatasetId>,
    vector: Option<Vector>,
}

impl Search<'_> {
    /// The passages that fit a question best, best first, at most `limit`. Datasets the viewer may not read are left out.
    /// Where the question cannot be embedded, words alone are searched and the notice says why.
    pub async fn hybrid(&self, viewer: &Viewer, datasets: &[DatasetId], question: &str, limit: u32) -> Result<SearchResult> {
        let question: String = question.chars().filter(|character| *character != '\0').take(QUESTION_CHARS).collect();
        if !viewer.may(Permission::ViewDatasets) || question.trim().is_empty() {
            return Ok(SearchResult { chunks: Vec::new(), notice: None });
        }
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let models = queries::embedding_models(&mut tx, datasets).await?;
        tx.commit().await?;
        let (groups, notice) = self.embed(models, &question).await;
        let mut tx = self.services.parts.db.opening_tx(viewer).await?;
        let mut chunks: Vec<RankedChunk> = Vec::new();
        for group in groups {
            chunks.extend(queries::search(&mut tx, &group.datasets, &question, group.vector, limit).await?);
        }
        chunks.sort_by(|a, b| b.score.total_cmp(&a.score));
        chunks.truncate(limit as usize);
        if viewer.seen_by.is_some() {
            record_found(tx, viewer, &chunks).await?;
        }
        Ok(SearchResult { chunks, notice })
    }

    /// [`Search::hybrid`] over one dataset; one that the viewer may not see is not found.
    pub async fn search_dataset(&self, viewer: &Viewer, dataset: DatasetId, question: &str, limit: u32) -> Result<SearchResult> {
        self.services.datasets().check_visible(viewer, dataset).await?;
        self.hybrid(viewer, &[dataset], question, limit).await
    }

    /// One group per embedding model; the notice of the first that cannot be used.
    async fn embed(&self, models: Vec<(Option<ModelId>, Vec<DatasetId>)>, question: &str) -> (Vec<Group>, Option<String>) {
        let mut groups = Vec::with_capacity(models.len());
        let mut notice = None;
        for (model, datasets) in models {
            let vector = match self.question_vector(model, question).await {
                Ok(vector) => Some(vector),
                Err(sentence) => {
                    notice.get_or_insert(sentence);
                    None
                }
            };
            groups.push(Group { datasets, vector });
        }
        (groups, notice)
    }

    /// The question as the model sees it, or a sentence why not.
    async fn question_vector(&self, model: Option<ModelId>, question: &str) -> Result<Vector, String> {
        let models = self.services.models();
        let trouble = models.embedding_trouble(model).await;
        let (Some(model), None) = (model, &trouble) else {
            return Err(trouble.unwrap_or_else(|| "No embedding model is set, so search is by words only.".to_owned()));
        };
        let resolved = models.embedder(model).await.map_err(|error| match error {
            Error::Conflict(sentence) => format!("Search is by words only. {sentence}"),
            error => {
                tracing::warn!(%error, "an embedding model could not be resolved");
                "Search is by words only: the embedding model cannot be reached at the moment.".to_owned()
            }
        })?;
        match resolved.embedder.embed(vec![question.to_owned()]).await {
            Ok(mut vectors) if vectors.len() == 1 && vectors[0].len() == resolved.dimensions as usize => {
                Ok(Vector::from(vectors.swap_remove(0)))
            }
            Ok(_) => Err("Search is by words only: the embedding model answered with something else than a vector.".to_owned()),
            Err(error) => {
                tracing::warn!(error = error.for_log(), "a question could not be embedded");
                Err(format!("Search is by words only. {}", error.sentence()))
            }
        }
    }
}

/// Tells of every document of which a view shows passages.
async fn record_found(tx: TeamTx, viewer: &Viewer, chunks: &[RankedChunk]) -> Result<()> {
    let documents: BTreeMap<DocumentId, &str> = chunks.iter().map(|chunk| (chunk.document_id, chunk.document_name.as_str())).collect();
    let opened: Vec<_> = documents.into_iter().map(|(id, name)| (Action::DocumentOpenedInView, id.as_uuid(), name)).collect();
    audit::record_opened(tx, viewer, &opened).await
}
