//! Replaying the face's log: what it did on its own since the last call.

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

/// The log cut before each [`record::MAP`], which every run begins with.
pub fn runs(log: &[u32]) -> impl Iterator<Item = &[u32]> {
    log.chunk_by(|_, &next| split(next).0 != record::MAP)
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
