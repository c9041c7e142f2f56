//! Web origins: where a web page is from, to the letter as browsers write it into `Origin`.

use crate::InvalidText;

/// The field of a form that takes them.
const FIELD: &str = "allowed_origins";
/// How much of a text that is none is repeated.
const MOST_SHOWN: usize = 80;
/// What is said of a text that resembles none.
const SHAPE: &str = "is no origin as browsers write it: https:// and the host in plain letters, with a port where it is not the usual \
                     one, as in https://app.example.org.";

/// `https://host[:port]`, or `http://localhost[:port]` while a page is built: in small letters, without the usual port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebOrigin(String);

impl WebOrigin {
    /// Most of them in a list.
    pub const MOST: usize = 20;

    /// Folds to small letters and leaves out the usual port and a slash at the end. Whatever could mean more than one origin is refused.
    pub fn parse(text: impl AsRef<str>) -> Result<Self, InvalidText> {
        let text = text.as_ref().trim();
        let refuse = |why: &str| {
            let shown: String = text.chars().take(MOST_SHOWN).collect();
            Err(InvalidText { field: FIELD, message: format!("“{shown}” {why}") })
        };
        let folded = text.to_ascii_lowercase();
        if folded.contains('*') {
            return refuse("stands for origins that nobody has named. Enter each of them.");
        }
        if folded == "null" {
            return refuse("is what pages without an origin say, whoever made them. They cannot be allowed.");
        }
        let (scheme, usual_port, rest) = if let Some(rest) = folded.strip_prefix("https://") {
            ("https", 443, rest)
        } else if let Some(rest) = folded.strip_prefix("http://") {
            ("http", 80, rest)
        } else {
            return refuse(SHAPE);
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '?', '#']) {
            return refuse("leads to a page. An origin ends after the host and its port.");
        }
        if rest.contains('@') {
            return refuse("holds a name or a password. An origin is the host and its port alone.");
        }
        let (host, port) = rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port)));
        if !is_host(host) {
            return refuse(SHAPE);
        }
        if scheme == "http" && host != "localhost" {
            return refuse("is not encrypted. An origin begins with https://; only http://localhost is taken without.");
        }
        match port.map(parse_port) {
            Some(None) => refuse("has no port from 1 to 65535 behind the colon."),
            Some(Some(port)) if port != usual_port => Ok(Self(format!("{scheme}://{host}:{port}"))),
            _ => Ok(Self(format!("{scheme}://{host}"))),
        }
    }

    /// All of a list, each once; lines without text are left out.
    pub fn parse_list<T: AsRef<str>>(texts: &[T]) -> Result<Vec<Self>, InvalidText> {
        let mut origins = Vec::new();
        for text in texts.iter().map(AsRef::as_ref).filter(|text| !text.trim().is_empty()) {
            let origin = Self::parse(text)?;
            if origins.contains(&origin) {
                continue;
            }
            if origins.len() == Self::MOST {
                return Err(InvalidText { field: FIELD, message: format!("Enter at most {} origins.", Self::MOST) });
            }
            origins.push(origin);
        }
        Ok(origins)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, owned.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// A name or an IPv4 address; browsers write names of other scripts in these letters too.
fn is_host(host: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    host.len() <= 253 && host.split('.').all(|label| (1..=63).contains(&label.len()) && label.bytes().all(is_letter))
}

fn parse_port(digits: &str) -> Option<u16> {
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|port| is_number && *port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        for (typed, expected) in [
            (" https://App.Example.ORG ", "https://app.example.org"),
            ("https://app.example.org/", "https://app.example.org"),
            ("https://app.example.org:443", "https://app.example.org"),
            ("HTTPS://app.example.org:08443", "https://app.example.org:8443"),
            ("https://192.168.1.5:80", "https://192.168.1.5:80"),
            ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
            ("http://localhost:5173", "http://localhost:5173"),
            ("http://localhost:80", "http://localhost"),
        ] {
            assert_eq!(WebOrigin::parse(typed).map(WebOrigin::into_string).as_deref(), Ok(expected), "{typed}");
        }
    }

    #[test]
    fn what_could_mean_more_than_one_origin_is_none() {
        let long = format!("https://{}.org", "x".repeat(64));
        for odd in [
            "",
            "*",
            "https://*",
            "https://*.example.org",
            "null",
            "https://",
            "https:///",
            "example.org",
            "//example.org",
            "ftp://example.org",
            "http://example.org",
            "http://localhost.example.org",
            "http://127.0.0.1:3000",
            "https://example.org/page",
            "https://example.org//",
            "https://example.org?x",
            "https://example.org#x",
            "https://ada@example.org",
            "https://ada:secret@example.org",
            "https://example.org:",
            "https://example.org:0",
            "https://example.org:65536",
            "https://example.org:+80",
            "https://example.org:80:80",
            "https://example..org",
            "https://example.org.",
            "https://bücher.example",
            "https://exa mple.org",
            "https://example.org, https://example.com",
            "https://example.org\\@example.com",
            "https://[::1]",
            &long,
        ] {
            let refusal = WebOrigin::parse(odd).expect_err(odd);
            assert!(refusal.field == FIELD && refusal.message.ends_with('.'), "{refusal:?}");
        }
    }

    #[test]
    fn a_list_holds_each_once_and_not_too_many() {
        let listed = WebOrigin::parse_list(&["https://b.org", "", "https://A.org", "https://b.org:443"]).unwrap();
        assert_eq!(listed.iter().map(WebOrigin::as_str).collect::<Vec<_>>(), ["https://b.org", "https://a.org"]);
        let mut many: Vec<String> = (0..WebOrigin::MOST).map(|n| format!("https://{n}.org")).collect();
        many.push("https://0.org".to_owned());
        assert_eq!(WebOrigin::parse_list(&many).unwrap().len(), WebOrigin::MOST);
        many.push("https://one-more.org".to_owned());
        assert!(WebOrigin::parse_list(&many).is_err());
        assert!(WebOrigin::parse_list(&["https://a.org", "*"]).is_err());
    }
}
