//! When all of a large map is due but for a few entries.
//!
//! As in [`mass`](crate::core::mass), the tables of the face cannot be emptied one by one past a size at
//! which they shrink without holding the event loop. They are dropped whole here too; the few that stay,
//! the *spared*, are put back. In which order the face has to find out first, which takes it some time:
//! it asks who they would be, and again when it knows.

use crate::core::limits::Reason;
use crate::core::mass::{Departed, MASS};
use crate::core::policy::{Extra, Policy};
use crate::core::slots::{NONE, Place, Slot};

/// Most entries that may be spared: their slots have to fit into one list of the boundary.
pub const FEW: usize = 256;

impl Policy {
    /// The slots of those that stay while all others are due, idle, and cannot refuse; `None` if that is
    /// not how it is, or if they are not few.
    #[must_use]
    pub fn spared(&self, now: f64) -> Option<Vec<u32>> {
        if !self.may_spare() {
            return None;
        }
        // Whoever has something of its own is not judged here.
        let mut spared: Vec<u32> = self.extras.keys().copied().collect();
        let mut at = self.plain.tail;
        while at != NONE {
            let record = self.slots.get(at);
            if !record.extra {
                if self.deadline(at).0 <= now {
                    break;
                }
                spared.push(at);
            }
            if spared.len() > FEW {
                return None;
            }
            at = record.prev;
        }
        let due = self.live() as usize - spared.len();
        (due > 0).then_some(spared)
    }

    /// Whether all that is due goes for one reason and cannot refuse, but for a few entries.
    fn may_spare(&self) -> bool {
        let alike = !self.limits.asks && self.limits.max_age == f64::INFINITY;
        alike && self.live() >= MASS && self.extras.len() <= FEW
    }

    /// When all will be due but a few entries, as things stand.
    pub(crate) fn few_left_at(&self) -> Option<f64> {
        if !self.may_spare() {
            return None;
        }
        let mut left = FEW - self.extras.len();
        let mut at = self.plain.tail;
        while at != NONE {
            let record = self.slots.get(at);
            if !record.extra {
                if left == 0 {
                    return Some(self.deadline(at).0);
                }
                left -= 1;
            }
            at = record.prev;
        }
        // There are more than a few: `may_spare`.
        None
    }

    /// All but the spared leave, in a move that takes no longer the more they are. The spared get new slots,
    /// 0 and up; answers their old ones in that order. If `hooked`, [`Policy::departed`] tells the order of
    /// those that left later.
    pub fn leave_spared(&mut self, mut spared: Vec<u32>, hooked: bool) -> Vec<u32> {
        spared.sort_unstable_by_key(|&slot| self.slots.get(slot).seq);
        let kept: Vec<Spared> = spared.iter().map(|&slot| self.take_along(slot)).collect();
        // What is left in the list are those that leave.
        let next = self.plain.head;
        let slots = std::mem::take(&mut self.slots);
        self.stats
            .count(Reason::Idle, u64::from(slots.live()) - kept.len() as u64);
        if hooked {
            self.departed.push_back(Departed { slots, next });
        }
        let (next_seq, youngest) = (self.next_seq, self.youngest);
        self.reset_all();
        (self.next_seq, self.youngest) = (next_seq, youngest);
        for one in kept {
            self.put_back(one);
        }
        spared
    }

    fn take_along(&mut self, slot: u32) -> Spared {
        self.leave_place(slot);
        let record = *self.slots.get(slot);
        Spared {
            record,
            extra: record.extra.then(|| self.extras.remove(&slot)).flatten(),
            born: self.born.get(slot as usize).copied(),
            weight: self.weight_of(slot),
        }
    }

    fn put_back(&mut self, spared: Spared) {
        let slot = self.slots.alloc();
        let record = self.slots.get_mut(slot);
        record.touched = spared.record.touched;
        record.seq = spared.record.seq;
        if let Some(extra) = spared.extra {
            self.pinned += u32::from(extra.is_leased());
            self.lease_room += extra.leases.capacity();
            record.extra = true;
            self.extras.insert(slot, extra);
        }
        if let Some(born) = spared.born {
            let youngest = self.youngest;
            self.set_born(slot, born);
            self.youngest = youngest;
        }
        self.set_weight(slot, spared.weight);
        if spared.record.place == Place::Kept {
            self.slots.get_mut(slot).place = Place::Kept;
            self.kept += 1;
        } else {
            self.enter_list(slot);
        }
        self.refile(slot);
    }
}

