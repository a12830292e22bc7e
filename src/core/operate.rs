//! What an operation does on one map, and how it is told.

use crate::core::frame::Frame;
use crate::core::limits::Reason;
use crate::core::mass::SHRINKS;
use crate::core::policy::Policy;
use crate::core::protocol::{NO_SLOT, SPARING, op, stat, status, word};
use crate::core::room::Next;
use crate::core::slots::NONE;

/// One operation on one map; returns its new horizon.
pub(crate) fn operate(
    policy: &mut Policy,
    op: u32,
    frame: &mut Frame<'_>,
    now: f64,
) -> Result<f64, String> {
    let slot = frame.slot();
    let on_entry = (op::LOOK..=op::REMAINING).contains(&op)
        || matches!(op, op::HOLDS | op::TAKE_BACK | op::WEIGH);
    if slot != NONE && on_entry && !policy.is_live(slot) {
        frame.answer(status::ABSENT);
        return Ok(policy.horizon());
    }
    frame.answer(status::DONE);
    match op {
        op::SETTLE | op::ROOM | op::SHED => policy.begin(frame.ctl[word::C]),
        op::VERDICT => (),
        _ => policy.forget_answers(),
    }
    match op {
        op::GRANT => return Ok(grant(policy, frame, now)),
        op::SETTLE => match policy.all_due(now) {
            Some(reason) => leave_all(policy, frame, reason),
            None if frame.ctl[word::B] != 0.0 => sweep(policy, frame, now),
            None => repeat(policy, frame, |p| p.settle(now)),
        },
        op::DEPARTED => {
            let count = policy.departed(frame.out);
            frame.ctl[word::COUNT] = count as f64;
        }
        op::SHED => repeat(policy, frame, |p| p.shed(now)),
        op::ROOM => {
            let weight = frame.ctl[word::A];
            repeat(policy, frame, |p| p.make_room(slot, weight, now));
        }
        op::LOOK => tell(frame, policy.look_up(slot, now)),
        op::VERDICT => tell(frame, policy.answer(slot, frame.ctl[word::A] != 0.0, now)),
        op::WRITE => write(policy, frame, slot, now),
        op::TOUCH => match frame.option(word::A) {
            Some(ttl) => policy.touch_with_ttl(slot, ttl, now),
            None => policy.touch(slot, now),
        },
        #[allow(clippy::cast_precision_loss)]
        op::PIN => frame.ctl[word::A] = policy.pin(slot, now) as f64,
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        op::UNPIN | op::HOLDS => {
            let token = frame.ctl[word::A] as u64;
            let held = if op == op::HOLDS {
                policy.holds(slot, token)
            } else {
                policy.unpin(slot, token, frame.ctl[word::B], now)
            };
            if !held {
                frame.answer(status::ABSENT);
            }
        }
        op::REMAINING => frame.ctl[word::A] = policy.remaining(slot, now),
        op::CLEAR => {
            let reason = Reason::from_code(frame.int(word::A)).ok_or("no such reason")?;
            policy.clear(reason);
        }
        op::TAKE_BACK => policy.take_back(slot),
        op::WEIGH => reweigh(policy, slot, frame.ctl[word::A]),
        op::SPARE => spare(policy, frame, now),
        op::STATS => tell_stats(policy, frame, now),
        op::AUDIT => policy.validate()?,
        _ => return Err(format!("unknown operation {op}")),
    }
    Ok(policy.horizon())
}

/// Names slots for entries that the face will store on its own, before the core hears of them. The
/// horizon covers those entries too.
fn grant(policy: &mut Policy, frame: &mut Frame<'_>, now: f64) -> f64 {
    let horizon = policy.horizon();
    let want = (frame.int(word::COUNT) as usize).min(frame.out.len());
    let room = policy.limits().max_size - f64::from(policy.live());
    let count = if room >= 1.0 {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let count = want.min(room.min(1e9) as usize);
        policy.slots.peek_free(&mut frame.out[..count]);
        frame.answer(status::FREE);
        count
    } else if room == 0.0 && !policy.limits().asks && horizon > now {
        frame.answer(status::VICTIMS);
        policy.peek_coldest(&mut frame.out[..want])
    } else {
        0
    };
    if count == 0 {
        frame.answer(status::STEPWISE);
        return horizon;
    }
    frame.ctl[word::COUNT] = f64::from(u32::try_from(count).unwrap_or(0));
    horizon.min(now + policy.limits().shortest_life())
}

/// Steps until something is asked, all is done, or as many entries left as were wanted.
fn repeat(policy: &mut Policy, frame: &mut Frame<'_>, mut step: impl FnMut(&mut Policy) -> Next) {
    let most = (frame.out.len() / 2) as f64;
    let want = frame.ctl[word::COUNT].min(most);
    let mut count = 0u32;
    let mut next = Next::Done;
    while f64::from(count) < want {
        next = step(policy);
        let Next::Removed(slot, reason) = next else {
            break;
        };
        list_removed(frame, count, slot, reason);
        count += 1;
    }
    if count == 0 {
        return tell(frame, next);
    }
    // A question that came up after removals is asked by the next call: the entry is only marked.
    frame.ctl[word::COUNT] = f64::from(count);
    frame.ctl[word::SLOT] = match next {
        Next::Ask(slot) => f64::from(slot),
        _ => NO_SLOT,
    };
    frame.answer(status::REMOVED);
}

