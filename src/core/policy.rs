//! The policy of one map: its entries' slots, recency, limits and weights.
//!
//! This file has what a map consists of; an entry's life stands in [`life`](crate::core::life), when it is due in
//! [`due`](crate::core::due), who may refuse in [`busy`](crate::core::busy), who makes room in
//! [`room`](crate::core::room), and the audit in [`audit`](crate::core::audit).
//!
//! Invariants:
//! - A live entry is in exactly one place: the `plain` list, the `own` list, or kept (no list).
//! - Both lists are sorted by `seq`, so the least recently used entry is the colder of two heads.
//! - All entries of `plain` have the same idle limit, so that list is sorted by idle deadline too.
//! - The heap holds what the `plain` list cannot tell: entries with an idle limit of their own,
//!   age limits, rechecks of kept entries. A time filed there is never later than the true one.

use std::collections::{HashMap, VecDeque};

use crate::core::busy::Answered;
use crate::core::heap::Heap;
use crate::core::limits::{Limits, Reason};
use crate::core::list::List;
use crate::core::mass::{Departed, Wait};
use crate::core::slots::{NONE, Place, Slot, Slots};
use crate::core::stats::Stats;
use crate::core::weights::Weight;

/// What only few entries have.
#[derive(Debug, Clone, Default)]
pub struct Extra {
    /// Idle limit of its own.
    pub ttl: Option<f64>,
    /// Age limit of its own.
    pub max_age: Option<f64>,
    /// Leases held on it: since when each, the oldest first.
    pub leases: Vec<f64>,
    /// Which entry the leases belong to; slots are reused, tokens are not.
    pub pin_token: u64,
    /// When removal was first refused since the last touch.
    pub busy_since: Option<f64>,
    /// When a kept entry is looked at again.
    pub check_at: f64,
    /// The face is being asked whether it is busy; the reason it would go for, if it is to go.
    pub asked: Option<Asked>,
}

/// Why the face was asked about an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// It goes for this reason if it is idle.
    ToRemove(Reason),
    /// A kept entry's recheck: it goes only if it is due.
    Recheck,
}

impl Extra {
    /// Whether a lease is held on it.
    #[must_use]
    pub fn is_leased(&self) -> bool {
        !self.leases.is_empty()
    }

    /// An entry that is asked about is kept meanwhile.
    fn is_needed(&self, kept: bool) -> bool {
        kept || self.is_leased() || self.ttl.is_some() || self.max_age.is_some()
    }
}

/// The policy of one map.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    pub(crate) limits: Limits,
    pub(crate) slots: Slots,
    pub(crate) plain: List,
    pub(crate) own: List,
    pub(crate) kept: u32,
    pub(crate) pinned: u32,
    /// Leases that there is room for in all extras.
    pub(crate) lease_room: usize,
    pub(crate) heap: Heap,
    pub(crate) extras: HashMap<u32, Extra>,
    /// Time of the last `set` per slot; allocated when an age limit is first used.
    pub(crate) born: Vec<f64>,
    /// Weight per slot; allocated when a weight is first given.
    pub(crate) weights: Vec<f64>,
    pub(crate) total: Weight,
    pub(crate) stats: Stats,
    /// Time of the last `set` of all.
    pub(crate) youngest: f64,
    pub(crate) departed: VecDeque<Departed>,
    pub(crate) waiting: Option<Wait>,
    pub(crate) answered: Answered,
    /// A settlement was begun and not carried through: the map has to be looked at again.
    pub(crate) settling: bool,
    /// When its last step was.
    pub(crate) stepped: f64,
    pub(crate) next_seq: u32,
    pub(crate) next_pin: u64,
}

impl Policy {
    /// A policy without entries.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// Number of entries.
    #[must_use]
    pub fn live(&self) -> u32 {
        self.slots.live()
    }

    /// Total weight.
    #[must_use]
    pub fn weight(&self) -> f64 {
        self.total.to_f64()
    }

