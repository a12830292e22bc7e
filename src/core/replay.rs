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
    let mut at = 0;
    while at < log.len() {
        let (kind, number) = split(log[at]);
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
            at += plain(&log[at + 1..]);
            let run = runs.last_mut().ok_or("records of no map")?;
            run.records.end = at + 1;
        } else {
            return Err("records of no map".to_owned());
        }
        at += 1;
    }
    Ok(())
}

/// A number of records, at the start of these words, that name neither a map nor a time. Told of
/// many words at once, as the kinds that do have the highest bit set.
fn plain(words: &[u32]) -> usize {
    const AT_ONCE: usize = 16;
    let (chunks, _) = words.as_chunks::<AT_ONCE>();
    let is_plain =
        |chunk: &&[u32; AT_ONCE]| chunk.iter().fold(0, |all, word| all | word) < record::MAP;
    chunks.iter().take_while(is_plain).count() * AT_ONCE
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
    if touch_once(policy, log, runs, seen) {
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
    pass: u8,
    /// By slot, the last pass that met it.
    met: Vec<u8>,
    /// Last touches, the latest first, and room behind them.
    last: Vec<Touch>,
}

/// The last touch of an entry, and the run it is in.
#[derive(Debug, Clone, Copy, Default)]
struct Touch {
    slot: u32,
    run: u32,
}

impl Seen {
    /// Records from which on it pays: below, a slot is hardly ever touched twice.
    const FEWEST: usize = 64;
    /// Slots up to which it pays: beyond, too few are touched twice in one log, and marking them
    /// misses the cache.
    const MOST_SLOTS: usize = 16_384;

    fn pays(records: usize, policy: &Policy) -> bool {
        records >= Self::FEWEST && policy.slots.len() <= Self::MOST_SLOTS
    }

    fn begin(&mut self, slots: usize, records: usize) {
        if self.met.len() < slots || self.pass == u8::MAX {
            self.met = vec![0; slots.max(self.met.len())];
            self.pass = 0;
        }
        self.pass += 1;
        if self.last.len() < records {
            self.last.resize(records, Touch::default());
        }
    }

    /// The last touch of each slot in these runs of plain touches, the latest first; `None` if a
    /// slot is not there.
    #[allow(clippy::cast_possible_truncation)]
    fn collect(&mut self, log: &[u32], runs: &[Run]) -> Option<&[Touch]> {
        let mut count = 0;
        for (number, run) in runs.iter().enumerate().rev() {
            for word in log[run.records.clone()].iter().rev() {
                let slot = split(*word).1;
                let met = self.met.get_mut(slot as usize)?;
                // Written in any case, counted only the first time: which it is could not be predicted.
                *self.last.get_mut(count)? = Touch {
                    slot,
                    run: number as u32,
                };
                count += usize::from(*met != self.pass);
                *met = self.pass;
            }
        }
        Some(&self.last[..count])
    }
}

/// Of entries touched again and again only the last touch counts: carries those out alone, if the
/// runs say nothing else. Answers whether it did.
fn touch_once(policy: &mut Policy, log: &[u32], runs: &[Run], seen: &mut Seen) -> bool {
    let (mut touches, mut updates, mut kinds) = (0, 0u32, 0);
    for run in runs {
        let words = &log[run.records.clone()];
        touches += words.len();
        kinds |= words.iter().fold(0, |all, word| all | word);
        updates += words.iter().map(|word| word / record::RESET).sum::<u32>();
    }
    if split(kinds).0 > record::RESET || !Seen::pays(touches, policy) {
        return false;
    }
    seen.begin(policy.slots.len(), touches);
    let Some(last) = seen.collect(log, runs) else {
        return false;
    };
    let in_order = last.iter().rev();
    let timed = in_order.map(|touch| (touch.slot, runs[touch.run as usize].at));
    policy.touch_each(timed, touches as u64, u64::from(updates))
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

#[cfg(test)]
mod tests;
