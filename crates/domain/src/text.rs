//! Parsed text: untrusted input becomes one of these once, or a message at its field.
//!
//! The same constructor gives the form its message and the server its refusal.

use crate::InvalidText;
use serde::{Deserialize, Serialize};

/// Declares a trimmed, bounded, single- or multi-line text type.
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident { field: $field:literal, label: $label:literal, min: $min:literal, max: $max:literal, lines: $lines:literal }),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "sqlx", derive(sqlx::Type), sqlx(transparent))]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Most characters it may have.
            pub const MAX: usize = $max;

            /// Trims, drops control characters, and checks the length in characters.
            pub fn parse(text: impl AsRef<str>) -> Result<Self, InvalidText> {
                bounded(text.as_ref(), $field, $label, $min..=$max, $lines).map(Self)
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

        impl TryFrom<String> for $name {
            type Error = InvalidText;

            fn try_from(text: String) -> Result<Self, InvalidText> {
                Self::parse(text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

texts! {
    /// A person's first name.
    FirstName { field: "first_name", label: "First name", min: 1, max: 80, lines: false },
    /// A person's last name; some people have none.
    LastName { field: "last_name", label: "Last name", min: 0, max: 80, lines: false },
    /// A team's name.
    TeamName { field: "name", label: "Name", min: 1, max: 80, lines: false },
    /// A group's name, unique in its team.
    GroupName { field: "name", label: "Name", min: 1, max: 80, lines: false },
    /// A dataset's name, unique in its team.
    DatasetName { field: "name", label: "Name", min: 1, max: 120, lines: false },
    /// A prompt's name, unique in its team.
    PromptName { field: "name", label: "Name", min: 1, max: 120, lines: false },
    /// What something is for, in a sentence or two.
    Description { field: "description", label: "Description", min: 0, max: 1_000, lines: true },
    /// What a prompt tells the model.
    Instructions { field: "instructions", label: "Instructions", min: 0, max: 32_000, lines: true },
    /// One example question of a prompt.
    ExampleQuestion { field: "examples", label: "Example question", min: 1, max: 500, lines: false },
    /// How a person calls one of their API keys.
    ApiKeyName { field: "name", label: "Name", min: 1, max: 80, lines: false },
    /// What a person asks.
    Question { field: "text", label: "Message", min: 1, max: 64_000, lines: true },
    /// A conversation's title.
    Title { field: "title", label: "Title", min: 1, max: 200, lines: false },
    /// A provider's display name.
    ProviderName { field: "provider", label: "Provider", min: 1, max: 120, lines: false },
    /// How people call an identity provider.
    IdentityProviderName { field: "name", label: "Name", min: 1, max: 60, lines: false },
    /// How a person calls one of their passkeys.
    PasskeyName { field: "name", label: "Name", min: 1, max: 60, lines: false },
    /// How an identity provider calls this installation.
    OidcClientId { field: "client_id", label: "Client ID", min: 1, max: 500, lines: false },
    /// The claim that tells of roles; dots lead into it.
    RoleClaim { field: "role_claim", label: "Role claim", min: 0, max: 200, lines: false },
    /// A model's name, as its provider spells it.
    ModelName { field: "name", label: "Model name", min: 1, max: 200, lines: false },
    /// How a person likes to be answered.
    Tone { field: "tone", label: "Tone", min: 0, max: 200, lines: false },
    /// What a person wants models to know about them.
    AboutYou { field: "about", label: "About you", min: 0, max: 2_000, lines: true },
}

fn bounded(
    text: &str,
    field: &'static str,
    label: &str,
    length: std::ops::RangeInclusive<usize>,
    lines: bool,
) -> Result<String, InvalidText> {
    let kept: String = text.replace("\r\n", "\n").chars().filter(|c| !c.is_control() || (lines && matches!(c, '\n' | '\t'))).collect();
    let kept = kept.trim();
    let count = kept.chars().count();
    if count < *length.start() {
        return Err(InvalidText { field, message: format!("{label} cannot be empty.") });
    }
    if count > *length.end() {
        return Err(InvalidText { field, message: format!("{label} can have {} characters at most; this has {count}.", length.end()) });
    }
    Ok(kept.to_owned())
}

/// An e-mail address, trimmed and in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "sqlx", derive(sqlx::Type), sqlx(transparent))]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Accepts `local@domain.tld`-shaped text up to 254 characters (RFC 5321); proof comes from mail, not from grammar.
    pub fn parse(text: impl AsRef<str>) -> Result<Self, InvalidText> {
        let invalid = || InvalidText { field: "email", message: "Enter an email address like name@example.org.".to_owned() };
        let text = text.as_ref().trim().to_lowercase();
        let (local, host) = text.rsplit_once('@').ok_or_else(invalid)?;
        let is_clean = !text.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';' | '"'));
        let is_host =
            !host.is_empty() && !host.starts_with(['.', '-']) && !host.ends_with(['.', '-']) && !host.contains("..") && !host.contains('@');
        if local.is_empty() || local.contains('@') || !is_host || !is_clean || text.len() > 254 {
            return Err(invalid());
        }
        Ok(Self(text))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = InvalidText;

    fn try_from(text: String) -> Result<Self, InvalidText> {
        Self::parse(text)
    }
}

impl From<EmailAddress> for String {
    fn from(value: EmailAddress) -> Self {
        value.0
    }
}

impl std::fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A file's name as data: never a path, never used to build one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "sqlx", derive(sqlx::Type), sqlx(transparent))]
#[serde(try_from = "String", into = "String")]
pub struct DocumentName(String);

impl DocumentName {
    /// Refuses names that hold a path, are empty, hidden-only or longer than 255 characters.
    pub fn parse(text: impl AsRef<str>) -> Result<Self, InvalidText> {
        let text = text.as_ref();
        let shown: String = text.chars().filter(|c| !c.is_control()).take(80).collect();
        let refuse = |why: &str| Err(InvalidText { field: "file", message: format!("“{shown}” cannot be uploaded: {why}") });
        if text.contains(['/', '\\']) || text == "." || text == ".." {
            return refuse("its name holds a path. Rename the file and try again.");
        }
        let name: String = text.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned();
        if name.is_empty() {
            return refuse("it has no name.");
        }
        if name.chars().count() > 255 {
            return refuse("its name is longer than 255 characters.");
        }
        Ok(Self(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for DocumentName {
    type Error = InvalidText;

    fn try_from(text: String) -> Result<Self, InvalidText> {
        Self::parse(text)
    }
}

impl From<DocumentName> for String {
    fn from(value: DocumentName) -> Self {
        value.0
    }
}

impl std::fmt::Display for DocumentName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_lose_control_characters() {
        assert_eq!(DatasetName::parse("  Hand\u{0}book \n").unwrap().as_str(), "Handbook");
    }

    #[test]
    fn an_empty_or_endless_name_gets_a_sentence_that_names_the_field() {
        assert_eq!(DatasetName::parse("   ").unwrap_err().message, "Name cannot be empty.");
        assert!(DatasetName::parse("x".repeat(121)).unwrap_err().message.contains("120"));
    }

    #[test]
    fn addresses_are_folded_to_lower_case_and_odd_ones_refused() {
        assert_eq!(EmailAddress::parse(" Ada@Example.ORG ").unwrap().as_str(), "ada@example.org");
        for odd in ["", "ada", "@x.org", "a@", "a b@x.org", "a@@x.org", "a@x..org", "<a@x.org>"] {
            assert!(EmailAddress::parse(odd).is_err(), "{odd:?} was taken");
        }
    }

    #[test]
    fn a_file_name_with_a_path_is_refused_by_name() {
        assert!(DocumentName::parse("../../etc/passwd").unwrap_err().message.contains("../../etc/passwd"));
        assert_eq!(DocumentName::parse("Report 2026.pdf").unwrap().as_str(), "Report 2026.pdf");
    }
}
