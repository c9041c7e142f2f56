//! The keys that seal the secrets in the database: given by the administrator, or made on first run. Sealed are keys of model providers,
//! client secrets of identity providers, secrets of authenticator apps, mails not sent yet and sign-ins under way at a provider.
//!
//! The invariant: a key file is readable by its owner alone, and is never replaced: without it the stored secrets are
//! lost. Next: [`Keyring`], which seals and opens.

use super::ConfigError;
use services::Keyring;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The key ring written as `text`; `origin` names it in the error.
pub fn parse(text: &str, origin: &str) -> Result<Keyring, ConfigError> {
    Keyring::parse(text).map_err(|_| ConfigError::SecretKeys(origin.to_owned()))
}

/// The key ring in the file; a fresh one when there is no file yet.
pub fn load_or_make(path: &Path) -> Result<Keyring, ConfigError> {
    match std::fs::read_to_string(path) {
        Ok(text) => parse(&text, &path.display().to_string()),
        Err(error) if error.kind() == ErrorKind::NotFound => make(path).map_err(|error| ConfigError::Folder(path.to_owned(), error)),
        Err(error) => Err(ConfigError::Folder(path.to_owned(), error)),
    }
}

fn make(path: &Path) -> std::io::Result<Keyring> {
    let keyring = Keyring::generate();
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{}", keyring.to_text())?;
    file.sync_all()?;
    Ok(keyring)
}
