//! Writes JSON as the form that server functions take: `{"a": {"b": 1}, "c": [2]}` is `a[b]=1&c[0]=2`.

use serde_json::Value;

/// Server functions of team that take forms; its others take JSON.
const TEAM_FORMS: [&str; 5] = ["team/members", "team/teams", "team/invitations", "team/invite", "team/revoke-invitation"];

/// Whether a server function takes forms; the others take JSON.
pub fn takes_forms(endpoint: &str) -> bool {
    TEAM_FORMS.contains(&endpoint) || ["identity/", "no/"].iter().any(|noun| endpoint.starts_with(noun))
}

/// The urlencoded form of an object's members.
pub fn form(arguments: &Value) -> String {
    let mut pairs = Vec::new();
    if let Value::Object(members) = arguments {
        members.iter().for_each(|(name, value)| collect(name, value, &mut pairs));
    }
    pairs.join("&")
}

fn collect(name: &str, value: &Value, pairs: &mut Vec<String>) {
    match value {
        Value::Null => {}
        Value::Object(members) => members.iter().for_each(|(member, value)| collect(&format!("{name}[{member}]"), value, pairs)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, value)| collect(&format!("{name}[{index}]"), value, pairs)),
        Value::String(text) => pairs.push(pair(name, text)),
        other => pairs.push(pair(name, &other.to_string())),
    }
}

/// One `name=value`, escaped but for the brackets.
pub fn pair(name: &str, value: &str) -> String {
    format!("{}={}", escape(name, b"[]"), escape(value, b""))
}

fn escape(text: &str, also: &[u8]) -> String {
    let keep = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(byte) || also.contains(byte);
    text.bytes().map(|byte| if keep(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// Base64url without padding.
pub fn base64url(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for part in bytes.chunks(3) {
        let number = part.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte)) << (8 * (3 - part.len()));
        for place in 0..=part.len() {
            text.push(char::from(SIGNS[(number >> (18 - 6 * place)) as usize & 63]));
        }
    }
    text
}
