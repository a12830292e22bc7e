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

/// Carries the records of one map out. Plain touches, which most records are, take the short way.
///
/// # Errors
/// As [`apply`].
pub fn apply_all(policy: &mut Policy, words: &[u32], now: f64) -> Result<(), String> {
    let mut at = 0;
    while at < words.len() {
        let (kind, slot) = split(words[at]);
        at += 1;
        if kind <= record::RESET && policy.touch_plain(slot, now) {
            policy.count_touch(kind == record::RESET);
        } else if kind == record::ADMIT && policy.is_live(slot) {
            let admitted = words[at - 1..].iter().map(|&word| split(word));
            let run = admitted.take_while(|&(kind, _)| kind == record::ADMIT);
            match policy.recycle(run.map(|(_, slot)| slot), now) {
                0 => apply(policy, words[at - 1], now)?,
                count => at += count - 1,
            }
        } else {
            apply(policy, words[at - 1], now)?;
        }
    }
    Ok(())
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
