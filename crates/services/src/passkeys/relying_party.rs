//! Relying party: whom passkeys are for. Browsers bind a passkey to the name of a host, so the public address decides.

use webauthn_rs::prelude::{Url, Webauthn, WebauthnBuilder};

/// A passkey is bound to a name.
const NO_NAME: &str =
    "Passkeys need an address with a name, and Lyceum is reached by an IP address here. The person who runs it sets LYCEUM_PUBLIC_URL.";
/// Browsers offer passkeys to pages they can trust to be ours.
const NOT_HTTPS: &str = "Passkeys need https, and Lyceum is reached without it here. The person who runs it sets LYCEUM_PUBLIC_URL.";

/// The relying party at the public address; else the sentence that says why there can be none.
pub(super) fn at(public_url: &str) -> Result<Webauthn, &'static str> {
    let origin = Url::parse(public_url).map_err(|_| NO_NAME)?;
    let host = origin.domain().ok_or(NO_NAME)?;
    let is_this_machine = host == "localhost" || host.ends_with(".localhost");
    if origin.scheme() != "https" && !is_this_machine {
        return Err(NOT_HTTPS);
    }
    WebauthnBuilder::new(host, &origin).and_then(|builder| builder.rp_name("Lyceum").build()).map_err(|_| NO_NAME)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_browsers_take_is_one() {
        for address in ["https://lyceum.example.org", "https://example.org:8443", "http://localhost:3000", "http://a.localhost"] {
            assert!(at(address).is_ok(), "{address}");
        }
    }

    #[test]
    fn whatever_is_in_the_way_is_said_in_words() {
        for (address, sentence) in [
            ("http://127.0.0.1:3000", NO_NAME),
            ("https://192.0.2.1", NO_NAME),
            ("https://[2001:db8::1]", NO_NAME),
            ("http://lyceum.example.org", NOT_HTTPS),
            ("nonsense", NO_NAME),
        ] {
            assert_eq!(at(address).unwrap_err(), sentence, "{address}");
        }
    }
}
