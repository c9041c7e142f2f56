//! Bounds on a response body: most bytes, and most time between two pieces.

use std::time::Duration;

use bytes::Bytes;
use futures::stream::{self, Stream, StreamExt};

use crate::{ByteStream, EgressError, HostPort};

/// Passes the pieces of `source` on until it ends, breaks, falls silent for `idle` or exceeds `cap` bytes.
///
/// After an error the stream ends. Empty pieces do not count as a sign of life.
pub(crate) fn bounded<S, E>(source: S, host: HostPort, idle: Duration, cap: usize) -> ByteStream
where
    S: Stream<Item = Result<Bytes, E>> + Send + 'static,
    E: std::error::Error + Send + Sync + 'static,
{
    let source = source.boxed();
    let state = Some((source, 0_usize));
    stream::unfold(state, move |state| {
        let host = host.clone();
        async move {
            let (mut source, seen) = state?;
            match tokio::time::timeout(idle, next_piece(&mut source)).await {
                Err(_) => Some((Err(EgressError::IdleTimeout { host, after: idle }), None)),
                Ok(None) => None,
                Ok(Some(Err(cause))) => Some((Err(EgressError::Broken { host, cause: Some(Box::new(cause)) }), None)),
                Ok(Some(Ok(piece))) if piece.len() > cap - seen => Some((Err(EgressError::TooLarge { host, limit: cap }), None)),
                Ok(Some(Ok(piece))) => {
                    let seen = seen + piece.len();
                    Some((Ok(piece), Some((source, seen))))
                }
            }
        }
    })
    .boxed()
}

async fn next_piece<E>(source: &mut (impl Stream<Item = Result<Bytes, E>> + Unpin)) -> Option<Result<Bytes, E>> {
    loop {
        match source.next().await {
            Some(Ok(piece)) if piece.is_empty() => {}
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::time::Duration;

    use bytes::Bytes;
    use futures::stream::{self, StreamExt};

    use super::bounded;
    use crate::EgressError;

    const IDLE: Duration = Duration::from_mins(1);

    fn pieces(texts: &'static [&'static str]) -> impl futures::Stream<Item = Result<Bytes, Infallible>> + Send {
        stream::iter(texts.iter().map(|text| Ok(Bytes::from_static(text.as_bytes()))))
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_body_ends_with_an_error_after_the_idle_limit() {
        let started = tokio::time::Instant::now();
        let source = pieces(&["hello"]).chain(stream::pending());
        let mut body = bounded(source, "example.com:443".parse().unwrap(), IDLE, 100);
        assert_eq!(body.next().await.unwrap().unwrap(), "hello");
        let error = body.next().await.unwrap().unwrap_err();
        assert!(matches!(error, EgressError::IdleTimeout { .. }));
        assert_eq!(error.to_string(), "example.com:443 stopped sending for 60 seconds.");
        assert_eq!(started.elapsed().as_secs(), 60);
        assert!(body.next().await.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_body_that_keeps_coming_is_read_to_its_end() {
        let source = pieces(&["a", "b", "c"]).then(|piece| async {
            tokio::time::sleep(Duration::from_secs(59)).await;
            piece
        });
        let body = bounded(source, "example.com:443".parse().unwrap(), IDLE, 100);
        assert_eq!(body.filter(|piece| std::future::ready(piece.is_ok())).count().await, 3);
    }

    #[tokio::test]
    async fn the_cap_counts_all_pieces_together_and_a_body_of_exactly_the_cap_passes() {
        let host: crate::HostPort = "example.com:443".parse().unwrap();
        let mut body = bounded(pieces(&["abc", "de", "f"]), host.clone(), IDLE, 5);
        assert!(body.next().await.unwrap().is_ok());
        assert!(body.next().await.unwrap().is_ok());
        assert!(matches!(body.next().await, Some(Err(EgressError::TooLarge { limit: 5, .. }))));
        assert!(body.next().await.is_none());
        assert!(bounded(pieces(&["abc", "de"]), host, IDLE, 5).all(|piece| std::future::ready(piece.is_ok())).await);
    }
}
