//! When a whole large map is due at once: it leaves in one move.
//!
//! Removing a million entries one by one is dominated by the face's hash tables, and those shrink in
//! single steps that hold the event loop for tens of milliseconds. If everything is due and nobody can
//! refuse, the face drops its tables whole instead. For removal hooks, which then run in slices, the
//! order of recency is kept here until they have run: the *departed*.
//!
//! A map that was filled in a burst falls due in a burst, not at an instant. The timer's sweep keeps
//! up with it until the tables would shrink; there it waits for the rest if that is due within a
//! second ([`Policy::may_wait`]). Reads do not wait: to them what is due has gone.

use crate::core::limits::Reason;
use crate::core::policy::Policy;
use crate::core::slots::{NONE, Place, Slots};

/// Entries from which on it is worth it: below, one by one costs less than a timer's sweep may take.
pub const MASS: u32 = 1_024;
/// The smallest power of two at which a shrinking table holds the event loop for more than a sweep's
/// budget. V8 and JavaScriptCore both shrink when a delete takes the size below a power of two.
pub const SHRINKS: u32 = 65_536;
/// How long the timer's sweep waits for the rest of a burst, ms.
pub const PATIENCE: f64 = 1_000.0;

/// Entries that left together and whose hooks have not run yet.
#[derive(Debug, Clone)]
pub struct Departed {
    /// Their records, linked in their order.
    pub slots: Slots,
    /// The next to be told of.
    pub next: u32,
}

/// A sweep that waits for the rest of a burst.
#[derive(Debug, Clone, Copy)]
pub struct Wait {
    until: f64,
    /// `seq` of the last entry when it began to wait; none if it waits for all but a few, whose uses go on.
    last: Option<u32>,
}

impl Policy {
    /// The reason for which all entries are due, if they are and none can refuse or differ.
    #[must_use]
    pub fn all_due(&self, now: f64) -> Option<Reason> {
        let (at, reason) = self.last_deadline()?;
        (at <= now).then_some(reason)
    }

    /// When the last entry of a large map will be due, if all go for one reason and none can refuse.
    fn last_deadline(&self) -> Option<(f64, Reason)> {
        if self.live() < MASS || self.limits.asks || !self.extras.is_empty() {
            return None;
        }
        debug_assert!(
            self.plain.len == self.live(),
            "only plain entries are without extras"
        );
        if self.limits.max_age == f64::INFINITY {
            Some((self.deadline(self.plain.tail).0, Reason::Idle))
        } else if self.limits.ttl == f64::INFINITY {
            Some((self.youngest + self.limits.max_age, Reason::Age))
        } else {
            None
        }
    }

    /// Whether the timer's sweep does better to wait for the rest of a burst: once, and not if
    /// entries still arrive. If it is `sparing`, a few may stay, or be used again.
    pub fn may_wait(&mut self, now: f64, sparing: bool) -> bool {
        if self.live() < SHRINKS || !self.live().is_power_of_two() || self.plain.tail == NONE {
            return false;
        }
        let last = Some(self.slots.get(self.plain.tail).seq);
        match self.waiting {
            Some(Wait { until, last: None }) => return sparing && now < until,
            Some(wait) if wait.last != last => return false,
            _ => (),
        }
        let soon = |wait: &Wait| wait.until <= now + PATIENCE;
        let all = self.last_deadline().map(|(until, _)| Wait { until, last });
        let but_few = sparing.then(|| self.few_left_at()).flatten();
        let but_few = but_few.map(|until| Wait { until, last: None });
        self.waiting = all.filter(soon).or(but_few.filter(soon));
        self.waiting.is_some()
    }

    /// How many entries a step of the timer's sweep may remove without passing the next size at which
    /// the tables shrink, where [`Policy::may_wait`] is asked again.
    #[must_use]
    pub fn until_shrink(&self) -> u32 {
        let live = self.live();
        if live <= SHRINKS || live.is_power_of_two() {
            return u32::MAX;
        }
        live - (1 << live.ilog2())
    }

    /// When the timer has to look at the map: at its horizon, or when a burst it waits for is over. A
    /// settlement that was begun waits its turn behind the maps that have been due for longer.
    #[must_use]
    pub fn wake(&self, horizon: f64) -> f64 {
        match self.waiting {
            Some(wait) => wait.until.max(horizon),
            None if self.settling => self.stepped,
            None => horizon,
        }
    }

    /// Everything leaves at once; if `hooked`, in an order that [`Policy::departed`] tells later.
    pub fn leave_all(&mut self, reason: Reason, hooked: bool) {
        let next = self.plain.head;
        let slots = std::mem::take(&mut self.slots);
        let live = slots.live();
        let mut departed = std::mem::take(&mut self.departed);
        if hooked {
            departed.push_back(Departed { slots, next });
        }
        self.stats.count(reason, u64::from(live));
        self.reset_all();
        self.departed = departed;
    }

