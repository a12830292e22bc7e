//! What this process holds natively, by engine: the one thing threads share.
//!
//! Every engine (one per clock and thread) writes its own line with each call and takes it out when it
//! goes, so that a report can be read from any thread without touching another thread's engine.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread::{self, ThreadId};

use dashmap::DashMap;
use serde::Serialize;

use crate::core::engine;

/// What one engine, or several, hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Usage {
    /// Engines.
    pub engines: usize,
    /// Maps and sets with a native record.
    pub maps: usize,
    /// Their entries, as of each engine's last call.
    pub entries: usize,
    /// Bytes of native memory.
    pub bytes: usize,
}

/// Written by the engine's thread only. A reader may meet it between two of the three numbers.
#[derive(Debug)]
struct Cells {
    thread: ThreadId,
    maps: AtomicUsize,
    entries: AtomicUsize,
    bytes: AtomicUsize,
}

static LINES: LazyLock<DashMap<u64, Arc<Cells>>> = LazyLock::new(DashMap::new);
static NEXT: AtomicU64 = AtomicU64::new(1);

/// An engine's place in the registry; leaving scope takes it out.
#[derive(Debug)]
pub struct Line {
    id: u64,
    cells: Arc<Cells>,
}

impl Line {
    /// Enters an engine of this thread.
    #[must_use]
    pub fn enter() -> Self {
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let cells = Arc::new(Cells {
            thread: thread::current().id(),
            maps: AtomicUsize::new(0),
            entries: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
        });
        LINES.insert(id, Arc::clone(&cells));
        Self { id, cells }
    }

    /// Writes down what the engine holds now.
    pub fn publish(&self, now: engine::Usage) {
        self.cells.maps.store(now.maps, Ordering::Relaxed);
        self.cells.entries.store(now.entries, Ordering::Relaxed);
        self.cells.bytes.store(now.bytes, Ordering::Relaxed);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        LINES.remove(&self.id);
    }
}

/// The sum over all engines of the process.
#[must_use]
pub fn total() -> Usage {
    sum(|_| true)
}

/// The sum over the engines of all other threads.
#[must_use]
pub fn of_others() -> Usage {
    let own = thread::current().id();
    sum(|cells| cells.thread != own)
}

fn sum(counts: impl Fn(&Cells) -> bool) -> Usage {
    let lines = LINES.iter();
    lines
        .filter(|line| counts(line))
        .fold(Usage::default(), |sum, line| Usage {
            engines: sum.engines + 1,
            maps: sum.maps + line.maps.load(Ordering::Relaxed),
            entries: sum.entries + line.entries.load(Ordering::Relaxed),
            bytes: sum.bytes + line.bytes.load(Ordering::Relaxed),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_counts_while_it_lives_and_is_of_its_own_thread() {
        let (before, others) = (total().engines, of_others());
        let line = Line::enter();
        line.publish(engine::Usage {
            maps: 2,
            entries: 3,
            bytes: 100,
        });
        assert_eq!(total().engines, before + 1);
        assert!(total().bytes >= 100);
        assert_eq!(of_others(), others);
        let seen = thread::spawn(of_others).join().unwrap();
        assert!(seen.maps >= 2 && seen.entries >= 3 && seen.bytes >= 100);
        drop(line);
        assert_eq!(total().engines, before);
    }
}
