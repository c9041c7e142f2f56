//! The file of a licence: text that people can mail and paste, and what can be wrong with it, in words.
//!
//! ```text
//! -----BEGIN LYCEUM LICENCE-----
//! Format: 1
//! Key: <the first 16 hexadecimal digits of the SHA-256 of the public key>
//! Payload: <base64 of JSON>
//! Signature: <base64 of the Ed25519 signature of SIGNED_PREFIX and the JSON>
//! -----END LYCEUM LICENCE-----
//! ```
//!
//! The invariant: nothing of a payload is used before its signature fits. A line without a name goes on with the one before, so
//! that a mail program may wrap it. `testing` shows how one is signed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub(super) const BEGIN: &str = "-----BEGIN LYCEUM LICENCE-----";
pub(super) const END: &str = "-----END LYCEUM LICENCE-----";
/// The one format this version reads.
pub(super) const FORMAT: &str = "1";
/// What is signed before the payload, so that a signature made for something else never fits.
pub(super) const SIGNED_PREFIX: &[u8] = b"lyceum-licence-1\n";
/// Longest text that is looked at.
const MOST_BYTES: usize = 64 * 1024;

/// What a licence says; JSON with exactly these fields, times as in `2026-11-28T00:00:00Z`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LicencePayload {
    /// Its number; the distributor never gives one twice.
    pub id: String,
    /// Whom it is made for.
    pub customer: String,
    /// What it is called.
    pub tier: String,
    /// How many people may have a seat.
    pub seats: u32,
    /// What it includes.
    pub features: Vec<String>,
    /// From when on it is valid.
    pub issued_at: DateTime<Utc>,
    /// Until when it is valid.
    pub expires_at: DateTime<Utc>,
}

/// Why a licence is not taken, in a sentence for whoever holds it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LicenceFault {
    /// Nothing was given.
    #[error("Paste the licence, or choose its file.")]
    Empty,
    /// Some other text.
    #[error("This is not a Lyceum licence. One begins with “{BEGIN}”.")]
    NotALicence,
    /// The end or a part is missing.
    #[error("The licence is cut off: {0} is missing. Copy all of it, from the line “BEGIN” to the line “END”.")]
    Truncated(&'static str),
    /// For another version of Lyceum.
    #[error(
        "The licence has the format “{0}”, and this installation reads format {FORMAT}: it was made for another one. Ask for a licence in this format, or upgrade Lyceum."
    )]
    OtherFormat(String),
    /// Signed by somebody else.
    #[error(
        "The licence was signed with the key {given}, and this installation trusts {trusted}. Check LYCEUM_LICENCE_KEY, or ask for a licence for this installation."
    )]
    OtherKey {
        /// The key the file names.
        given: String,
        /// The key that is set.
        trusted: String,
    },
    /// The signature does not fit.
    #[error("The signature does not fit: the licence was changed after it was signed. Use the file as you received it.")]
    Altered,
    /// It begins later.
    #[error("The licence is valid from {} on. Install it then.", .0.format("%-d %B %Y"))]
    NotYetValid(DateTime<Utc>),
    /// It is over.
    #[error("The licence expired on {}. Ask for a new one.", .0.format("%-d %B %Y"))]
    Expired(DateTime<Utc>),
}

/// The public key that licences are signed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenceKey(VerifyingKey);

impl LicenceKey {
    /// A key from base64 of its 32 bytes; none when it is no key, or one under which anything fits.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 32] = STANDARD.decode(text.trim()).ok()?.try_into().ok()?;
        VerifyingKey::from_bytes(&bytes).ok().filter(|key| !key.is_weak()).map(Self)
    }

    /// What it is called in files and on screens.
    pub fn name(&self) -> String {
        let digest = Sha256::digest(self.0.as_bytes());
        digest.iter().take(8).fold(String::new(), |name, byte| format!("{name}{byte:02x}"))
    }

    /// What a licence says, once its signature fits and it is valid at `now`.
    pub fn read(&self, text: &str, now: DateTime<Utc>) -> Result<LicencePayload, LicenceFault> {
        let parts = Parts::split(text)?;
        let altered = |_| LicenceFault::Altered;
        let json = STANDARD.decode(&parts.payload).map_err(altered)?;
        let signature = STANDARD.decode(&parts.signature).map_err(altered)?;
        let fits = Signature::from_slice(&signature).is_ok_and(|signature| {
            let signed = [SIGNED_PREFIX, &json].concat();
            self.0.verify_strict(&signed, &signature).is_ok()
        });
        if !fits {
            let trusted = self.name();
            return Err(if parts.key == trusted { LicenceFault::Altered } else { LicenceFault::OtherKey { given: parts.key, trusted } });
        }
        let payload: LicencePayload =
            serde_json::from_slice(&json).map_err(|_| LicenceFault::OtherFormat(format!("{FORMAT} with other fields")))?;
        if payload.seats == 0 || i32::try_from(payload.seats).is_err() || payload.expires_at <= payload.issued_at {
            return Err(LicenceFault::OtherFormat(format!("{FORMAT} with impossible values")));
        }
        if payload.issued_at > now {
            return Err(LicenceFault::NotYetValid(payload.issued_at));
        }
        if payload.expires_at <= now { Err(LicenceFault::Expired(payload.expires_at)) } else { Ok(payload) }
    }
}

/// The parts of the text, without spaces.
#[derive(Default)]
struct Parts {
    key: String,
    payload: String,
    signature: String,
}

impl Parts {
    fn split(text: &str) -> Result<Self, LicenceFault> {
        let text = text.trim().trim_start_matches('\u{feff}');
        if text.is_empty() {
            return Err(LicenceFault::Empty);
        }
        let (_, rest) = text.split_once(BEGIN).filter(|_| text.len() <= MOST_BYTES).ok_or(LicenceFault::NotALicence)?;
        let (body, _) = rest.split_once(END).ok_or(LicenceFault::Truncated("its end"))?;
        let mut fields = [("Format:", String::new()), ("Key:", String::new()), ("Payload:", String::new()), ("Signature:", String::new())];
        let mut current = None;
        for line in body.lines().map(str::trim) {
            let named = fields.iter().position(|(name, _)| line.starts_with(name));
            let words = named.map_or(line, |at| &line[fields[at].0.len()..]);
            current = named.or(current);
            if let Some(at) = current {
                fields[at].1.extend(words.split_whitespace());
            }
        }
        let [format, key, payload, signature] = fields.map(|(_, value)| value);
        match format.as_str() {
            FORMAT => {}
            "" => return Err(LicenceFault::Truncated("its format")),
            _ => return Err(LicenceFault::OtherFormat(format.chars().take(40).collect())),
        }
        for (value, name) in [(&key, "its key"), (&payload, "its content"), (&signature, "its signature")] {
            if value.is_empty() {
                return Err(LicenceFault::Truncated(name));
            }
        }
        Ok(Self { key: key.chars().take(40).collect(), payload, signature })
    }
}
