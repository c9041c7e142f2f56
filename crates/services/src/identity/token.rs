//! Tokens: random text a browser or a person holds, of which only the hash is stored.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// 256 random bits, written in base64url.
pub(crate) fn fresh() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// What is stored of a token. The token is random, so a plain hash suffices.
pub(crate) fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// A token whose first part finds the row and whose second part proves the right to it.
pub(crate) struct SplitToken {
    /// Looked up, in the open.
    pub(crate) selector: String,
    /// Compared in constant time, as a hash.
    pub(crate) verifier: String,
}

impl SplitToken {
    /// A fresh one: 128 bits to find it, 256 to prove it.
    pub(crate) fn fresh() -> Self {
        Self { selector: URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>()), verifier: fresh() }
    }

    /// Reads `selector.verifier`; anything of another shape is no token, nor is one with something around it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (selector, verifier) = text.split_once('.')?;
        let is_shaped = |part: &str, bytes: usize| URL_SAFE_NO_PAD.decode(part).is_ok_and(|decoded| decoded.len() == bytes);
        (is_shaped(selector, 16) && is_shaped(verifier, 32)).then(|| Self { selector: selector.to_owned(), verifier: verifier.to_owned() })
    }

    /// Whether its second part is the one whose hash is stored; takes the same time either way.
    pub(crate) fn proves(&self, verifier_hash: &[u8]) -> bool {
        hash(&self.verifier).ct_eq(verifier_hash).into()
    }
}

impl std::fmt::Display for SplitToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.selector, self.verifier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_being_printed_and_read() {
        let token = SplitToken::fresh();
        let read = SplitToken::parse(&token.to_string()).unwrap();
        assert!(read.selector == token.selector && read.proves(&hash(&token.verifier)));
    }

    #[test]
    fn the_right_selector_with_another_verifier_proves_nothing() {
        let token = SplitToken::fresh();
        let forged = SplitToken { selector: token.selector.clone(), verifier: fresh() };
        assert!(!forged.proves(&hash(&token.verifier)));
    }

    #[test]
    fn text_of_another_shape_is_no_token() {
        let token = SplitToken::fresh();
        let padded = [
            format!(" {token}"),
            format!("{token} "),
            format!("{token}\t"),
            format!("{token}\n"),
            format!("{token}="),
            format!("{token}\0"),
        ];
        for odd in ["", ".", "abc", "abc.def", "a.b.c", &"x".repeat(10_000)].into_iter().chain(padded.iter().map(String::as_str)) {
            assert!(SplitToken::parse(odd).is_none(), "{odd:.80} was taken");
        }
    }

    #[test]
    fn two_fresh_tokens_differ() {
        assert_ne!(fresh(), fresh());
        assert_eq!(fresh().len(), 43);
    }
}