    /// The counters.
    #[must_use]
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// The limits it was made with.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Entries out of the eviction scan because they refused to go, and entries with a lease.
    #[must_use]
    pub fn kept_and_pinned(&self) -> (u32, u32) {
        (self.kept, self.pinned)
    }

    /// Whether the slot holds an entry.
    #[must_use]
    pub fn is_live(&self, slot: u32) -> bool {
        self.slots.is_live(slot)
    }

    /// Bytes held on the Rust heap for this map.
    #[must_use]
    pub fn bytes(&self) -> usize {
        std::mem::size_of::<Self>()
            + self.slots.bytes()
            + self.heap.bytes()
            + self.departed_bytes()
            + (self.born.capacity() + self.weights.capacity() + self.lease_room) * 8
            + self.extras.capacity() * (std::mem::size_of::<(u32, Extra)>() + 1)
    }

    /// The idle time of the least recently used entry.
    #[must_use]
    pub fn oldest_idle(&self, now: f64) -> Option<f64> {
        let heads = [self.plain.head, self.own.head];
        let kept = self
            .extras
            .keys()
            .copied()
            .filter(|&s| self.place(s) == Place::Kept);
        heads
            .into_iter()
            .filter(|&s| s != NONE)
            .chain(kept)
            .map(|s| now - self.slots.get(s).touched)
            .max_by(f64::total_cmp)
    }

    /// How long the longest refusal has lasted.
    #[must_use]
    pub fn oldest_busy(&self, now: f64) -> Option<f64> {
        let since = self.extras.values().filter_map(|e| e.busy_since);
        since.map(|since| now - since).max_by(f64::total_cmp)
    }

    /// Entries that are leased, or kept, or both: not to be evicted for now.
    #[must_use]
    pub fn held(&self) -> usize {
        let held = self.extras.iter();
        held.filter(|&(&slot, extra)| extra.is_leased() || self.place(slot) == Place::Kept)
            .count()
    }

    /// For how long the oldest lease has been held.
    #[must_use]
    pub fn oldest_pin(&self, now: f64) -> Option<f64> {
        let oldest = self.extras.values().filter_map(|e| e.leases.first());
        oldest.map(|since| now - since).max_by(f64::total_cmp)
    }

    /// The least recently used entry of those that may be evicted, other than `but`.
    #[must_use]
    pub fn coldest(&self, but: u32) -> u32 {
        let first = |list: &List| match list.head {
            head if head == but && head != NONE => self.slots.get(head).next,
            head => head,
        };
        self.colder(first(&self.plain), first(&self.own))
    }

    /// The entries that would be evicted next, coldest first; stops at one that has a lease.
    pub fn peek_coldest(&self, out: &mut [u32]) -> usize {
        let (mut plain, mut own) = (self.plain.head, self.own.head);
        for (count, place) in out.iter_mut().enumerate() {
            let slot = self.colder(plain, own);
            if slot == NONE || self.extra(slot).is_some_and(Extra::is_leased) {
                return count;
            }
            let next = self.slots.get(slot).next;
            if slot == plain {
                plain = next;
            } else {
                own = next;
            }
            *place = slot;
        }
        out.len()
    }

    pub(crate) fn place(&self, slot: u32) -> Place {
        self.slots.get(slot).place
    }

    pub(crate) fn extra(&self, slot: u32) -> Option<&Extra> {
        if self.slots.get(slot).extra {
            self.extras.get(&slot)
        } else {
            None
        }
    }

    pub(crate) fn extra_mut(&mut self, slot: u32) -> &mut Extra {
        self.slots.get_mut(slot).extra = true;
        self.extras.entry(slot).or_default()
    }

    /// Forgets the entry's extras if they say nothing any more.
    pub(crate) fn drop_idle_extra(&mut self, slot: u32) {
        let kept = self.place(slot) == Place::Kept;
        if self.extra(slot).is_some_and(|e| !e.is_needed(kept)) {
            self.extras.remove(&slot);
            self.slots.get_mut(slot).extra = false;
            if self.extras.is_empty() {
                self.extras = HashMap::new();
            }
        }
    }

