//! What the services answer when they cannot do it, and how it is logged: once, at the boundary, with the whole chain.

use domain::{FieldErrors, InvalidText, RequestId};
use std::error::Error as StdError;

/// The error behind an error.
pub type Cause = Box<dyn StdError + Send + Sync>;

/// Shorthand of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a service refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It does not exist, or the viewer may not see it.
    #[error("not found")]
    NotFound,
    /// The viewer's role lacks the permission.
    #[error("not permitted")]
    Forbidden,
    /// It is too long ago that the viewer proved who they are: they do it again, and what they wanted is done.
    #[error("to be confirmed first")]
    ConfirmFirst,
    /// Nobody is signed in, or the session ended.
    #[error("not signed in")]
    SignedOut,
    /// Fields hold something that cannot be taken.
    #[error("invalid input")]
    Invalid(FieldErrors),
    /// The licence of the installation is over: nothing can be changed.
    #[error("read-only")]
    ReadOnly,
    /// The state of things does not allow it; a sentence for the person.
    #[error("{0}")]
    Conflict(String),
    /// Too much at once.
    #[error("busy, retry after {retry_after_s} s")]
    Busy {
        /// Seconds until another attempt can succeed.
        retry_after_s: u32,
    },
    /// The database or the object store is away.
    #[error("a part we need is away")]
    Unavailable(#[source] Cause),
    /// Anything that should not happen.
    #[error("internal error")]
    Internal(#[source] Cause),
}

impl Error {
    /// An internal error from anything.
    pub fn internal(cause: impl Into<Cause>) -> Self {
        Self::Internal(cause.into())
    }

    /// One message at one field.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(FieldErrors::one(field, message))
    }
}

impl From<InvalidText> for Error {
    fn from(error: InvalidText) -> Self {
        Self::Invalid(error.into())
    }
}

impl From<FieldErrors> for Error {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        // 25006: a change in a transaction that `Db::team_tx` made read-only.
        if error.as_database_error().and_then(sqlx::error::DatabaseError::code).is_some_and(|code| code == "25006") {
            return Self::ReadOnly;
        }
        let is_away = match &error {
            sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::WorkerCrashed
            // A connection that was cut in the middle of a message, or of beginning a transaction.
            | sqlx::Error::Protocol(_)
            | sqlx::Error::BeginFailed => true,
            // 57P01 to 57P03: the server shuts down or starts; 53300: too many connections; 08…: the connection was lost.
            sqlx::Error::Database(cause) => {
                cause.code().is_some_and(|code| matches!(&*code, "57P01" | "57P02" | "57P03" | "53300") || code.starts_with("08"))
            }
            _ => false,
        };
        if is_away { Self::Unavailable(error.into()) } else { Self::Internal(error.into()) }
    }
}

impl From<object_store::Error> for Error {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::NotFound,
            other => Self::Unavailable(other.into()),
        }
    }
}

/// Turns the violation of a named constraint into an error of the rules.
pub trait OnConstraint<T> {
    /// `error` in place of the database's refusal when that was about `constraint`.
    fn on_constraint(self, constraint: &str, error: impl FnOnce() -> Error) -> Result<T>;
}

impl<T> OnConstraint<T> for Result<T, sqlx::Error> {
    fn on_constraint(self, constraint: &str, error: impl FnOnce() -> Error) -> Result<T> {
        self.map_err(|cause| match &cause {
            sqlx::Error::Database(refusal) if refusal.constraint() == Some(constraint) => error(),
            _ => cause.into(),
        })
    }
}

/// Writes an internal error to the log, with its chain and the request that met it.
pub fn report(error: &Error, request_id: RequestId) {
    tracing::error!(%request_id, error = %chain(error), "request failed");
}

/// Writes that a part we need is away.
pub fn report_unavailable(cause: &Cause) {
    tracing::warn!(error = %chain(cause.as_ref()), "a part we need is away");
}

pub(crate) fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
