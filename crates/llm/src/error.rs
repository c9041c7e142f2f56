//! What can go wrong with a model, as sentences for the person who asked or who set it up.
//!
//! Invariant: no sentence holds a key, a prompt or a document. Words of the provider are shown only after
//! `wire::status` has shortened and cleaned them.

use std::path::PathBuf;
use std::time::Duration;

use egress::EgressError;

/// Why a model did not answer, or not to the end. `Display` is the same text as [`LlmError::sentence`].
#[derive(Debug, thiserror::Error)]
pub enum LlmError {
    /// The provider was not reached, or the connection failed.
    #[error(transparent)]
    Egress(#[from] EgressError),
    /// The key was sent and not taken.
    #[error("The provider refused the API key ({status}).")]
    KeyRefused {
        /// HTTP status.
        status: u16,
    },
    /// No key was sent and one is wanted.
    #[error("The provider asks for an API key ({status}), and none is set.")]
    KeyMissing {
        /// HTTP status.
        status: u16,
    },
    /// The provider answers, but not for this model.
    #[error("The provider does not know the model “{model}” ({status}).")]
    UnknownModel {
        /// Name that was asked for.
        model: String,
        /// HTTP status.
        status: u16,
    },
    /// Something answers at the address, but it is not the expected API.
    #[error("{host} answers, but there is no model API at this address ({status}). Check the base URL.")]
    WrongAddress {
        /// Host and port that answered.
        host: String,
        /// HTTP status.
        status: u16,
    },
    /// The messages do not fit.
    #[error("The question with its sources and history is too long for this model.")]
    TooLong,
    /// The provider asks to slow down, or the account has run out of credit.
    #[error("The provider is taking no more requests for now (429){}", wait_hint(*.retry_after))]
    RateLimited {
        /// How long it asks to wait.
        retry_after: Option<Duration>,
    },
    /// The provider failed (5xx).
    #[error("The provider has a problem of its own ({status}). Try again in a moment.")]
    ProviderDown {
        /// HTTP status.
        status: u16,
        /// How long it asks to wait.
        retry_after: Option<Duration>,
    },
    /// The provider rejected the request for another reason.
    #[error("The provider rejected the request ({status}){}", detail(.message))]
    Rejected {
        /// HTTP status.
        status: u16,
        /// Cleaned words of the provider; may be empty.
        message: String,
    },
    /// An error that came inside the stream, after a status of success.
    #[error("The provider stopped with an error{}", detail(.message))]
    Stopped {
        /// Cleaned words of the provider; may be empty.
        message: String,
    },
    /// The stream ended before the answer did.
    #[error("The provider hung up before the answer was complete.")]
    Truncated,
    /// The stream ended without any text.
    #[error("The provider sent an empty answer.")]
    Empty,
    /// What came is not the protocol.
    #[error("The provider sent something that is not a model's answer. Check the base URL and the kind of provider.")]
    Garbled,
    /// The vectors have another length than the dataset's.
    #[error("The embedding model returned vectors of length {got} where {expected} was expected.")]
    WrongDimensions {
        /// Length that was asked for.
        expected: usize,
        /// Length that came.
        got: usize,
    },
    /// The weights of the built-in embedding model are not on this machine.
    #[error(
        "The built-in embedding model is not installed: {} is missing. Run “make setup”, or set LYCEUM_MODELS_DIR.",
        .missing.display()
    )]
    WeightsMissing {
        /// The first file that is not there.
        missing: PathBuf,
    },
    /// The built-in embedding model failed. The cause is for the log.
    #[error("The built-in embedding model failed.")]
    Local(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl LlmError {
    /// The error in words that are safe to show to a person.
    pub fn sentence(&self) -> String {
        self.to_string()
    }

    /// The sentence without words of the provider's own, which may repeat what it was sent: for logs.
    pub fn for_log(&self) -> String {
        match self {
            Self::Rejected { status, .. } => format!("The provider rejected the request ({status})."),
            Self::Stopped { .. } => "The provider stopped with an error.".to_owned(),
            other => other.to_string(),
        }
    }

    /// Whether the same request may succeed later without anyone changing a setting.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Egress(error) => error.is_transient(),
            Self::RateLimited { .. } | Self::ProviderDown { .. } | Self::Stopped { .. } | Self::Truncated | Self::Empty => true,
            _ => false,
        }
    }

    /// How long the provider asked to wait before another try.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } | Self::ProviderDown { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Wraps a failure inside this process.
    pub(crate) fn local(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Local(cause.into())
    }
}

fn wait_hint(retry_after: Option<Duration>) -> String {
    match retry_after.map(|wait| wait.as_secs()) {
        None => ": its rate limit or credit is used up.".to_owned(),
        Some(0 | 1) => ". Try again in a moment.".to_owned(),
        Some(seconds @ ..120) => format!(". Try again in {seconds} seconds."),
        Some(seconds) => format!(". Try again in {} minutes.", seconds.div_ceil(60)),
    }
}

fn detail(message: &str) -> String {
    match message.chars().last() {
        None => ".".to_owned(),
        Some('.' | '!' | '?' | '…') => format!(": {message}"),
        Some(_) => format!(": {message}."),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::LlmError;

    #[test]
    fn sentences_end_properly_with_and_without_words_of_the_provider() {
        let rejected = |message: &str| LlmError::Rejected { status: 400, message: message.to_owned() }.sentence();
        assert_eq!(rejected(""), "The provider rejected the request (400).");
        assert_eq!(rejected("bad field"), "The provider rejected the request (400): bad field.");
        assert_eq!(rejected("Really?"), "The provider rejected the request (400): Really?");
        let private = LlmError::Rejected { status: 400, message: "cannot read: Ada's salary is".to_owned() };
        assert_eq!(private.for_log(), "The provider rejected the request (400).");
        let limited = |wait| LlmError::RateLimited { retry_after: wait }.sentence();
        assert!(limited(None).ends_with("(429): its rate limit or credit is used up."));
        assert!(limited(Some(Duration::from_secs(30))).ends_with("Try again in 30 seconds."));
        assert!(limited(Some(Duration::from_secs(601))).ends_with("Try again in 11 minutes."));
    }

    #[test]
    fn only_troubles_that_pass_by_themselves_are_retryable() {
        assert!(LlmError::Truncated.is_retryable());
        assert!(LlmError::ProviderDown { status: 503, retry_after: None }.is_retryable());
        assert!(!LlmError::KeyRefused { status: 401 }.is_retryable());
        assert!(!LlmError::Garbled.is_retryable());
    }
}
