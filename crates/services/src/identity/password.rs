//! Passwords: what is accepted as one, and how it is hashed and checked.
//!
//! The invariant: hashing is Argon2id (19 MiB, 2 passes) and runs on a blocking pool with as many places as there are cores,
//! so a flood of sign-ins queues instead of exhausting memory; nothing longer than 1,024 bytes is ever hashed.

use crate::{Error, Result};
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use secrecy::{ExposeSecret as _, SecretString};
use std::sync::{Arc, LazyLock};
use tokio::sync::Semaphore;
use zxcvbn::{Score, zxcvbn};

/// Fewest and most bytes of a password.
const LENGTH: std::ops::RangeInclusive<usize> = 8..=1024;

/// As many hashes at once as there are cores.
static PLACES: LazyLock<Arc<Semaphore>> =
    LazyLock::new(|| Arc::new(Semaphore::new(std::thread::available_parallelism().map_or(2, std::num::NonZero::get))));

/// What is compared against when there is nobody to compare with, so that it takes as long.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now("nobody has this password").unwrap_or_default());

/// A password somebody chose: long enough and hard enough to guess.
#[derive(Debug)]
pub struct Password(SecretString);

impl Password {
    /// Takes 8 to 1,024 bytes that are not easily guessed, also not from what is known of the person. The error sits at `field`.
    pub fn parse(text: String, field: &str, known: &[&str]) -> Result<Self> {
        if text.len() < *LENGTH.start() {
            return Err(Error::field(field, "Use at least 8 characters."));
        }
        if text.len() > *LENGTH.end() {
            return Err(Error::field(field, "A password can have 1,024 bytes at most."));
        }
        let estimate = zxcvbn(&text, known);
        if estimate.score() < Score::Three {
            return Err(Error::field(field, advice(estimate.feedback())));
        }
        Ok(Self(text.into()))
    }

    /// Its hash, to be stored.
    pub(super) async fn hash(self) -> Result<String> {
        on_a_place(move || hash_now(self.0.expose_secret())).await?
    }
}

fn advice(feedback: Option<&zxcvbn::feedback::Feedback>) -> String {
    let warning = feedback.and_then(zxcvbn::feedback::Feedback::warning).map(|warning| format!("{warning} "));
    let suggestion = feedback.and_then(|feedback| feedback.suggestions().first()).map(ToString::to_string);
    let suggestion = suggestion.unwrap_or_else(|| "Add another word or two. Uncommon words are better.".to_owned());
    format!("That password is too easy to guess. {}{suggestion}", warning.unwrap_or_default())
}

/// Whether `attempt` is the password of `stored`; takes as long when nothing is stored.
pub(super) async fn matches(attempt: SecretString, stored: Option<String>) -> Result<bool> {
    if attempt.expose_secret().len() > *LENGTH.end() {
        return Ok(false);
    }
    on_a_place(move || {
        let hash = stored.as_deref().unwrap_or(&NOBODY);
        let is_right =
            PasswordHash::new(hash).is_ok_and(|hash| argon2().verify_password(attempt.expose_secret().as_bytes(), &hash).is_ok());
        is_right && stored.is_some()
    })
    .await
}

/// Makes the hash that unknown people are compared with, before the first of them comes.
pub(super) async fn prepare() -> Result<()> {
    if LazyLock::get(&NOBODY).is_none() {
        on_a_place(|| LazyLock::force(&NOBODY).is_empty()).await?;
    }
    Ok(())
}

async fn on_a_place<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let place = PLACES.clone().acquire_owned().await.map_err(Error::internal)?;
    tokio::task::spawn_blocking(move || {
        let result = work();
        drop(place);
        result
    })
    .await
    .map_err(Error::internal)
}

fn hash_now(password: &str) -> Result<String> {
    let hash: PasswordHash = argon2().hash_password(password.as_bytes()).map_err(|error| Error::internal(error.to_string()))?;
    Ok(hash.to_string())
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(19_456, 2, 1, None).expect("these parameters are within Argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        match Password::parse(text.to_owned(), "password", &["ada", "ada@example.org"]) {
            Err(Error::Invalid(errors)) => errors.get("password").unwrap().to_owned(),
            other => panic!("{text:.20} gave {other:?}"),
        }
    }

    #[test]
    fn short_endless_and_common_passwords_are_refused_with_advice() {
        assert!(refusal("short").contains("at least 8"));
        assert!(refusal(&"x".repeat(1025)).contains("1,024"));
        assert!(refusal("password1").contains("easy to guess"));
        assert!(refusal("ada@example.org").contains("easy to guess"));
    }

    #[tokio::test]
    async fn a_hash_matches_its_own_password_only() {
        let hash = Password::parse("correct horse battery staple".to_owned(), "password", &[]).unwrap().hash().await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(matches("correct horse battery staple".to_owned().into(), Some(hash.clone())).await.unwrap());
        assert!(!matches("correct horse battery stapl".to_owned().into(), Some(hash)).await.unwrap());
    }

    #[tokio::test]
    async fn nobody_has_the_password_of_nobody() {
        assert!(!matches("nobody has this password".to_owned().into(), None).await.unwrap());
    }

    #[tokio::test]
    async fn a_damaged_hash_matches_nothing() {
        assert!(!matches("anything".to_owned().into(), Some("-".to_owned())).await.unwrap());
    }
}
