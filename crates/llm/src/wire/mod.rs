//! What all remote models share: where and how to call, what a status means, and reading the stream.
//!
//! [`Endpoint`] sends with retries → `status` names refusals → [`sse`] splits events → [`stream`] ends it honestly.

mod endpoint;
mod sse;
mod status;
mod stream;

pub use endpoint::Retries;
pub(crate) use endpoint::{Authorization, Endpoint};
pub(crate) use sse::SseEvent;
pub(crate) use status::{clean, error_message};
pub(crate) use stream::{Answer, Protocol, deltas};