/// An entry on its way to another slot.
struct Spared {
    record: Slot,
    extra: Option<Extra>,
    born: Option<f64>,
    weight: f64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::limits::Limits;
    use crate::core::room::Next;

    fn filled(entries: u32) -> Policy {
        let limits = Limits {
            ttl: 100.0,
            ..Limits::default()
        };
        let mut policy = Policy::new(limits);
        for _ in 0..entries {
            policy.admit(0.0);
        }
        policy
    }

    fn sorted(mut slots: Vec<u32>) -> Vec<u32> {
        slots.sort_unstable();
        slots
    }

    #[test]
    fn those_used_lately_pinned_or_with_limits_of_their_own_are_spared() {
        let mut policy = filled(2_000);
        policy.hit(7, 50.0);
        policy.pin(9, 0.0);
        policy.touch_with_ttl(11, 1_000.0, 50.0);
        assert_eq!(
            policy.spared(99.0).map(|spared| spared.len()),
            None,
            "nothing is due: all would have to be spared"
        );
        let spared = sorted(policy.spared(100.0).unwrap());
        assert_eq!(spared, [7, 9, 11]);
        assert_eq!(policy.leave_spared(spared, true), [9, 7, 11], "by recency");
        policy.validate().unwrap();
        assert_eq!(policy.live(), 3);
        assert_eq!(policy.stats().removed[Reason::Idle as usize], 1_997);
        let mut out = vec![0; 2_000];
        let told = policy.departed(&mut out);
        let expected: Vec<u32> = (0..2_000).filter(|s| ![7, 9, 11].contains(s)).collect();
        assert_eq!(out[..told], expected, "least recently used first");
        assert_eq!(policy.departed(&mut out), 0);
        assert_eq!(policy.departed_bytes(), 0);
        assert_eq!(policy.settle(100.0), Next::Done, "the pinned one refuses");
        assert!(policy.horizon() > 100.0, "and nothing else is due");
    }

    #[test]
    fn not_when_they_are_many_or_anything_may_refuse_or_has_an_age() {
        let mut policy = filled(2_000);
        for slot in 0..=FEW as u32 {
            policy.hit(slot, 50.0);
        }
        assert_eq!(policy.spared(100.0), None, "one too many");
        policy.remove(0, Reason::Delete);
        assert_eq!(policy.spared(100.0).map(|spared| spared.len()), Some(FEW));
        policy.limits.asks = true;
        assert_eq!(policy.spared(100.0), None);
        policy.limits.asks = false;
        policy.limits.max_age = 1_000.0;
        assert_eq!(policy.spared(100.0), None);
        assert_eq!(
            filled(100).spared(100.0),
            None,
            "small maps need no such thing"
        );
    }

    #[test]
    fn what_the_spared_have_of_their_own_stays() {
        let mut policy = filled(1_500);
        policy.set_options(3, Some(1_000.0), Some(700.0), 20.0);
        policy.set_options(1_400, None, Some(500.0), 30.0);
        let token = policy.pin(6, 40.0);
        let spared = policy.spared(100.0).unwrap();
        assert_eq!(policy.leave_spared(spared, false), [6, 3, 1_400]);
        policy.validate().unwrap();
        assert_eq!(policy.deadline(1), (720.0, Reason::Age));
        assert_eq!(policy.deadline(2), (130.0, Reason::Idle));
        assert_eq!(policy.remaining(0, 100.0), 0.0);
        assert!(policy.holds(0, token) && !policy.holds(1, token));
        assert_eq!(policy.kept_and_pinned(), (0, 1));
        assert_eq!(policy.admit(100.0), 3, "slots are handed out from there");
        policy.validate().unwrap();
    }

