//! Mails: what Lyceum sends, as its administrator sees it.

use crate::MailId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What `/admin/mails` shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailOverview {
    /// Host and port of the mail server; none while mail is not set up.
    pub server: Option<String>,
    /// Who mails come from; empty while mail is not set up.
    pub sender: String,
    /// How many wait to be sent.
    pub waiting: u32,
    /// Why the last try to send one of them failed; none while none was tried in vain.
    pub last_failure: Option<String>,
    /// Those that were given up lately, the latest first.
    pub failed: Vec<FailedMail>,
    /// How many can be sent again, those that the list leaves out included.
    pub kept: u32,
    /// Every mail there is, with made-up people in it.
    pub previews: Vec<MailPreview>,
}

/// A mail that could not be delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedMail {
    /// Its id.
    pub id: MailId,
    /// Which mail.
    pub name: String,
    /// Whom it was for, as in `k…@example.org`; empty where that was not written down.
    pub recipient: String,
    /// When it was given up.
    pub failed_at: DateTime<Utc>,
    /// What the mail server said last.
    pub reason: String,
    /// Whether it can be sent again: what it says is kept, and its link works.
    pub is_kept: bool,
}

/// One mail to look at; its HTML is asked for by its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailPreview {
    /// Its kind, as it is stored.
    pub kind: String,
    /// What the administrator calls it.
    pub name: String,
    /// Its subject.
    pub subject: String,
    /// The version in plain text.
    pub text: String,
}

/// What came of a test mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailReport {
    /// Whether the mail server took it.
    pub is_sent: bool,
    /// What the server said, in words.
    pub sentence: String,
}
