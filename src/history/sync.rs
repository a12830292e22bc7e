//! What this folder shares between threads with, in one place: `tests/schedules` compiles the same code over
//! a scheduler that decides at each of these who goes on.

pub use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
pub use std::{thread, thread_local};

use std::sync::{Arc, LazyLock};

use dashmap::DashMap;
pub use parking_lot::{Condvar, Mutex, MutexGuard};

/// Statics. A schedule starts with fresh ones.
macro_rules! global {
    ($($(#[$about:meta])* static $name:ident: $type:ty = $value:expr;)*) => {
        $($(#[$about])* static $name: $type = $value;)*
    };
}
pub(crate) use global;

/// Things by number. No lock is held when a call returns.
pub struct Table<V>(LazyLock<DashMap<u32, Arc<V>>>);

impl<V> Default for Table<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V> Table<V> {
    /// An empty one.
    #[must_use]
    pub const fn new() -> Self {
        Self(LazyLock::new(DashMap::new))
    }

    /// Enters a thing, unless the number is taken.
    pub fn enter(&self, id: u32, thing: &Arc<V>) -> bool {
        let dashmap::Entry::Vacant(place) = self.0.entry(id) else {
            return false;
        };
        place.insert(Arc::clone(thing));
        true
    }

    /// Finds a thing.
    #[must_use]
    pub fn find(&self, id: u32) -> Option<Arc<V>> {
        self.0.get(&id).map(|thing| Arc::clone(&thing))
    }

    /// All things.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<V>> {
        self.0.iter().map(|thing| Arc::clone(&thing)).collect()
    }

    /// Takes a thing out. Of two threads one gets it.
    #[must_use]
    pub fn take(&self, id: u32) -> Option<Arc<V>> {
        self.0.remove(&id).map(|(_, thing)| thing)
    }
}
