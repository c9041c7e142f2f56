//! The flow cookie: what a browser keeps of a sign-in that is under way, at an identity provider or at its passkeys. Scripts never see it.

/// How long it is kept while an identity provider is asked; the row in the database ends at the same time.
const SECONDS: u32 = 600;
/// The same while a device is asked for a passkey.
const PASSKEY_SECONDS: u32 = 300;

/// The cookie of an installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowCookie {
    is_https: bool,
    is_passkey: bool,
}

impl FlowCookie {
    /// As it has to be where people reach the server at this address.
    pub fn new(public_url: &str) -> Self {
        Self { is_https: public_url.starts_with("https://"), is_passkey: false }
    }

    /// The cookie of a ceremony with a passkey instead; no other site leads back to it.
    #[must_use]
    pub const fn of_passkey(self) -> Self {
        Self { is_passkey: true, ..self }
    }

    const fn name(self) -> &'static str {
        match (self.is_https, self.is_passkey) {
            (true, false) => "__Host-lyceum_flow",
            (false, false) => "lyceum_flow",
            (true, true) => "__Host-lyceum_passkey",
            (false, true) => "lyceum_passkey",
        }
    }

    /// The token in the value of a `Cookie` header.
    pub fn find(self, header: &str) -> Option<&str> {
        let pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
        pairs.filter(|(name, _)| *name == self.name()).map(|(_, token)| token).find(|token| !token.is_empty())
    }

    /// The value of `Set-Cookie` that makes a browser keep the token. Lax where it comes back from another site by a link.
    pub fn keep(self, token: &str) -> String {
        self.text(token, if self.is_passkey { PASSKEY_SECONDS } else { SECONDS })
    }

    /// The value of `Set-Cookie` that makes it forget.
    pub fn forget(self) -> String {
        self.text("", 0)
    }

    fn text(self, token: &str, seconds: u32) -> String {
        let secure = if self.is_https { "; Secure" } else { "" };
        let same_site = if self.is_passkey { "Strict" } else { "Lax" };
        format!("{}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite={same_site}{secure}", self.name())
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

    #[test]
    fn for_a_passkey_it_lasts_five_minutes_and_stays_with_us() {
        let cookie = FlowCookie::new("http://localhost:3000").of_passkey();
        assert_eq!(cookie.keep("abc"), "lyceum_passkey=abc; Path=/; Max-Age=300; HttpOnly; SameSite=Strict");
        assert_eq!(cookie.find("lyceum_flow=no; lyceum_passkey=abc"), Some("abc"));
    }
}
