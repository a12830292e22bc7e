//! Who goes when: what is due first, then the least recently used.

use crate::core::busy::Step;
use crate::core::limits::Reason;
use crate::core::policy::{Asked, Policy};
use crate::core::slots::{NONE, Place};
use crate::core::weights::Weight;

/// The next step of a longer removal. The face repeats its call until it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// An entry left.
    Removed(u32, Reason),
    /// The face is asked about an entry.
    Ask(u32),
    /// Nothing more to do.
    Done,
    /// Everything is kept and the map may not grow any more.
    Full,
}

impl Next {
    fn from_step(step: Step) -> Option<Self> {
        match step {
            Step::Removed(slot, reason) => Some(Self::Removed(slot, reason)),
            Step::Ask(slot) => Some(Self::Ask(slot)),
            Step::Kept => None,
        }
    }
}

impl Policy {
    /// Removes what is due; then, if refused entries have left the map above its limits, what is
    /// idle again. A step at a time.
    pub fn settle(&mut self, now: f64) -> Next {
        let next = self
            .due(NONE, now)
            .or_else(|| self.evict(NONE, 0, Weight::default(), now))
            .unwrap_or(Next::Done);
        self.settling = next != Next::Done;
        self.stepped = now;
        if !self.settling {
            self.waiting = None;
        }
        next
    }

    /// Makes room for an entry to be stored: a new one, or (`but`) an existing one that becomes
    /// `weight` heavy. A step at a time.
    pub fn make_room(&mut self, but: u32, weight: f64, now: f64) -> Next {
        let new_entries = u32::from(but == NONE);
        let mut more = Weight::new(weight);
        let old = Weight::new(if but == NONE {
            0.0
        } else {
            self.weight_of(but)
        });
        if more > old {
            more = more.minus(old);
        } else if but != NONE {
            return Next::Done;
        }
        if let Some(next) = self.evict(but, new_entries, more, now) {
            return next;
        }
        if new_entries > 0 && f64::from(self.live()) + 1.0 > self.limits.hard_max {
            return Next::Full;
        }
        Next::Done
    }

    /// Evicts the least recently used entry that is not kept. A step at a time.
    pub fn shed(&mut self, now: f64) -> Next {
        loop {
            let slot = self.coldest(NONE);
            if slot == NONE {
                return Next::Done;
            }
            let step = self.consider(slot, Asked::ToRemove(Reason::Pressure), now);
            if let Some(next) = Next::from_step(step) {
                return next;
            }
        }
    }

    /// What a read that met a due entry has to know: whether it is still there.
    pub fn look_up(&mut self, slot: u32, now: f64) -> Next {
        let resting =
            self.place(slot) == Place::Kept && self.extra(slot).is_some_and(|e| e.check_at > now);
        if resting || self.due_reason(slot, now).is_none() {
            return Next::Done;
        }
        Next::from_step(self.look(slot, now)).unwrap_or(Next::Done)
    }

    /// The face's answer to [`Next::Ask`].
    pub fn answer(&mut self, slot: u32, busy: bool, now: f64) -> Next {
        Next::from_step(self.verdict(slot, busy, now)).unwrap_or(Next::Done)
    }

    /// The next removal of what is due, leaving out the entry that is being set.
    fn due(&mut self, but: u32, now: f64) -> Option<Next> {
        while let Some(slot) = self.take_look(now).filter(|&slot| slot != but) {
            if let Some(next) = Next::from_step(self.look(slot, now)) {
                return Some(next);
            }
        }
        None
    }

    /// One eviction, if the map with `more` in it would be above a limit and anything may go.
    fn evict(&mut self, but: u32, new_entries: u32, more: Weight, now: f64) -> Option<Next> {
        loop {
            let reason = self.exceeded(new_entries, more)?;
            if let Some(next) = self.due(but, now) {
                return Some(next);
            }
            let slot = self.coldest(but);
            if slot == NONE {
                return None;
            }
            if let Some(next) = Next::from_step(self.consider(slot, Asked::ToRemove(reason), now)) {
                return Some(next);
            }
        }
    }

    /// Whether the map holds more than it should, because all the rest is kept.
    #[must_use]
    pub fn is_above_limits(&self) -> bool {
        self.exceeded(0, Weight::default()).is_some()
    }

    fn exceeded(&self, new_entries: u32, more: Weight) -> Option<Reason> {
        if f64::from(self.live()) + f64::from(new_entries) > self.limits.max_size {
            Some(Reason::Lru)
        } else if self.total.plus(more) > Weight::new(self.limits.max_bytes) {
            Some(Reason::Bytes)
        } else {
            None
        }
    }
}
