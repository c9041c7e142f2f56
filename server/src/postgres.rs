//! The embedded Postgres: a process of its own, started and stopped with the server, its data below the data folder.
//!
//! The invariants: one Lyceum per data folder (a lock file says so); nobody but this program's user gets in (a Unix
//! socket in a closed folder, and a random password); a killed server leaves nothing that hinders the next start.
//! Next: [`cluster`] for the data folder, [`process`] for the running program, [`account`] for who runs it.

mod account;
mod cluster;
mod process;

use account::Account;
use cluster::Cluster;
use process::Postmaster;
use secrecy::SecretString;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// First and longest pause before a Postgres that died is started again.
const RESTART_PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(5)];

/// Why the embedded Postgres cannot be used, in sentences for the administrator.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// Nothing to run.
    #[error("There is no Postgres at {0}. Run `make setup`, or set LYCEUM_POSTGRES_DIR, or set DATABASE_URL to a Postgres of your own.")]
    NoProgram(PathBuf),
    /// Postgres runs as another user than root, who cannot get at its programs.
    #[error(
        "Lyceum runs as root and starts Postgres as the user nobody, who cannot reach {0}. Put Postgres where everybody can read it and set LYCEUM_POSTGRES_DIR."
    )]
    ProgramOutOfReach(PathBuf),
    /// Somebody else has the folder.
    #[error("Another Lyceum is running on the data folder {0}.")]
    InUse(PathBuf),
    /// The folder is of another major version.
    #[error(
        "The data in {folder} was written by Postgres {found}, and this is Postgres {ours}. Dump it with the old version and restore it with the new one."
    )]
    Version {
        /// Where the data is.
        folder: PathBuf,
        /// Who wrote it.
        found: String,
        /// Who would read it.
        ours: String,
    },
    /// The path does not fit into a socket's address, and this system has no way round it.
    #[error("The path of the data folder {0} is too long for a socket. Choose a shorter LYCEUM_DATA_DIR.")]
    PathTooLong(PathBuf),
    /// It could not make its folder or did not start; what it said.
    #[error("Postgres did not start: {0}")]
    Failed(String),
    /// A file or process could not be handled.
    #[error("{0}: {1}")]
    Io(String, #[source] std::io::Error),
}

/// A running Postgres; started again when it dies, until [`Embedded::stop`].
#[derive(Debug)]
pub struct Embedded {
    url: SecretString,
    stop: CancellationToken,
    supervisor: JoinHandle<()>,
}

impl Embedded {
    /// Starts Postgres on `<data_dir>/postgres` with the programs in `bin`, and returns once it takes connections.
    /// The first start makes the folder; a Postgres left over by a killed server is stopped first.
    pub async fn start(bin: &Path, data_dir: &Path) -> Result<Self, PostgresError> {
        let cluster = Cluster::open(bin, data_dir, Account::of_this_process()).await?;
        process::stop_leftover(&cluster).await?;
        let postmaster = Postmaster::start(&cluster).await?;
        let url = cluster.url()?;
        let stop = CancellationToken::new();
        let supervisor = tokio::spawn(supervise(cluster, postmaster, stop.clone()));
        Ok(Self { url, stop, supervisor })
    }

    /// How to connect, as its superuser. Valid until it is stopped, across restarts.
    pub fn url(&self) -> &SecretString {
        &self.url
    }

    /// Stops it: connections are cut, everything is written.
    pub async fn stop(self) {
        self.stop.cancel();
        // A panic in the supervisor was logged when it happened.
        let _ = self.supervisor.await;
    }
}

/// The address of the Postgres that a running server has started on this data folder; for other commands.
pub fn url_of_running(bin: &Path, data_dir: &Path) -> Result<SecretString, PostgresError> {
    Cluster::of_another_process(bin, data_dir, Account::of_this_process()).url()
}

/// Restarts what dies, with growing pauses, until asked to stop.
async fn supervise(cluster: Cluster, mut postmaster: Postmaster, stop: CancellationToken) {
    loop {
        tokio::select! {
            ended = postmaster.ended() => tracing::error!(ended, "Postgres ended and is started again"),
            () = stop.cancelled() => return postmaster.stop().await,
        }
        let [mut pause, longest] = RESTART_PAUSES;
        postmaster = loop {
            match Postmaster::start(&cluster).await {
                Ok(postmaster) => break postmaster,
                Err(error) => tracing::error!(%error, "Postgres cannot be started again yet"),
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => pause = (pause * 2).min(longest),
                () = stop.cancelled() => return,
            }
        };
    }
}

#[cfg(test)]
mod tests;
