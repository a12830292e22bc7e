//! What all histories of the process hold, counted as it changes.

use serde::Serialize;

use crate::core::history::store::Usage;
use crate::history::sync::{AtomicU64, Ordering, global};

global! {
    static HISTORIES: AtomicU64 = AtomicU64::new(0);
    static MESSAGES: AtomicU64 = AtomicU64::new(0);
    static BYTES: AtomicU64 = AtomicU64::new(0);
    static RESIDENT: AtomicU64 = AtomicU64::new(0);
    static SEALED: AtomicU64 = AtomicU64::new(0);
    static WARM: AtomicU64 = AtomicU64::new(0);
}

/// The sum over all histories.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    /// Histories.
    pub histories: u64,
    /// Messages, those waiting to be forgotten not counted.
    pub messages: u64,
    /// UTF-8 bytes of their strings.
    pub bytes: u64,
    /// Bytes of memory they occupy.
    pub resident_bytes: u64,
    /// Of these, compressed text.
    pub sealed_bytes: u64,
    /// Of these, text decoded for reading.
    pub warm_bytes: u64,
}

/// The sum now. Exact when no call is under way.
#[must_use]
pub fn totals() -> Totals {
    Totals {
        histories: HISTORIES.load(Ordering::Relaxed),
        messages: MESSAGES.load(Ordering::Relaxed),
        bytes: BYTES.load(Ordering::Relaxed),
        resident_bytes: RESIDENT.load(Ordering::Relaxed),
        sealed_bytes: SEALED.load(Ordering::Relaxed),
        warm_bytes: WARM.load(Ordering::Relaxed),
    }
}

/// Bytes decoded for reading, in all histories.
#[must_use]
pub fn warm() -> u64 {
    WARM.load(Ordering::Relaxed)
}

/// A history opened (1) or closed (−1, wrapped).
pub fn count_history(change: u64) {
    HISTORIES.fetch_add(change, Ordering::Relaxed);
}

/// Takes in that a history held one thing and now holds another.
pub fn change(was: &Usage, is: &Usage) {
    // Wrapping: a difference below zero adds up to the right sum all the same.
    let add = |sum: &AtomicU64, was: u64, is: u64| {
        if was != is {
            sum.fetch_add(is.wrapping_sub(was), Ordering::Relaxed);
        }
    };
    add(&MESSAGES, was.messages, is.messages);
    add(&BYTES, was.bytes, is.bytes);
    add(&RESIDENT, was.resident as u64, is.resident as u64);
    add(&SEALED, was.sealed as u64, is.sealed as u64);
    add(&WARM, was.warm as u64, is.warm as u64);
}
