//! Second factor: the codes of an app (TOTP: SHA-1, six digits, 30 seconds, as all apps know them) and recovery codes.
//!
//! The invariant: nothing here is stored in the open: secrets are sealed for their person, recovery codes hashed.

use super::token;
use crate::secrets::place;
use crate::{Error, Keyring, Result};
use chrono::{DateTime, Utc};
use domain::UserId;
use domain::identity::TwoStepSetup;
use qrcodegen::{QrCode, QrCodeEcc};
use totp_rs::{Builder, Totp};

/// How many recovery codes a person gets at once.
const CODES: usize = 10;
/// Letters of a recovery code: 32 that are not mistaken for each other, 16 of them are 80 random bits.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const CODE_LETTERS: usize = 16;

/// The secret of one person.
pub(super) struct Secret(Vec<u8>);

impl Secret {
    /// A fresh one of 160 bits.
    pub(super) fn fresh() -> Self {
        Self(rand::random::<[u8; 20]>().to_vec())
    }

    /// As it is stored.
    pub(super) fn seal(&self, keyring: &Keyring, user: UserId) -> Vec<u8> {
        keyring.seal(&self.0, &secret_place(user))
    }

    /// What was stored.
    pub(super) fn open(keyring: &Keyring, user: UserId, sealed: &[u8]) -> Result<Self> {
        keyring.open(sealed, &secret_place(user)).map(Self).map_err(Error::internal)
    }

    /// The step a code belongs to: the present one, or one of its neighbours.
    pub(super) fn step_of(&self, code: &str, now: DateTime<Utc>) -> Result<Option<i64>> {
        let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
        Ok(self.totp("")?.check(code, seconds).and_then(|step| i64::try_from(step).ok()))
    }

    /// What an app needs to know.
    pub(super) fn setup(&self, email: &str) -> Result<TwoStepSetup> {
        let totp = self.totp(email)?;
        let link = totp.to_url().map_err(|error| Error::internal(error.to_string()))?;
        let code = QrCode::encode_text(&link, QrCodeEcc::Medium).map_err(|error| Error::internal(error.to_string()))?;
        let secret = totp.secret().to_base32();
        let groups: Vec<&str> = secret.as_bytes().chunks(4).filter_map(|group| std::str::from_utf8(group).ok()).collect();
        let qr_size = u32::try_from(code.size()).unwrap_or_default();
        Ok(TwoStepSetup { secret: groups.join(" "), qr_size, qr_path: path(&code) })
    }

    /// A colon would part the name in two for an app.
    fn totp(&self, email: &str) -> Result<Totp> {
        let builder = Builder::new().with_secret(self.0.clone()).with_issuer(Some("Lyceum")).with_account_name(email.replace(':', "."));
        builder.build().map_err(|error| Error::internal(error.to_string()))
    }
}

fn secret_place(user: UserId) -> String {
    place("two_step", "sealed_secret", "", &user.to_string())
}

/// The dark modules, each run of them in a row as one rectangle.
fn path(code: &QrCode) -> String {
    use std::fmt::Write as _;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let length = (x..code.size()).take_while(|&x| code.get_module(x, y)).count();
            if length > 0 {
                write!(path, "M{x} {y}h{length}v1h-{length}z").expect("writing to a String cannot fail");
            }
            x += i32::try_from(length).unwrap_or_default() + 1;
        }
    }
    path
}

/// Fresh recovery codes as people keep them, and their hashes.
pub(super) fn fresh_codes(user: UserId) -> (Vec<String>, Vec<Vec<u8>>) {
    let letter = |byte: &u8| char::from(ALPHABET[usize::from(byte % 32)]);
    let code = || rand::random::<[u8; CODE_LETTERS]>().iter().map(letter).collect::<String>();
    let bare: Vec<String> = (0..CODES).map(|_| code()).collect();
    let hashes = bare.iter().map(|code| hash_of(user, code)).collect();
    let grouped = |code: &String| [&code[..4], &code[4..8], &code[8..12], &code[12..]].join("-");
    (bare.iter().map(grouped).collect(), hashes)
}

/// What is stored of a recovery code.
pub(super) fn hash_of(user: UserId, code: &str) -> Vec<u8> {
    token::hash(&format!("{user}:{code}"))
}

/// What somebody typed, as it may be compared: without spaces and hyphens, in capitals; nothing for what cannot be a code.
pub(super) fn normal(typed: &str) -> Option<String> {
    let kept = || typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase());
    let is_code = typed.len() <= 64 && matches!(kept().count(), 6 | CODE_LETTERS) && kept().all(|c| c.is_ascii_alphanumeric());
    is_code.then(|| kept().collect())
}

/// Whether it is a code of an app and not a recovery code.
pub(super) fn is_of_app(code: &str) -> bool {
    code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn a_code_of_the_published_example_is_right_for_its_step_and_its_neighbours() {
        let secret = Secret(b"12345678901234567890".to_vec());
        let at = |seconds| DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
        // RFC 6238, appendix B: 94287082 at 59 seconds, of which six digits are shown.
        assert_eq!(secret.step_of("287082", at(59)).unwrap(), Some(1));
        assert_eq!(secret.step_of("287082", at(89)).unwrap(), Some(1));
        assert_eq!(secret.step_of("287082", at(120)).unwrap(), None);
    }

    #[test]
    fn a_setup_is_drawn_and_can_be_typed() {
        let setup = Secret(b"12345678901234567890".to_vec()).setup("a:b@example.org").unwrap();
        assert_eq!(setup.secret, "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert!(setup.qr_size >= 21 && setup.qr_path.starts_with("M0 0h7v1h-7z"), "{setup:?}");
    }

    #[test]
    fn codes_are_many_different_and_read_back_however_they_are_typed() {
        let user = UserId::new();
        let (codes, hashes) = fresh_codes(user);
        assert_eq!((codes.len(), hashes.len()), (10, 10));
        let typed = format!(" {} ", codes[3].to_lowercase().replace('-', " "));
        assert_eq!(hash_of(user, &normal(&typed).unwrap()), hashes[3]);
        assert_ne!(hash_of(UserId::new(), &normal(&typed).unwrap()), hashes[3]);
    }

    #[test]
    fn what_cannot_be_a_code_is_none() {
        for odd in ["", "12345", "1234567", "ABCDEFGHJKLMNPQ", "１２３４５６", "12345\0", &"1".repeat(1024 * 1024)] {
            assert_eq!(normal(odd), None, "{odd:.20} was taken");
        }
        assert!(is_of_app(&normal("123 456").unwrap()) && !is_of_app("ABCDEF"));
    }
}
