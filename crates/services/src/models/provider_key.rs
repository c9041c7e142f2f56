//! Provider keys: sealed on the way in, opened for a call.

use crate::secrets::place;
use crate::{Error, Keyring, Result};
use domain::ProviderId;
use secrecy::SecretString;

/// Seals a key for its provider; an empty key is no key.
pub(super) fn seal(keyring: &Keyring, provider: ProviderId, key: &str) -> Option<Vec<u8>> {
    let key = key.trim();
    (!key.is_empty()).then(|| keyring.seal(key.as_bytes(), &key_place(provider)))
}

/// Opens the key of a provider, if it has one.
pub(super) fn open(keyring: &Keyring, provider: ProviderId, sealed: Option<&[u8]>) -> Result<Option<SecretString>> {
    let Some(sealed) = sealed else { return Ok(None) };
    let opened = keyring.open(sealed, &key_place(provider)).map_err(Error::internal)?;
    Ok(Some(SecretString::from(String::from_utf8(opened).map_err(Error::internal)?)))
}

fn key_place(provider: ProviderId) -> String {
    place("providers", "sealed_api_key", "", &provider.to_string())
}
