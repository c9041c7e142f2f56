//! Event: one thing that happened, on its way into the trail.
//!
//! The invariant: what names a person stands in `target_name` and nowhere in [`Details`]: names can be erased, details cannot.

use super::Action;
use crate::api_keys::ApiScope;
use crate::chat::MessageStatus;
use crate::datasets::Visibility;
use crate::identity_providers::TrialEnd;
use crate::sharing::{ShareLevel, ShareWith};
use crate::team::Belongings;
use crate::{DocumentId, Permission, Role, UserId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What was done.
    pub action: Action,
    /// To what; none where it has no id.
    pub target_id: Option<Uuid>,
    /// How that is called; empty where its name is nobody's business.
    pub target_name: String,
    /// The rest.
    pub details: Details,
}

impl Event {
    /// An event about something with an id and a name.
    pub fn new(action: Action, target_id: impl Into<Option<Uuid>>, target_name: impl Into<String>) -> Self {
        Self { action, target_id: target_id.into(), target_name: target_name.into(), details: Details::default() }
    }

    /// The same with what else is to be known.
    #[must_use]
    pub fn with(self, details: Details) -> Self {
        Self { details, ..self }
    }

    /// The same with the roles it is about.
    #[must_use]
    pub fn with_roles(self, roles: &[Role]) -> Self {
        self.with(Details { roles: roles.to_vec(), ..Details::default() })
    }

    /// The same with what changed, in words of ours.
    #[must_use]
    pub fn with_changes(self, changed: &[&str]) -> Self {
        self.with(Details { changed: changed.iter().map(|&what| what.to_owned()).collect(), ..Details::default() })
    }
}

/// Something else that an event speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Its id.
    pub id: Uuid,
    /// Its name then.
    pub name: String,
}

/// A document of which passages went to a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentDocument {
    /// The document; none when it was deleted before the end was written.
    pub id: Option<DocumentId>,
    /// Its file name then.
    pub name: String,
    /// The pages the passages begin on; none where the file has no pages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pages: Vec<u32>,
    /// How many passages.
    pub passages: u32,
}

/// What is left of the trail of a team that is no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedChain {
    /// How many events it had.
    pub events: i64,
    /// The hash of the last one, in hexadecimal.
    pub last_hash: String,
}

/// Chats that went because their team keeps them no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpiredChats {
    /// How many.
    pub chats: u64,
    /// For how many days the team keeps a chat without a new message.
    pub days: u32,
}

/// With whom something is shared, or is shared no longer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedWith {
    /// The person or the group. A person is called by their id alone.
    pub with: ShareWith,
    /// The name of the group then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// What they may do from then on; none once it is shared with them no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<ShareLevel>,
}

/// What is to be known of an event beside who, what and to what. Every field is a fact from a closed list of kinds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// The roles somebody has from then on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Role>,
    /// What an API key may do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<ApiScope>,
    /// The identity provider that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_provider: Option<Named>,
    /// The right that was given or taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<Permission>,
    /// Who may see it from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
    /// With whom it is shared, or is shared no longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared: Option<SharedWith>,
    /// What changed, in words of ours.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
    /// How many people are in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<u32>,
    /// Who is in it from then on, by their ids alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<UserId>,
    /// Who was in it until then, likewise.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<UserId>,
    /// As whom an owner saw the team when they did it, by their id alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub viewed_as: Option<UserId>,
    /// Size of a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// What went to whoever did it, or to the heir of somebody who left or whose account ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub belongings: Option<Belongings>,
    /// The chats that were too old.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expired: Option<ExpiredChats>,
    /// The model that was asked, with its provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<Named>,
    /// How an answer ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<MessageStatus>,
    /// What a trial of an identity provider showed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trial: Option<TrialEnd>,
    /// The documents that went to the model; in an answer also when there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub documents: Option<Vec<SentDocument>>,
    /// What is left of a team's trail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sealed: Option<SealedChain>,
}