    /// The next of those that left together, least recently used first; fills `out` and answers how
    /// many. 0 once, at the end of each departure.
    pub fn departed(&mut self, out: &mut [u32]) -> usize {
        let Some(departed) = self.departed.front_mut() else {
            return 0;
        };
        let mut count = 0;
        while count < out.len() && departed.next != NONE {
            out[count] = departed.next;
            count += 1;
            debug_assert!(departed.slots.get(departed.next).place == Place::Plain);
            departed.next = departed.slots.get(departed.next).next;
        }
        if count == 0 {
            self.departed.pop_front();
        }
        count
    }

    pub(crate) fn departed_bytes(&self) -> usize {
        self.departed.iter().map(|d| d.slots.bytes()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::limits::Limits;
    use crate::core::room::Next;
    use crate::core::spare::FEW;

    fn filled(limits: Limits, entries: u32) -> Policy {
        let mut policy = Policy::new(limits);
        for at in 0..entries {
            policy.admit(f64::from(at) / 1_000.0);
        }
        policy
    }

    #[test]
    fn all_leave_together_only_when_the_last_is_due() {
        let mut policy = filled(Limits::default(), 2_000);
        policy.hit(0, 5.0);
        assert_eq!(policy.all_due(1_800_004.9), None);
        assert_eq!(policy.all_due(1_800_005.0), Some(Reason::Idle));
        policy.pin(7, 0.0);
        assert_eq!(policy.all_due(1e12), None, "a lease may refuse");
    }

    #[test]
    fn age_alone_counts_from_the_youngest() {
        let limits = Limits {
            ttl: f64::INFINITY,
            max_age: 100.0,
            ..Limits::default()
        };
        let mut policy = filled(limits, 2_000);
        policy.reset(3, 50.0);
        assert_eq!(policy.all_due(149.0), None);
        assert_eq!(policy.all_due(150.0), Some(Reason::Age));
        let both = Limits {
            ttl: 10.0,
            ..limits
        };
        assert_eq!(filled(both, 2_000).all_due(1e12), None, "reasons differ");
    }

    #[test]
    fn those_departed_are_told_in_order_of_recency_group_by_group() {
        let mut policy = filled(Limits::default(), 1_500);
        policy.hit(2, 9.0);
        policy.leave_all(Reason::Idle, true);
        policy.validate().unwrap();
        assert_eq!(policy.live(), 0);
        for _ in 0..3 {
            policy.admit(10.0);
        }
        policy.leave_all(Reason::Age, true);
        let mut told = Vec::new();
        let mut out = [0; 100];
        for _ in 0..2 {
            loop {
                let count = policy.departed(&mut out);
                if count == 0 {
                    break;
                }
                told.extend_from_slice(&out[..count]);
            }
        }
        let first: Vec<u32> = (0..1_500).filter(|&s| s != 2).chain([2]).collect();
        assert_eq!(told[..1_500], first);
        assert_eq!(told[1_500..], [0, 1, 2]);
        assert_eq!(policy.departed_bytes(), 0, "nothing is kept of them");
    }

    #[test]
    fn the_sweep_waits_for_nobody_where_all_are_kept() {
        let mut policy = filled(Limits::default(), SHRINKS);
        for slot in 0..SHRINKS {
            policy.pin(slot, 70.0);
        }
        while policy.settle(1e9) != Next::Done {}
        assert_eq!(policy.kept_and_pinned().0, SHRINKS);
        assert!(!policy.may_wait(1e9, false));
        assert!(!policy.may_wait(1e9, true));
    }

    #[test]
    fn the_sweep_waits_for_all_but_a_few_that_are_used_meanwhile() {
        let limits = Limits {
            ttl: 5_000.0,
            ..Limits::default()
        };
        let mut policy = filled(limits, SHRINKS);
        policy.hit(3, 4_800.0);
        policy.hit(9, 4_900.0);
        let due = 5_001.0;
        assert!(!policy.may_wait(due, false), "two will not be due for long");
        assert!(policy.may_wait(due, true));
        policy.hit(3, 5_005.0);
        assert!(policy.may_wait(due + 10.0, true), "they may be used");
        assert!(!policy.clone().may_wait(6_000.0, true), "not for ever");
        let mut walked = policy.clone();
        assert!(!walked.may_wait(due + 10.0, false), "nor if all must leave");
        let over = 5_065.6;
        assert!(policy.wake(0.0) < over);
        assert!(!policy.may_wait(over, true), "it does not wait twice");
        assert!(
            policy
                .spared(over)
                .is_some_and(|spared| spared.len() <= FEW)
        );
    }

    #[test]
    fn the_sweep_waits_once_for_the_rest_of_a_burst() {
        let mut policy = filled(
            Limits {
                ttl: 500.0,
                ..Limits::default()
            },
            SHRINKS + 2,
        );
        let due = 500.5;
        assert_eq!(policy.until_shrink(), 2);
        assert!(!policy.may_wait(due, false), "the tables do not shrink yet");
        for _ in 0..2 {
            assert!(matches!(policy.settle(due), Next::Removed(..)));
        }
        assert!(policy.may_wait(due, false));
        let horizon = policy.horizon();
        assert!(
            policy.wake(horizon) > due,
            "the timer looks again when the last is due"
        );
        policy.remove(9, Reason::Delete);
        policy.admit(due);
        assert!(
            !policy.may_wait(due, false),
            "entries still arrive: no more waiting"
        );
    }
}
