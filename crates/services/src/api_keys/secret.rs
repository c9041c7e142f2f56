//! Secret: what a key looks like: `lyc_<selector>_<secret>`, in hexadecimal, so that a double click takes all of it.

use crate::identity::token;
use crate::written::hex;
use subtle::ConstantTimeEq as _;

/// What every key begins with; scanners of repositories know it by that.
pub const START: &str = "lyc_";
/// Random bytes that find the row.
const SELECTOR_BYTES: usize = 8;
/// Random bytes that prove the right to it.
const SECRET_BYTES: usize = 32;

/// A key, in two parts.
pub(super) struct Key {
    /// Looked up, in the open.
    pub selector: String,
    secret: String,
}

impl Key {
    /// A fresh one.
    pub fn fresh() -> Self {
        Self { selector: hex(&rand::random::<[u8; SELECTOR_BYTES]>()), secret: hex(&rand::random::<[u8; SECRET_BYTES]>()) }
    }

    /// Reads what was presented; anything of another shape is no key.
    pub fn parse(text: &str) -> Option<Self> {
        let (selector, secret) = text.strip_prefix(START)?.split_once('_')?;
        let is_shaped = |part: &str, bytes: usize| part.len() == bytes * 2 && part.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'));
        (is_shaped(selector, SELECTOR_BYTES) && is_shaped(secret, SECRET_BYTES))
            .then(|| Self { selector: selector.to_owned(), secret: secret.to_owned() })
    }

    /// What is stored of the secret. It is random, so a plain hash suffices.
    pub fn secret_hash(&self) -> Vec<u8> {
        token::hash(&self.secret)
    }

    /// Whether its secret is the one whose hash is stored; takes the same time either way.
    pub fn proves(&self, secret_hash: &[u8]) -> bool {
        self.secret_hash().ct_eq(secret_hash).into()
    }

    /// The whole key, for whoever made it.
    pub fn text(&self) -> String {
        format!("{}_{}", prefix(&self.selector), self.secret)
    }
}

/// How a key begins: enough to find it again, not enough to use it.
pub(super) fn prefix(selector: &str) -> String {
    format!("{START}{selector}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_being_written_and_read() {
        let key = Key::fresh();
        let read = Key::parse(&key.text()).unwrap();
        assert!(read.selector == key.selector && read.proves(&key.secret_hash()));
        assert!(key.text().starts_with(&prefix(&key.selector)));
    }

    #[test]
    fn the_right_selector_with_another_secret_proves_nothing() {
        let key = Key::fresh();
        let forged = Key { selector: key.selector.clone(), ..Key::fresh() };
        assert!(!forged.proves(&key.secret_hash()));
    }

    #[test]
    fn text_of_another_shape_is_no_key() {
        let key = Key::fresh().text();
        let odd = [
            String::new(),
            "lyc_".to_owned(),
            "lyc__".to_owned(),
            key.to_uppercase(),
            format!("{key}0"),
            format!(" {key}"),
            "x".repeat(10_000),
        ];
        for odd in odd {
            assert!(Key::parse(&odd).is_none(), "{odd:.20} was taken");
        }
    }
}
