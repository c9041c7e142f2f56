//! My data: what a person takes along, and the end of their account.

use crate::ExportId;
use crate::team::Belongings;
use crate::words::words;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

words! {
    /// Where an export is.
    ExportStatus {
        /// It is being put together.
        Waiting = "Waiting",
        /// It can be downloaded.
        Ready = "Ready",
        /// It could not be put together.
        Failed = "Failed",
    }
}

/// One row of "Your data".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportSummary {
    /// The export.
    pub id: ExportId,
    /// Where it is.
    pub status: ExportStatus,
    /// How large its file is, once there is one.
    pub size_bytes: Option<u64>,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// When it goes.
    pub expires_at: DateTime<Utc>,
}

/// What happens when somebody's account is deleted, said before it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletionTerms {
    /// Teams that only they own and others are in: whoever deletes their own account hands these over or deletes them first.
    pub blocking_teams: Vec<String>,
    /// Teams that nobody else is in: these go.
    pub ending_teams: Vec<String>,
    /// What of their own in other teams goes.
    pub belongings: Belongings,
    /// Whether nobody else manages the installation: somebody else has to first.
    pub is_last_administrator: bool,
    /// When everything goes, once it was asked for.
    pub gone_at: Option<DateTime<Utc>>,
}
