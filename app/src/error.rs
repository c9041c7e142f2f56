//! What can go wrong, as a browser may know it: a closed list without source texts.
//!
//! The invariant: a variant exists only when a screen shows it (`ui::ErrorPanel`). Next: `server_context::fail`, which
//! makes these from the errors of the services and writes the log.

use crate::browser::timer::in_browser;
use domain::{FieldErrors, InvalidText, RequestId};
use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

impl From<InvalidText> for AppError {
    fn from(error: InvalidText) -> Self {
        Self::Invalid(error.into())
    }
}

/// What the server does with an error that a screen shows in its place: the answer gets the status that goes with it. In a browser
/// there is none.
#[derive(Clone, Copy)]
pub struct GiveStatus(pub fn(&AppError));

/// What a browser can act on. A variant needs a screen that shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum AppError {
    /// Nobody is signed in.
    #[error("Please sign in.")]
    SignedOut,
    /// Signed in, but the role lacks the permission.
    #[error("Your role in this team does not allow that.")]
    Forbidden,
    /// The licence of the installation is over: nothing can be changed.
    #[error(
        "The licence of this installation has expired: everything can be read and exported, but nothing changed until an administrator installs a new one."
    )]
    ReadOnly,
    /// It is too long ago that the viewer proved who they are.
    #[error("Nothing was done: it is a while since you proved who you are. Confirm that it is you first.")]
    ConfirmFirst,
    /// A second step is required of the viewer, who has none.
    #[error("Two-step sign-in is required of you here. Set it up first; everything else waits until then.")]
    TwoStepRequired,
    /// It does not exist, or it is not for this viewer: the two look the same.
    #[error("There is nothing here, or it is not shared with you.")]
    NotFound,
    /// One or more fields hold something that cannot be taken.
    #[error("{}", first_message(.0))]
    Invalid(FieldErrors),
    /// The state of things does not allow it; the sentence says why.
    #[error("{0}")]
    Conflict(String),
    /// The page that asks shows another team than the one its person works in by now.
    #[error("You work in another team now. Reload this page.")]
    AnotherTeam,
    /// The page that asks is that of somebody else than the session's person, or of whom they see the team as.
    #[error("Somebody else is signed in now, or a view as somebody else began or ended. Reload this page.")]
    AnotherPerson,
    /// Too much at once: try again later.
    #[error("Too many attempts. Try again in {retry_after_s} seconds.")]
    Busy {
        /// Seconds until another attempt can succeed.
        retry_after_s: u32,
    },
    /// The database or another part we need is away for the moment.
    #[error("Lyceum cannot reach its database. It tries again by itself.")]
    Unavailable,
    /// A fault of ours; the id finds it in the log.
    #[error("Something went wrong on our side. Tell your administrator: request {request_id}.")]
    Internal {
        /// Identifies the request in the log.
        request_id: RequestId,
    },
    /// The server did not answer; made in the browser only.
    #[error("The server cannot be reached. Check your connection.")]
    Network,
}

fn first_message(errors: &FieldErrors) -> String {
    errors.iter().next().map_or_else(|| "Something in the form is not right.".to_owned(), |(_, message)| message.to_owned())
}

impl AppError {
    /// The HTTP status that goes with it.
    pub const fn status(&self) -> u16 {
        match self {
            Self::SignedOut => 401,
            Self::Forbidden | Self::ReadOnly | Self::ConfirmFirst | Self::TwoStepRequired => 403,
            Self::NotFound => 404,
            Self::Invalid(_) => 422,
            Self::Conflict(_) | Self::AnotherTeam | Self::AnotherPerson => 409,
            Self::Busy { .. } => 429,
            Self::Unavailable | Self::Network => 503,
            Self::Internal { .. } => 500,
        }
    }

    /// The message of a field, when the error is about fields.
    pub fn field(&self, name: &str) -> Option<String> {
        match self {
            Self::Invalid(errors) => errors.get(name).map(str::to_owned),
            _ => None,
        }
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            // In a browser it is the answer that cannot be read, on the server the request.
            ServerFnErrorErr::Deserialization(_) if in_browser() => Self::Network,
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => Self::Network,
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => {
                Self::Invalid(FieldErrors::one("form", "The request is not of the shape this address takes."))
            }
            _ => Self::Internal { request_id: RequestId::nil() },
        }
    }
}
