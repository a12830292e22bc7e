//! Large maps that are due all at once, or in a burst: when the sweep waits, and for how long.

use robust_session_map::core::limits::{Limits, Reason};
use robust_session_map::core::mass::{MASS, PATIENCE, SHRINKS};
use robust_session_map::core::policy::Policy;
use robust_session_map::core::room::Next;

fn filled(limits: Limits, entries: u32, step: f64) -> Policy {
    let mut policy = Policy::new(limits);
    for at in 0..entries {
        policy.admit(f64::from(at) * step);
    }
    policy
}

const SHORT: f64 = 500.0;

fn short() -> Limits {
    Limits {
        ttl: SHORT,
        ..Limits::default()
    }
}

#[test]
fn small_maps_and_those_that_must_ask_leave_one_by_one() {
    assert_eq!(filled(short(), MASS - 1, 0.0).all_due(1e9), None);
    assert_eq!(
        filled(short(), MASS, 0.0).all_due(SHORT),
        Some(Reason::Idle)
    );
    let asking = Limits {
        asks: true,
        ..short()
    };
    assert_eq!(filled(asking, MASS, 0.0).all_due(1e9), None);
}

#[test]
fn a_sweep_stops_at_the_size_at_which_the_tables_shrink() {
    let until = |entries: u32| filled(short(), entries, 0.0).until_shrink();
    assert_eq!(until(0), u32::MAX);
    assert_eq!(until(SHRINKS), u32::MAX, "it shrinks with the next removal");
    assert_eq!(until(SHRINKS + 1), 1);
    assert_eq!(until(SHRINKS * 2 - 1), SHRINKS - 1);
    assert_eq!(until(SHRINKS * 2), u32::MAX);
}

#[test]
fn the_sweep_waits_only_at_that_size_and_only_if_the_rest_is_due_soon() {
    // The last is due after as long as the sweep has patience, or a little longer.
    let last = |slack: f64| {
        let mut policy = filled(short(), SHRINKS - 1, 0.0);
        policy.admit(PATIENCE + slack);
        policy
    };
    assert!(last(0.0).may_wait(SHORT, false));
    assert!(!last(0.5).may_wait(SHORT, false));
    let mut policy = last(0.0);
    policy.remove(0, Reason::Delete);
    assert!(!policy.may_wait(SHORT, false), "the tables have shrunk");
    let mut small = filled(short(), SHRINKS / 2, 0.0);
    assert!(!small.may_wait(SHORT, false), "that takes no time");
    let mut own = filled(short(), SHRINKS, 0.0);
    (0..SHRINKS).for_each(|slot| own.touch_with_ttl(slot, SHORT, 0.0));
    assert!(!own.may_wait(SHORT, false), "limits may differ");
    let mut asking = filled(
        Limits {
            asks: true,
            ..short()
        },
        SHRINKS,
        0.0,
    );
    assert!(!asking.may_wait(SHORT, false), "some may refuse");
}

#[test]
fn while_it_waits_the_timer_is_armed_for_the_last_of_the_burst() {
    let mut policy = filled(short(), SHRINKS - 1, 0.0);
    policy.admit(400.0);
    let horizon = policy.horizon();
    assert_eq!(policy.wake(horizon), SHORT, "not before something is due");
    assert!(policy.may_wait(SHORT, false));
    assert_eq!(policy.wake(horizon), 400.0 + SHORT);
    assert!(policy.may_wait(SHORT + 1.0, false), "it goes on waiting");
    // A read that settles some of it meanwhile does not end that.
    let mut read = policy.clone();
    assert!(matches!(read.settle(SHORT + 2.0), Next::Removed(..)));
    let settling = read.horizon();
    assert_eq!(read.wake(settling), 400.0 + SHORT);
    // The burst is over: everything goes, and nothing waits any more.
    policy.leave_all(Reason::Idle, false);
    assert_eq!(policy.wake(f64::INFINITY), f64::INFINITY);
    assert_eq!(
        policy.departed(&mut [0; 4]),
        0,
        "nobody asks for their order"
    );
    assert_eq!(
        policy.stats().removed[Reason::Idle as usize],
        u64::from(SHRINKS)
    );
    policy.validate().unwrap();
}

#[test]
fn a_settlement_that_was_begun_waits_behind_maps_due_for_longer() {
    let mut policy = filled(short(), 3, 0.0);
    assert!(matches!(policy.settle(700.0), Next::Removed(..)));
    let horizon = policy.horizon();
    assert_eq!(
        horizon,
        f64::NEG_INFINITY,
        "it has to be looked at in any case"
    );
    assert_eq!(policy.wake(horizon), 700.0);
    while policy.settle(701.0) != Next::Done {}
    let horizon = policy.horizon();
    assert_eq!(policy.wake(horizon), f64::INFINITY);
}

#[test]
fn those_departed_are_told_as_many_at_a_time_as_there_is_room_for() {
    let mut policy = filled(short(), 5, 0.0);
    policy.hit(0, 1.0);
    let bytes = policy.bytes();
    policy.leave_all(Reason::Idle, true);
    assert!(policy.bytes() >= bytes, "their order is kept");
    let mut out = [0; 2];
    let mut told = Vec::new();
    loop {
        let count = policy.departed(&mut out);
        if count == 0 {
            break;
        }
        told.push(out[..count].to_vec());
    }
    assert_eq!(told, [vec![1, 2], vec![3, 4], vec![0]]);
    assert_eq!(policy.departed(&mut out), 0);
    assert!(policy.bytes() < bytes);
}

#[test]
fn those_departed_are_told_although_the_map_is_cleared_meanwhile() {
    let mut policy = filled(short(), 3, 0.0);
    policy.leave_all(Reason::Idle, true);
    policy.admit(9.0);
    policy.clear(Reason::Clear);
    let mut out = [9; 4];
    assert_eq!(policy.departed(&mut out), 3);
    assert_eq!(out, [0, 1, 2, 9]);
    assert_eq!(policy.departed(&mut out), 0);
}
