//! Replaying the face's log: what it did on its own since the last call.

use std::ops::Range;

use crate::core::limits::Reason;
use crate::core::policy::Policy;
use crate::core::protocol::{MAX_SLOTS, record};
use crate::core::slots::NONE;

const KIND: u32 = !(MAX_SLOTS - 1);

/// A record split into its kind and its slot or map.
#[must_use]
pub fn split(word: u32) -> (u32, u32) {
    (word & KIND, word & !KIND)
}

/// Records of one map that happened at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The map.
    pub map: u32,
    /// Where in the log they are.
    pub records: Range<usize>,
    /// When they happened.
    pub at: f64,
}

/// Cuts the log into runs, in order; those after the last time happened `now`.
///
/// # Errors
/// When a time is named that is not there.
pub fn cut(log: &[u32], times: &[f64], now: f64, runs: &mut Vec<Run>) -> Result<(), String> {
    runs.clear();
    let mut untimed = 0;
    for (at, &word) in log.iter().enumerate() {
        let (kind, number) = split(word);
        if kind == record::MAP {
            runs.push(Run {
                map: number,
                records: at + 1..at + 1,
                at: now,
            });
        } else if kind == record::TIME {
            let time = times.get(number as usize).ok_or("no such time")?;
            for run in &mut runs[untimed..] {
                run.at = *time;
            }
            untimed = runs.len();
        } else if untimed < runs.len() {
            let run = runs.last_mut().ok_or("records of no map")?;
            run.records.end = at + 1;
        } else {
            return Err("records of no map".to_owned());
        }
    }
    Ok(())
}

/// Carries out what one map's runs say, one after the other.
///
/// # Errors
/// As [`apply`].
pub fn apply_runs(
    policy: &mut Policy,
    log: &[u32],
    runs: &[Run],
    seen: &mut Seen,
) -> Result<(), String> {
    if seen.pays(policy, runs) && touch_once(policy, log, runs, seen) {
        return Ok(());
    }
    for run in runs {
        apply_all(policy, &log[run.records.clone()], run.at)?;
    }
    Ok(())
}

/// Which slots have been met on the way back through the log.
#[derive(Debug, Default)]
pub struct Seen {
    pass: u32,
    /// By slot, the last pass that met it.
    met: Vec<u32>,
    /// Last touches, the latest first: slots, and the run.
    last: Vec<(u32, u32)>,
}

impl Seen {
    /// Records from which on it pays: below, a slot is hardly ever touched twice.
    const FEWEST: usize = 64;
    /// Slots up to which it pays: beyond, too few are touched twice in one log, and marking them
    /// misses the cache.
    const MOST_SLOTS: usize = 16_384;

    fn pays(&self, policy: &Policy, runs: &[Run]) -> bool {
        let records: usize = runs.iter().map(|run| run.records.len()).sum();
        records >= Self::FEWEST && policy.slots.len() <= Self::MOST_SLOTS
    }

    fn begin(&mut self, slots: usize) {
        if self.met.len() < slots || self.pass == u32::MAX {
            self.met = vec![0; slots.max(self.met.len())];
            self.pass = 0;
        }
        self.pass += 1;
        self.last.clear();
    }
}

/// Of entries touched again and again only the last touch counts: carries those out alone, if the
/// runs say nothing else. Answers whether it did.
fn touch_once(policy: &mut Policy, log: &[u32], runs: &[Run], seen: &mut Seen) -> bool {
    seen.begin(policy.slots.len());
    let (mut touches, mut updates) = (0u64, 0u64);
    for (number, run) in runs.iter().enumerate().rev() {
        for &word in log[run.records.clone()].iter().rev() {
            let Some((slot, update)) = touch(word) else {
                return false;
            };
            touches += 1;
            updates += u64::from(update);
            let Some(met) = seen.met.get_mut(slot as usize) else {
                return false;
            };
            if std::mem::replace(met, seen.pass) != seen.pass {
                #[allow(clippy::cast_possible_truncation)]
                seen.last.push((slot, number as u32));
            }
        }
    }
    let in_order = seen.last.iter().rev();
    let last = in_order.map(|&(slot, run)| (slot, runs[run as usize].at));
    policy.touch_each(last, touches, updates)
}

/// Carries the records of one map out. Runs of plain touches and of evictions, which most records
/// are, take a short way each.
///
/// # Errors
/// As [`apply`].
pub fn apply_all(policy: &mut Policy, words: &[u32], now: f64) -> Result<(), String> {
    let mut rest = words;
    while let [word, ..] = *rest {
        let touches = rest.iter().map(|&word| touch(word));
        let mut done = policy.touch_run(touches, now);
        if done == 0 && split(word).0 == record::ADMIT {
            let admitted = rest.iter().map(|&word| split(word));
            let run = admitted.take_while(|&(kind, _)| kind == record::ADMIT);
            done = policy.recycle(run.map(|(_, slot)| slot), now);
        }
        if done == 0 {
            apply(policy, word, now)?;
            done = 1;
        }
        rest = &rest[done..];
    }
    Ok(())
}

/// The slot of a record that is a touch, and whether by an update.
#[inline]
fn touch(word: u32) -> Option<(u32, bool)> {
    let (kind, slot) = split(word);
    (kind <= record::RESET).then_some((slot, kind == record::RESET))
}

/// Carries one record out on its map.
///
/// # Errors
/// A sentence that says what was impossible: face and core disagree, which is a defect.
pub fn apply(policy: &mut Policy, word: u32, now: f64) -> Result<(), String> {
    let (kind, slot) = split(word);
    if kind == record::ADMIT {
        return admit(policy, slot, now);
    }
    if !policy.is_live(slot) {
        return Err(format!("record {kind:#x} of slot {slot}, which is free"));
    }
    match kind {
        record::TOUCH => policy.hit(slot, now),
        record::RESET => policy.reset(slot, now),
        record::REMOVE => policy.remove(slot, Reason::Delete),
        record::EVENT => policy.remove(slot, Reason::Event),
        _ => return Err(format!("record of unknown kind {kind:#x}")),
    }
    Ok(())
}

fn admit(policy: &mut Policy, slot: u32, now: f64) -> Result<(), String> {
    if policy.is_live(slot) {
        let coldest = policy.coldest(NONE);
        if coldest != slot {
            return Err(format!("slot {slot} evicted, but {coldest} is the coldest"));
        }
        policy.remove(slot, Reason::Lru);
    }
    let given = policy.admit(now);
    if given == slot {
        Ok(())
    } else {
        Err(format!("slot {slot} admitted, but {given} was next"))
    }
}
