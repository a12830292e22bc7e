//! Who may refuse to go: pinned entries, entries the face says are busy, and for how long.
//!
//! The busy clock of an entry starts at the first removal it refuses after its last touch, and ends
//! with a touch or when a check finds it idle. Once it has run for `max_busy` the entry goes. A
//! refused entry is *kept*: in no list, so that neither sweep nor eviction meets it again before
//! its recheck.

use std::collections::HashSet;

use crate::core::limits::Reason;
use crate::core::policy::{Asked, Extra, Policy};
use crate::core::slots::Place;

/// What became of an entry that was to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It left.
    Removed(u32, Reason),
    /// The face has to say whether it is busy, by [`Policy::verdict`].
    Ask(u32),
    /// It stays for now.
    Kept,
}

/// Entries that a recheck has just found idle: should they have to go in the same run, nobody is asked
/// about them again.
#[derive(Debug, Clone, Default)]
pub struct Answered {
    run: f64,
    slots: HashSet<u32>,
}

impl Policy {
    /// Begins or continues a run of questions. Answers of another run count no more: in between,
    /// other callbacks than `isBusy` may have been at work.
    pub fn begin(&mut self, run: f64) {
        if self.answered.run.to_bits() != run.to_bits() {
            self.forget_answers();
            self.answered.run = run;
        }
    }

    /// How many have been found idle in this run.
    #[must_use]
    pub fn answers(&self) -> usize {
        self.answered.slots.len()
    }

    /// Forgets who was found idle: the entries were used.
    pub fn forget_answers(&mut self) {
        if !self.answered.slots.is_empty() {
            self.answered.slots = HashSet::new();
        }
    }

    /// Tries to remove an entry: asks whoever may refuse.
    pub(crate) fn consider(&mut self, slot: u32, why: Asked, now: f64) -> Step {
        if self.extra(slot).is_some_and(Extra::is_leased) {
            return self.refuse(slot, now);
        }
        if self.limits.asks && !self.answered.slots.remove(&slot) {
            // Out of the scan while the question is open: the callback may come back into the map.
            let recheck = now + self.limits.recheck();
            self.keep(slot, recheck);
            self.extra_mut(slot).asked = Some(why);
            return Step::Ask(slot);
        }
        self.leave(slot, why, now)
    }

    /// Looks at a due or kept entry whose time has come.
    pub(crate) fn look(&mut self, slot: u32, now: f64) -> Step {
        let why = self
            .due_reason(slot, now)
            .map_or(Asked::Recheck, Asked::ToRemove);
        self.consider(slot, why, now)
    }

    /// The face's answer. Without effect if the entry was touched or left meanwhile.
    pub fn verdict(&mut self, slot: u32, busy: bool, now: f64) -> Step {
        let extra = self.extras.get_mut(&slot);
        let Some(why) = extra.and_then(|extra| extra.asked.take()) else {
            return Step::Kept;
        };
        // A lease taken while the question was open answers it.
        if busy || self.extra(slot).is_some_and(Extra::is_leased) {
            self.refuse(slot, now)
        } else {
            self.leave(slot, why, now)
        }
    }

    fn leave(&mut self, slot: u32, why: Asked, now: f64) -> Step {
        let reason = match why {
            Asked::ToRemove(reason) => Some(reason),
            Asked::Recheck => self.due_reason(slot, now),
        };
        if let Some(reason) = reason {
            self.remove(slot, reason);
            Step::Removed(slot, reason)
        } else {
            self.unkeep(slot);
            self.answered.slots.insert(slot);
            Step::Kept
        }
    }