    /// Puts an entry that is in no list into the one it belongs to, by recency.
    pub(crate) fn enter_list(&mut self, slot: u32) {
        let own = self.extra(slot).is_some_and(|e| e.ttl.is_some());
        let (place, list) = if own {
            (Place::Own, &mut self.own)
        } else {
            (Place::Plain, &mut self.plain)
        };
        self.slots.get_mut(slot).place = place;
        if list.tail == NONE || self.slots.get(list.tail).seq < self.slots.get(slot).seq {
            list.push_warm(&mut self.slots, slot);
        } else {
            list.insert_by_seq(&mut self.slots, slot);
        }
    }

    /// Takes the entry out of its list or of the kept ones.
    pub(crate) fn leave_place(&mut self, slot: u32) {
        match self.place(slot) {
            Place::Plain => self.plain.unlink(&mut self.slots, slot),
            Place::Own => self.own.unlink(&mut self.slots, slot),
            Place::Kept => self.kept -= 1,
            Place::Free => debug_assert!(false, "a free slot has no place"),
        }
    }

    pub(crate) fn set_born(&mut self, slot: u32, now: f64) {
        let index = slot as usize;
        if index >= self.born.len() {
            self.born.resize(index + 1, f64::NEG_INFINITY);
        }
        self.born[index] = now;
        self.youngest = now;
    }

    #[inline]
    fn colder(&self, a: u32, b: u32) -> u32 {
        if b == NONE {
            return a;
        }
        let seq = |slot: u32| -> u64 {
            let record: Option<&Slot> = (slot != NONE).then(|| self.slots.get(slot));
            record.map_or(u64::MAX, |r| u64::from(r.seq))
        };
        if seq(a) <= seq(b) { a } else { b }
    }

    #[inline]
    pub(crate) fn take_seq(&mut self) -> u32 {
        if self.next_seq == u32::MAX {
            self.renumber();
        }
        self.next_seq += 1;
        self.next_seq - 1
    }

    /// Starts the touch order anew from 0, keeping it; once in four billion touches.
    #[cold]
    fn renumber(&mut self) {
        let mut live: Vec<u32> = self.slots.iter_live().collect();
        live.sort_by_key(|&slot| self.slots.get(slot).seq);
        self.next_seq = 0;
        for slot in live {
            self.slots.get_mut(slot).seq = self.next_seq;
            self.next_seq += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recency(policy: &Policy) -> Vec<u32> {
        let mut out = vec![0; policy.live() as usize];
        let count = policy.peek_coldest(&mut out);
        out[..count].to_vec()
    }

    #[test]
    fn recency_survives_the_end_of_its_numbers() {
        let mut policy = Policy::new(Limits::default());
        let slots: Vec<u32> = (0..6).map(|_| policy.admit(0.0)).collect();
        policy.touch_with_ttl(slots[1], 50.0, 0.0);
        policy.next_seq = u32::MAX - 3;
        for &slot in [slots[2], slots[0], slots[3], slots[1], slots[5]].iter() {
            policy.hit(slot, 1.0);
            policy.validate().unwrap();
        }
        assert!(policy.next_seq < 20, "numbered anew");
        assert_eq!(
            recency(&policy),
            [slots[4], slots[2], slots[0], slots[3], slots[1], slots[5]]
        );
    }

    #[test]
    fn memory_of_features_that_are_off_is_not_allocated() {
        let mut policy = Policy::new(Limits::default());
        for _ in 0..1_000 {
            policy.admit(0.0);
        }
        assert_eq!(policy.born.capacity() + policy.weights.capacity(), 0);
        assert_eq!(policy.heap.bytes() + policy.extras.capacity(), 0);
        policy.clear(Reason::Clear);
        assert!(
            policy.bytes() < 1_000,
            "{} bytes after clear",
            policy.bytes()
        );
    }

    #[test]
    fn an_entry_that_could_not_be_stored_never_was() {
        let mut policy = Policy::new(Limits::default());
        let slot = policy.admit(0.0);
        policy.take_back(slot);
        policy.validate().unwrap();
        assert_eq!(policy.stats(), &Stats::default());
    }
}
