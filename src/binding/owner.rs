//! Which histories this thread owns: their status words, and what the garbage collector was told of them.
//!
//! Nothing here calls Node-API while the table is borrowed: a call may collect garbage, and a collected
//! owner takes itself out of the table.

use std::cell::RefCell;
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
    /// By environment: a host may have several on a thread, at once or one after the other. What one has not
    /// reported would be taken off another's sum, and V8 ends the process when that falls below zero.
    static UNREPORTED: RefCell<HashMap<usize, i64>> = RefCell::default();
}

/// Enters a history that this thread's environment owns.
pub fn enter(env: &Env, entry: Arc<Entry>, words: Words) {
    meet(env);
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

/// Knows an environment from now on until it ends.
fn meet(env: &Env) {
    let key = env.raw() as usize;
    let is_new = UNREPORTED.with_borrow_mut(|all| {
        let known = all.len();
        all.entry(key).or_default();
        all.len() > known
    });
    if is_new {
        let forget = move |()| {
            let _ = UNREPORTED.try_with(|all| all.borrow_mut().remove(&key));
        };
        if env.add_env_cleanup_hook((), forget).is_err() {
            // Not told when it ends, so nothing may be left over: it is not known, and told of nothing.
            forget(());
        }
    }
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
    let key = env.raw() as usize;
    let add = |change: i64| {
        let add = |all: &RefCell<HashMap<usize, i64>>| {
            let mut all = all.borrow_mut();
            let due = all.get_mut(&key)?;
            *due += change;
            Some(*due)
        };
        UNREPORTED.try_with(add).ok().flatten()
    };
    // One that has ended, while its last owners are collected, counts no more.
    let Some(due) = add(change) else { return };
    if due.abs() >= REPORT_EVERY && env.adjust_external_memory(due).is_ok() {
        add(-due);
    }
}
