//! What can go wrong, as a browser may know it: a closed list without source texts.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Messages per field of a form, keyed by the field's name on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldErrors(BTreeMap<String, String>);

impl FieldErrors {
    /// One message at one field.
    pub fn one(field: &str, message: impl Into<String>) -> Self {
        Self(BTreeMap::from([(field.to_owned(), message.into())]))
    }

    /// Adds a message; the first one of a field stays.
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.entry(field.to_owned()).or_insert_with(|| message.into());
    }

    /// The message of a field.
    pub fn get(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All fields and their messages, in the order of the field names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(field, message)| (field.as_str(), message.as_str()))
    }
}

/// Text that is not what its type asks for: the field it belongs to and a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct InvalidText {
    /// The field's name on the wire.
    pub field: &'static str,
    /// A sentence for the person who typed it.
    pub message: String,
}

impl From<InvalidText> for FieldErrors {
    fn from(error: InvalidText) -> Self {
        Self::one(error.field, error.message)
    }
}
