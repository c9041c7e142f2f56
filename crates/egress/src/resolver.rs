//! Name resolution that drops addresses which may not be called.
//!
//! Invariant: the connector dials the addresses returned here and nothing else, so the address that was
//! judged is the address that is called; there is no second look-up to race with.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::address;

/// The name resolves, but only to addresses that may not be called.
#[derive(Debug, thiserror::Error)]
#[error("the name resolves to private addresses only")]
pub(crate) struct PrivateOnly;

/// The name does not resolve.
#[derive(Debug, thiserror::Error)]
#[error("the name does not resolve")]
pub(crate) struct NoAddress(#[source] Option<std::io::Error>);

/// Resolves with the system's resolver and keeps public addresses only, or all of them for hosts of the allow list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FilteringResolver {
    /// Set for the connections of hosts in the allow list.
    pub keep_private: bool,
}

impl Resolve for FilteringResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let keep_private = self.keep_private;
        Box::pin(async move {
            // Port 0: the connector puts in the port of the URL.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(|error| NoAddress(Some(error)))?;
            let found: Vec<SocketAddr> = found.collect();
            if found.is_empty() {
                return Err(NoAddress(None).into());
            }
            let kept: Vec<SocketAddr> = found.into_iter().filter(|found| keep_private || address::is_public(found.ip())).collect();
            if kept.is_empty() {
                return Err(PrivateOnly.into());
            }
            let addresses: Addrs = Box::new(kept.into_iter());
            Ok(addresses)
        })
    }
}
