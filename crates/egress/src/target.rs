//! The one place where the text of a URL becomes something that can be called.

use std::net::IpAddr;

use url::{Host, Url};

use crate::{EgressError, HostPort, address};

/// A parsed URL with the decision which connections it may use.
#[derive(Debug)]
pub(crate) struct Target {
    /// What is requested; parsed once, never again.
    pub url: Url,
    /// Host and port, for the allow list and for messages.
    pub host: HostPort,
    /// Whether the allow list names it, so that private addresses are accepted.
    pub is_allowed_private: bool,
}

impl Target {
    /// Parses `text` and refuses what may not be called whatever its name resolves to.
    pub fn parse(text: &str, allow: &[HostPort]) -> Result<Self, EgressError> {
        let url = Url::parse(text.trim()).map_err(|_| EgressError::NotAUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(EgressError::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(EgressError::CredentialsInUrl);
        }
        let (Some(name), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(EgressError::NotAUrl);
        };
        let host = HostPort::of(&name, port);
        let is_allowed_private = allow.contains(&host);
        let literal = match name {
            Host::Ipv4(address) => Some(IpAddr::V4(address)),
            Host::Ipv6(address) => Some(IpAddr::V6(address)),
            Host::Domain(_) => None,
        };
        // Address literals never reach the resolver, so they are judged here.
        if literal.is_some_and(|address| !is_allowed_private && !address::is_public(address)) {
            return Err(EgressError::Refused { host });
        }
        Ok(Self { url, host, is_allowed_private })
    }
}

#[cfg(test)]
mod tests {
    use super::Target;
    use crate::{EgressError, parse_allow_list};

    #[test]
    fn every_spelling_of_a_private_address_is_refused() {
        let spellings = [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0177.0.0.1/",
            "http://127.0.0.1./",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:7f00:1]:8080/",
            "http://[64:ff9b::7f00:1]/",
            "http://169.254.169.254/latest/meta-data",
            "http://0/",
            "https://192.168.0.1",
            "http://１２７.0.0.1/",
        ];
        for url in spellings {
            let refused = Target::parse(url, &[]);
            assert!(matches!(refused, Err(EgressError::Refused { .. })), "{url} gave {refused:?}");
        }
    }

    #[test]
    fn other_schemes_credentials_and_nonsense_are_refused() {
        assert!(matches!(Target::parse("file:///etc/passwd", &[]), Err(EgressError::Scheme)));
        assert!(matches!(Target::parse("ftp://example.com/", &[]), Err(EgressError::Scheme)));
        assert!(matches!(Target::parse("https://me:secret@example.com/", &[]), Err(EgressError::CredentialsInUrl)));
        assert!(matches!(Target::parse("https://me@example.com/", &[]), Err(EgressError::CredentialsInUrl)));
        assert!(matches!(Target::parse("example.com", &[]), Err(EgressError::NotAUrl)));
        assert!(matches!(Target::parse("", &[]), Err(EgressError::NotAUrl)));
    }

    #[test]
    fn the_allow_list_opens_exactly_the_host_and_port_it_names() {
        let allow = parse_allow_list("127.0.0.1:9100,[::1]:9100,models.lan:80").unwrap();
        for url in ["http://127.0.0.1:9100/v1", "http://2130706433:9100", "http://[::1]:9100/", "http://MODELS.lan/"] {
            assert!(Target::parse(url, &allow).unwrap().is_allowed_private, "{url}");
        }
        assert!(Target::parse("http://127.0.0.1:9101/", &allow).is_err());
        assert!(Target::parse("http://127.0.0.2:9100/", &allow).is_err());
        assert!(!Target::parse("http://models.lan:81/", &allow).unwrap().is_allowed_private);
        assert!(!Target::parse("https://models.lan/", &allow).unwrap().is_allowed_private);
    }
}
