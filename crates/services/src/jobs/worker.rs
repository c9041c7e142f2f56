//! The worker loop of a server. It wakes by `NOTIFY` and looks by itself every 2 s, so a lost notification costs 2 s.

use super::{CHANNEL, Jobs};
use sqlx::postgres::PgListener;
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Jobs at once per server: one reads a document in a child process while the other makes vectors.
const CONCURRENCY: usize = 2;
/// How often a worker looks without being told to.
const POLL: Duration = Duration::from_secs(2);

impl Jobs<'_> {
    /// Works until told to stop; running jobs are given back then.
    pub async fn work(&self, stop: CancellationToken) {
        let (bell, rung) = watch::channel(());
        let workers = futures::future::join_all((0..CONCURRENCY).map(|_| self.run_jobs(rung.clone(), &stop)));
        tokio::select! {
            _ = workers => {}
            () = self.listen(bell) => {}
        }
    }

    async fn run_jobs(&self, mut rung: watch::Receiver<()>, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            rung.mark_unchanged();
            let has_run = self.run_next(stop).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "no job could be claimed");
                false
            });
            if !has_run {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = tokio::time::sleep(POLL) => {}
                    Ok(()) = rung.changed() => {}
                }
            }
        }
    }

    /// Rings the bell for every notification, for as long as it is polled; connects again when the connection breaks.
    async fn listen(&self, bell: watch::Sender<()>) {
        let pool = self.services.parts.db.for_listening();
        loop {
            if let Err(error) = ring(&pool, &bell).await {
                tracing::debug!(%error, "not listening for jobs, looking every 2 s");
            }
            tokio::time::sleep(POLL).await;
        }
    }
}

async fn ring(pool: &sqlx::PgPool, bell: &watch::Sender<()>) -> sqlx::Result<()> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        // None is a connection that broke and was made anew: something may have been missed.
        listener.try_recv().await?;
        bell.send_replace(());
    }
}
