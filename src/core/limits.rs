//! What bounds a map, and the words for why an entry left it.

use serde::{Deserialize, Serialize};

/// Shortest time between two questions to `isBusy` about the same entry, in ms.
pub const RECHECK_MIN: f64 = 250.0;
/// Longest time between two questions to `isBusy` about the same entry, in ms.
pub const RECHECK_MAX: f64 = 5_000.0;
/// A recheck comes after this share of `max_busy`, within the two bounds above.
pub const RECHECK_SHARE: f64 = 8.0;

/// The limits of one map, fixed when it is made. "Never" and "unbounded" are `f64::INFINITY`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Idle time in ms after which an entry is due.
    pub ttl: f64,
    /// Time in ms since the last `set` after which an entry is due, whatever its use.
    pub max_age: f64,
    /// Entries kept; the least recently used goes first.
    pub max_size: f64,
    /// Entries that may never be exceeded, however many are busy.
    pub hard_max: f64,
    /// Total weight kept.
    pub max_bytes: f64,
    /// Time in ms for which busy or pinned may refuse a removal.
    pub max_busy: f64,
    /// Whether the face must be asked before an entry goes.
    pub asks: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            ttl: 1_800_000.0,
            max_age: f64::INFINITY,
            max_size: 1_000.0,
            hard_max: f64::INFINITY,
            max_bytes: f64::INFINITY,
            max_busy: 1_800_000.0,
            asks: false,
        }
    }
}

impl Limits {
    /// The time after which a refused entry is looked at again.
    #[must_use]
    pub fn recheck(&self) -> f64 {
        (self.max_busy / RECHECK_SHARE).clamp(RECHECK_MIN, RECHECK_MAX)
    }

    /// The shortest life an entry without options of its own can have.
    #[must_use]
    pub fn shortest_life(&self) -> f64 {
        self.ttl.min(self.max_age)
    }
}

/// Why an entry left. The face numbers its own list the same way (`lib/protocol.js`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Reason {
    /// Not used for its idle limit.
    Idle = 0,
    /// Older than its age limit.
    Age = 1,
    /// The least recently used when the map was full.
    Lru = 2,
    /// The least recently used when the total weight was too high.
    Bytes = 3,
    /// Busy or pinned for longer than `max_busy`.
    BusyTimeout = 4,
    /// Shed on request.
    Pressure = 5,
    /// Removed by the user.
    Delete = 6,
    /// Its value was replaced by another.
    Replace = 7,
    /// The map was cleared.
    Clear = 8,
    /// An event ended it.
    Event = 9,
    /// The map was closed.
    Close = 10,
    /// The process ended.
    Exit = 11,
}

/// How many reasons there are.
pub const REASONS: usize = 12;

impl Reason {
    /// The reason with this number, if there is one.
    #[must_use]
    pub fn from_code(code: u32) -> Option<Self> {
        use Reason::{
            Age, BusyTimeout, Bytes, Clear, Close, Delete, Event, Exit, Idle, Lru, Pressure,
            Replace,
        };
        [
            Idle,
            Age,
            Lru,
            Bytes,
            BusyTimeout,
            Pressure,
            Delete,
            Replace,
            Clear,
            Event,
            Close,
            Exit,
        ]
        .get(code as usize)
        .copied()
    }
}
