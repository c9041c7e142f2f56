//! What the administrator of the server decides: which private hosts may be called, and the bounds of a request.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// What an [`crate::EgressClient`] may do. The default allows no private host and has the usual limits.
#[derive(Debug, Clone, Default)]
pub struct EgressPolicy {
    /// Hosts that may be called although they resolve to a private address.
    pub allow: Vec<HostPort>,
    /// Bounds of every request.
    pub limits: Limits,
}

/// Bounds of one request and its response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From the start of name resolution to an open (TLS) connection.
    pub connect: Duration,
    /// From sending the request, connecting included, to the head of the response.
    pub first_byte: Duration,
    /// Between two pieces of the response body.
    pub idle: Duration,
    /// Most bytes of the body, counted after decompression.
    pub body_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_mins(1),
            idle: Duration::from_mins(1),
            body_bytes: 64 * 1024 * 1024,
        }
    }
}

/// One entry of the allow list: a host name or IP address, and a port.
///
/// The host is compared as it stands in the URL, after normalisation; `localhost:9100` does not allow `127.0.0.1:9100`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HostPort {
    host: String,
    port: u16,
}

/// Why a piece of text is not a [`HostPort`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not host:port, as in “localhost:11434” or “[::1]:11434”.")]
pub struct HostPortError(String);

impl HostPort {
    /// The pair that a parsed URL points at.
    pub(crate) fn of(host: &url::Host<&str>, port: u16) -> Self {
        Self { host: host.to_string().trim_end_matches('.').to_owned(), port }
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.host, self.port)
    }
}

impl FromStr for HostPort {
    type Err = HostPortError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || HostPortError(text.to_owned());
        let (host, port) = text.trim().rsplit_once(':').ok_or_else(refuse)?;
        let host = url::Host::parse(host).map_err(|_| refuse())?;
        let port = port.parse::<u16>().ok().filter(|port| *port > 0).ok_or_else(refuse)?;
        let host = match &host {
            url::Host::Domain(name) => url::Host::Domain(name.as_str()),
            url::Host::Ipv4(address) => url::Host::Ipv4(*address),
            url::Host::Ipv6(address) => url::Host::Ipv6(*address),
        };
        Ok(Self::of(&host, port))
    }
}

/// Reads the value of `LYCEUM_EGRESS_ALLOW`: entries divided by commas or white space; empty is an empty list.
pub fn parse_allow_list(text: &str) -> Result<Vec<HostPort>, HostPortError> {
    text.split(|c: char| c == ',' || c.is_whitespace()).filter(|entry| !entry.is_empty()).map(str::parse).collect()
}

#[cfg(test)]
mod tests {
    use super::{HostPort, parse_allow_list};

    #[test]
    fn an_allow_list_reads_names_and_addresses_and_normalises_them() {
        let list = parse_allow_list("Ollama.LAN.:11434, 127.0.0.1:9100\n[::1]:80,").unwrap();
        let shown: Vec<String> = list.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["ollama.lan:11434", "127.0.0.1:9100", "[::1]:80"]);
        assert!(parse_allow_list("").unwrap().is_empty());
    }

    #[test]
    fn an_entry_without_a_usable_port_or_host_is_refused_by_name() {
        for entry in ["localhost", "localhost:", "localhost:0", "localhost:70000", ":80", "http://x:1", "a/b:80", "::1"] {
            let refused = entry.parse::<HostPort>();
            assert!(refused.is_err(), "{entry} was taken as {refused:?}");
            assert!(refused.unwrap_err().to_string().contains(entry));
        }
    }
}
