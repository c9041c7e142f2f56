//! What can go wrong on the way out, as sentences for the person who set the address.
//!
//! Invariant: no variant holds a header, a body, a query string or a path; the host is all that is shown.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use crate::HostPort;
use crate::resolver::{NoAddress, PrivateOnly};

/// Why a request was not made or not finished. `Display` is a sentence that may be shown to a person.
#[derive(Debug, thiserror::Error)]
pub enum EgressError {
    /// The text is no absolute URL.
    #[error("This is not a web address; it should look like “https://api.example.com/v1”.")]
    NotAUrl,
    /// Neither http nor https.
    #[error("Only http:// and https:// addresses can be called.")]
    Scheme,
    /// User name or password in the URL.
    #[error("An address must not hold a user name or password; put the key in its own field.")]
    CredentialsInUrl,
    /// The host is, or resolves to, an address that is not on the public internet.
    #[error(
        "{host} is a private address, which this server does not call. Its administrator can allow it by adding \
         {host} to LYCEUM_EGRESS_ALLOW."
    )]
    Refused {
        /// Where the request would have gone; also what to put in the allow list.
        host: HostPort,
    },
    /// The host name is not known to the resolver.
    #[error("The name of {host} cannot be found. Is it spelled correctly?")]
    Unresolvable {
        /// Where the request would have gone.
        host: HostPort,
    },
    /// No connection within the limit.
    #[error("{host} did not accept a connection within {} seconds.", seconds(.after))]
    ConnectTimeout {
        /// Where the request would have gone.
        host: HostPort,
        /// The limit.
        after: Duration,
    },
    /// The connection was refused or could not be routed.
    #[error("Nothing answers at {host}.")]
    Unreachable {
        /// Where the request would have gone.
        host: HostPort,
    },
    /// The TLS handshake failed: certificate, or no TLS there at all.
    #[error("No secure connection to {host} could be made: its certificate is not trusted, or it does not speak TLS.")]
    Tls {
        /// Where the request would have gone.
        host: HostPort,
    },
    /// Connected, but no response head within the limit.
    #[error("{host} took the request but did not answer within {} seconds.", seconds(.after))]
    FirstByteTimeout {
        /// Where the request went.
        host: HostPort,
        /// The limit.
        after: Duration,
    },
    /// The body stopped arriving.
    #[error("{host} stopped sending for {} seconds.", seconds(.after))]
    IdleTimeout {
        /// Where the request went.
        host: HostPort,
        /// The limit.
        after: Duration,
    },
    /// The body is longer than the cap.
    #[error("{host} sent more than {limit} bytes.")]
    TooLarge {
        /// Where the request went.
        host: HostPort,
        /// The cap in bytes.
        limit: usize,
    },
    /// The connection broke, or what came is not HTTP.
    #[error("The connection to {host} broke off.")]
    Broken {
        /// Where the request went.
        host: HostPort,
        /// For the log; it names no URL.
        #[source]
        cause: Option<Box<dyn StdError + Send + Sync>>,
    },
    /// The body is not the JSON that was expected.
    #[error("{host} answered with something other than the expected JSON.")]
    NotJson {
        /// Where the request went.
        host: HostPort,
    },
    /// The value of a header holds bytes that cannot be sent, such as a line break in a pasted key.
    #[error("The value for the header “{name}” holds characters that cannot be sent.")]
    BadHeader {
        /// Name of the header; its value is kept back.
        name: http::HeaderName,
    },
    /// The body of the request cannot be written as JSON, or the HTTP client cannot be set up on this machine.
    #[error("The request could not be prepared.")]
    Unsendable(#[source] Box<dyn StdError + Send + Sync>),
}

impl EgressError {
    /// Whether another try may do better without anyone changing anything: the connection could not be made.
    pub fn is_connect(&self) -> bool {
        matches!(self, Self::ConnectTimeout { .. } | Self::Unreachable { .. } | Self::Unresolvable { .. })
    }

    /// Whether the same request may succeed later without anyone changing a setting.
    pub fn is_transient(&self) -> bool {
        self.is_connect() || matches!(self, Self::FirstByteTimeout { .. } | Self::IdleTimeout { .. } | Self::Broken { .. })
    }

    /// Sorts an error of the HTTP client.
    pub(crate) fn from_reqwest(error: reqwest::Error, host: &HostPort, connect_limit: Duration) -> Self {
        let error = error.without_url();
        let host = host.clone();
        if finds::<PrivateOnly>(&error) {
            Self::Refused { host }
        } else if finds::<NoAddress>(&error) {
            Self::Unresolvable { host }
        } else if finds::<rustls::Error>(&error) {
            Self::Tls { host }
        } else if error.is_connect() && error.is_timeout() {
            Self::ConnectTimeout { host, after: connect_limit }
        } else if error.is_connect() {
            Self::Unreachable { host }
        } else {
            Self::Broken { host, cause: Some(Box::new(error)) }
        }
    }
}

/// Whole seconds for a sentence; at least one, so that a short limit never reads as "0 seconds".
fn seconds(limit: &Duration) -> u64 {
    limit.as_secs().max(1)
}

/// Whether the chain of causes holds a `T`. An `io::Error` hides what it wraps from `source()`, so it is opened.
fn finds<T: StdError + 'static>(error: &(dyn StdError + 'static)) -> bool {
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    error.is::<T>() || wrapped.is_some_and(|wrapped| finds::<T>(wrapped)) || error.source().is_some_and(|source| finds::<T>(source))
}
