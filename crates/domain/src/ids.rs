//! Ids: `UUIDv7` newtypes, so that an id of one noun can never stand in for another.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Declares id newtypes that print, parse, travel and bind as a UUID.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "sqlx", derive(sqlx::Type), sqlx(transparent))]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A fresh id, ordered by the time it was made.
            #[expect(clippy::new_without_default, reason = "a random value is no default")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// Wraps an id that was read from the database or a path.
            pub const fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }

            /// All zeros: stands where no id is known.
            pub const fn nil() -> Self {
                Self(Uuid::nil())
            }

            /// The bare UUID.
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

ids! {
    /// A person.
    UserId,
    /// A signed-in browser.
    SessionId,
    /// A team; every row of team data carries one.
    TeamId,
    /// An invitation to a team.
    InvitationId,
    /// A group of people inside a team.
    GroupId,
    /// A provider of models.
    ProviderId,
    /// A model of a provider.
    ModelId,
    /// A set of documents that is searched together.
    DatasetId,
    /// One uploaded file.
    DocumentId,
    /// One passage of a document.
    ChunkId,
    /// A saved assistant.
    PromptId,
    /// A chat.
    ConversationId,
    /// One message of a chat.
    MessageId,
    /// One run of a model that writes one answer.
    GenerationId,
    /// What a person takes along of their data.
    ExportId,
    /// Somebody who vouches for people.
    IdentityProviderId,
    /// What an identity provider vouches for.
    IdentityId,
    /// A sign-in that is under way at an identity provider.
    SignInFlowId,
    /// What a device keeps for signing in.
    PasskeyId,
    /// One try to sign in.
    SignInId,
    /// A key that lets a program in as a person.
    ApiKeyId,
    /// A background job.
    JobId,
    /// A mail that is to be sent.
    MailId,
    /// A licence of the installation.
    LicenceId,
    /// One HTTP request, for finding it in the log.
    RequestId,
}
