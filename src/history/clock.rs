//! Monotonic milliseconds since the first look, which tests can set forward.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

pub use std::time::Instant;

static START: LazyLock<Instant> = LazyLock::new(Instant::now);
static AHEAD: AtomicU64 = AtomicU64::new(0);

/// The time, ms.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn now() -> f64 {
    START.elapsed().as_secs_f64() * 1_000.0 + AHEAD.load(Ordering::Relaxed) as f64
}

/// Sets the clock forward by whole milliseconds.
pub fn advance(ms: u64) {
    AHEAD.fetch_add(ms, Ordering::Relaxed);
}
