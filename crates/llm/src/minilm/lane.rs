//! One thread that computes, with a bounded queue in front of it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::network::Network;
use crate::LlmError;

/// Requests that may wait; further callers wait for a place without blocking a thread.
const WAITING: usize = 8;

type Vectors = Result<Vec<Vec<f32>>, LlmError>;

struct Job {
    texts: Vec<String>,
    reply: oneshot::Sender<Vectors>,
}

/// The sending side; the thread ends when the last one is gone.
#[derive(Debug, Clone)]
pub(super) struct Lane {
    jobs: mpsc::Sender<Job>,
}

impl Lane {
    /// Starts the thread.
    pub fn start(name: &str, network: Arc<Network>) -> Result<Self, LlmError> {
        let (jobs, queue) = mpsc::channel(WAITING);
        std::thread::Builder::new().name(name.to_owned()).spawn(move || work(queue, &network)).map_err(LlmError::local)?;
        Ok(Self { jobs })
    }

    /// Queues the texts and waits for their vectors. Dropping the future gives the work up.
    pub async fn embed(&self, texts: Vec<String>) -> Vectors {
        let (reply, vectors) = oneshot::channel();
        let stopped = || LlmError::local("the embedding thread has stopped");
        self.jobs.send(Job { texts, reply }).await.map_err(|_| stopped())?;
        vectors.await.unwrap_or_else(|_| Err(stopped()))
    }
}

fn work(mut queue: mpsc::Receiver<Job>, network: &Network) {
    while let Some(Job { texts, reply }) = queue.blocking_recv() {
        // A panic over one text must not take the model away from all others.
        let vectors = catch_unwind(AssertUnwindSafe(|| network.embed(&texts, || reply.is_closed())))
            .unwrap_or_else(|_| Err(LlmError::local("the embedding model panicked")));
        // The caller may have gone; then nobody wants the answer.
        let _ = reply.send(vectors);
    }
}
