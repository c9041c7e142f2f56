//! What the child process may use.

use std::time::Duration;

/// Limits of one extraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Time until the child is killed, waiting included.
    pub wall: Duration,
    /// Processor time of the child, in seconds.
    pub cpu_seconds: u64,
    /// Address space of the child, in bytes; below about 200 MB large PDFs fail.
    pub memory_bytes: u64,
    /// The longest answer of the child, in bytes of JSON; the parent holds it in memory.
    pub output_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { wall: Duration::from_mins(3), cpu_seconds: 120, memory_bytes: 1 << 30, output_bytes: 128 << 20 }
    }
}
