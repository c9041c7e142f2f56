//! The data folder of the embedded Postgres: made on the first start, locked while in use.
//!
//! The invariant: `<data>/postgres` is complete or not there (it is made beside and renamed), and only the holder of
//! `<data>/lock` touches it. Next: [`super::process`].

use super::PostgresError;
use super::account::{Account, Reach};
use rand::TryRngCore;
use secrecy::SecretString;
use std::fmt::Write as _;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The superuser of the embedded Postgres.
const USER: &str = "lyceum";

/// Longest path of a socket that every system takes, without the file's name.
const LONGEST_SOCKET_FOLDER: usize = 90;

/// Written into `postgresql.conf` on the first start; the administrator may change them there.
const FIRST_SETTINGS: [&str; 12] = [
    "shared_buffers=64MB",
    "max_connections=60",
    "maintenance_work_mem=128MB",
    "wal_compression=on",
    // One round is enough for a random password of 256 bits, and connecting stays quick.
    "scram_iterations=1",
    "log_checkpoints=off",
    "log_min_messages=warning",
    // The details of an error hold values of rows.
    "log_error_verbosity=terse",
    "log_line_prefix=%m [%p] ",
    "timezone=UTC",
    "log_timezone=UTC",
    "max_wal_size=512MB",
];

/// A data folder that this process may use.
#[derive(Clone, Debug)]
pub(super) struct Cluster {
    /// Folder of the programs.
    pub(super) bin: PathBuf,
    /// The data folder of Postgres; absolute.
    pub(super) folder: PathBuf,
    /// Where Postgres writes what it has to say.
    pub(super) log: PathBuf,
    /// Who runs it.
    pub(super) account: Account,
    password: PathBuf,
    /// Stands in for a path too long for a socket.
    short_name: Option<Arc<OwnedFd>>,
    /// Held, not read: the lock ends with it.
    _lock: Option<Arc<File>>,
}

impl Cluster {
    /// Locks the data folder and makes what is missing in it.
    pub(super) async fn open(bin: &Path, data_dir: &Path, account: Account) -> Result<Self, PostgresError> {
        let program = bin.join("postgres").canonicalize().map_err(|_| PostgresError::NoProgram(bin.to_owned()))?;
        if !account.can_walk_to(&program) {
            return Err(PostgresError::ProgramOutOfReach(program));
        }
        let lock = lock(data_dir)?;
        let mut cluster = Self { _lock: Some(Arc::new(lock)), ..Self::of_another_process(bin, data_dir, account) };
        if cluster.folder.join("PG_VERSION").exists() {
            cluster.check_version(&program).await?;
        } else {
            cluster.make(data_dir).await?;
        }
        if cluster.folder.as_os_str().len() > LONGEST_SOCKET_FOLDER {
            cluster.short_name = Some(Arc::new(open_folder(&cluster.folder)?));
        }
        Ok(cluster)
    }

    /// The folder as it is, without a lock: to connect to what another process runs.
    pub(super) fn of_another_process(bin: &Path, data_dir: &Path, account: Account) -> Self {
        Self {
            bin: bin.to_owned(),
            folder: data_dir.join("postgres"),
            log: data_dir.join("postgres.log"),
            password: data_dir.join("postgres_password"),
            account,
            short_name: None,
            _lock: None,
        }
    }

    /// How to connect as the superuser.
    pub(super) fn url(&self) -> Result<SecretString, PostgresError> {
        let password = std::fs::read_to_string(&self.password).map_err(io(&self.password))?;
        let folder = match &self.short_name {
            Some(name) if cfg!(target_os = "linux") => PathBuf::from(format!("/proc/self/fd/{}", name.as_raw_fd())),
            Some(_) => return Err(PostgresError::PathTooLong(self.folder.clone())),
            None => self.folder.clone(),
        };
        let host = percent_encoded(folder.as_os_str().as_encoded_bytes());
        Ok(SecretString::from(format!("postgres://{USER}:{}@localhost/postgres?host={host}", password.trim())))
    }

