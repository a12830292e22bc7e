//! The boundary: what the face writes and what it reads back. `lib/protocol.js` mirrors this file,
//! and a test compares the two.
//!
//! There is one call. The face puts an operation and its arguments into the control words
//! ([`word`]), the records of what it did since the last call into the log, and calls; the core
//! replays the log, carries out the operation and writes its answer into the same control words and
//! the output list. No argument is passed, no value returned: a Node-API call without either is the
//! cheapest there is.
//!
//! # The log
//! One `u32` a record: the kind in the three high bits, a slot (or a map's id) below. Records belong
//! to the map named by the last [`record::MAP`] before them. They happened at the time that the next
//! [`record::TIME`] after them names, or at the call's `NOW`.

/// Slots and map ids are below this.
pub const MAX_SLOTS: u32 = 1 << 29;

/// Kinds of log records, to be or-ed with a slot.
pub mod record {
    /// A read hit the entry.
    pub const TOUCH: u32 = 0;
    /// A `set` without options replaced the entry's value.
    pub const RESET: u32 = 1 << 29;
    /// A `set` stored a new entry in this slot, the next granted one; a victim's, if it is occupied.
    pub const ADMIT: u32 = 2 << 29;
    /// The user deleted the entry.
    pub const REMOVE: u32 = 3 << 29;
    /// The records that follow belong to this map.
    pub const MAP: u32 = 4 << 29;
    /// An event ended the entry.
    pub const EVENT: u32 = 5 << 29;
    /// The records before this, since the last such, happened at the time in the word `TIMES` plus
    /// this number. A `MAP` follows.
    pub const TIME: u32 = 6 << 29;
}

/// Operations.
pub mod op {
    /// Only replay the log.
    pub const DRAIN: u32 = 0;
    /// Make a map with the limits in `A…G`; answers its id in `MAP`.
    pub const CREATE: u32 = 1;
    /// Forget a map.
    pub const DROP: u32 = 2;
    /// Name the slots for the next new entries, at most `COUNT`.
    pub const GRANT: u32 = 3;
    /// Remove what is due, at most `COUNT` entries. Should all leave together, `A` says whether the
    /// face will ask for their order. `B` says whether the timer calls: only it may wait, and only it, if
    /// `B` is [`super::SPARING`], is told of the few that stay. `C` numbers
    /// the run of questions, here and in the two below: within one, an answer about an entry stands.
    pub const SETTLE: u32 = 4;
    /// Make room to store a new entry (`SLOT` is `NONE`) or to make `SLOT` as heavy as `A`.
    pub const ROOM: u32 = 5;
    /// Evict up to `COUNT` entries for want of memory.
    pub const SHED: u32 = 6;
    /// Is the due entry in `SLOT` still there?
    pub const LOOK: u32 = 7;
    /// The face's answer about `SLOT`: busy if `A` is not 0.
    pub const VERDICT: u32 = 8;
    /// Store in `SLOT`, or in a new slot if it is `NONE`, with idle limit `A`, age limit `B` (NaN:
    /// the map's) and weight `C`.
    pub const WRITE: u32 = 9;
    /// Restart the idle time of `SLOT`, with an idle limit of its own `A` unless that is NaN.
    pub const TOUCH: u32 = 10;
    /// Take a lease on `SLOT`; answers its token in `A`.
    pub const PIN: u32 = 11;
    /// Give back the lease `A` on `SLOT` that was taken at the time `B`.
    pub const UNPIN: u32 = 12;
    /// Answer the time until `SLOT` is due in `A`.
    pub const REMAINING: u32 = 13;
    /// Everything leaves, for the reason `A`.
    pub const CLEAR: u32 = 14;
    /// Answer the counters, in [`super::stat`] words.
    pub const STATS: u32 = 15;
    /// Check every invariant of the map.
    pub const AUDIT: u32 = 16;
    /// Answer a map in which something is due in `MAP`.
    pub const NEXT_DUE: u32 = 17;
    /// Does the lease `A` still hold `SLOT`?
    pub const HOLDS: u32 = 18;
    /// The new entry just written in `SLOT` could not be stored: it never was.
    pub const TAKE_BACK: u32 = 19;
    /// List the next slots of those that left together, least recently used first.
    pub const DEPARTED: u32 = 20;
    /// Give `SLOT` the weight `A`, without touching it.
    pub const WEIGH: u32 = 21;
    /// All leave but the few that `SETTLE` named; `A` says whether the face will ask for their order.
    pub const SPARE: u32 = 22;
}

