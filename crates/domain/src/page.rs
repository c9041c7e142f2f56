//! Pages: of a list, and of a document.

use serde::{Deserialize, Serialize};

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageRequest {
    /// Counted from 0.
    pub index: u32,
    /// Items per page, 1 to 200.
    pub size: u32,
}

impl Default for PageRequest {
    fn default() -> Self {
        Self { index: 0, size: 50 }
    }
}

impl PageRequest {
    /// Items to take, bounded to 1..=200.
    pub fn limit(self) -> i64 {
        i64::from(self.size.clamp(1, 200))
    }

    /// Items to skip.
    pub fn offset(self) -> i64 {
        i64::from(self.index).saturating_mul(self.limit())
    }
}

/// One page of a list and how long the whole list is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// How many items there are in all pages.
    pub total: u64,
}

/// The text of one page of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageText {
    /// Counted from 1, as printed by a reader of the file.
    pub number: u32,
    /// Plain text; headings start with `#`.
    pub text: String,
}
