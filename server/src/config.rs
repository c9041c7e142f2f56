//! Configuration: what the administrator sets, read once, checked once.
//!
//! The invariant: a [`Config`] is complete and valid; what an administrator sets is what `lyceum --help` lists. Besides it the
//! environment is read for conventions that are not Lyceum's: `AWS_…` (credentials of an object store), `XDG_CACHE_HOME` and `HOME`
//! (a user's cache), `LEPTOS_SITE_ROOT` and `LEPTOS_WATCH` (set by cargo-leptos while it watches), and `PATH`, which is handed on
//! to the reader of documents. Next: [`secrets`] for the keys made on first run, [`site`] for the files that browsers load.

pub mod secrets;
pub mod site;

use clap::{Args, Parser, Subcommand, ValueEnum};
use secrecy::{ExposeSecret, SecretString};
use server::peer::TrustedProxies;
use services::Keyring;
use services::licences::LicenceKey;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "lyceum", version, about = "A workspace where a team talks to AI about its own documents.")]
pub struct CommandLine {
    /// What to do; serves when left out.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What is set by flags or the environment.
    #[command(flatten)]
    pub options: Options,
}

/// What the program can do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Serve the workspace (the default)
    #[default]
    Serve,
    /// Bring the database schema up to date and stop
    Migrate,
    /// Check the set-up and say in words what is wrong
    Doctor,
    /// Give an account a new random password, print it, end the account's sessions, and let people sign in with passwords
    ResetPassword {
        /// The address the person signs in with
        email: String,
    },
    /// Read a document on standard input and write its text; started by the server, with limits
    #[command(hide = true)]
    Extract,
}