/// A step of the timer's sweep.
fn sweep(policy: &mut Policy, frame: &mut Frame<'_>, now: f64) {
    let sparing = frame.int(word::B) == SPARING;
    if sparing
        && policy.live() >= SHRINKS
        && let Some(spared) = policy.spared(now)
    {
        // It takes its turn among the maps that are due, as a settlement does.
        policy.settling = true;
        policy.stepped = now;
        return name_spared(frame, &spared);
    }
    if !policy.may_wait(now, sparing) {
        let most = f64::from(policy.until_shrink());
        // Hooks run after this step, and what was answered counts no more then.
        let wanted = frame.ctl[word::COUNT].max(policy.answers() as f64);
        frame.ctl[word::COUNT] = wanted.min(most);
        repeat(policy, frame, |p| p.settle(now));
    }
}

fn leave_all(policy: &mut Policy, frame: &mut Frame<'_>, reason: Reason) {
    frame.ctl[word::COUNT] = f64::from(policy.live());
    policy.leave_all(reason, frame.ctl[word::A] != 0.0);
    frame.ctl[word::A] = f64::from(reason as u32);
    frame.answer(status::ALL);
}

fn name_spared(frame: &mut Frame<'_>, spared: &[u32]) {
    frame.out[..spared.len()].copy_from_slice(spared);
    frame.ctl[word::COUNT] = spared.len() as f64;
    frame.answer(status::STAY);
}

fn spare(policy: &mut Policy, frame: &mut Frame<'_>, now: f64) {
    if let Some(spared) = policy.spared(now) {
        frame.ctl[word::B] = f64::from(policy.live()) - spared.len() as f64;
        let slots = policy.leave_spared(spared, frame.ctl[word::A] != 0.0);
        frame.ctl[word::A] = f64::from(Reason::Idle as u32);
        name_spared(frame, &slots);
    }
}

fn list_removed(frame: &mut Frame<'_>, at: u32, slot: u32, reason: Reason) {
    frame.out[at as usize * 2] = slot;
    frame.out[at as usize * 2 + 1] = reason as u32;
}

fn tell(frame: &mut Frame<'_>, next: Next) {
    match next {
        Next::Removed(slot, reason) => {
            list_removed(frame, 0, slot, reason);
            frame.ctl[word::COUNT] = 1.0;
            frame.ctl[word::SLOT] = NO_SLOT;
            frame.answer(status::REMOVED);
        }
        Next::Ask(slot) => {
            frame.ctl[word::SLOT] = f64::from(slot);
            frame.answer(status::ASK);
        }
        Next::Done => frame.answer(status::DONE),
        Next::Full => frame.answer(status::FULL),
    }
}

fn write(policy: &mut Policy, frame: &mut Frame<'_>, slot: u32, now: f64) {
    let (ttl, max_age) = (frame.option(word::A), frame.option(word::B));
    let weight = frame.ctl[word::C];
    let (slot, grew) = if slot == NONE {
        (policy.admit(now), true)
    } else {
        policy.stats.updated += 1;
        (slot, weight > policy.weight_of(slot))
    };
    policy.set_options(slot, ttl, max_age, now);
    policy.set_weight(slot, weight);
    if grew {
        count_overflow(policy);
    }
    frame.ctl[word::SLOT] = f64::from(slot);
}

fn reweigh(policy: &mut Policy, slot: u32, weight: f64) {
    let grew = weight > policy.weight_of(slot);
    policy.set_weight(slot, weight);
    if grew {
        count_overflow(policy);
    }
}

fn count_overflow(policy: &mut Policy) {
    if policy.is_above_limits() {
        policy.stats.overflows += 1;
    }
}

#[allow(clippy::cast_precision_loss)]
fn tell_stats(policy: &Policy, frame: &mut Frame<'_>, now: f64) {
    let stats = policy.stats();
    let (kept, pinned) = policy.kept_and_pinned();
    let out = &mut frame.ctl[word::STATS..];
    out[stat::HITS] = stats.hits as f64;
    out[stat::ADMITTED] = stats.admitted as f64;
    out[stat::UPDATED] = stats.updated as f64;
    out[stat::OVERFLOWS] = stats.overflows as f64;
    out[stat::LIVE] = f64::from(policy.live());
    out[stat::WEIGHT] = policy.weight();
    out[stat::KEPT] = f64::from(kept);
    out[stat::PINNED] = f64::from(pinned);
    out[stat::OLDEST_IDLE] = policy.oldest_idle(now).unwrap_or(f64::NAN);
    out[stat::OLDEST_BUSY] = policy.oldest_busy(now).unwrap_or(f64::NAN);
    out[stat::OLDEST_PIN] = policy.oldest_pin(now).unwrap_or(f64::NAN);
    out[stat::HELD] = policy.held() as f64;
    out[stat::BYTES] = policy.bytes() as f64;
    for (at, &count) in stats.removed.iter().enumerate() {
        out[stat::REMOVED + at] = count as f64;
    }
}
