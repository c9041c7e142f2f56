//! The built-in embedding model: all-MiniLM-L6-v2, run in this process.
//!
//! Invariant: no async thread computes. Two threads of its own do, one for small requests (a question) and one
//! for large ones (documents), so that a question never waits behind a batch; they share one copy of the weights.
//! Next: `lane` for the queues, `network` for the mathematics.

mod lane;
mod network;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{OnceCell, oneshot};

use self::lane::Lane;
use self::network::Network;
use crate::{Embedder, LlmError};

/// Length of the vectors of all-MiniLM-L6-v2.
const DIMENSIONS: usize = 384;
/// Requests of at most this many bytes of text in all go to the lane of questions.
const SMALL_BYTES: usize = 4096;
/// The files of the model; all three are needed.
const FILES: [&str; 3] = ["model.safetensors", "tokenizer.json", "config.json"];

/// all-MiniLM-L6-v2: 384 dimensions, unit length, reads the first 256 tokens of a text. Cheap to clone.
#[derive(Debug, Clone)]
pub struct MiniLmEmbedder {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    lanes: OnceCell<Lanes>,
}

#[derive(Debug)]
struct Lanes {
    small: Lane,
    large: Lane,
}

impl MiniLmEmbedder {
    /// The model in `folder`, loaded at its first use; nothing is read or allocated before.
    pub fn lazy(folder: impl Into<PathBuf>) -> Self {
        Self { inner: Arc::new(Inner { folder: folder.into(), lanes: OnceCell::new() }) }
    }

    /// The model in `folder`, loaded now; takes about 0.1 s. Not for an async thread.
    pub fn load(folder: &Path) -> Result<Self, LlmError> {
        let lanes = Lanes::start(folder)?;
        Ok(Self { inner: Arc::new(Inner { folder: folder.to_owned(), lanes: OnceCell::new_with(Some(lanes)) }) })
    }

    /// Whether all files of the model are there. Reads no file.
    pub fn is_available(&self) -> bool {
        missing(&self.inner.folder).is_none()
    }

    /// Whether the weights are in memory.
    pub fn is_loaded(&self) -> bool {
        self.inner.lanes.initialized()
    }

    async fn lanes(&self) -> Result<&Lanes, LlmError> {
        let load = || async {
            let folder = self.inner.folder.clone();
            let (reply, lanes) = oneshot::channel();
            // A thread that ends with the loading: the allocator gives back what the file took when its thread is gone.
            let load = move || drop(reply.send(Lanes::start(&folder)));
            std::thread::Builder::new().name("embed-load".to_owned()).spawn(load).map_err(LlmError::local)?;
            lanes.await.map_err(LlmError::local)?
        };
        // A failed load is tried again at the next call: the files may have come in the meantime.
        self.inner.lanes.get_or_try_init(load).await
    }
}

impl Lanes {
    fn start(folder: &Path) -> Result<Self, LlmError> {
        if let Some(missing) = missing(folder) {
            return Err(LlmError::WeightsMissing { missing });
        }
        let network = Arc::new(Network::load(folder)?);
        Ok(Self { small: Lane::start("embed-small", Arc::clone(&network))?, large: Lane::start("embed-large", network)? })
    }
}

fn missing(folder: &Path) -> Option<PathBuf> {
    FILES.iter().map(|name| folder.join(name)).find(|path| !path.is_file())
}

#[async_trait]
impl Embedder for MiniLmEmbedder {
    fn dimensions(&self) -> usize {
        DIMENSIONS
    }

    async fn embed(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, LlmError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let lanes = self.lanes().await?;
        let is_small = texts.len() == 1 || texts.iter().map(String::len).sum::<usize>() <= SMALL_BYTES;
        let lane = if is_small { &lanes.small } else { &lanes.large };
        lane.embed(texts).await
    }
}