    /// The entry refuses: it is kept, or has refused for too long.
    fn refuse(&mut self, slot: u32, now: f64) -> Step {
        let (max_busy, recheck) = (self.limits.max_busy, self.limits.recheck());
        let extra = self.extra_mut(slot);
        let until = *extra.busy_since.get_or_insert(now) + max_busy;
        if until <= now {
            self.remove(slot, Reason::BusyTimeout);
            return Step::Removed(slot, Reason::BusyTimeout);
        }
        // Nobody has to be asked about a pin: nothing changes before its release or the end.
        let check_at = if extra.is_leased() {
            until
        } else {
            until.min(now + recheck)
        };
        self.keep(slot, check_at);
        Step::Kept
    }

    /// Takes the entry out of the eviction scan until `check_at`.
    fn keep(&mut self, slot: u32, check_at: f64) {
        if self.place(slot) != Place::Kept {
            self.leave_place(slot);
            self.slots.get_mut(slot).place = Place::Kept;
            self.kept += 1;
        }
        self.extra_mut(slot).check_at = check_at;
        self.refile(slot);
    }

    /// Puts a kept entry back into the eviction scan, where its last touch says.
    fn unkeep(&mut self, slot: u32) {
        self.leave_place(slot);
        self.end_refusal(slot);
        self.enter_list(slot);
        self.drop_idle_extra(slot);
        self.refile(slot);
    }

    /// Ends the busy clock and any open question.
    pub(crate) fn end_refusal(&mut self, slot: u32) {
        if self.slots.get(slot).extra {
            let extra = self.extra_mut(slot);
            extra.busy_since = None;
            extra.asked = None;
        }
    }

    /// A touch of a kept entry: back into the scan. Two kinds stay out until their recheck, or the
    /// next look would ask about them again at once: those still due by age, whatever their use,
    /// and those touched while the question is open (by `isBusy` itself, most likely).
    pub(crate) fn touch_kept(&mut self, slot: u32, now: f64) {
        let recheck = now + self.limits.recheck();
        let still_due = self.due_reason(slot, now).is_some();
        let extra = self.extra_mut(slot);
        extra.busy_since = None;
        if extra.asked.take().is_some() || still_due {
            extra.check_at = extra.check_at.min(recheck);
            self.refile(slot);
        } else {
            self.unkeep(slot);
        }
    }

    /// Takes a lease on the entry and returns the token that releases it, together with the time.
    pub fn pin(&mut self, slot: u32, now: f64) -> u64 {
        let token = self.next_pin + 1;
        let extra = self.extra_mut(slot);
        let room = extra.leases.capacity();
        extra.leases.push(now);
        let more = extra.leases.capacity() - room;
        let fresh = extra.leases.len() == 1;
        if fresh {
            extra.pin_token = token;
        }
        let token = extra.pin_token;
        self.lease_room += more;
        if fresh {
            self.next_pin = token;
            self.pinned += 1;
        }
        token
    }

    /// Whether the lease still protects the entry it was taken on.
    #[must_use]
    pub fn holds(&self, slot: u32, token: u64) -> bool {
        self.is_live(slot)
            && self
                .extra(slot)
                .is_some_and(|e| e.is_leased() && e.pin_token == token)
    }

    /// Gives the lease taken at `since` back. Without effect on another entry that has taken the slot over. An entry
    /// that may also be busy on its own is looked at anew, its busy clock running on: giving back a
    /// lease is neither a use nor a check.
    pub fn unpin(&mut self, slot: u32, token: u64, since: f64, now: f64) -> bool {
        if !self.holds(slot, token) {
            return false;
        }
        let leases = &mut self.extra_mut(slot).leases;
        let at = leases.iter().position(|at| at.total_cmp(&since).is_eq());
        leases.remove(at.unwrap_or(0));
        if leases.is_empty() {
            self.lease_room -= std::mem::take(leases).capacity();
            self.pinned -= 1;
            let refused = self.extra(slot).is_some_and(|e| e.busy_since.is_some());
            if self.place(slot) == Place::Kept && self.limits.asks && refused {
                self.keep(slot, now);
            } else if self.place(slot) == Place::Kept {
                self.unkeep(slot);
            } else {
                self.drop_idle_extra(slot);
            }
        }
        true
    }
}
