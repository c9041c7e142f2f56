//! The running Postgres: start, wait until it takes connections, stop.
//!
//! The invariant: a Postgres is told from a stranger with the same process id by its working folder, so that no
//! stranger is ever signalled. It has a process group of its own: Ctrl-C reaches this program alone, which then stops
//! it after everything else. Next: [`super::supervise`].

use super::PostgresError;
use super::account::Reach;
use super::cluster::{Cluster, io};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Child;
use tokio::time::Instant;

/// How often the state of a starting or stopping Postgres is looked at: it decides how soon we are ready.
const LOOK: Duration = Duration::from_millis(2);

/// Longest wait for a start. After a crash it first replays its log, which may take minutes.
const START: Duration = Duration::from_mins(5);

/// Longest wait for a polite end, then for a rude one.
const STOP: Duration = Duration::from_secs(6);

/// How long a start that fails is repeated: processes of a killed Postgres need a moment to notice and leave.
const CLEAR_UP: Duration = Duration::from_secs(5);

/// Its log is moved away when it is larger, in bytes.
const LOG_LIMIT: u64 = 16 * 1024 * 1024;

/// A Postgres that takes connections.
#[derive(Debug)]
pub(super) struct Postmaster {
    child: Child,
    /// Processes it starts name the folder by this.
    _reach: Reach,
}

impl Postmaster {
    /// Starts it and waits until it takes connections.
    pub(super) async fn start(cluster: &Cluster) -> Result<Self, PostgresError> {
        let deadline = Instant::now() + CLEAR_UP;
        loop {
            let mut postmaster = Self::spawn(cluster)?;
            match postmaster.wait_until_ready(cluster).await {
                Err(_) if Instant::now() < deadline && cluster.folder.join("postmaster.pid").exists() => {
                    tokio::time::sleep(LOOK * 50).await;
                }
                Err(error) => return Err(error),
                Ok(()) => return Ok(postmaster),
            }
        }
    }

    fn spawn(cluster: &Cluster) -> Result<Self, PostgresError> {
        if std::fs::metadata(&cluster.log).is_ok_and(|log| log.len() > LOG_LIMIT) {
            std::fs::rename(&cluster.log, cluster.log.with_extension("log.1")).map_err(io(&cluster.log))?;
        }
        let log = OpenOptions::new().append(true).create(true).mode(0o600).open(&cluster.log).map_err(io(&cluster.log))?;
        let reach = cluster.account.reach(&cluster.folder).map_err(io(&cluster.folder))?;
        let program = cluster.bin.join("postgres");
        let mut command = cluster.account.command(&program);
        command.arg("-D").arg(reach.path());
        // The socket is in the data folder (its working folder), which nobody else may enter.
        for setting in ["listen_addresses=", "port=5432", "unix_socket_directories=.", "unix_socket_permissions=0700"] {
            command.args(["-c", setting]);
        }
        command.current_dir("/").process_group(0).stdin(Stdio::null());
        command.stdout(log.try_clone().map_err(io(&cluster.log))?).stderr(log);
        // Nothing of our configuration is its business.
        command.env_clear().env("PATH", "/usr/bin:/bin").env("TZ", "UTC");
        let child = command.spawn().map_err(io(&program))?;
        Ok(Self { child, _reach: reach })
    }

    /// Postgres writes its state into the last line of `postmaster.pid`.
    async fn wait_until_ready(&mut self, cluster: &Cluster) -> Result<(), PostgresError> {
        let deadline = Instant::now() + START;
        loop {
            if let Some(status) = self.child.try_wait().map_err(io(&cluster.folder))? {
                return Err(PostgresError::Failed(format!("it ended with {status}; it said:\n{}", end_of(&cluster.log))));
            }
            let ours = |pid_file: &PidFile| Some(pid_file.pid) == self.child.id();
            if PidFile::read(&cluster.folder).is_some_and(|pid_file| ours(&pid_file) && pid_file.is_ready) {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(PostgresError::Failed(format!("it takes too long; it said:\n{}", end_of(&cluster.log))));
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Waits until it ends by itself, and says how.
    pub(super) async fn ended(&mut self) -> String {
        self.child.wait().await.map_or_else(|error| error.to_string(), |status| status.to_string())
    }

    /// Ends it: connections are cut and everything is written; what takes too long is cut short and repaired at the
    /// next start.
    pub(super) async fn stop(mut self) {
        for signal in [Signal::SIGINT, Signal::SIGQUIT] {
            if let Some(pid) = self.child.id() {
                send(pid, signal);
            }
            if tokio::time::timeout(STOP, self.child.wait()).await.is_ok() {
                return;
            }
        }
        tracing::error!("Postgres does not stop; left to itself");
    }
}

/// Stops a Postgres that a killed server left behind on this folder.
pub(super) async fn stop_leftover(cluster: &Cluster) -> Result<(), PostgresError> {
    let Some(left) = PidFile::read(&cluster.folder) else { return Ok(()) };
    if !is_alive(left.pid) {
        // Postgres itself checks that none of its processes is left, and then replaces the file.
        return Ok(());
    }
    if !works_in(left.pid, &cluster.folder) {
        // The number now belongs to somebody else, which Postgres would take for its own kind.
        let path = cluster.folder.join("postmaster.pid");
        return std::fs::remove_file(&path).map_err(io(&path));
    }
    tracing::warn!(pid = left.pid, "stopping a Postgres that an earlier server left behind");
    for signal in [Signal::SIGINT, Signal::SIGQUIT] {
        send(left.pid, signal);
        let deadline = Instant::now() + STOP;
        while Instant::now() < deadline {
            if !is_alive(left.pid) || !works_in(left.pid, &cluster.folder) {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
    }
    Err(PostgresError::Failed(format!("process {}, left behind on {}, does not stop", left.pid, cluster.folder.display())))
}

/// What `postmaster.pid` says.
struct PidFile {
    pid: u32,
    is_ready: bool,
}

impl PidFile {
    fn read(folder: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(folder.join("postmaster.pid")).ok()?;
        let mut lines = text.lines();
        let pid = lines.next()?.trim().parse().ok()?;
        Some(Self { pid, is_ready: lines.nth(6).is_some_and(|state| state.trim() == "ready") })
    }
}

fn send(pid: u32, signal: Signal) {
    // A process that is gone needs no signal.
    let _ = i32::try_from(pid).map(|pid| kill(Pid::from_raw(pid), signal));
}

fn is_alive(pid: u32) -> bool {
    i32::try_from(pid).is_ok_and(|pid| kill(Pid::from_raw(pid), None::<Signal>) != Err(nix::errno::Errno::ESRCH))
}

/// Whether the process is the Postgres of this folder. Where the system does not tell, the pid file is believed.
fn works_in(pid: u32, folder: &Path) -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    std::fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|working_folder| working_folder == folder)
}

/// The last lines of the log.
fn end_of(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}