/// The settings as they are given, before they are checked. Each is a flag and an environment variable.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Postgres 15 or newer with pgvector 0.8 or newer, as `postgres://user:password@host/database`; unset: Lyceum runs its own
    #[arg(long, global = true, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<SecretString>,
    /// Folder of all that Lyceum keeps: its Postgres, documents, secret keys
    #[arg(long, global = true, env = "LYCEUM_DATA_DIR", default_value = "./data", value_name = "FOLDER")]
    pub data_dir: PathBuf,
    /// Address and port to listen on
    #[arg(long, global = true, env = "LYCEUM_LISTEN_ADDR", default_value = "127.0.0.1:3000", value_name = "IP:PORT")]
    pub listen_addr: SocketAddr,
    /// Where people reach Lyceum, as in <https://lyceum.example.org>; the listen address when unset
    #[arg(long, global = true, env = "LYCEUM_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Keys that seal stored secrets: base64 of 32 bytes, separated by commas; the first seals, all open.
    /// Made on first run for the embedded Postgres, required with `DATABASE_URL`
    #[arg(long, global = true, env = "LYCEUM_SECRET_KEYS", hide_env_values = true, value_name = "KEYS")]
    pub secret_keys: Option<SecretString>,
    /// Addresses and networks of proxies in front of Lyceum, as in 127.0.0.1,10.0.0.0/8: they say who asks (X-Forwarded-For)
    #[arg(long, global = true, env = "LYCEUM_TRUSTED_PROXIES", default_value = "", value_name = "NETWORK,…")]
    pub trusted_proxies: String,
    /// Who may make an account after the first
    #[arg(long, global = true, env = "LYCEUM_SIGN_UP", default_value = "invited", value_name = "WHO")]
    pub sign_up: SignUp,
    /// Private hosts that may be called, as in localhost:11434, separated by commas
    #[arg(long, global = true, env = "LYCEUM_EGRESS_ALLOW", default_value = "", value_name = "HOST:PORT,…")]
    pub egress_allow: String,
    /// Mail server, as in smtps://user:password@mail.example.org; without one nothing is mailed
    #[arg(long, global = true, env = "LYCEUM_SMTP_URL", hide_env_values = true, value_name = "URL")]
    pub smtp_url: Option<SecretString>,
    /// Who mails come from, as in Lyceum <lyceum@example.org>; required with `LYCEUM_SMTP_URL`
    #[arg(long, global = true, env = "LYCEUM_MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// Public key that licences are signed with: base64 of 32 bytes (Ed25519); without one no licence is taken
    #[arg(long, global = true, env = "LYCEUM_LICENCE_KEY", value_name = "KEY")]
    pub licence_key: Option<String>,
    /// Where documents are kept: a folder, or `s3://bucket/prefix`; the data folder when unset
    #[arg(long, global = true, env = "LYCEUM_OBJECT_STORE", value_name = "WHERE")]
    pub object_store: Option<String>,
    /// What is logged, as in info or warn,lyceum=debug
    #[arg(
        long,
        global = true,
        env = "LYCEUM_LOG",
        default_value = "info,sqlx::query=warn,sqlx::postgres::notice=warn",
        value_name = "FILTER"
    )]
    pub log: String,
    /// How it is logged
    #[arg(long, global = true, env = "LYCEUM_LOG_FORMAT", default_value = "auto", value_name = "FORMAT")]
    pub log_format: LogFormat,
    /// Folder that make setup puts Postgres and the embedding model into; when unset, /var/cache/lyceum as root and
    /// ~/.cache/lyceum otherwise
    #[arg(long, global = true, env = "LYCEUM_CACHE", value_name = "FOLDER")]
    pub cache: Option<PathBuf>,
    /// Folder of the embedding model; the folder models of the cache when unset
    #[arg(long, global = true, env = "LYCEUM_MODELS_DIR", value_name = "FOLDER")]
    pub models_dir: Option<PathBuf>,
    /// Folder of the embedded Postgres (it holds bin/postgres); the folder postgres of the cache when unset
    #[arg(long, global = true, env = "LYCEUM_POSTGRES_DIR", value_name = "FOLDER")]
    pub postgres_dir: Option<PathBuf>,
    /// Largest file taken, in megabytes
    #[arg(long, global = true, env = "LYCEUM_MAX_UPLOAD_MB", default_value_t = 100, value_name = "MB",
          value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub max_upload_mb: u64,
    /// Most connections to Postgres for requests
    #[arg(long, global = true, env = "LYCEUM_DATABASE_CONNECTIONS", default_value_t = 20, value_name = "N",
          value_parser = clap::value_parser!(u32).range(2..=1_000))]
    pub database_connections: u32,
}

/// Who may make an account once there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SignUp {
    /// People with an invitation
    Invited,
    /// Everybody who can reach the page
    Open,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people on a terminal, JSON otherwise
    Auto,
    /// One JSON object per line
    Json,
    /// For people
    Text,
}

/// Everything the program needs to know, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Which database.
    pub database: Database,
    /// Absolute; exists and is writable.
    pub data_dir: PathBuf,
    /// Where to listen.
    pub listen_addr: SocketAddr,
    /// `http(s)://host[:port]`, without a trailing slash.
    pub public_url: String,
    /// The proxies that may say who asks.
    pub trusted_proxies: TrustedProxies,
    /// Seals stored secrets.
    pub keyring: Keyring,
    /// Who may make an account.
    pub sign_up: SignUp,
    /// Private hosts that may be called.
    pub egress_allow: Vec<egress::HostPort>,
    /// Sends mail; none where no mail server is set.
    pub mailer: Option<egress::Mailer>,
    /// The key licences are signed with.
    pub licence_key: Option<LicenceKey>,
    /// Where documents are kept.
    pub object_store: ObjectStoreLocation,
    /// Folder of the model folders.
    pub models_dir: PathBuf,
    /// Largest file taken, in bytes.
    pub max_upload_bytes: u64,
    /// Most connections to Postgres for requests.
    pub database_connections: u32,
}

/// Which database.
#[derive(Clone, Debug)]
pub enum Database {
    /// Lyceum's own, started and stopped with it; `bin` holds the programs.
    Embedded {
        /// Folder of `postgres` and `initdb`.
        bin: PathBuf,
    },
    /// Somebody else's, at this address.
    External(SecretString),
}

