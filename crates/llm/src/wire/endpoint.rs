//! Where a provider is and how it is called: base URL, key, retries before the first delta.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use egress::{EgressClient, EgressResponse, HeaderName, header};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::status::{self, Asked};
use crate::LlmError;

/// How often and when a request is made again. Only requests without a first delta are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retries {
    /// Most tries after the first.
    pub most: u32,
    /// Wait before the first retry where the provider names none; doubles each time.
    pub first_wait: Duration,
    /// Longest wait a provider may ask for; if it asks for more, there is no retry.
    pub longest_wait: Duration,
}

impl Default for Retries {
    fn default() -> Self {
        Self { most: 2, first_wait: Duration::from_millis(500), longest_wait: Duration::from_secs(20) }
    }
}

impl Retries {
    /// One try and no more.
    pub fn none() -> Self {
        Self { most: 0, ..Self::default() }
    }

    /// How long to wait before retry number `made` (from 0) after `error`, if there is to be one.
    fn wait(&self, made: u32, error: &LlmError) -> Option<Duration> {
        let is_worth_it = match error {
            LlmError::RateLimited { .. } | LlmError::ProviderDown { .. } => true,
            LlmError::Egress(error) => error.is_connect(),
            _ => false,
        };
        let wait = error.retry_after().unwrap_or(self.first_wait * 2_u32.pow(made.min(10)));
        (is_worth_it && made < self.most && wait <= self.longest_wait).then_some(wait)
    }
}

/// How the key travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Authorization {
    /// `Authorization: Bearer …`.
    Bearer,
    /// `x-api-key: …` with the version header of the messages API.
    AnthropicKey,
}

/// A provider's address with its key.
#[derive(Clone)]
pub(crate) struct Endpoint {
    client: Arc<EgressClient>,
    base: String,
    key: Option<SecretString>,
    authorization: Authorization,
    /// When requests are made again.
    pub retries: Retries,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Endpoint").field("base", &self.base).field("retries", &self.retries).finish_non_exhaustive()
    }
}

impl Endpoint {
    /// The provider at `base`, with or without `/v1`; an empty key is no key.
    pub fn new(client: Arc<EgressClient>, base: &str, key: Option<SecretString>, authorization: Authorization) -> Self {
        let key = key.map(|key| SecretString::from(key.expose_secret().trim()));
        let key = key.filter(|key| !key.expose_secret().is_empty());
        Self { client, base: with_version(base), key, authorization, retries: Retries::default() }
    }

    /// Sends `body` to `path` below the base and returns the first response of success, retrying as allowed.
    pub async fn post(&self, path: &str, model: &str, body: &impl Serialize) -> Result<EgressResponse, LlmError> {
        let url = format!("{}/{path}", self.base);
        let headers = self.headers();
        let mut made = 0;
        loop {
            let error = match self.try_once(&url, &headers, model, body).await {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            let Some(wait) = self.retries.wait(made, &error) else { return Err(error) };
            tracing::warn!(%error, wait_ms = wait.as_millis(), "the provider is asked again");
            tokio::time::sleep(wait).await;
            made += 1;
        }
    }

    /// The key as text, to keep it out of messages.
    pub fn key(&self) -> Option<&str> {
        self.key.as_ref().map(ExposeSecret::expose_secret)
    }

    async fn try_once(
        &self,
        url: &str,
        headers: &[(HeaderName, SecretString)],
        model: &str,
        body: &impl Serialize,
    ) -> Result<EgressResponse, LlmError> {
        let response = self.client.post_json(url, headers, body).await?;
        if response.status().is_success() {
            return Ok(response);
        }
        Err(status::refusal(response, Asked { model, key: self.key() }).await)
    }

    fn headers(&self) -> Vec<(HeaderName, SecretString)> {
        let mut headers = Vec::new();
        if self.authorization == Authorization::AnthropicKey {
            headers.push((HeaderName::from_static("anthropic-version"), SecretString::from("2023-06-01")));
        }
        if let Some(key) = self.key() {
            headers.push(match self.authorization {
                Authorization::Bearer => (header::AUTHORIZATION, SecretString::from(format!("Bearer {key}"))),
                Authorization::AnthropicKey => (HeaderName::from_static("x-api-key"), SecretString::from(key)),
            });
        }
        headers
    }
}

/// Adds `/v1` to a base URL without a path, and drops slashes at its end. The egress client judges the rest.
fn with_version(base: &str) -> String {
    let base = base.trim().trim_end_matches('/');
    let has_path = base.split_once("://").is_none_or(|(_, rest)| rest.contains('/'));
    if has_path { base.to_owned() } else { format!("{base}/v1") }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Retries, with_version};
    use crate::LlmError;

    #[test]
    fn a_base_url_may_leave_out_the_version() {
        for base in ["http://host:9100", "http://host:9100/", " http://host:9100/v1/ ", "http://host:9100/v1"] {
            assert_eq!(with_version(base), "http://host:9100/v1");
        }
        assert_eq!(with_version("https://host/openai/v2"), "https://host/openai/v2");
    }

    #[test]
    fn a_retry_waits_as_asked_but_not_for_long_and_not_for_ever() {
        let retries = Retries::default();
        let limited = |seconds| LlmError::RateLimited { retry_after: Some(Duration::from_secs(seconds)) };
        assert_eq!(retries.wait(0, &limited(20)), Some(Duration::from_secs(20)));
        assert_eq!(retries.wait(0, &limited(21)), None);
        assert_eq!(retries.wait(2, &limited(1)), None);
        let down = LlmError::ProviderDown { status: 500, retry_after: None };
        assert_eq!(retries.wait(0, &down), Some(Duration::from_millis(500)));
        assert_eq!(retries.wait(1, &down), Some(Duration::from_secs(1)));
        assert_eq!(retries.wait(0, &LlmError::KeyRefused { status: 401 }), None);
        assert_eq!(Retries::none().wait(0, &down), None);
    }
}
