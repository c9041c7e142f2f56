//! One job: claimed, run under its lease, finished. Next: `handlers`, what is run.

use super::{ClaimedJob, Jobs, handlers, queries};
use crate::{Error, Result, error};
use futures::FutureExt;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

/// How often the lease is renewed; it lasts 60 s, so that three renewals may fail.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Without a renewal for this long the lease is taken for lost, before anybody else can claim the job.
const LEASE_IS_DOUBTFUL: Duration = Duration::from_secs(50);

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All is done.
    Done,
    /// A part is done; the rest waits for its turn among the teams.
    Again,
}

enum End {
    Ran(Result<Outcome>),
    LeaseLost,
    Stopped,
}

impl Jobs<'_> {
    /// Runs everything that is due now, one job after the other, also what those jobs enqueue. How many ran. For tests and
    /// one-off commands; servers use [`Jobs::work`].
    pub async fn run_due_once(&self) -> Result<u32> {
        let mut runs = 0;
        while self.run_next(&CancellationToken::new()).await? {
            runs += 1;
        }
        Ok(runs)
    }

    /// Claims and runs one job; whether there was one.
    pub(super) async fn run_next(&self, stop: &CancellationToken) -> Result<bool> {
        let mut tx = self.services.parts.db.system_tx().await?;
        let claimed = queries::claim(&mut tx).await?;
        tx.commit().await?;
        let Some(job) = claimed else { return Ok(false) };
        if job.attempts > job.max_attempts {
            self.fail(&job, "its worker went away every time").await?;
            return Ok(true);
        }
        let span = tracing::info_span!("job", id = %job.id, kind = job.kind.as_str());
        self.run(&job, stop).instrument(span).await?;
        Ok(true)
    }

    async fn run(&self, job: &ClaimedJob, stop: &CancellationToken) -> Result<()> {
        let started = Instant::now();
        let end = tokio::select! {
            result = caught(handlers::run(self.services, job)) => End::Ran(result),
            () = self.until_lease_is_lost(job) => End::LeaseLost,
            () = stop.cancelled() => End::Stopped,
        };
        self.settle(job, end).await?;
        metrics::histogram!("lyceum_job_seconds", "kind" => job.kind.as_str()).record(started.elapsed());
        Ok(())
    }

    async fn until_lease_is_lost(&self, job: &ClaimedJob) {
        let mut renewed_at = Instant::now();
        loop {
            tokio::time::sleep(HEARTBEAT).await;
            match self.renew(job).await {
                Ok(true) => renewed_at = Instant::now(),
                Ok(false) => return,
                Err(error) => tracing::warn!(job = %job.id, %error, "a lease could not be renewed"),
            }
            if renewed_at.elapsed() > LEASE_IS_DOUBTFUL {
                return;
            }
        }
    }

    async fn renew(&self, job: &ClaimedJob) -> Result<bool> {
        let mut tx = self.services.parts.db.system_tx().await?;
        let is_ours = queries::extend_lease(&mut tx, job.id, job.fence).await?;
        tx.commit().await?;
        Ok(is_ours)
    }

    async fn settle(&self, job: &ClaimedJob, end: End) -> Result<()> {
        let outcome = match end {
            End::Ran(Ok(Outcome::Done)) => {
                let mut tx = self.services.parts.db.system_tx().await?;
                queries::finish(&mut tx, job.id, job.fence).await?;
                tx.commit().await?;
                "done"
            }
            End::Ran(Ok(Outcome::Again)) | End::Stopped => {
                let mut tx = self.services.parts.db.system_tx().await?;
                queries::release(&mut tx, job.id, job.fence).await?;
                tx.commit().await?;
                "given back"
            }
            End::Ran(Err(error)) => {
                let words = error::chain(&error);
                tracing::warn!(job = %job.id, kind = job.kind.as_str(), attempt = job.attempts, error = %words, "a job failed");
                self.fail(job, &words).await?;
                "failed"
            }
            End::LeaseLost => {
                tracing::warn!(job = %job.id, kind = job.kind.as_str(), "a job was given up: its lease is lost");
                "lost"
            }
        };
        tracing::debug!(outcome, "a job was run");
        metrics::counter!("lyceum_jobs_total", "kind" => job.kind.as_str(), "outcome" => outcome).increment(1);
        Ok(())
    }

    async fn fail(&self, job: &ClaimedJob, words: &str) -> Result<()> {
        let mut tx = self.services.parts.db.system_tx().await?;
        if queries::fail(&mut tx, job.id, job.fence, words).await? == Some(true) {
            tracing::error!(job = %job.id, kind = job.kind.as_str(), error = words, "a job is given up after its last attempt");
            handlers::bury(&mut tx, job).await?;
        }
        tx.commit().await
    }
}

/// Runs a handler; a panic is a failure like any other.
pub(super) async fn caught(handler: impl Future<Output = Result<Outcome>>) -> Result<Outcome> {
    AssertUnwindSafe(handler).catch_unwind().await.unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<&str>().map(ToString::to_string).or_else(|| panic.downcast_ref::<String>().cloned());
        // They may hold what people wrote, which the log must not: told in development alone, as by the log of panics itself.
        let words = words.filter(|_| cfg!(debug_assertions));
        Err(Error::internal(words.map_or_else(|| "panicked".to_owned(), |words| format!("panicked: {words}"))))
    })
}
