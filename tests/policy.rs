//! The policy core against a naive reference: random operations, the same victims and reasons, and an
//! audit after every operation. proptest prints the failing case and keeps its seed.

mod reference;

use proptest::prelude::*;
use reference::Reference;
use robust_session_map::core::limits::{Limits, Reason};
use robust_session_map::core::policy::Policy;
use robust_session_map::core::room::Next;
use robust_session_map::core::slots::NONE;

#[derive(Debug, Clone)]
enum Op {
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

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let ttl = || prop::option::weighted(0.3, 1u16..3_000);
    let weight = || prop_oneof![3 => Just(0u8), 1 => 0u8..20];
    let op = prop_oneof![
        6 => (ttl(), ttl(), weight()).prop_map(|(ttl, max_age, weight)| Op::Admit { ttl, max_age, weight }),
        6 => any::<u8>().prop_map(Op::Hit),
        2 => (any::<u8>(), ttl()).prop_map(|(at, ttl)| Op::Touch(at, ttl)),
        2 => (any::<u8>(), ttl(), ttl(), weight())
            .prop_map(|(at, ttl, max_age, weight)| Op::Set { at, ttl, max_age, weight }),
        2 => any::<u8>().prop_map(Op::Reset),
        2 => any::<u8>().prop_map(Op::Remove),
        2 => any::<u8>().prop_map(Op::Busy),
        1 => any::<u8>().prop_map(Op::Pin),
        1 => any::<u8>().prop_map(Op::Unpin),
        1 => Just(Op::Shed),
        4 => prop_oneof![1u16..10, 1u16..3_000].prop_map(Op::Advance),
        1 => Just(Op::Clear),
    ];
    prop::collection::vec(op, 1..200)
}

fn limits() -> impl Strategy<Value = Limits> {
    let time = || prop_oneof![Just(f64::INFINITY), (1u16..5_000).prop_map(f64::from)];
    let size = prop_oneof![Just(f64::INFINITY), (1u8..20).prop_map(f64::from)];
    let bytes = prop_oneof![2 => Just(f64::INFINITY), 1 => (1u8..60).prop_map(f64::from)];
    (time(), time(), size, bytes, time(), any::<bool>()).prop_map(
        |(ttl, max_age, max_size, max_bytes, max_busy, asks)| Limits {
            ttl,
            max_age,
            max_size,
            hard_max: f64::INFINITY,
            max_bytes,
            max_busy,
            asks,
        },
    )
}

/// Core and reference side by side.
struct Pair {
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

    fn check(
        &self,
        core: Vec<(u32, Reason)>,
        model: Vec<(u32, Reason)>,
    ) -> Result<(), TestCaseError> {
        // Of entries due at the same time either may go first.
        let sorted = |mut gone: Vec<(u32, Reason)>| {
            gone.sort_by_key(|&(slot, reason)| (slot, reason as u8));
            gone
        };
        prop_assert_eq!(sorted(core), sorted(model));
        Ok(())
    }

    fn settle(&mut self) -> Result<(), TestCaseError> {
        let core = self.drive(usize::MAX, Policy::settle);
        let model = self.model.settle();
        self.check(core, model)
    }

    fn pick(&self, at: u8) -> Option<u32> {
        let live = &self.model.entries;
        (!live.is_empty()).then(|| live[at as usize % live.len()].slot)
    }

    fn room(&mut self, but: Option<u32>, weight: f64) -> Result<(), TestCaseError> {
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
        self.check(core, model)
    }

    fn apply(&mut self, op: &Op) -> Result<(), TestCaseError> {
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
                    return Ok(());
                }
                self.room(None, weight)?;
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
                    return Ok(());
                };
                self.room(Some(slot), weight)?;
                self.core.set_options(slot, wide(ttl), wide(max_age), now);
                self.core.set_weight(slot, weight);
                self.model.set(slot, wide(ttl), wide(max_age), weight);
            }
            Op::Advance(ms) => {
                self.model.now += f64::from(ms);
                return self.settle();
            }
            Op::Shed => {
                let core = self.drive(1, Policy::shed);
                let model: Vec<_> = self.model.shed().into_iter().collect();
                return self.check(core, model);
            }
            Op::Clear => {
                self.core.clear(Reason::Clear);
                self.model.entries.clear();
            }
            Op::Unpin(at) => {
                if self.leases.is_empty() {
                    return Ok(());
                }
                let (slot, token, since) = self.leases.swap_remove(at as usize % self.leases.len());
                let held = self.core.holds(slot, token);
                prop_assert_eq!(self.core.unpin(slot, token, since, now), held);
                if held {
                    self.model.unpin(slot, since);
                }
                return self.settle();
            }
            Op::Hit(at)
            | Op::Touch(at, _)
            | Op::Reset(at)
            | Op::Remove(at)
            | Op::Busy(at)
            | Op::Pin(at) => {
                let Some(slot) = self.pick(at) else {
                    return Ok(());
                };
                self.on_entry(op, slot, now);
            }
        }
        Ok(())
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

    fn compare(&mut self) -> Result<(), TestCaseError> {
        self.core.validate().map_err(TestCaseError::fail)?;
        prop_assert_eq!(self.core.live() as usize, self.model.entries.len());
        let horizon = self.core.horizon();
        prop_assert_eq!(horizon, self.model.horizon());
        prop_assert_eq!(self.core.held(), self.model.held());
        prop_assert_eq!(
            self.core.oldest_pin(self.model.now),
            self.model.oldest_pin()
        );
        for e in &self.model.entries {
            prop_assert!(self.core.is_live(e.slot));
            let left = (self.model.deadline(e).0 - self.model.now).max(0.0);
            prop_assert_eq!(self.core.remaining(e.slot, self.model.now), left);
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_the_naive_reference(limits in limits(), ops in ops()) {
        let mut pair = Pair {
            core: Policy::new(limits),
            model: Reference::new(limits),
            leases: Vec::new(),
            runs: 0.0,
        };
        for op in &ops {
            pair.settle()?;
            pair.apply(op)?;
            pair.compare()?;
        }
    }
}
