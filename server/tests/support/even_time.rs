//! How long answers take that are to tell nothing by it. They are compared with each other, each kind by its quickest: a busy machine makes
//! answers slow, and none of them quick.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How often each kind is asked for, in turns.
pub const ROUNDS: usize = 5;
/// Nothing is answered before: `ANSWER_AFTER` in `services::identity::even_time`, with a little for the clocks.
const EARLIEST: Duration = Duration::from_millis(390);

/// The quickest answer of every kind.
#[derive(Default)]
pub struct Quickest(BTreeMap<&'static str, Duration>);

impl Quickest {
    /// Waits for an answer of this kind and keeps how long it took, if none was quicker.
    pub async fn of<T>(&mut self, kind: &'static str, answer: impl Future<Output = T>) -> T {
        let began = Instant::now();
        let answer = answer.await;
        let took = began.elapsed();
        let quickest = self.0.entry(kind).or_insert(took);
        *quickest = took.min(*quickest);
        answer
    }

    /// None came early, and none takes half as long again as another.
    #[track_caller]
    pub fn expect_even(&self) {
        let least = *self.0.values().min().expect("a kind");
        let most = *self.0.values().max().expect("a kind");
        assert!(least >= EARLIEST && most * 2 < least * 3, "{:?}", self.0);
    }
}
