//! Secrets at rest: XChaCha20-Poly1305 under a key ring.

use std::fmt;

/// The keys secrets are sealed with; the first seals, all of them open.
#[derive(Clone)]
pub struct Keyring {
    keys: Vec<[u8; 32]>,
}

/// Why a key ring or a sealed value cannot be used.
#[derive(Debug, thiserror::Error)]
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
}
