//! The session cookie: how it is called and what protects it. The server writes and reads it; scripts never see it.

/// Longest `Max-Age` a browser keeps to, 400 days; the session in the database decides when it really ends.
const SECONDS: u32 = 34_560_000;

/// How long the token between password and code, or between address and code, is kept: as long as it is good.
const STEP_SECONDS: u32 = 600;

/// What a cookie stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Session,
    SecondStep,
    EmailCode,
}

/// The cookie of an installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionCookie {
    is_https: bool,
    kind: Kind,
}

impl SessionCookie {
    /// As it has to be where people reach the server at this address.
    pub fn new(public_url: &str) -> Self {
        Self { is_https: public_url.starts_with("https://"), kind: Kind::Session }
    }

    /// The cookie that stands between password and code instead: no session, and good for that one step.
    #[must_use]
    pub const fn of_second_step(self) -> Self {
        Self { kind: Kind::SecondStep, ..self }
    }

    /// The cookie of a browser that had a code mailed: no session, and good for that code alone.
    #[must_use]
    pub const fn of_email_code(self) -> Self {
        Self { kind: Kind::EmailCode, ..self }
    }

    /// Its name: with the prefix that ties it to this host, where browsers allow that.
    pub const fn name(self) -> &'static str {
        match (self.is_https, self.kind) {
            (true, Kind::Session) => "__Host-lyceum_session",
            (false, Kind::Session) => "lyceum_session",
            (true, Kind::SecondStep) => "__Host-lyceum_step",
            (false, Kind::SecondStep) => "lyceum_step",
            (true, Kind::EmailCode) => "__Host-lyceum_email_code",
            (false, Kind::EmailCode) => "lyceum_email_code",
        }
    }

    /// The token in the value of a `Cookie` header.
    pub fn find(self, header: &str) -> Option<&str> {
        let pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
        pairs.filter(|(name, _)| *name == self.name()).map(|(_, token)| token).find(|token| !token.is_empty())
    }

    /// The value of `Set-Cookie` that makes a browser keep the token.
    pub fn keep(self, token: &str) -> String {
        self.text(token, if self.kind == Kind::Session { SECONDS } else { STEP_SECONDS })
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
    fn on_https_the_cookie_is_tied_to_the_host() {
        let text = SessionCookie::new("https://lyceum.example.org").keep("abc");
        assert_eq!(text, "__Host-lyceum_session=abc; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax; Secure");
    }

    #[test]
    fn on_http_it_has_a_plain_name_because_browsers_refuse_the_other() {
        assert!(SessionCookie::new("http://127.0.0.1:3000").forget().starts_with("lyceum_session=; Path=/; Max-Age=0;"));
        let named = SessionCookie::new("http://lyceum.example.org");
        assert_eq!(named.keep("abc"), "lyceum_session=abc; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax");
        assert_eq!(named.of_second_step().keep("abc"), "lyceum_step=abc; Path=/; Max-Age=600; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn between_password_and_code_another_cookie_stands_for_ten_minutes() {
        let step = SessionCookie::new("https://lyceum.example.org").of_second_step();
        assert_eq!(step.keep("abc"), "__Host-lyceum_step=abc; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure");
        assert_eq!(step.find("__Host-lyceum_session=no"), None);
    }

    #[test]
    fn the_token_is_found_among_other_cookies_by_its_whole_name() {
        let cookie = SessionCookie::new("http://127.0.0.1:3000");
        assert_eq!(cookie.find("theme=dark; xlyceum_session=no"), None);
        assert_eq!(cookie.find("theme=dark; lyceum_session=yes"), Some("yes"));
    }
}