/// Answers, in the word `STATUS`.
pub mod status {
    /// Nothing more to do.
    pub const DONE: u32 = 0;
    /// `COUNT` entries left: pairs of slot and reason in the output list. Call again.
    pub const REMOVED: u32 = 1;
    /// Is the entry in `SLOT` busy? Answer by `VERDICT`, then call again.
    pub const ASK: u32 = 2;
    /// All is kept and the map may not grow.
    pub const FULL: u32 = 3;
    /// `COUNT` free slots in the output list.
    pub const FREE: u32 = 4;
    /// `COUNT` slots in the output list whose entries are to be evicted, in order.
    pub const VICTIMS: u32 = 5;
    /// No slots can be named ahead: make room step by step.
    pub const STEPWISE: u32 = 6;
    /// No such entry.
    pub const ABSENT: u32 = 7;
    /// The horizon array is too small for another map: enlarge it and call again.
    pub const GROW: u32 = 8;
    /// Something in the map named in `MAP` is due.
    pub const DUE: u32 = 9;
    /// Everything left together, `COUNT` entries, for the reason `A`. Call again.
    pub const ALL: u32 = 10;
    /// All could leave together but those in `COUNT` slots of the output list, which stay. After `SPARE`
    /// the others have left, as many as `B`, for the reason `A`, and the first of these is in slot 0 now,
    /// the second in slot 1, and so on. Call again.
    pub const STAY: u32 = 11;
}

/// Control words (`f64`).
pub mod word {
    /// In: the operation. Out: the answer.
    pub const STATUS: usize = 0;
    /// The map.
    pub const MAP: usize = 1;
    /// In: the time.
    pub const NOW: usize = 2;
    /// In: records in the log.
    pub const LOG: usize = 3;
    /// In: when the timer is armed for. Out: when it has to be, if that is earlier, else infinity.
    pub const WAKE: usize = 4;
    /// The slot.
    pub const SLOT: usize = 5;
    /// How many.
    pub const COUNT: usize = 6;
    /// First of seven arguments: idle limit, weight, token, reason, verdict …
    pub const A: usize = 7;
    /// Second argument.
    pub const B: usize = 8;
    /// Third argument.
    pub const C: usize = 9;
    /// Fourth argument.
    pub const D: usize = 10;
    /// Fifth argument.
    pub const E: usize = 11;
    /// Sixth argument.
    pub const F: usize = 12;
    /// Seventh argument.
    pub const G: usize = 13;
    /// First of [`super::TIMES`] times that the log refers to.
    pub const TIMES: usize = 16;
    /// First word of the counters.
    pub const STATS: usize = 48;
    /// How many words there are.
    pub const WORDS: usize = 80;
}

/// Counters, from the word `STATS` on.
pub mod stat {
    /// Hits.
    pub const HITS: usize = 0;
    /// Entries admitted.
    pub const ADMITTED: usize = 1;
    /// Overflows.
    pub const OVERFLOWS: usize = 2;
    /// Entries now.
    pub const LIVE: usize = 3;
    /// Weight now.
    pub const WEIGHT: usize = 4;
    /// Entries that refused removal and are out of the eviction scan.
    pub const KEPT: usize = 5;
    /// Entries with a lease.
    pub const PINNED: usize = 6;
    /// Idle time of the least recently used entry, NaN without entries.
    pub const OLDEST_IDLE: usize = 7;
    /// Longest refusal going on, NaN without one.
    pub const OLDEST_BUSY: usize = 8;
    /// Bytes of native memory.
    pub const BYTES: usize = 9;
    /// `set`s of entries that were there.
    pub const UPDATED: usize = 10;
    /// First of the twelve counters by reason.
    pub const REMOVED: usize = 11;
    /// Age of the oldest lease held, NaN without one.
    pub const OLDEST_PIN: usize = 23;
    /// Entries that are leased, or kept, or both.
    pub const HELD: usize = 24;
}

/// Times that a log may refer to.
pub const TIMES: usize = 32;
/// Words in the log. The face has it replayed after [`TIMES`] looks at the clock, and looks at it at
/// least every 192 words, give or take a few.
pub const LOG_WORDS: usize = 8192;
/// Words in the output list.
pub const OUT_WORDS: usize = 512;
/// In the word `B` of `SETTLE`: the timer calls, and the face can put back the few that stay.
pub const SPARING: u32 = 2;
/// "No slot" in the word `SLOT`.
pub const NO_SLOT: f64 = -1.0;
