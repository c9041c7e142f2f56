//! Secrets at rest: XChaCha20-Poly1305 under a key ring.
//!
//! The invariant: a sealed value opens only with a key of the ring and only in the place it was sealed for: table, column,
//! team and row are bound to it. Layout: 4 bytes of the key's name, 24 of the nonce, then the sealed text with its tag.
//! Next: `models::keyring` for the check at start.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use std::fmt;

/// Bytes that name the key a value was sealed with.
const KEY_NAME: usize = 4;
/// Bytes of the nonce.
const NONCE: usize = 24;

/// The keys secrets are sealed with; the first seals, all of them open.
#[derive(Clone)]
pub struct Keyring {
    keys: Vec<[u8; 32]>,
}

/// Why a key ring or a sealed value cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// Not base64 of 32 bytes.
    #[error("LYCEUM_SECRET_KEYS must hold one or more base64 keys of 32 bytes, separated by commas")]
    Malformed,
    /// Sealed with a key that is not in the ring, or tampered with.
    #[error("a stored secret cannot be opened with the configured keys")]
    CannotOpen,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyring({} keys)", self.keys.len())
    }
}

impl Keyring {
    /// A ring of one fresh key.
    pub fn generate() -> Self {
        Self { keys: vec![rand::random()] }
    }

    /// Reads base64 keys of 32 bytes, separated by commas or white space; at least one.
    pub fn parse(text: &str) -> Result<Self, KeyringError> {
        let words = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
        let keys: Vec<[u8; 32]> = words.map(parse_key).collect::<Result<_, _>>()?;
        if keys.is_empty() { Err(KeyringError::Malformed) } else { Ok(Self { keys }) }
    }

    /// The ring as [`Self::parse`] reads it. Secret: for the key file and nothing else.
    pub fn to_text(&self) -> String {
        self.keys.iter().map(|key| STANDARD.encode(key)).collect::<Vec<_>>().join(",")
    }

    /// Seals `plaintext` for one place, named by `aad` (see [`place`]).
    pub fn seal(&self, plaintext: &[u8], aad: &str) -> Vec<u8> {
        let key = self.keys.first().expect("a ring is never empty: both constructors see to it");
        let nonce: [u8; NONCE] = rand::random();
        let sealed = cipher(key)
            .encrypt(&XNonce::from(nonce), Payload { msg: plaintext, aad: aad.as_bytes() })
            .expect("sealing fails for texts beyond 256 GB only");
        [key_name(key).as_slice(), &nonce, &sealed].concat()
    }

    /// Opens what [`Self::seal`] made for the same place with any key of the ring.
    pub fn open(&self, sealed: &[u8], aad: &str) -> Result<Vec<u8>, KeyringError> {
        let (name, rest) = sealed.split_first_chunk::<KEY_NAME>().ok_or(KeyringError::CannotOpen)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or(KeyringError::CannotOpen)?;
        let payload = || Payload { msg: sealed, aad: aad.as_bytes() };
        self.keys
            .iter()
            .filter(|key| key_name(key) == *name)
            .find_map(|key| cipher(key).decrypt(&XNonce::from(*nonce), payload()).ok())
            .ok_or(KeyringError::CannotOpen)
    }
}

/// Names the place a secret is sealed for; rows of the installation have no team and give "".
pub fn place(table: &str, column: &str, team: &str, row: &str) -> String {
    format!("{table}|{column}|{team}|{row}")
}

fn parse_key(word: &str) -> Result<[u8; 32], KeyringError> {
    STANDARD.decode(word).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(KeyringError::Malformed)
}

fn cipher(key: &[u8; 32]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&Key::from(*key))
}

fn key_name(key: &[u8; 32]) -> [u8; KEY_NAME] {
    *Sha256::digest(key).first_chunk().expect("SHA-256 has 32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_in_its_place_and_in_no_other() {
        let ring = Keyring::generate();
        let sealed = ring.seal(b"sk-secret", "providers|key||1");
        assert_eq!(ring.open(&sealed, "providers|key||1").unwrap(), b"sk-secret");
        assert_eq!(ring.open(&sealed, "providers|key||2"), Err(KeyringError::CannotOpen));
    }

    #[test]
    fn the_same_text_never_looks_the_same_and_never_shows() {
        let ring = Keyring::generate();
        let (one, two) = (ring.seal(b"sk-secret", "a"), ring.seal(b"sk-secret", "a"));
        assert_ne!(one, two);
        assert!(!one.windows(9).any(|window| window == b"sk-secret"));
    }

    #[test]
    fn after_a_new_first_key_the_old_ones_still_open() {
        let (old, new) = (Keyring::generate(), Keyring::generate());
        let sealed = old.seal(b"x", "a");
        let both = Keyring::parse(&format!("{}, {}", new.to_text(), old.to_text())).unwrap();
        assert_eq!(both.open(&sealed, "a").unwrap(), b"x");
        assert_eq!(new.open(&sealed, "a"), Err(KeyringError::CannotOpen));
        assert_eq!(new.open(&both.seal(b"y", "a"), "a").unwrap(), b"y");
    }

    #[test]
    fn one_changed_byte_or_a_cut_end_does_not_open() {
        let ring = Keyring::generate();
        let sealed = ring.seal(b"sk-secret", "a");
        for index in 0..sealed.len() {
            let mut broken = sealed.clone();
            broken[index] ^= 1;
            assert!(ring.open(&broken, "a").is_err(), "byte {index} was changed");
            assert!(ring.open(&sealed[..index], "a").is_err(), "cut at {index}");
        }
    }

    #[test]
    fn a_ring_reads_what_it_writes_and_refuses_the_rest() {
        let ring = Keyring::generate();
        assert_eq!(Keyring::parse(&ring.to_text()).unwrap().keys, ring.keys);
        for odd in ["", " , ", "abc", "AAAA", "!!", &format!("{}x", ring.to_text())] {
            assert_eq!(Keyring::parse(odd).unwrap_err(), KeyringError::Malformed, "{odd:?}");
        }
        assert!(!format!("{ring:?}").contains(&ring.to_text()));
    }
}
