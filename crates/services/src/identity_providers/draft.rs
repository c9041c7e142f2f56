//! Draft: what the form sends becomes what can be stored, or a message at every field that is wrong.

use crate::Result;
use domain::identity_providers::{IdentityProviderDraft, RoleRule};
use domain::text::{EmailAddress, IdentityProviderName, OidcClientId, RoleClaim};
use domain::{FieldErrors, InvalidText, Role};
use egress::EgressClient;
use url::Url;

/// Most characters of a secret.
const LONGEST_SECRET: usize = 4_096;
/// Most domains of one provider.
const MOST_DOMAINS: usize = 50;
/// What is asked for unless said otherwise.
const USUAL_SCOPES: &str = "openid email profile";

/// What can be stored; the rest of the draft is a choice already.
pub(super) struct Checked {
    pub name: IdentityProviderName,
    pub issuer: String,
    pub client_id: OidcClientId,
    pub client_secret: String,
    pub scopes: String,
    pub email_domains: Vec<String>,
    pub role_claim: RoleClaim,
    pub role_rules: Vec<RoleRule>,
}

impl Checked {
    /// Parses every field before it refuses, so that a person sees all that is wrong at once.
    pub fn parse(draft: &IdentityProviderDraft, egress: &EgressClient) -> Result<Self> {
        let mut errors = FieldErrors::default();
        let name = keep(&mut errors, IdentityProviderName::parse(&draft.name));
        let issuer = keep(&mut errors, issuer(&draft.issuer, egress));
        let client_id = keep(&mut errors, OidcClientId::parse(&draft.client_id));
        let client_secret = keep(&mut errors, secret(&draft.client_secret));
        let scopes = keep(&mut errors, scopes(&draft.scopes));
        let email_domains = keep(&mut errors, domains(&draft.email_domains));
        let role_claim = keep(&mut errors, RoleClaim::parse(&draft.role_claim));
        let role_rules = keep(&mut errors, RoleRule::parse_all(&draft.role_rules));
        if role_rules.as_ref().is_some_and(|rules| !rules.is_empty()) && draft.role_claim.trim().is_empty() {
            errors.add("role_claim", "Name the claim that the rules are about.");
        }
        if draft.updates_roles && draft.role_claim.trim().is_empty() {
            errors.add("role_claim", "Name the claim that roles are taken from at every sign-in.");
        }
        if draft.updates_roles && draft.default_team_id.is_none() {
            errors.add("default_team_id", "Choose the team in which roles are taken from the provider at every sign-in.");
        }
        if draft.trusts_addresses && email_domains.as_ref().is_some_and(Vec::is_empty) {
            errors.add("email_domains", "Addresses are trusted by domain. Name at least one, or do not trust this provider’s addresses.");
        }
        let no_owner = "Owners are made by owners. Choose another role.";
        if draft.default_role == Role::Owner {
            errors.add("default_role", no_owner);
        }
        if role_rules.as_ref().is_some_and(|rules| rules.iter().any(|rule| rule.role == Role::Owner)) {
            errors.add("role_rules", no_owner);
        }
        match (name, issuer, client_id, client_secret, scopes, email_domains, role_claim, role_rules) {
            (
                Some(name),
                Some(issuer),
                Some(client_id),
                Some(client_secret),
                Some(scopes),
                Some(email_domains),
                Some(role_claim),
                Some(role_rules),
            ) if errors.is_empty() => Ok(Self { name, issuer, client_id, client_secret, scopes, email_domains, role_claim, role_rules }),
            _ => Err(errors.into()),
        }
    }
}

