//! Runtime: what this server is writing right now.
//!
//! The invariant: a run is in the map from before its task starts until its last event is in its log.

use super::live::{Cut, Live};
use super::{MOST_RUNNING, RETRY_AFTER_S};
use crate::{Error, Result};
use domain::GenerationId;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, broadcast};
use tokio_util::task::TaskTracker;

/// How many hints a slow follower may miss; it polls anyway.
const HINTS_KEPT: usize = 1024;

/// What this server is writing right now, and who wants to hear of it.
pub(crate) struct Runtime {
    tasks: TaskTracker,
    seats: Arc<Semaphore>,
    live: Mutex<HashMap<GenerationId, Arc<Live>>>,
    hints: broadcast::Sender<GenerationId>,
    fresh: Mutex<HashSet<GenerationId>>,
    has_fresh: Notify,
}

/// The right to write one answer on this server.
pub(super) struct Seat(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

impl Runtime {
    pub(crate) fn new() -> Self {
        Self {
            tasks: TaskTracker::new(),
            seats: Arc::new(Semaphore::new(MOST_RUNNING)),
            live: Mutex::default(),
            hints: broadcast::channel(HINTS_KEPT).0,
            fresh: Mutex::default(),
            has_fresh: Notify::new(),
        }
    }

    /// A seat for one more answer, or when to come back.
    pub(super) fn seat(&self) -> Result<Seat> {
        if self.tasks.is_closed() {
            return Err(Error::Busy { retry_after_s: RETRY_AFTER_S });
        }
        let permit = Arc::clone(&self.seats).try_acquire_owned().map_err(|_| Error::Busy { retry_after_s: RETRY_AFTER_S })?;
        Ok(Seat(permit))
    }

    /// Runs a task of the server that outlives the request.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    fn map(&self) -> MutexGuard<'_, HashMap<GenerationId, Arc<Live>>> {
        self.live.lock().expect("nothing panics while holding the map")
    }

    pub(super) fn enter(&self, id: GenerationId, live: Arc<Live>) {
        self.map().insert(id, live);
    }

    pub(super) fn leave(&self, id: GenerationId) {
        self.map().remove(&id);
    }

    /// The run of this id, when this server writes it.
    pub(super) fn live(&self, id: GenerationId) -> Option<Arc<Live>> {
        self.map().get(&id).cloned()
    }

    /// The ids of everything this server writes.
    pub(super) fn running(&self) -> Vec<GenerationId> {
        self.map().keys().copied().collect()
    }

    /// Ends the run of this id for a reason, when this server writes it.
    pub(super) fn cut(&self, id: GenerationId, reason: Cut) {
        if let Some(live) = self.live(id) {
            live.cut(reason);
        }
    }

    /// Passes a hint on to those who follow from the table.
    pub(super) fn hint(&self, id: GenerationId) {
        // Nobody listening is fine.
        let _ = self.hints.send(id);
    }

    pub(super) fn hints(&self) -> broadcast::Receiver<GenerationId> {
        self.hints.subscribe()
    }

    /// Notes that other servers should look at a run; told to them in bundles, off the path of the run.
    pub(super) fn note_fresh(&self, id: GenerationId) {
        self.fresh.lock().expect("nothing panics while holding the set").insert(id);
        self.has_fresh.notify_one();
    }

    /// Waits until there is something to tell, then takes all of it.
    pub(super) async fn take_fresh(&self) -> Vec<GenerationId> {
        self.has_fresh.notified().await;
        std::mem::take(&mut *self.fresh.lock().expect("nothing panics while holding the set")).into_iter().collect()
    }

    /// Takes no more work and waits for what runs; what is not done by `patience` is cut and waited for as long again.
    pub(super) async fn close(&self, patience: Duration) {
        self.tasks.close();
        if tokio::time::timeout(patience, self.tasks.wait()).await.is_ok() {
            return;
        }
        for live in self.map().values() {
            live.cut(Cut::Leaving);
        }
        if tokio::time::timeout(patience, self.tasks.wait()).await.is_err() {
            tracing::warn!("answers were still being written; the sweeper of another server ends them");
        }
    }
}
