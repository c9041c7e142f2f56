//! Live: one run as followers on the same server see it, without asking the database.
//!
//! The invariant: an event is in this log only after it was committed; the event with number n stands at index n − 1.

use crate::Viewer;
use domain::{TeamId, UserId};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::watch;

/// Why a run ends before the model is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// The person pressed Stop.
    Stopped,
    /// This server is going away.
    Leaving,
    /// Somebody else holds the fence; nothing more may be written.
    Lost,
}

/// How far the log is.
#[derive(Clone, Copy, Default)]
struct Progress {
    count: usize,
    is_closed: bool,
}

/// The log of one run and the switch that ends it.
pub(super) struct Live {
    team: TeamId,
    person: UserId,
    events: Mutex<Vec<Arc<str>>>,
    progress: watch::Sender<Progress>,
    cut: watch::Sender<Option<Cut>>,
}

impl Live {
    pub fn new(viewer: &Viewer) -> Self {
        Self {
            team: viewer.team_id,
            person: viewer.user_id,
            events: Mutex::default(),
            progress: watch::Sender::default(),
            cut: watch::Sender::new(None),
        }
    }

    /// Whether the run is this viewer's.
    pub fn belongs_to(&self, viewer: &Viewer) -> bool {
        self.person == viewer.user_id && self.team == viewer.team_id
    }

    fn log(&self) -> MutexGuard<'_, Vec<Arc<str>>> {
        self.events.lock().expect("nothing panics while holding the log")
    }

    /// Shows committed events to the followers.
    pub fn publish(&self, payloads: impl IntoIterator<Item = String>) {
        let count = {
            let mut log = self.log();
            log.extend(payloads.into_iter().map(Arc::from));
            log.len()
        };
        self.progress.send_modify(|progress| progress.count = count);
    }

    /// Nothing more will be published.
    pub fn close(&self) {
        self.progress.send_modify(|progress| progress.is_closed = true);
    }

    /// Events after number `after`, waiting for one if there is none; none at all once the log is closed.
    pub async fn after(&self, after: usize) -> Vec<Arc<str>> {
        let mut progress = self.progress.subscribe();
        // The sender is part of self, so waiting cannot fail while self is borrowed.
        let _ = progress.wait_for(|progress| progress.count > after || progress.is_closed).await;
        self.log().get(after..).map(<[Arc<str>]>::to_vec).unwrap_or_default()
    }

    /// Ends the run; the first reason counts.
    pub fn cut(&self, reason: Cut) {
        self.cut.send_if_modified(|cut| cut.is_none() && cut.replace(reason).is_none());
    }

    /// Waits until the run is to end, and why.
    pub async fn is_cut(&self) -> Cut {
        let mut cut = self.cut.subscribe();
        let reason = cut.wait_for(Option::is_some).await.expect("the sender is part of self");
        reason.expect("waited for a reason")
    }
}
