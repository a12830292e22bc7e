//! Time stands still until a schedule sets it forward.

use std::time::Duration;

use super::sync::{AtomicU64, Ordering, global};

global! {
    static NOW: AtomicU64 = AtomicU64::new(0);
}

/// The time, ms.
pub fn now() -> f64 {
    NOW.load(Ordering::Relaxed) as f64
}

/// Sets the clock forward.
pub fn advance(ms: u64) {
    NOW.fetch_add(ms, Ordering::Relaxed);
}

#[derive(Clone, Copy)]
pub struct Instant(f64);

impl Instant {
    pub fn now() -> Self {
        Self(now())
    }

    pub fn elapsed(self) -> Duration {
        Duration::from_secs_f64((now() - self.0) / 1_000.0)
    }
}