    /// Runs `initdb` in a folder beside, and renames it when it is complete.
    async fn make(&self, data_dir: &Path) -> Result<(), PostgresError> {
        tracing::info!(folder = %self.folder.display(), "making the database (first start)");
        let workshop = data_dir.join("postgres.new");
        if workshop.exists() {
            std::fs::remove_dir_all(&workshop).map_err(io(&workshop))?;
        }
        DirBuilder::new().mode(0o700).create(&workshop).map_err(io(&workshop))?;
        self.account.give(&workshop).map_err(io(&workshop))?;
        let password = random_password().map_err(io(&self.password))?;
        write_secret(&workshop.join("password"), &password).map_err(io(&workshop))?;
        self.account.give(&workshop.join("password")).map_err(io(&workshop))?;
        let reach = self.account.reach(&workshop).map_err(io(&workshop))?;
        self.initdb(&reach).await?;
        write_secret(&self.password, &password).map_err(io(&self.password))?;
        std::fs::rename(workshop.join("cluster"), &self.folder).map_err(io(&self.folder))?;
        std::fs::remove_dir_all(&workshop).map_err(io(&workshop))
    }

    async fn initdb(&self, workshop: &Reach) -> Result<(), PostgresError> {
        let program = self.bin.join("initdb");
        let locale = if cfg!(target_os = "linux") { "C.UTF-8" } else { "en_US.UTF-8" };
        let mut command = self.account.command(&program);
        command.arg("--pgdata").arg(workshop.path().join("cluster"));
        command.arg("--pwfile").arg(workshop.path().join("password"));
        command.args(["--auth=scram-sha-256", "--data-checksums", "--encoding=UTF8", "--username", USER, "--locale", locale]);
        for setting in FIRST_SETTINGS {
            command.args(["-c", setting]);
        }
        let output = command.current_dir("/").output().await.map_err(io(&program))?;
        if output.status.success() {
            return Ok(());
        }
        Err(PostgresError::Failed(format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))))
    }

    /// A folder of another major version must not be started.
    async fn check_version(&self, program: &Path) -> Result<(), PostgresError> {
        let path = self.folder.join("PG_VERSION");
        let found = std::fs::read_to_string(&path).map_err(io(&path))?.trim().to_owned();
        let output = self.account.command(program).arg("--version").output().await.map_err(io(program))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let ours = text.split_whitespace().nth(2).and_then(|version| version.split('.').next()).unwrap_or_default().to_owned();
        if ours == found { Ok(()) } else { Err(PostgresError::Version { folder: self.folder.clone(), found, ours }) }
    }
}

/// Taken for as long as the file is open: released by the system when the process ends, however it ends.
fn lock(data_dir: &Path) -> Result<File, PostgresError> {
    let path = data_dir.join("lock");
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path).map_err(io(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(PostgresError::InUse(data_dir.to_owned())),
        Err(TryLockError::Error(error)) => Err(PostgresError::Io(path.display().to_string(), error)),
    }
}

fn open_folder(folder: &Path) -> Result<OwnedFd, PostgresError> {
    File::open(folder).map(OwnedFd::from).map_err(io(folder))
}

/// 256 random bits in hexadecimal.
fn random_password() -> std::io::Result<String> {
    let mut bytes = [0_u8; 32];
    rand::rngs::OsRng.try_fill_bytes(&mut bytes).map_err(std::io::Error::other)?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

fn write_secret(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

/// A path as part of a URL.
fn percent_encoded(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => text.push(char::from(*byte)),
            _ => {
                let _ = write!(text, "%{byte:02X}");
            }
        }
        text
    })
}

/// An I/O error with the path it is about.
pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> PostgresError + use<> {
    let path = path.display().to_string();
    move |error| PostgresError::Io(path, error)
}
