//! Passkeys: what a person's device keeps for signing in, as their account shows it.

use crate::PasskeyId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One passkey of the viewer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeySummary {
    /// The passkey.
    pub id: PasskeyId,
    /// How the person calls it.
    pub name: String,
    /// Since when it opens the account.
    pub created_at: DateTime<Utc>,
    /// When it was last used to sign in.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// What `/account` shows of passkeys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyOverview {
    /// All of the viewer's, the oldest first.
    pub passkeys: Vec<PasskeySummary>,
    /// Why none can be added or used now, in a sentence.
    pub obstacle: Option<String>,
}
