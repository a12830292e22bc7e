//! What happened to a map so far.

use crate::core::limits::{REASONS, Reason};
use serde::Serialize;

/// Counters of one map; they only grow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Reads that found their entry and restarted its idle time.
    pub hits: u64,
    /// Entries stored under a key that was absent.
    pub admitted: u64,
    /// `set`s of entries that were there.
    pub updated: u64,
    /// Entries that left, by [`Reason`].
    pub removed: [u64; REASONS],
    /// Times the map grew past `max_size` or `max_bytes` because everything else was kept.
    pub overflows: u64,
}

impl Stats {
    /// Counts entries that left.
    pub fn count(&mut self, reason: Reason, entries: u64) {
        self.removed[reason as usize] += entries;
    }

    /// All entries that ever left.
    #[must_use]
    pub fn removed_in_all(&self) -> u64 {
        self.removed.iter().sum()
    }
}
