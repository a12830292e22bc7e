//! What this process holds natively, by engine: the one thing threads share.
//!
//! Every engine (one per clock and thread) publishes its own line and takes it out when it goes, so
//! that a report can be read from any thread without touching another thread's engine.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use dashmap::DashMap;
use parking_lot::Mutex;
use serde::Serialize;

use crate::core::engine;

/// What one engine, or the whole process, holds.
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

static LINES: LazyLock<DashMap<u64, Arc<Mutex<Usage>>>> = LazyLock::new(DashMap::new);
static NEXT: AtomicU64 = AtomicU64::new(1);

/// An engine's place in the registry; leaving scope takes it out.
#[derive(Debug)]
pub struct Line {
    id: u64,
    usage: Arc<Mutex<Usage>>,
}

impl Line {
    /// Enters an engine.
    #[must_use]
    pub fn enter() -> Self {
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let usage = Arc::new(Mutex::new(Usage {
            engines: 1,
            ..Usage::default()
        }));
        LINES.insert(id, Arc::clone(&usage));
        Self { id, usage }
    }

    /// Publishes what the engine holds now.
    pub fn publish(&self, now: engine::Usage) {
        *self.usage.lock() = Usage {
            engines: 1,
            maps: now.maps,
            entries: now.entries,
            bytes: now.bytes,
        };
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
    LINES.iter().fold(Usage::default(), |sum, line| {
        let line = *line.lock();
        Usage {
            engines: sum.engines + line.engines,
            maps: sum.maps + line.maps,
            entries: sum.entries + line.entries,
            bytes: sum.bytes + line.bytes,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_counts_while_it_lives() {
        let before = total().engines;
        let line = Line::enter();
        line.publish(engine::Usage {
            maps: 2,
            entries: 3,
            bytes: 100,
        });
        assert_eq!(total().engines, before + 1);
        assert!(total().bytes >= 100);
        drop(line);
        assert_eq!(total().engines, before);
    }
}
