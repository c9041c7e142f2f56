//! Even time: an answer that comes at the same moment whether there was anything to do or not, so that its time tells nothing about an
//! address.
//!
//! What takes longer is waited for all the same: its refusals are told (a database that is away, an address one has already), and what was
//! answered is done when the server stops. So there has to be little to do: mails are only accepted here, and sent by a job.

use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// When such an answer is given; what there is to do takes a fraction of it.
const ANSWER_AFTER: Duration = Duration::from_millis(400);

/// Does it, and answers 400 ms after it was begun, or as soon as it is done where that is later.
pub(super) async fn in_even_time<T>(act: impl Future<Output = T>) -> T {
    let answer_at = Instant::now() + ANSWER_AFTER;
    let done = act.await;
    sleep_until(answer_at).await;
    done
}
