//! The client: parse the target, choose the pool, send, wait for the head of the response.

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use reqwest::redirect;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use std::time::Duration;

use crate::resolver::FilteringResolver;
use crate::target::Target;
use crate::{EgressError, EgressPolicy, EgressResponse, HostPort};

/// How long a connection is kept that nothing is asked over. Node and uvicorn, which many model servers run on, close theirs after five
/// seconds: a request that is sent over one at that moment breaks off.
const KEPT_IDLE: Duration = Duration::from_secs(4);

/// Headers of a request. Values are secrets as a matter of course: they are never shown or logged.
pub type SecretHeaders<'a> = &'a [(HeaderName, SecretString)];

/// Makes requests within an [`EgressPolicy`]. Cheap to clone: connections are shared.
///
/// Two pools, because a resolver is not told the port: hosts of the allow list use connections that may be
/// private, all others use connections that cannot be.
#[derive(Debug, Clone)]
pub struct EgressClient {
    policy: EgressPolicy,
    public: reqwest::Client,
    allowed: reqwest::Client,
}

impl EgressClient {
    /// A client for `policy`. Fails only where TLS cannot be set up at all, as without root certificates.
    pub fn new(policy: EgressPolicy) -> Result<Self, EgressError> {
        crate::install_crypto_provider();
        let public = build(&policy, FilteringResolver { keep_private: false })?;
        let allowed = build(&policy, FilteringResolver { keep_private: true })?;
        Ok(Self { policy, public, allowed })
    }

    /// Checks the text of an address without calling it: form, scheme, credentials, private literals.
    pub fn check(&self, url: &str) -> Result<HostPort, EgressError> {
        Target::parse(url, &self.policy.allow).map(|target| target.host)
    }

    /// Sends `body` as JSON and returns once the head of the response is there, whatever its status.
    pub async fn post_json(&self, url: &str, headers: SecretHeaders<'_>, body: &impl Serialize) -> Result<EgressResponse, EgressError> {
        let body = serde_json::to_vec(body).map_err(|error| EgressError::Unsendable(Box::new(error)))?;
        self.send(Method::POST, url, headers, Some(body)).await
    }

    /// Asks for JSON and returns once the head of the response is there, whatever its status.
    pub async fn get_json(&self, url: &str, headers: SecretHeaders<'_>) -> Result<EgressResponse, EgressError> {
        self.send(Method::GET, url, headers, None).await
    }

    /// Whether the allow list names the host of an address.
    pub fn is_allow_listed(&self, url: &str) -> bool {
        Target::parse(url, &self.policy.allow).is_ok_and(|target| target.is_allowed_private)
    }

    /// Sends a request that another crate has made and returns the whole answer, of at most `most` bytes. Its headers count as
    /// secrets, and redirects come back unfollowed.
    pub async fn exchange(&self, request: http::Request<Vec<u8>>, most: usize) -> Result<http::Response<Vec<u8>>, EgressError> {
        let (parts, body) = request.into_parts();
        let Target { url, host, is_allowed_private } = Target::parse(&parts.uri.to_string(), &self.policy.allow)?;
        let client = if is_allowed_private { &self.allowed } else { &self.public };
        let mut headers = parts.headers;
        headers.values_mut().for_each(|value| value.set_sensitive(true));
        let limits = self.policy.limits;
        let request = client.request(parts.method, url).headers(headers).body(body);
        let response = match tokio::time::timeout(limits.first_byte, request.send()).await {
            Ok(Ok(response)) => EgressResponse::new(response, host, limits),
            Ok(Err(error)) => return Err(EgressError::from_reqwest(error, &host, limits.connect)),
            Err(_) => return Err(EgressError::FirstByteTimeout { host, after: limits.first_byte }),
        };
        let (status, headers) = (response.status(), response.headers().clone());
        let mut answer = http::Response::new(response.collect(most).await?);
        *answer.status_mut() = status;
        *answer.headers_mut() = headers;
        Ok(answer)
    }

    async fn send(
        &self,
        method: Method,
        url: &str,
        headers: SecretHeaders<'_>,
        body: Option<Vec<u8>>,
    ) -> Result<EgressResponse, EgressError> {
        let Target { url, host, is_allowed_private } = Target::parse(url, &self.policy.allow)?;
        let client = if is_allowed_private { &self.allowed } else { &self.public };
        let mut request = client.request(method, url).headers(sensitive(headers)?);
        if let Some(body) = body {
            request = request.header(header::CONTENT_TYPE, "application/json").body(body);
        }
        let limits = self.policy.limits;
        match tokio::time::timeout(limits.first_byte, request.send()).await {
            Ok(Ok(response)) => Ok(EgressResponse::new(response, host, limits)),
            Ok(Err(error)) => Err(EgressError::from_reqwest(error, &host, limits.connect)),
            Err(_) => Err(EgressError::FirstByteTimeout { host, after: limits.first_byte }),
        }
    }
}

fn build(policy: &EgressPolicy, resolver: FilteringResolver) -> Result<reqwest::Client, EgressError> {
    reqwest::Client::builder()
        .user_agent(concat!("Lyceum/", env!("CARGO_PKG_VERSION")))
        .no_proxy()
        .redirect(redirect::Policy::none())
        .referer(false)
        .connect_timeout(policy.limits.connect)
        .pool_idle_timeout(KEPT_IDLE)
        .dns_resolver(resolver)
        .build()
        .map_err(|error| EgressError::Unsendable(Box::new(error)))
}

fn sensitive(headers: SecretHeaders<'_>) -> Result<HeaderMap, EgressError> {
    let mut map = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        let mut value = HeaderValue::from_str(value.expose_secret()).map_err(|_| EgressError::BadHeader { name: name.clone() })?;
        value.set_sensitive(true);
        map.insert(name, value);
    }
    Ok(map)
}
