//! API keys: with one, a program is a person in one of their teams, within the scopes of the key.

use crate::words::words;
use crate::{ApiKeyId, Permission};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

words! {
    /// One thing a key lets a program do, as far as the person may do it themselves.
    ApiScope {
        /// Read prompts, datasets and documents.
        Read = "read",
        /// Ask and read answers.
        Chat = "chat",
        /// See datasets and put documents into them.
        Datasets = "datasets",
    }
}

impl ApiScope {
    /// What it lets through of what the person's roles allow.
    pub const fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Read => &[Permission::ViewPrompts, Permission::ViewDatasets],
            Self::Chat => &[Permission::ViewChats, Permission::ManageChats, Permission::ViewModels],
            Self::Datasets => &[Permission::ViewDatasets, Permission::ManageDatasets],
        }
    }

    /// How it is called, and what it is for.
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Read => ("Read documents and prompts", "List and search datasets, download documents, list prompts."),
            Self::Chat => ("Ask and chat", "Ask questions and read your chats. To ask a prompt with datasets, let it read as well."),
            Self::Datasets => ("Manage datasets", "List datasets and upload documents into those you may change."),
        }
    }
}

/// What somebody asks for who wants a key: for themselves, in the team they work in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewApiKey {
    /// How they call it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<ApiScope>,
    /// How many days it works; without end when left out.
    pub days: Option<u32>,
}

impl NewApiKey {
    /// How long a key can work, in days.
    pub const DAYS: [u32; 3] = [30, 90, 365];
    /// How long it works unless something else is chosen.
    pub const USUAL_DAYS: u32 = 90;
}

/// A key as a table shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeySummary {
    /// The key.
    pub id: ApiKeyId,
    /// How its owner calls it.
    pub name: String,
    /// How it begins; it is found again by that.
    pub prefix: String,
    /// What it may do.
    pub scopes: Vec<ApiScope>,
    /// As whom a program comes in with it.
    pub owner: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last presented (kept to the minute).
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it stops working.
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether it has stopped.
    pub is_expired: bool,
}

/// A key that was made just now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyMade {
    /// As the table shows it.
    pub summary: ApiKeySummary,
    /// The key itself; it stands nowhere else.
    pub key: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_scope_lets_a_program_run_the_team() {
        let reached: Vec<Permission> = ApiScope::ALL.iter().flat_map(|scope| scope.permissions()).copied().collect();
        let never = [
            Permission::ViewMembers,
            Permission::ManageMembers,
            Permission::ManageTeam,
            Permission::ViewAudit,
            Permission::ManageAudit,
            Permission::ViewKeys,
            Permission::ManageKeys,
            Permission::ManagePrompts,
            Permission::ManageModels,
        ];
        assert!(never.iter().all(|permission| !reached.contains(permission)));
    }
}
