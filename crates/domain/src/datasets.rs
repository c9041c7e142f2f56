//! Datasets: sets of documents that are searched together.

use crate::words::words;
use crate::{ChunkId, DatasetId, DocumentId, ModelId, PageText};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

words! {
    /// Who may see something.
    Visibility {
        /// Only the person who made it, and those it is shared with.
        Private = "Private",
        /// Everybody in the team.
        Team = "Team",
        /// Everybody on this installation.
        Company = "Company",
    }
}

words! {
    /// Where a document is on its way to being searchable.
    DocumentStatus {
        /// Waits for a worker.
        Queued = "Queued",
        /// Its text is being read.
        Extracting = "Extracting",
        /// Searchable by words; vectors are being made.
        Embedding = "Embedding",
        /// Searchable by words and meaning.
        Ready = "Ready",
        /// Could not be read; the failure says why.
        Failed = "Failed",
    }
}

impl DocumentStatus {
    /// Whether work goes on, so that a screen keeps looking.
    pub const fn is_moving(self) -> bool {
        matches!(self, Self::Queued | Self::Extracting | Self::Embedding)
    }
}

/// A dataset as lists and pickers show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetSummary {
    /// The dataset.
    pub id: DatasetId,
    /// Unique in its team.
    pub name: String,
    /// What it holds.
    pub description: String,
    /// Who may see it.
    pub visibility: Visibility,
    /// How many documents.
    pub document_count: u32,
    /// How many of them failed.
    pub failed_count: u32,
    /// How many are still being worked on.
    pub moving_count: u32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Whether the viewer may change it.
    pub is_editable: bool,
    /// With how many people and groups it is shared; counts while it is private.
    pub share_count: u32,
}

/// A dataset as its own page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetDetail {
    /// What lists show.
    pub summary: DatasetSummary,
    /// The embedding model's name, or none: then search is by words only.
    pub embedding_model: Option<String>,
    /// Why search is by words only, in a sentence.
    pub search_notice: Option<String>,
    /// The largest file it takes, in bytes.
    pub max_upload_bytes: u64,
    /// Whether it is the viewer's to share, to open to others and to delete.
    pub is_shareable: bool,
}

/// What "New dataset" sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewDataset {
    /// Unique in its team.
    pub name: String,
    /// What it holds.
    pub description: String,
    /// Who may see it.
    pub visibility: Visibility,
    /// Which model makes its vectors; none takes the default.
    pub embedding_model_id: Option<ModelId>,
}

/// What the settings of a dataset send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasetPatch {
    /// Unique in its team.
    pub name: String,
    /// What it holds.
    pub description: String,
    /// Who may see it.
    pub visibility: Visibility,
}

/// One row of the table "Documents".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentSummary {
    /// The document.
    pub id: DocumentId,
    /// Its file name.
    pub name: String,
    /// Size of the file in bytes.
    pub size_bytes: u64,
    /// Where it is on its way.
    pub status: DocumentStatus,
    /// Why it failed, and what to do.
    pub failure: Option<String>,
    /// What may be missing in a document that was read.
    pub notice: Option<String>,
    /// Pages found; none before extraction.
    pub page_count: Option<u32>,
    /// Passages found.
    pub chunk_count: u32,
    /// Passages that have a vector.
    pub embedded_count: u32,
    /// When it was uploaded.
    pub created_at: DateTime<Utc>,
}

/// What one file of an upload became.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadOutcome {
    /// The file's name as sent.
    pub name: String,
    /// The document, when it was taken.
    pub document_id: Option<DocumentId>,
    /// Why it was refused, in a sentence.
    pub refusal: Option<String>,
}

/// A passage found by search, with how it was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RankedChunk {
    /// The passage.
    pub chunk_id: ChunkId,
    /// Its document.
    pub document_id: DocumentId,
    /// Its dataset.
    pub dataset_id: DatasetId,
    /// The document's file name.
    pub document_name: String,
    /// First page it stands on; none when the file has no pages.
    pub page: Option<u32>,
    /// Headings above it.
    pub heading: Option<String>,
    /// The text.
    pub text: String,
    /// Place among the full-text hits, from 1.
    pub text_rank: Option<u32>,
    /// Place among the nearest vectors, from 1.
    pub vector_rank: Option<u32>,
    /// Reciprocal rank fusion: the sum of 1 / (60 + rank).
    pub score: f64,
}

/// What "Test a question" shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SearchResult {
    /// Best first.
    pub chunks: Vec<RankedChunk>,
    /// Why only words were searched, in a sentence.
    pub notice: Option<String>,
}

/// A page of a document with the passage that a citation points at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourcePage {
    /// The document.
    pub document_id: DocumentId,
    /// Its file name.
    pub document_name: String,
    /// Whether page numbers mean anything for this file.
    pub is_paginated: bool,
    /// How many pages it has.
    pub page_count: u32,
    /// The page.
    pub page: PageText,
    /// The passage inside the page's text: first character and the one after the last, counted in characters.
    pub mark: Option<(u32, u32)>,
    /// Whether the file is a PDF that a viewer can draw.
    pub is_pdf: bool,
}
