//! The flow cookie: what a browser keeps of a sign-in that is under way at an identity provider. Scripts never see it.

/// How long it is kept; the row in the database ends at the same time.
const SECONDS: u32 = 600;

/// The cookie of an installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowCookie {
    is_https: bool,
}

impl FlowCookie {
    /// As it has to be where people reach the server at this address.
    pub fn new(public_url: &str) -> Self {
        Self { is_https: public_url.starts_with("https://") }
    }

    const fn name(self) -> &'static str {
        if self.is_https { "__Host-lyceum_flow" } else { "lyceum_flow" }
    }

    /// The token in the value of a `Cookie` header.
    pub fn find(self, header: &str) -> Option<&str> {
        let pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
        pairs.filter(|(name, _)| *name == self.name()).map(|(_, token)| token).find(|token| !token.is_empty())
    }

    /// The value of `Set-Cookie` that makes a browser keep the token. Lax: it comes back from another site by a link.
    pub fn keep(self, token: &str) -> String {
        self.text(token, SECONDS)
    }

    /// The value of `Set-Cookie` that makes it forget.
    pub fn forget(self) -> String {
        self.text("", 0)
    }

    fn text(self, token: &str, seconds: u32) -> String {
        let secure = if self.is_https { "; Secure" } else { "" };
        format!("{}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}", self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_lasts_ten_minutes_and_is_tied_to_the_host_on_https() {
        let cookie = FlowCookie::new("https://lyceum.example.org");
        assert_eq!(cookie.keep("abc"), "__Host-lyceum_flow=abc; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure");
        assert_eq!(cookie.find("a=b; __Host-lyceum_flow=abc"), Some("abc"));
        assert_eq!(cookie.find("lyceum_flow=abc"), None);
    }
}
