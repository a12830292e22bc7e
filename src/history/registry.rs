//! Histories by id. A history lives until its owner closes it; whoever else has the id finds nothing then.
//!
//! Locks, in this order and never the other way round: a shard of the table, a history.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::core::history::History;
use crate::core::history::limits::Limits;
use crate::core::history::squeeze::Squeezer;
use crate::core::history::store::Usage;
use crate::core::history::tools::{Tools, WARM_BLOCKS};
use crate::history::sync::{
    AtomicBool, AtomicU32, AtomicU64, Mutex, Ordering, Table, global, thread_local,
};
use crate::history::{clock, pages, sealer, totals};

global! {
    static HISTORIES: Table<Entry> = Table::new();
    static NEXT: AtomicU32 = AtomicU32::new(1);
}

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

/// Decoded text in all histories above which each may keep only one block of it.
const MUCH_WARM: u64 = 64 * 1024 * 1024;

#[derive(Debug)]
struct Held {
    history: History,
    /// What the totals say of it.
    counted: Usage,
}

/// A history and its lock.
#[derive(Debug)]
pub struct Entry {
    id: u32,
    held: Mutex<Option<Held>>,
    /// Whether the sealing thread will come by.
    planned: AtomicBool,
    /// Whether it is not to wait until text is idle.
    urgent: AtomicBool,
    /// Whether the sealing thread will come by at leisure.
    waits: AtomicBool,
    /// When it was last called, ms, as bits.
    used: AtomicU64,
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
        let now = clock::now();
        self.used.store(now.to_bits(), Ordering::Relaxed);
        let told = self.enter(|history| {
            let told = TOOLS.with(|tools| {
                let tools = &mut *tools.borrow_mut();
                tools.now = now;
                tools.warm_blocks = if totals::warm() > MUCH_WARM {
                    1
                } else {
                    WARM_BLOCKS
                };
                work(history, tools)
            });
            (told, history.is_stirred().then(|| history.seal_after()))
        });
        let (told, stirred) = told?;
        if let Some(seal_after) = stirred
            && !self.planned.load(Ordering::Relaxed)
        {
            self.plan(now + seal_after.clamp(1.0, LATEST));
        }
        told.map_err(Trouble::Failed)
    }

    /// As [`Entry::call`], without tools and without planning a visit.
    ///
    /// # Errors
    /// As [`Entry::call`].
    pub fn enter<T>(&self, work: impl FnOnce(&mut History) -> T) -> Result<T, Trouble> {
        let mut slot = self.held.lock();
        let held = slot.as_mut().ok_or(Trouble::Gone)?;
        let told = catch_unwind(AssertUnwindSafe(|| work(&mut held.history)));
        if let Ok(told) = told {
            let now = held.history.usage();
            totals::change(&held.counted, &now);
            held.counted = now;
            return Ok(told);
        }
        drop(slot);
        close(self.id);
        Err(Trouble::Failed("the history core panicked".to_owned()))
    }

    /// Asks the sealing thread to come by, or does its work if there is none.
    pub fn plan(&self, time: f64) {
        if !self.planned.swap(true, Ordering::Relaxed) && !sealer::visit_at(self.id, time) {
            self.arrive();
            sealer::seal(self, &mut Squeezer::default(), true);
        }
    }

    /// Has everything compressed as soon as the sealing thread gets to it.
    pub fn hurry(&self) {
        self.urgent.store(true, Ordering::Relaxed);
        if !sealer::visit_at(self.id, 0.0) {
            sealer::seal(self, &mut Squeezer::default(), true);
        }
    }

    /// Whether there is a hurry; asking ends it.
    pub fn is_urgent(&self) -> bool {
        self.urgent.swap(false, Ordering::Relaxed)
    }

    /// Milliseconds since the last call.
    #[must_use]
    pub fn idle(&self) -> f64 {
        (clock::now() - f64::from_bits(self.used.load(Ordering::Relaxed))).max(0.0)
    }

    /// The sealing thread is here; it has to be asked anew.
    pub fn arrive(&self) {
        self.planned.store(false, Ordering::Relaxed);
    }

    /// It has something to be done at leisure; answers false if that was known.
    pub fn wait_turn(&self) -> bool {
        !self.waits.swap(true, Ordering::Relaxed)
    }

    /// The sealing thread takes its turn with it.
    pub fn take_turn(&self) {
        self.waits.store(false, Ordering::Relaxed);
    }
}

/// The sealing thread comes by after this many milliseconds at the latest.
const LATEST: f64 = 10_000.0;

/// Opens a history.
#[must_use]
pub fn open(limits: Limits) -> Arc<Entry> {
    loop {
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let entry = Arc::new(Entry {
            id,
            held: Mutex::new(Some(Held {
                history: History::new(limits, pages::supply),
                counted: Usage::default(),
            })),
            planned: AtomicBool::new(false),
            urgent: AtomicBool::new(false),
            waits: AtomicBool::new(false),
            used: AtomicU64::new(clock::now().to_bits()),
        });
        // After four thousand million histories an old one may still be there.
        if HISTORIES.enter(id, &entry) {
            totals::count_history(1);
            return entry;
        }
    }
}

/// Finds a history.
#[must_use]
pub fn find(id: u32) -> Option<Arc<Entry>> {
    HISTORIES.find(id)
}

/// All histories.
#[must_use]
pub fn all() -> Vec<Arc<Entry>> {
    HISTORIES.all()
}

/// Closes a history: its memory is free when this returns, and its id finds nothing any more.
pub fn close(id: u32) {
    let Some(entry) = HISTORIES.take(id) else {
        return;
    };
    let held = entry.held.lock().take();
    if let Some(held) = held {
        totals::change(&held.counted, &Usage::default());
        totals::count_history(u64::MAX);
    }
}
