//! Diagnosis: why nothing comes of a provider's answer: a reason for whoever signs in, and for administrators what can be done about it.
//!
//! The invariant: what a provider says in its own words is shown as that, cut, and to administrators alone.

use super::verify::Vouch;
use domain::sign_ins::SignInReason;

/// Most characters of a provider's own words.
const LONGEST_QUOTE: usize = 300;

/// Why nothing comes of it.
#[derive(Debug)]
pub(super) struct Diagnosis {
    /// For whoever signs in, and for the record.
    pub reason: SignInReason,
    /// What more is known.
    detail: Option<String>,
}

impl From<SignInReason> for Diagnosis {
    fn from(reason: SignInReason) -> Self {
        Self { reason, detail: None }
    }
}

impl Diagnosis {
    /// With more than the reason says.
    pub fn new(reason: SignInReason, detail: impl Into<String>) -> Self {
        Self { reason, detail: Some(detail.into()) }
    }

    /// Of a browser that came back without a code.
    pub fn of_callback(error: Option<&str>, description: Option<&str>) -> Self {
        let Some(word) = error else {
            return Self::new(SignInReason::ProviderRefused, "The provider led back here with neither a code nor an error.");
        };
        let reason = if word == "access_denied" { SignInReason::Cancelled } else { SignInReason::ProviderRefused };
        let sentence = match word {
            "access_denied" => {
                "Whoever was asked there cancelled, or may not use this application: some providers want people assigned to it."
            }
            "unauthorized_client" | "unsupported_response_type" => {
                "The provider does not let this client ID sign people in with a code. Allow the authorization code flow for it there."
            }
            "invalid_scope" => "The provider does not grant all of the scopes that are set here. Allow them there, or ask for fewer.",
            "server_error" | "temporarily_unavailable" => "The provider has trouble of its own. Try again in a while.",
            _ => "The provider did not take the request.",
        };
        Self::new(reason, with_quote(sentence, word, description))
    }

    /// Of a provider that gave an error for its code.
    pub fn of_token(word: &str, description: Option<&str>) -> Self {
        let sentence = match word {
            "invalid_client" => {
                "The provider does not accept the client ID with the client secret that is set here. Enter the secret anew or make another one there: it may be wrong, missing, or over its time."
            }
            "invalid_grant" => {
                "The provider did not redeem its own code. Most often the address that it leads back to is registered differently there, or the code was too old."
            }
            "unauthorized_client" | "unsupported_grant_type" => {
                "The provider does not let this client ID redeem a code. Allow the authorization code flow for it there."
            }
            _ => "The provider gave an error in the place of a token.",
        };
        Self::new(SignInReason::ProviderRefused, with_quote(sentence, word, description))
    }

    /// What an administrator is told.
    pub fn sentence(self) -> String {
        self.detail.unwrap_or_else(|| explained(self.reason).to_owned())
    }
}

fn with_quote(sentence: &str, word: &str, description: Option<&str>) -> String {
    let description = description.map(|description| format!(": {}", quotable(description))).unwrap_or_default();
    format!("{sentence} It says “{}{description}”.", quotable(word))
}

/// Words of somebody else, cut to a line of text.
pub(super) fn quotable(words: &str) -> String {
    words.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).take(LONGEST_QUOTE).collect()
}

/// A reason as an administrator has to know it, who can do more about it than whoever signs in.
const fn explained(reason: SignInReason) -> &'static str {
    match reason {
        SignInReason::Unreachable => "The provider cannot be reached.",
        SignInReason::ProviderRefused => "The provider answered with an error.",
        SignInReason::WrongState => "This is not the answer to what was asked. Try again.",
        SignInReason::WrongNonce => "The token does not hold the nonce that was sent along: it belongs to another sign-in.",
        SignInReason::WrongAudience => "The token was not made for the client ID that is set here, or not for it alone.",
        SignInReason::WrongIssuer => "The answer names another issuer than the one that is set here.",
        SignInReason::WrongSignature => {
            "The token is not signed with a key that the provider publishes, or in a way that is not accepted here."
        }
        SignInReason::Expired => "The token is over already. Compare the clocks of the provider and of this server.",
        SignInReason::Unreadable => "The answer cannot be read: it is not what OpenID Connect asks for.",
        SignInReason::NoAddress => "The provider tells no email address. Have it tell one, by the scope “email” or an optional claim.",
        SignInReason::UnverifiedAddress => {
            "The provider does not say that the address is verified. If it never does, see “Trust this provider’s addresses”."
        }
        SignInReason::WrongDomain => "The address is of none of the email domains that are set here.",
        SignInReason::NoAccount => "Nobody has an account or an open invitation with this address, and the provider makes none.",
        SignInReason::NotLinked => {
            "There is an account with this address that has no password. Its person links the provider on their account page."
        }
        SignInReason::Suspended => "The account is suspended.",
        SignInReason::NoTeam => "The account is in no team.",
        SignInReason::NoSeat => "All seats of the licence are taken.",
        SignInReason::LicenceOver => "The licence is over, and nobody new comes in.",
        SignInReason::NotInLicence => "The licence does not include identity providers: only who was linked before comes in.",
        other => other.sentence(),
    }
}

/// The same of somebody whom the provider told of, which says more where it is their address that is wrong.
pub(super) fn explained_of(reason: SignInReason, vouch: &Vouch) -> String {
    match (reason, &vouch.unusable_email) {
        (SignInReason::UnverifiedAddress, _) if vouch.is_verified == Some(false) => {
            "The provider says that the address is not verified. Have it verified there; trusting the provider’s addresses does not change that."
                .to_owned()
        }
        (SignInReason::NoAddress, Some(told)) => {
            format!("What the provider tells as the email address, “{}”, is no usable address.", quotable(told))
        }
        _ => explained(reason).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_provider_says_is_explained_and_quoted() {
        let refused = Diagnosis::of_token("invalid_client", Some("AADSTS7000215: Invalid\nclient secret"));
        assert_eq!(refused.reason, SignInReason::ProviderRefused);
        let sentence = refused.sentence();
        assert!(sentence.starts_with("The provider does not accept the client ID"), "{sentence}");
        assert!(sentence.ends_with("It says “invalid_client: AADSTS7000215: Invalid client secret”."), "{sentence}");
        let denied = Diagnosis::of_callback(Some("access_denied"), None);
        assert_eq!(denied.reason, SignInReason::Cancelled);
        assert!(denied.sentence().ends_with("It says “access_denied”."));
        assert!(Diagnosis::of_callback(Some("odd"), Some("x".repeat(10_000).as_str())).sentence().chars().count() < 500);
        assert!(Diagnosis::of_callback(None, None).sentence().contains("neither"));
    }

    #[test]
    fn what_is_not_known_in_detail_is_what_the_reason_says() {
        assert!(Diagnosis::from(SignInReason::WrongNonce).sentence().contains("nonce"));
        assert_eq!(Diagnosis::from(SignInReason::WayOff).sentence(), SignInReason::WayOff.sentence());
    }
}