    /// Whatever the entries have, leaving together is leaving one by one.
    #[test]
    fn the_same_stay_as_one_by_one() {
        for seed in 1u64..=40 {
            let mut state = seed;
            let mut below = |n: u64| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                (state >> 33) % n
            };
            let mut policy = filled(1_100);
            let mut at = 1.0;
            for _ in 0..below(120) {
                at += below(2) as f64;
                let slot = below(1_100) as u32;
                match below(5) {
                    0 => policy.hit(slot, at),
                    1 => policy.touch_with_ttl(slot, 30.0 + below(300) as f64, at),
                    2 => policy.set_weight(slot, below(9) as f64),
                    3 => policy.set_options(slot, None, Some(below(200) as f64), at),
                    _ => {
                        policy.pin(slot, at);
                    }
                }
            }
            let now = 130.0;
            let mut other = policy.clone();
            let spared = policy.spared(now).expect("few");
            let slots = policy.leave_spared(spared, true);
            policy
                .validate()
                .unwrap_or_else(|why| panic!("seed {seed}: {why}"));
            for slot in 0..1_100 {
                if !slots.contains(&slot) {
                    assert!(
                        other.deadline(slot).0 <= now,
                        "seed {seed}: {slot} was not due"
                    );
                    other.remove(slot, Reason::Idle);
                }
            }
            assert_eq!(policy.live(), other.live());
            assert_eq!(policy.stats(), other.stats());
            assert_eq!(policy.kept_and_pinned(), other.kept_and_pinned());
            assert_eq!(policy.weight(), other.weight());
            assert_eq!(policy.horizon(), other.horizon(), "seed {seed}");
            for (slot, &before) in (0..).zip(&slots) {
                assert_eq!(policy.deadline(slot), other.deadline(before));
                assert_eq!(policy.weight_of(slot), other.weight_of(before));
            }
            let mut order = vec![0; slots.len()];
            let count = other.peek_coldest(&mut order);
            let mut renamed = vec![0; slots.len()];
            assert_eq!(policy.peek_coldest(&mut renamed), count, "seed {seed}");
            let back: Vec<u32> = renamed[..count]
                .iter()
                .map(|&s| slots[s as usize])
                .collect();
            assert_eq!(back, order[..count], "seed {seed}");
        }
    }

    #[test]
    fn those_kept_out_of_the_scan_stay_so() {
        let mut policy = filled(1_500);
        policy.limits.max_size = f64::INFINITY;
        for slot in [9, 12] {
            policy.pin(slot, 0.0);
            policy.touch_with_ttl(slot, 50.0, 0.0);
        }
        while policy.settle(50.0) != Next::Done {}
        assert_eq!(policy.kept_and_pinned(), (2, 2), "both refused");
        let spared = policy.spared(100.0).unwrap();
        policy.leave_spared(spared, false);
        assert_eq!(policy.kept_and_pinned(), (2, 2));
        policy.validate().unwrap();
    }

    #[test]
    fn few_are_left_when_the_last_but_those_that_may_stay_is_due() {
        let mut policy = filled(0);
        for slot in 0..2_000 {
            policy.admit(f64::from(slot));
        }
        let last_but = |few: usize| Some((1_999 - few) as f64 + 100.0);
        assert_eq!(policy.few_left_at(), last_but(FEW));
        // Those with something of their own may all stay, and take the places of as many others.
        for slot in [5, 6, 7] {
            policy.pin(slot, 1_999.0);
        }
        assert_eq!(policy.few_left_at(), last_but(FEW - 3));
        // Among the last, too: it is none of those that are counted.
        policy.pin(1_999, 1_999.0);
        assert_eq!(policy.few_left_at(), last_but(FEW - 3));
        policy.limits.asks = true;
        assert_eq!(policy.few_left_at(), None);
        assert_eq!(filled(100).few_left_at(), None);
    }

    #[test]
    fn weights_of_those_that_left_are_gone() {
        let mut policy = filled(1_500);
        policy.set_weight(3, 5.0);
        policy.set_weight(4, 7.0);
        policy.hit(4, 60.0);
        let spared = policy.spared(100.0).unwrap();
        assert_eq!(policy.leave_spared(spared, false), [4]);
        policy.validate().unwrap();
        assert_eq!((policy.live(), policy.weight()), (1, 7.0));
    }
}
