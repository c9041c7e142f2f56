//! Audit: what was done, by whom, to what; and which documents went to which model.
//!
//! The invariant: an event says what happened and never what was said: no prompt, no answer, no text of a document, no token.
//!
//! what can happen   [`Action`], and what it is done to, [`TargetType`]   (`action`)
//! one event         [`Event`] with its [`Details`]                      (`event`)
//! as people read it `sentence`; as it crosses the wire: here

mod action;
mod event;
mod sentence;

pub use action::{Action, TargetType};
pub use event::{Details, Event, ExpiredChats, Named, SealedChain, SentDocument, SharedWith};
pub use sentence::{facts, sentence};

use crate::UserId;
use crate::words::words;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

words! {
    /// By which way something was done.
    Via {
        /// By a screen.
        Screen = "Screen",
        /// By the programming interface.
        Api = "Api",
        /// By Lyceum itself, or on its command line.
        System = "System",
    }
}

impl Via {
    /// As a table reads it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Screen => "Screen",
            Self::Api => "API",
            Self::System => "Lyceum",
        }
    }
}

words! {
    /// Whose trail is read.
    AuditScope {
        /// The viewer's team.
        Team = "team",
        /// All teams and the installation itself.
        Installation = "installation",
    }
}

words! {
    /// How a trail is exported.
    ExportFormat {
        /// For spreadsheets.
        Csv = "csv",
        /// For programs.
        Json = "json",
    }
}

/// What a filter asks for, as it stands in an address; empty means everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuditQuery {
    /// The id of a person.
    pub person: String,
    /// An action, or the part of it before the dot.
    pub action: String,
    /// What kind of thing it was done to.
    pub target: String,
    /// The id of the one thing or person it was done to.
    pub about: String,
    /// By which way: [`Via`].
    pub via: String,
    /// Words in names.
    pub words: String,
    /// First day, `2026-11-28`, in UTC.
    pub from: String,
    /// The time on that day from which on, `09:30`; empty means from its beginning.
    pub from_time: String,
    /// Last day.
    pub to: String,
    /// The last minute of that day; empty means until its end.
    pub to_time: String,
}

impl AuditQuery {
    /// Names and values of what is set.
    pub fn pairs(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = [
            ("person", &self.person),
            ("action", &self.action),
            ("target", &self.target),
            ("about", &self.about),
            ("via", &self.via),
            ("words", &self.words),
            ("from", &self.from),
            ("from_time", &self.from_time),
            ("to", &self.to),
            ("to_time", &self.to_time),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name, value.as_str()))
    }
}

/// One thing to know about an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// What it says.
    pub value: String,
}

impl Fact {
    /// A fact.
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into() }
    }
}

/// One row of the table "Audit trail".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Its place among all events; what paging goes by.
    pub position: i64,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Who did what to what.
    pub sentence: String,
    /// By which way, and from which address.
    pub origin: String,
    /// The team, for whoever sees several; none for the installation itself.
    pub team: Option<String>,
    /// Who did it; none for Lyceum itself.
    pub actor_id: Option<UserId>,
    /// The thing or person it was done to.
    pub target_id: Option<Uuid>,
    /// Everything else that is kept.
    pub facts: Vec<Fact>,
}

/// Part of a trail, the latest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPage {
    /// The entries.
    pub entries: Vec<AuditEntry>,
    /// Where the older ones begin; none when these are the oldest.
    pub older: Option<i64>,
    /// What the one thing that the filter asks for was called last, where it asks for one that is in this trail.
    pub about: Option<String>,
}

/// One choice of a filter: what is sent and what is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditChoice {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub label: String,
}

/// What the filters of a trail offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditChoices {
    /// People who did something.
    pub people: Vec<(UserId, String)>,
    /// Everything that can be done, by noun.
    pub actions: Vec<AuditChoice>,
    /// What it can be done to.
    pub targets: Vec<AuditChoice>,
}

/// Whether a trail is whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainReport {
    /// Whether every event is there and as it was written.
    pub is_whole: bool,
    /// That in a sentence, with the place of the first fault.
    pub sentence: String,
}
