//! The zip container, opened with care.
//!
//! The one invariant: sizes are checked in the central directory before anything is unpacked, and again while unpacking,
//! as the directory may lie.

use std::io::{Cursor, Read as _};

use zip::{ZipArchive, result::ZipError};

use super::Trouble;
use crate::text;

const MOST_ENTRIES: usize = 10_000;
/// Of all entries, pictures included.
const MOST_TOTAL_BYTES: u64 = 512 << 20;
/// Of one text part.
const MOST_PART_BYTES: u64 = 64 << 20;
/// Text shrinks to a twentieth, long tables to a hundredth; a bomb to a thousandth.
const MOST_RATIO: u64 = 250;
/// Small parts may have any ratio.
const RATIO_MATTERS_FROM: u64 = 4 << 20;

pub(super) struct Archive {
    zip: ZipArchive<Cursor<Vec<u8>>>,
}

impl Archive {
    pub(super) fn open(bytes: Vec<u8>) -> Result<Self, Trouble> {
        let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Trouble::Damaged)?;
        if zip.len() > MOST_ENTRIES {
            return Err(Trouble::TooComplex("it packs too many files"));
        }
        let mut total = 0_u64;
        for index in 0..zip.len() {
            let entry = zip.by_index_raw(index).map_err(|_| Trouble::Damaged)?;
            let (size, packed) = (entry.size(), entry.compressed_size());
            total = total.saturating_add(size);
            if size > RATIO_MATTERS_FROM && size / packed.max(1) > MOST_RATIO {
                return Err(Trouble::TooComplex("it unpacks to many times its size"));
            }
        }
        if total > MOST_TOTAL_BYTES {
            return Err(Trouble::TooComplex("it unpacks to more than 512 MB"));
        }
        Ok(Self { zip })
    }

    /// A part as text, or nothing when the document has no such part.
    pub(super) fn part(&mut self, path: &str) -> Result<Option<String>, Trouble> {
        let mut entry = match self.zip.by_name(path) {
            Ok(entry) => entry,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(ZipError::InvalidPassword) => return Err(Trouble::Encrypted),
            Err(_) => return Err(Trouble::Damaged),
        };
        if entry.encrypted() {
            return Err(Trouble::Encrypted);
        }
        let mut bytes = Vec::new();
        entry.by_ref().take(MOST_PART_BYTES + 1).read_to_end(&mut bytes).map_err(|_| Trouble::Damaged)?;
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MOST_PART_BYTES {
            return Err(Trouble::TooComplex("its text takes more than 64 MB"));
        }
        Ok(Some(text::decode(&bytes, None).0))
    }
}
