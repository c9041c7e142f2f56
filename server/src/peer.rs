//! Peer: the network address a request comes from: the other end of the connection, or what the proxies before Lyceum say.
//!
//! The invariant: `X-Forwarded-For` is believed only as far as it was written by proxies that the administrator trusts; read from the
//! right, the first address that is none of theirs is who asks. Everything left of it can be made up.

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Extensions, HeaderMap};
use axum::middleware::Next;
use axum::response::Response;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// The header that proxies add who they were asked by to.
const FORWARDED: &str = "x-forwarded-for";

/// The networks of proxies that are believed; none when people connect to Lyceum themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Arc<[IpNet]>);

/// Not a list of addresses and networks.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("“{0}” is neither an address nor a network, as in 127.0.0.1 or 10.0.0.0/8")]
pub struct NotANetwork(String);

impl TrustedProxies {
    /// Reads addresses and networks, separated by commas.
    pub fn parse(text: &str) -> Result<Self, NotANetwork> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let network =
            |part: &str| part.parse().or_else(|_| part.parse::<IpAddr>().map(IpNet::from)).map_err(|_| NotANetwork(part.to_owned()));
        parts.map(network).collect::<Result<_, _>>().map(Self)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Who asks, when the connection comes from `peer`.
    fn find(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let written: Vec<&str> =
            headers.get_all(FORWARDED).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).collect();
        let mut client = peer.to_canonical();
        for hop in written.into_iter().rev() {
            if !self.trusts(client) {
                break;
            }
            let Some(before) = address(hop) else { break };
            client = before.to_canonical();
        }
        client
    }
}

/// An address as proxies write it: some add the port, and brackets around IPv6.
fn address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    hop.parse()
        .ok()
        .or_else(|| hop.parse::<SocketAddr>().ok().map(|both| both.ip()))
        .or_else(|| hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
}

/// What [`find_peer`] puts into the request.
#[derive(Clone, Copy)]
struct Peer(IpAddr);

/// Finds out where a request comes from, once, before anything asks.
pub async fn find_peer(State(trusted): State<TrustedProxies>, mut request: Request, next: Next) -> Response {
    let connection = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    if let Some(connection) = connection {
        let client = trusted.find(connection, request.headers());
        request.extensions_mut().insert(Peer(client));
    }
    next.run(request).await
}

/// The address a request comes from; the unspecified one where there is no connection.
pub fn peer(extensions: &Extensions) -> IpAddr {
    extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |Peer(ip)| *ip)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn find(trusted: &str, peer: &str, forwarded: &[&'static str]) -> String {
        let headers = forwarded.iter().map(|value| (FORWARDED.parse().unwrap(), HeaderValue::from_static(value))).collect();
        TrustedProxies::parse(trusted).unwrap().find(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn without_trusted_proxies_the_header_is_nothing() {
        assert_eq!(find("", "203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(find("10.0.0.0/8", "203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
    }

    #[test]
    fn the_first_from_the_right_that_is_no_proxy_asks() {
        assert_eq!(find("127.0.0.1", "127.0.0.1", &["1.1.1.1, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(find("127.0.0.1, 10.0.0.0/8", "::ffff:127.0.0.1", &["1.1.1.1", "198.51.100.1, 10.2.3.4"]), "198.51.100.1");
        assert_eq!(find("127.0.0.1", "127.0.0.1", &["[2001:db8::7]:4711"]), "2001:db8::7");
    }

    #[test]
    fn what_cannot_be_read_is_where_it_ends() {
        assert_eq!(find("127.0.0.1", "127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(find("127.0.0.1", "127.0.0.1", &["198.51.100.1, unknown"]), "127.0.0.1");
    }

    #[test]
    fn what_is_no_network_is_named() {
        assert_eq!(TrustedProxies::parse("10.0.0.1, proxy").unwrap_err(), NotANetwork("proxy".to_owned()));
    }
}
