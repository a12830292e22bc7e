//! When an entry is due: its idle and age deadlines, and the earliest of the whole map.

use crate::core::limits::Reason;
use crate::core::policy::Policy;
use crate::core::slots::{NONE, Place};

impl Policy {
    pub(crate) fn age_limit(&self, slot: u32) -> f64 {
        self.extra(slot)
            .and_then(|e| e.max_age)
            .unwrap_or(self.limits.max_age)
    }

    fn age_at(&self, slot: u32) -> f64 {
        let limit = self.age_limit(slot);
        if limit.is_finite() {
            self.born[slot as usize] + limit
        } else {
            f64::INFINITY
        }
    }

    fn idle_at(&self, slot: u32) -> f64 {
        let ttl = self.extra(slot).and_then(|e| e.ttl);
        self.slots.get(slot).touched + ttl.unwrap_or(self.limits.ttl)
    }

    /// When the entry is due, and for which of its two clocks: the earlier wins.
    #[must_use]
    pub fn deadline(&self, slot: u32) -> (f64, Reason) {
        let (idle, age) = (self.idle_at(slot), self.age_at(slot));
        if age < idle {
            (age, Reason::Age)
        } else {
            (idle, Reason::Idle)
        }
    }

    /// Time until the entry is due: 0 when it is overdue but kept, infinite when it never is.
    #[must_use]
    pub fn remaining(&self, slot: u32, now: f64) -> f64 {
        (self.deadline(slot).0 - now).max(0.0)
    }

    /// When the heap has to bring the entry up; `None` if the `plain` list does.
    pub(crate) fn look_at(&self, slot: u32) -> Option<f64> {
        match self.place(slot) {
            Place::Kept => Some(self.extra(slot).map_or(f64::INFINITY, |e| e.check_at)),
            Place::Own => Some(self.deadline(slot).0),
            Place::Plain => Some(self.age_at(slot)),
            Place::Free => None,
        }
        .filter(|at| at.is_finite())
    }

    /// Files the entry's next look in the heap, or takes it out.
    pub(crate) fn refile(&mut self, slot: u32) {
        match self.look_at(slot) {
            Some(at) => self.heap.set(slot, at),
            None => self.heap.remove(slot),
        }
    }

    /// The heap's earliest look, after correcting those that touches have moved since they were
    /// filed.
    fn heap_top(&mut self) -> Option<(f64, u32)> {
        loop {
            let (filed, slot) = self.heap.top()?;
            match self.look_at(slot) {
                Some(at) if at <= filed => return Some((filed, slot)),
                Some(at) => self.heap.set(slot, at),
                None => self.heap.remove(slot),
            }
        }
    }

    /// The next entry to look at, and when.
    fn next_look(&mut self) -> Option<(f64, u32)> {
        let top = self.heap_top();
        let head = self.plain.head;
        if head == NONE {
            return top;
        }
        let idle = (self.idle_at(head), head);
        match top {
            Some(top) if top.0 < idle.0 => Some(top),
            _ => Some(idle),
        }
    }

    /// The earliest time at which anything in the map can be due or has to be rechecked.
    pub fn horizon(&mut self) -> f64 {
        if self.settling {
            return f64::NEG_INFINITY;
        }
        self.next_look().map_or(f64::INFINITY, |(at, _)| at)
    }

    /// An entry that has to be looked at now, the earliest first.
    pub(crate) fn take_look(&mut self, now: f64) -> Option<u32> {
        self.next_look()
            .and_then(|(at, slot)| (at <= now).then_some(slot))
    }

    /// The reason a due entry would go for, if it is due.
    pub(crate) fn due_reason(&self, slot: u32, now: f64) -> Option<Reason> {
        let (at, reason) = self.deadline(slot);
        (at <= now).then_some(reason)
    }
}