/// Where documents are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObjectStoreLocation {
    /// In files; absolute, exists.
    Folder(PathBuf),
    /// In an S3-compatible store: bucket and prefix (without slashes around it, may be empty).
    S3 {
        /// The bucket's name.
        bucket: String,
        /// What every key starts with.
        prefix: String,
    },
}

/// Why the configuration cannot be used, in a sentence that names the setting.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Not an origin.
    #[error("LYCEUM_PUBLIC_URL must be http:// or https:// and a host, without a path, as in https://lyceum.example.org; it is “{0}”.")]
    PublicUrl(String),
    /// Not a Postgres address.
    #[error("DATABASE_URL must start with postgres:// or postgresql://.")]
    DatabaseUrl,
    /// Several servers would each make their own.
    #[error(
        "LYCEUM_SECRET_KEYS must be set when DATABASE_URL is: servers that share a database share the keys. `openssl rand -base64 32` makes one."
    )]
    SecretKeysMissing,
    /// Not keys.
    #[error("{0} must hold one or more base64 keys of 32 bytes, separated by commas.")]
    SecretKeys(String),
    /// Not a list of networks.
    #[error("LYCEUM_TRUSTED_PROXIES: {0}.")]
    TrustedProxies(#[from] server::peer::NotANetwork),
    /// Not a list of host:port.
    #[error("LYCEUM_EGRESS_ALLOW: {0}")]
    EgressAllow(#[from] egress::HostPortError),
    /// No mail server, or no sender.
    #[error(transparent)]
    Mail(#[from] egress::MailSettingsError),
    /// Not a public key.
    #[error("LYCEUM_LICENCE_KEY must be an Ed25519 public key: base64 of 32 bytes.")]
    LicenceKey,
    /// Neither a folder nor s3://.
    #[error("LYCEUM_OBJECT_STORE must be a folder or s3://bucket/prefix; it is “{0}”.")]
    ObjectStore(String),
    /// A folder or file cannot be used.
    #[error("Lyceum cannot use {0}: {1}.")]
    Folder(PathBuf, std::io::Error),
}

impl Config {
    /// Checks the settings; makes the data folder and, on first run, the secret keys.
    pub fn from_options(options: Options) -> Result<Self, ConfigError> {
        let data_dir = make_data_dir(&options.data_dir)?;
        let cache = options.cache.unwrap_or_else(cache_dir);
        let database = match options.database_url {
            Some(url) if !url.expose_secret().is_empty() => Database::External(check_database_url(url)?),
            _ => Database::Embedded { bin: options.postgres_dir.unwrap_or_else(|| cache.join("postgres")).join("bin") },
        };
        let given_keys = options.secret_keys.filter(|keys| !keys.expose_secret().trim().is_empty());
        let keyring = match (given_keys, &database) {
            (Some(keys), _) => secrets::parse(keys.expose_secret(), "LYCEUM_SECRET_KEYS")?,
            (None, Database::Embedded { .. }) => secrets::load_or_make(&data_dir.join("secret_keys"))?,
            (None, Database::External(_)) => return Err(ConfigError::SecretKeysMissing),
        };
        Ok(Self {
            trusted_proxies: TrustedProxies::parse(&options.trusted_proxies)?,
            database,
            public_url: public_url(options.public_url, options.listen_addr)?,
            keyring,
            listen_addr: options.listen_addr,
            sign_up: options.sign_up,
            egress_allow: egress::parse_allow_list(&options.egress_allow)?,
            mailer: mailer(options.smtp_url, options.mail_from)?,
            licence_key: licence_key(options.licence_key)?,
            object_store: object_store(options.object_store, &data_dir)?,
            models_dir: options.models_dir.unwrap_or_else(|| cache.join("models")),
            max_upload_bytes: options.max_upload_mb * 1024 * 1024,
            database_connections: options.database_connections,
            data_dir,
        })
    }
}

fn check_database_url(url: SecretString) -> Result<SecretString, ConfigError> {
    let scheme = url.expose_secret().split_once("://").map(|(scheme, _)| scheme);
    if matches!(scheme, Some("postgres" | "postgresql")) { Ok(url) } else { Err(ConfigError::DatabaseUrl) }
}

/// An origin: links are made from it and requests are compared with it, so that a path or a slash would break both.
fn public_url(given: Option<String>, listen: SocketAddr) -> Result<String, ConfigError> {
    let Some(given) = given else {
        let host = match listen.ip() {
            ip if ip.is_unspecified() => "localhost".to_owned(),
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => format!("[{ip}]"),
        };
        return Ok(format!("http://{host}:{}", listen.port()));
    };
    let trimmed = given.trim_end_matches('/');
    match trimmed.parse::<http::Uri>() {
        Ok(uri)
            if matches!(uri.scheme_str(), Some("http" | "https"))
                && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
                && matches!(uri.path_and_query().map(http::uri::PathAndQuery::as_str), None | Some("/")) =>
        {
            Ok(trimmed.to_ascii_lowercase())
        }
        _ => Err(ConfigError::PublicUrl(given)),
    }
}

/// The mail server, where one is set.
fn mailer(url: Option<SecretString>, from: Option<String>) -> Result<Option<egress::Mailer>, ConfigError> {
    let Some(url) = url.filter(|url| !url.expose_secret().trim().is_empty()) else { return Ok(None) };
    Ok(Some(egress::Mailer::new(url.expose_secret(), from.as_deref().unwrap_or_default())?))
}

/// The key of licences, where one is set.
fn licence_key(given: Option<String>) -> Result<Option<LicenceKey>, ConfigError> {
    let given = given.filter(|given| !given.trim().is_empty());
    given.map(|given| LicenceKey::parse(&given).ok_or(ConfigError::LicenceKey)).transpose()
}

fn object_store(given: Option<String>, data_dir: &Path) -> Result<ObjectStoreLocation, ConfigError> {
    let Some(given) = given.filter(|given| !given.is_empty()) else {
        return folder(&data_dir.join("objects"), 0o700).map(ObjectStoreLocation::Folder);
    };
    if let Some(place) = given.strip_prefix("s3://") {
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        if bucket.is_empty() {
            return Err(ConfigError::ObjectStore(given));
        }
        return Ok(ObjectStoreLocation::S3 { bucket: bucket.to_owned(), prefix: prefix.trim_matches('/').to_owned() });
    }
    if given.contains("://") {
        return Err(ConfigError::ObjectStore(given));
    }
    folder(Path::new(&given), 0o700).map(ObjectStoreLocation::Folder)
}

/// As root, others may pass through it (not look into it): the embedded Postgres below runs as another user.
fn make_data_dir(path: &Path) -> Result<PathBuf, ConfigError> {
    folder(path, if nix::unistd::geteuid().is_root() { 0o711 } else { 0o700 })
}

/// The folder's absolute path; makes it with the given mode when it is not there.
fn folder(path: &Path, mode: u32) -> Result<PathBuf, ConfigError> {
    use std::os::unix::fs::DirBuilderExt;
    let folder = std::fs::DirBuilder::new().recursive(true).mode(mode).create(path).and_then(|()| path.canonicalize());
    folder.map_err(|error| ConfigError::Folder(path.to_owned(), error))
}

/// Where `make setup` puts Postgres and the model unless told otherwise: for everyone as root, else in the user's cache.
fn cache_dir() -> PathBuf {
    let user_cache = || {
        let from_environment = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        from_environment.or_else(|| std::env::home_dir().map(|home| home.join(".cache"))).unwrap_or_default().join("lyceum")
    };
    if nix::unistd::geteuid().is_root() { PathBuf::from("/var/cache/lyceum") } else { user_cache() }
}

#[cfg(test)]
mod tests;
