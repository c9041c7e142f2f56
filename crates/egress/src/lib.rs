//! The only way out of the server: HTTP requests to addresses that people typed in.
//!
//! Invariant: a connection goes only to an address that [`address::is_public`] accepted after name
//! resolution, or to a `host:port` that the administrator of the server put in the allow list. Every
//! request is bounded in time and size, follows no redirect, uses no proxy, and no error holds a secret.
//!
//! policy        [`EgressPolicy`], [`Limits`], [`HostPort`]
//! addresses     [`address`] (what is public), `resolver` (resolve, filter, pin)
//! requests      [`EgressClient`] → [`EgressResponse`] → `body` (cap and idle limit on the stream)
//! mail          [`Mailer`]: the one SMTP server that the administrator of the server has set
//! errors        [`EgressError`], sentences that a person can act on

pub mod address;
mod body;
mod client;
mod error;
mod mail;
mod policy;
mod resolver;
mod response;
mod target;

pub use client::{EgressClient, SecretHeaders};
pub use error::EgressError;
pub use http::header;
pub use http::{HeaderMap, HeaderName, StatusCode};
pub use mail::{Letter, MailError, MailSettingsError, Mailer};
pub use policy::{EgressPolicy, HostPort, HostPortError, Limits, parse_allow_list};
pub use response::{ByteStream, EgressResponse};

/// Makes `ring` the TLS provider of the process. Calling it again does nothing.
///
/// `main` calls it first thing; [`EgressClient::new`] calls it too, so that tests need not think of it.
pub fn install_crypto_provider() {
    // Err means that a provider is installed already, which is all that is asked for.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