/// An address as the provider spells it. Plain http is for hosts that the administrator of the server allows.
pub(super) fn issuer(text: &str, egress: &EgressClient) -> Result<String, InvalidText> {
    let refuse = |message: String| InvalidText { field: "issuer", message };
    let text = text.trim();
    if text.is_empty() {
        return Err(refuse("Issuer cannot be empty. It looks like “https://login.example.org”.".to_owned()));
    }
    egress.check(text).map_err(|error| refuse(error.to_string()))?;
    let url = Url::parse(text).map_err(|error| refuse(error.to_string()))?;
    if url.query().is_some() || url.fragment().is_some() || text.len() > 1_000 {
        return Err(refuse("The issuer must not hold “?” or “#”, and has 1,000 characters at most.".to_owned()));
    }
    if url.scheme() != "https" && !egress.is_allow_listed(text) {
        return Err(refuse("The issuer must begin with https://.".to_owned()));
    }
    Ok(text.to_owned())
}

fn secret(text: &str) -> Result<String, InvalidText> {
    let refuse = |message: &str| Err(InvalidText { field: "client_secret", message: message.to_owned() });
    let secret = text.trim();
    if secret.len() > LONGEST_SECRET {
        return refuse("This is too long for a client secret.");
    }
    if secret.chars().any(|sign| sign.is_control() || !sign.is_ascii()) {
        return refuse("The client secret holds characters that cannot be sent. Paste it again, without line breaks.");
    }
    Ok(secret.to_owned())
}

/// Words that the standard allows, “openid” among them.
fn scopes(text: &str) -> Result<String, InvalidText> {
    let given = if text.trim().is_empty() { USUAL_SCOPES } else { text };
    let mut words: Vec<&str> = given.split_whitespace().collect();
    let is_word = |word: &&str| word.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'));
    if !words.iter().all(is_word) || given.len() > 1_000 {
        return Err(InvalidText {
            field: "scopes",
            message: "Scopes are words with spaces between them, as in “openid email”.".to_owned(),
        });
    }
    if !words.contains(&"openid") {
        words.insert(0, "openid");
    }
    Ok(words.join(" "))
}

fn domains(text: &str) -> Result<Vec<String>, InvalidText> {
    let refuse = |message: String| InvalidText { field: "email_domains", message };
    let words = text.split(|sign: char| sign == ',' || sign == ';' || sign.is_whitespace()).filter(|word| !word.is_empty());
    let domain = |word: &str| {
        let plain = word.trim_start_matches('@').to_lowercase();
        EmailAddress::parse(format!("a@{plain}")).map_err(|_| refuse(format!("“{word}” is not a domain like “example.org”.")))?;
        Ok(plain)
    };
    let mut domains: Vec<String> = words.map(domain).collect::<Result<_, InvalidText>>()?;
    domains.sort();
    domains.dedup();
    if domains.len() > MOST_DOMAINS { Err(refuse(format!("There can be {MOST_DOMAINS} domains at most."))) } else { Ok(domains) }
}

fn keep<T>(errors: &mut FieldErrors, parsed: Result<T, InvalidText>) -> Option<T> {
    parsed.map_err(|error| errors.add(error.field, error.message)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_hold_openid_whatever_is_typed() {
        assert_eq!(scopes("").unwrap(), USUAL_SCOPES);
        assert_eq!(scopes(" email  groups ").unwrap(), "openid email groups");
        assert!(scopes("a\"b").is_err());
    }

    #[test]
    fn domains_are_read_as_people_write_them() {
        assert_eq!(domains("@Example.org, example.org; b.example").unwrap(), ["b.example", "example.org"]);
        assert!(domains("not a@domain").is_err());
    }

    #[test]
    fn an_issuer_is_https_unless_its_host_is_allowed() {
        let egress = EgressClient::new(egress::EgressPolicy { allow: vec!["127.0.0.1:9".parse().unwrap()], ..Default::default() }).unwrap();
        assert_eq!(issuer(" https://login.example.org/a/ ", &egress).unwrap(), "https://login.example.org/a/");
        assert!(issuer("http://127.0.0.1:9", &egress).is_ok());
        for odd in ["", "http://login.example.org", "https://login.example.org/?a=b", "http://127.0.0.1:10", "ftp://x.example"] {
            assert!(issuer(odd, &egress).is_err(), "{odd}");
        }
    }
}
