//! The policy core beside a naive reference: the same victims and reasons, and an audit after every operation.

use robust_session_map::core::limits::{Limits, Reason};
use robust_session_map::core::policy::Policy;
use robust_session_map::core::room::Next;
use robust_session_map::core::slots::NONE;

#[path = "policy_reference.rs"]
mod reference;

use reference::Reference;

#[derive(Debug, Clone)]
pub enum Op {
    Admit {
        ttl: Option<u16>,
        max_age: Option<u16>,
        weight: u8,
    },
    Hit(u8),
    Touch(u8, Option<u16>),
    Set {
        at: u8,
        ttl: Option<u16>,
        max_age: Option<u16>,
        weight: u8,
    },
    Reset(u8),
    Remove(u8),
    Busy(u8),
    Pin(u8),
    Unpin(u8),
    Shed,
    Advance(u16),
    Clear,
}

/// Core and reference side by side.
pub struct Pair {
    core: Policy,
    model: Reference,
    leases: Vec<(u32, u64, f64)>,
    runs: f64,
}

impl Pair {
    /// Repeats a step of the core until it is done or `most` entries left, answering its questions from the reference.
    fn drive(
        &mut self,
        most: usize,
        mut step: impl FnMut(&mut Policy, f64) -> Next,
    ) -> Vec<(u32, Reason)> {
        let now = self.model.now;
        let mut gone = Vec::new();
        let mut found_idle = Vec::new();
        self.runs += 1.0;
        self.core.begin(self.runs);
        while gone.len() < most {
            let mut next = step(&mut self.core, now);
            if let Next::Ask(slot) = next {
                assert!(
                    !found_idle.contains(&slot),
                    "{slot} has just been found idle"
                );
                let busy = self.model.entries.iter().any(|e| e.slot == slot && e.busy);
                next = self.core.answer(slot, busy, now);
                if next == Next::Done {
                    if !busy {
                        found_idle.push(slot);
                    }
                    continue;
                }
            }
            match next {
                Next::Removed(slot, reason) => gone.push((slot, reason)),
                _ => break,
            }
        }
        gone
    }

    fn check(&self, core: Vec<(u32, Reason)>, model: Vec<(u32, Reason)>) {
        // Of entries due at the same time either may go first.
        let sorted = |mut gone: Vec<(u32, Reason)>| {
            gone.sort_by_key(|&(slot, reason)| (slot, reason as u8));
            gone
        };
        assert_eq!(sorted(core), sorted(model));
    }

    fn settle(&mut self) {
        let core = self.drive(usize::MAX, Policy::settle);
        let model = self.model.settle();
        self.check(core, model);
    }

    fn pick(&self, at: u8) -> Option<u32> {
        let live = &self.model.entries;
        (!live.is_empty()).then(|| live[at as usize % live.len()].slot)
    }

    fn room(&mut self, but: Option<u32>, weight: f64) {
        let old = but.map_or(0.0, |slot| self.model.entries[self.model.find(slot)].weight);
        let core = self.drive(usize::MAX, |p, now| {
            p.make_room(but.unwrap_or(NONE), weight, now)
        });
        let more = usize::from(but.is_none());
        let model = if more == 1 || weight > old {
            self.model.make_room(but, more, weight - old)
        } else {
            Vec::new()
        };
        self.check(core, model);
    }

    fn apply(&mut self, op: &Op) {
        let now = self.model.now;
        let wide = |t: Option<u16>| t.map(f64::from);
        match *op {
            Op::Admit {
                ttl,
                max_age,
                weight,
            } => {
                let weight = f64::from(weight);
                if weight > self.model.limits.max_bytes {
                    return;
                }
                self.room(None, weight);
                let slot = self.core.admit(now);
                self.core.set_options(slot, wide(ttl), wide(max_age), now);
                self.core.set_weight(slot, weight);
                self.model.admit(slot);
                self.model.set(slot, wide(ttl), wide(max_age), weight);
            }
            Op::Set {
                at,
                ttl,
                max_age,
                weight,
            } => {
                let weight = f64::from(weight);
                let Some(slot) = self
                    .pick(at)
                    .filter(|_| weight <= self.model.limits.max_bytes)
                else {
                    return;
                };
                self.room(Some(slot), weight);
                self.core.set_options(slot, wide(ttl), wide(max_age), now);
                self.core.set_weight(slot, weight);
                self.model.set(slot, wide(ttl), wide(max_age), weight);
            }
            Op::Advance(ms) => {
                self.model.now += f64::from(ms);
                self.settle();
            }
            Op::Shed => {
                let core = self.drive(1, Policy::shed);
                let model: Vec<_> = self.model.shed().into_iter().collect();
                self.check(core, model);
            }
            Op::Clear => {
                self.core.clear(Reason::Clear);
                self.model.entries.clear();
            }
            Op::Unpin(at) => {
                if self.leases.is_empty() {
                    return;
                }
                let (slot, token, since) = self.leases.swap_remove(at as usize % self.leases.len());
                let held = self.core.holds(slot, token);
                assert_eq!(self.core.unpin(slot, token, since, now), held);
                if held {
                    self.model.unpin(slot, since);
                }
                self.settle();
            }
            Op::Hit(at)
            | Op::Touch(at, _)
            | Op::Reset(at)
            | Op::Remove(at)
            | Op::Busy(at)
            | Op::Pin(at) => {
                let Some(slot) = self.pick(at) else {
                    return;
                };
                self.on_entry(op, slot, now);
            }
        }
    }

    fn on_entry(&mut self, op: &Op, slot: u32, now: f64) {
        let at = self.model.find(slot);
        match *op {
            Op::Hit(_) => {
                self.core.hit(slot, now);
                self.model.touch(slot, None);
            }
            Op::Touch(_, ttl) => {
                match ttl {
                    Some(ttl) => self.core.touch_with_ttl(slot, f64::from(ttl), now),
                    None => self.core.touch(slot, now),
                }
                self.model.touch(slot, ttl.map(f64::from));
            }
            Op::Reset(_) => {
                self.core.reset(slot, now);
                self.model.set(slot, None, None, 0.0);
            }
            Op::Remove(_) => {
                self.core.remove(slot, Reason::Delete);
                self.model.entries.remove(at);
            }
            Op::Busy(_) => self.model.entries[at].busy ^= true,
            Op::Pin(_) => {
                let token = self.core.pin(slot, now);
                self.leases.push((slot, token, now));
                self.model.pin(at, now);
            }
            _ => unreachable!("only operations on an entry come here"),
        }
    }

    fn compare(&mut self) {
        self.core.validate().unwrap();
        assert_eq!(self.core.live() as usize, self.model.entries.len());
        let horizon = self.core.horizon();
        assert_eq!(horizon, self.model.horizon());
        assert_eq!(self.core.held(), self.model.held());
        assert_eq!(
            self.core.oldest_pin(self.model.now),
            self.model.oldest_pin()
        );
        for e in &self.model.entries {
            assert!(self.core.is_live(e.slot));
            let left = (self.model.deadline(e).0 - self.model.now).max(0.0);
            assert_eq!(self.core.remaining(e.slot, self.model.now), left);
        }
    }
}

/// Carries out operations and compares after each.
pub fn run(limits: Limits, ops: &[Op]) {
    let mut pair = Pair {
        core: Policy::new(limits),
        model: Reference::new(limits),
        leases: Vec::new(),
        runs: 0.0,
    };
    for op in ops {
        pair.settle();
        pair.apply(op);
        pair.compare();
    }
}
