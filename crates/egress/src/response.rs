//! A response whose head has arrived and whose body is still bounded.

use std::time::Duration;

use bytes::Bytes;
use futures::stream::{BoxStream, TryStreamExt};
use http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;

use crate::{EgressError, HostPort, Limits, body};

/// The body of a response, piece by piece; it ends after its first error.
pub type ByteStream = BoxStream<'static, Result<Bytes, EgressError>>;

/// An answer of any status: what a status means is the caller's business. Redirects arrive here unfollowed.
#[derive(Debug)]
pub struct EgressResponse {
    inner: reqwest::Response,
    host: HostPort,
    limits: Limits,
}

impl EgressResponse {
    pub(crate) fn new(inner: reqwest::Response, host: HostPort, limits: Limits) -> Self {
        Self { inner, host, limits }
    }

    /// Status of the response.
    pub fn status(&self) -> StatusCode {
        self.inner.status()
    }

    /// Headers of the response.
    pub fn headers(&self) -> &HeaderMap {
        self.inner.headers()
    }

    /// Where the response came from.
    pub fn host(&self) -> &HostPort {
        &self.host
    }

    /// How long the other side asks to wait, from `Retry-After` in either form; a date needs the response's `Date`.
    pub fn retry_after(&self) -> Option<Duration> {
        retry_after(self.headers())
    }

    /// The body, piece by piece, within the idle limit and the byte cap.
    pub fn into_byte_stream(self) -> ByteStream {
        let Limits { idle, body_bytes, .. } = self.limits;
        self.into_bounded(idle, body_bytes)
    }

    /// The whole body as text, wrong UTF-8 replaced; at most `most` bytes, else [`EgressError::TooLarge`].
    pub async fn text(self, most: usize) -> Result<String, EgressError> {
        Ok(String::from_utf8_lossy(&self.collect(most).await?).into_owned())
    }

    /// The whole body read as JSON, within the byte cap of the policy.
    pub async fn json<T: DeserializeOwned>(self) -> Result<T, EgressError> {
        let (host, most) = (self.host.clone(), self.limits.body_bytes);
        serde_json::from_slice(&self.collect(most).await?).map_err(|_| EgressError::NotJson { host })
    }

    /// The whole body; at most `most` bytes.
    pub(crate) async fn collect(self, most: usize) -> Result<Vec<u8>, EgressError> {
        let Limits { idle, body_bytes, .. } = self.limits;
        self.into_bounded(idle, body_bytes.min(most))
            .try_fold(Vec::new(), |mut whole, piece| async move {
                whole.extend_from_slice(&piece);
                Ok(whole)
            })
            .await
    }

    fn into_bounded(self, idle: Duration, cap: usize) -> ByteStream {
        let source = self.inner.bytes_stream().map_err(reqwest::Error::without_url);
        body::bounded(source, self.host, idle, cap)
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    // The sender's clock measures the sender's date: ours may differ.
    let sent = httpdate::parse_http_date(headers.get(header::DATE)?.to_str().ok()?).ok()?;
    Some(until.duration_since(sent).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::{HeaderMap, HeaderValue, header};

    use super::retry_after;

    fn headers(retry: &'static str, date: Option<&'static str>) -> HeaderMap {
        let mut headers = HeaderMap::from_iter([(header::RETRY_AFTER, HeaderValue::from_static(retry))]);
        if let Some(date) = date {
            headers.insert(header::DATE, HeaderValue::from_static(date));
        }
        headers
    }

    #[test]
    fn retry_after_is_read_as_seconds_or_as_a_date() {
        let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(retry_after(&headers("7", None)), Some(Duration::from_secs(7)));
        assert_eq!(retry_after(&headers("Sun, 06 Nov 1994 08:49:47 GMT", date)), Some(Duration::from_secs(10)));
        assert_eq!(retry_after(&headers("Sun, 06 Nov 1994 08:00:00 GMT", date)), Some(Duration::ZERO));
        assert_eq!(retry_after(&headers("Sun, 06 Nov 1994 08:49:47 GMT", None)), None);
        assert_eq!(retry_after(&headers("soon", date)), None);
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
