//! Ending: answers that take a while end with the session, or the key, of whoever asked.
//!
//! The invariant: whoever asked is looked at every few seconds, so that what is open ends within 5 s after they may not come in any more;
//! and a file that is cut breaks off, so that nobody takes it for the whole one.

use axum::BoxError;
use axum::body::{Body, Bytes};
use futures::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};
use services::{Error, Services, Viewer};
use std::future::ready;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// How often the session of an open answer is looked at.
const LOOK_AT_SESSION: Duration = Duration::from_secs(3);

/// A file on its way, for as long as the session stands.
pub(super) fn file<E>(bytes: BoxStream<'static, Result<Bytes, E>>, services: Services, viewer: Viewer) -> Body
where
    E: Into<BoxError> + 'static,
{
    let cut = CancellationToken::new();
    let is_cut = cut.clone();
    let ended = async move {
        signed_out(services, viewer).await;
        cut.cancel();
    };
    let break_off =
        stream::once(ready(())).filter_map(move |()| ready(is_cut.is_cancelled().then(|| Err::<Bytes, BoxError>(Error::SignedOut.into()))));
    Body::from_stream(bytes.map_err(Into::<BoxError>::into).take_until(ended).chain(break_off))
}

/// Returns when the session has ended. A database that is away ends no session.
pub(super) async fn signed_out(services: Services, viewer: Viewer) {
    let mut looks = interval(LOOK_AT_SESSION);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first tick is now, and the request was let in just now.
    looks.tick().await;
    loop {
        looks.tick().await;
        if matches!(services.identity().is_still_signed_in(&viewer).await, Ok(false)) {
            return;
        }
    }
}
