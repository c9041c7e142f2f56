//! Own paths: where a redirect may lead, and how an address is written inside another.

/// The one screen of somebody who has to set up a second step before anything else.
pub const TWO_STEP_REQUIRED: &str = "/account/two-step-required";

/// The path, when it leads to a page of ours: `/…` without a host, a backslash or a control character, without `//`, which is where
/// a host begins for whoever takes the path apart and puts it together again, and without steps up or in place, however they are spelled.
pub fn parse(text: &str) -> Option<&str> {
    let path = text.split(['?', '#']).next().unwrap_or_default();
    let is_step = |part: &str| matches!(part.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
    let is_path = path.starts_with('/') && !path.contains("//") && !path.split('/').any(is_step);
    let is_clean = !text.contains('\\') && text.bytes().all(|byte| byte.is_ascii_graphic());
    let is_short = text.len() <= 2_000;
    (is_path && is_clean && is_short && !text.starts_with("/api/")).then_some(text)
}

/// Percent-encodes all but the characters every part of an address may hold.
pub fn escape(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::with_capacity(text.len()), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'/') {
            escaped.push(char::from(byte));
        } else {
            write!(escaped, "%{byte:02X}").expect("writing to a String cannot fail");
        }
        escaped
    })
}

/// The address of a screen that leads on to a path of ours afterwards; the screen itself where there is none.
pub fn with_next(screen: &str, next: &str) -> String {
    if next.is_empty() { screen.to_owned() } else { format!("{screen}?next={}", escape(next)) }
}

/// The address of a way to sign in for whoever is signed in and has to prove who they are: it asks them anew.
pub fn asking_anew(address: &str) -> String {
    let sign = if address.contains('?') { '&' } else { '?' };
    format!("{address}{sign}again=true")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_ours_is_kept_with_its_query() {
        for own in ["/", "/chat", "/chat/018f?x=1#end", "/datasets?page=2", "/sign-in?from=https://example.org"] {
            assert_eq!(parse(own), Some(own));
        }
    }

    #[test]
    fn whatever_leads_elsewhere_is_refused() {
        let elsewhere = [
            "",
            "chat",
            "//evil.org",
            "/.//evil.org",
            "/chat//evil.org",
            "/./api/identity/sign-out",
            "/chat/%2E./api/identity/sign-out",
            "/\\evil.org",
            "https://evil.org",
            "javascript:alert(1)",
            "/\t/evil.org",
            "/\n",
            "/ä",
            "/api/identity/sign-out",
        ];
        for elsewhere in elsewhere {
            assert_eq!(parse(elsewhere), None, "{elsewhere:?} was taken");
        }
    }

    #[test]
    fn an_address_inside_an_address_cannot_add_parameters_of_its_own() {
        assert_eq!(escape("/chat/1?a=b&next=//evil"), "/chat/1%3Fa%3Db%26next%3D//evil");
    }

    #[test]
    fn a_screen_leads_on_where_there_is_somewhere_to_go() {
        assert_eq!(with_next("/sign-in", ""), "/sign-in");
        assert_eq!(with_next("/sign-in", "/sign-up?invitation=a.b"), "/sign-in?next=/sign-up%3Finvitation%3Da.b");
    }

    #[test]
    fn asking_anew_is_one_parameter_more() {
        assert_eq!(asking_anew("/auth/oidc/1"), "/auth/oidc/1?again=true");
        assert_eq!(asking_anew("/sign-in?next=/account"), "/sign-in?next=/account&again=true");
    }

    #[test]
    fn letters_beyond_ascii_are_escaped_byte_by_byte() {
        assert_eq!(escape("ä b"), "%C3%A4%20b");
    }
}
