//! Stopping: one switch that everything long-lived watches.
//!
//! The invariant: the first SIGTERM or SIGINT asks everything to finish, the second does not wait any longer. Next:
//! [`crate::serve`], which drains connections; streams hold the token and end with `event: reconnect`.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// The switch; clones are the same switch.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    requested: CancellationToken,
    forced: CancellationToken,
}

impl Shutdown {
    /// A switch that SIGTERM and SIGINT turn.
    pub fn on_signals() -> std::io::Result<Self> {
        let shutdown = Self::default();
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let turned = shutdown.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                turned.request();
            }
        });
        Ok(shutdown)
    }

    /// Asks everything to finish; asked again, nothing waits any longer.
    pub fn request(&self) {
        if self.requested.is_cancelled() {
            tracing::warn!("asked twice: stopping without waiting");
            self.forced.cancel();
        } else {
            tracing::info!("stopping");
            self.requested.cancel();
        }
    }

    /// Cancelled once stopping has been asked for. For streams, workers and sweepers.
    pub fn token(&self) -> CancellationToken {
        self.requested.clone()
    }

    /// Whether stopping has been asked for.
    pub fn is_requested(&self) -> bool {
        self.requested.is_cancelled()
    }

    /// Waits until it has been asked for twice.
    pub async fn forced(&self) {
        self.forced.cancelled().await;
    }
}

#[cfg(test)]
mod tests {
    use super::Shutdown;

    #[tokio::test]
    async fn the_second_request_does_not_wait() {
        let shutdown = Shutdown::default();
        shutdown.request();
        assert!(shutdown.is_requested() && !shutdown.forced.is_cancelled());
        shutdown.clone().request();
        shutdown.forced().await;
    }
}
