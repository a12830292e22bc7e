//! Histories by id. A history lives until its owner closes it; whoever else has the id finds nothing then.
//!
//! Locks, in this order and never the other way round: a shard of the table, a history.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};

use dashmap::DashMap;
use parking_lot::Mutex;
use serde::Serialize;

use crate::core::history::History;
use crate::core::history::limits::Limits;
use crate::core::history::tools::Tools;
use crate::history::clock;

static HISTORIES: LazyLock<DashMap<u32, Arc<Entry>>> = LazyLock::new(DashMap::new);
static NEXT: AtomicU32 = AtomicU32::new(1);

thread_local! {
    static TOOLS: RefCell<Tools> = RefCell::default();
}

/// Why a call on a history came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The history was closed or its owner collected.
    Gone,
    /// Anything else, in words.
    Failed(String),
}

/// A history and its lock.
#[derive(Debug)]
pub struct Entry {
    id: u32,
    history: Mutex<Option<History>>,
}

impl Entry {
    /// The id under which other threads find the history.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Does something with the history.
    ///
    /// # Errors
    /// [`Trouble::Gone`] after [`close`]; whatever the call itself fails with. A panic closes the
    /// history, because half-done changes cannot be told from done ones.
    pub fn call<T>(
        &self,
        work: impl FnOnce(&mut History, &mut Tools) -> Result<T, String>,
    ) -> Result<T, Trouble> {
        let mut slot = self.history.lock();
        let history = slot.as_mut().ok_or(Trouble::Gone)?;
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            TOOLS.with_borrow_mut(|tools| {
                tools.now = clock::now();
                work(history, tools)
            })
        }));
        let Ok(told) = outcome else {
            *slot = None;
            drop(slot);
            HISTORIES.remove(&self.id);
            return Err(Trouble::Failed("the history core panicked".to_owned()));
        };
        told.map_err(Trouble::Failed)
    }
}

/// Opens a history.
#[must_use]
pub fn open(limits: Limits) -> Arc<Entry> {
    loop {
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let entry = Arc::new(Entry {
            id,
            history: Mutex::new(Some(History::new(limits))),
        });
        // After four thousand million histories an old one may still be there.
        if let dashmap::Entry::Vacant(place) = HISTORIES.entry(id) {
            place.insert(Arc::clone(&entry));
            return entry;
        }
    }
}

/// Finds a history.
#[must_use]
pub fn find(id: u32) -> Option<Arc<Entry>> {
    HISTORIES.get(&id).map(|entry| Arc::clone(&entry))
}

/// Closes a history: its memory is free when this returns, and its id finds nothing any more.
pub fn close(id: u32) {
    let Some((_, entry)) = HISTORIES.remove(&id) else {
        return;
    };
    let history = entry.history.lock().take();
    drop(history);
}

/// What all histories of the process hold.
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
    /// Of these, bytes of compressed text.
    pub sealed_bytes: u64,
    /// Of these, bytes of text decoded for reading.
    pub warm_bytes: u64,
}

/// The sum over all histories.
#[must_use]
pub fn totals() -> Totals {
    let all: Vec<Arc<Entry>> = HISTORIES.iter().map(|entry| Arc::clone(&entry)).collect();
    let mut sum = Totals::default();
    for entry in all {
        if let Some(history) = entry.history.lock().as_ref() {
            sum.histories += 1;
            sum.messages += history.totals().messages;
            sum.bytes += history.totals().bytes;
            sum.resident_bytes += history.heap() as u64;
        }
    }
    sum
}
