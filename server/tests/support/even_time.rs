//! How long answers take that are to tell nothing by it. They are compared with each other, each kind by its quickest: a busy machine makes
//! answers slow, and none of them quick. The more rounds, the less is left of what the machine did beside.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How often each kind is asked for, in turns.
pub const ROUNDS: usize = 5;
/// How often at most where nothing waits, so that noise of a few milliseconds is much of an answer's time: more rounds take it away, and
/// leave what an answer really takes longer.
pub const MOST_ROUNDS: usize = 40;
/// Nothing is answered before: `ANSWER_AFTER` in `services::identity::even_time`, with a little for the clocks.
const EARLIEST: Duration = Duration::from_millis(390);

/// The quickest answer of every kind.
#[derive(Debug, Default)]
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

    /// None takes half as long again as another.
    pub fn is_even(&self) -> bool {
        self.0.values().max().zip(self.least()).is_some_and(|(most, least)| *most * 2 < least * 3)
    }

    /// The same, and none came early.
    #[track_caller]
    pub fn expect_even(&self) {
        assert!(self.least().is_some_and(|least| least >= EARLIEST) && self.is_even(), "{:?}", self.0);
    }

    fn least(&self) -> Option<Duration> {
        self.0.values().min().copied()
    }
}
