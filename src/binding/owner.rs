//! Which histories this thread owns: their status words, and what the garbage collector was told of them.
//!
//! Nothing here calls Node-API while the table is borrowed: a call may collect garbage, and a collected
//! owner takes itself out of the table.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::mem;
use std::sync::Arc;

use napi::bindgen_prelude::Env;

use crate::binding::shared::Words;
use crate::history::registry::{self, Entry};

/// External memory is reported in steps of this many bytes: a report costs more than a push.
const REPORT_EVERY: i64 = 256 * 1024;

struct Owned {
    entry: Arc<Entry>,
    words: Words,
    counted: i64,
}

/// Histories end with their owner's thread at the latest: an environment that is terminated in the middle of making one
/// does not always finalize it.
#[derive(Default)]
struct Histories(HashMap<u32, Owned>);

impl Drop for Histories {
    fn drop(&mut self) {
        for (id, left) in self.0.drain() {
            registry::close(id);
            // Giving the array back would call the environment, which is gone.
            mem::forget(left.words);
        }
    }
}

thread_local! {
    static OWNED: RefCell<Histories> = RefCell::default();
    static UNREPORTED: Cell<i64> = const { Cell::new(0) };
}

/// Enters a history that this thread's environment owns.
pub fn enter(entry: Arc<Entry>, words: Words) {
    OWNED.with_borrow_mut(|owned| {
        let counted = 0;
        owned.0.insert(
            entry.id(),
            Owned {
                entry,
                words,
                counted,
            },
        );
    });
}

/// The history of an id, if this thread owns it.
pub fn find(id: u32) -> Option<Arc<Entry>> {
    OWNED.with_borrow(|owned| owned.0.get(&id).map(|it| Arc::clone(&it.entry)))
}

/// The histories this thread owns.
pub fn all() -> Vec<Arc<Entry>> {
    OWNED.with_borrow(|owned| owned.0.values().map(|it| Arc::clone(&it.entry)).collect())
}

/// Their numbers.
pub fn ids() -> impl Iterator<Item = u32> {
    let ids: Vec<u32> = OWNED.with_borrow(|owned| owned.0.keys().copied().collect());
    ids.into_iter()
}

/// Publishes what a call changed: the status words, and what the collector should know.
pub fn publish(env: &Env, id: u32, now: &[f64], bytes: usize) {
    let change = OWNED.with_borrow_mut(|owned| {
        let it = owned.0.get_mut(&id)?;
        it.words.write(now);
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        let change = bytes - it.counted;
        it.counted = bytes;
        Some(change)
    });
    report(env, change.unwrap_or(0));
}

/// Takes a history out.
pub fn leave(env: &Env, id: u32) {
    // At the very end of a thread the table may be gone already.
    let gone = OWNED.try_with(|owned| owned.borrow_mut().0.remove(&id));
    if let Ok(Some(it)) = gone {
        report(env, -it.counted);
    }
}

fn report(env: &Env, change: i64) {
    let due = UNREPORTED.get() + change;
    if due.abs() < REPORT_EVERY {
        UNREPORTED.set(due);
    } else if env.adjust_external_memory(due).is_ok() {
        UNREPORTED.set(0);
    }
}
