//! What an engine answers, operation by operation.

use robust_session_map::core::limits::Reason;
use robust_session_map::core::protocol::{NO_SLOT, op, record, stat, status, word};

use super::rig::{NONE, OWN, PLAIN, Rig};

#[test]
fn maps_are_numbered_dropped_and_numbered_again() {
    let mut rig = Rig::new(2);
    let (first, second) = (rig.create(PLAIN), rig.create(PLAIN));
    assert_eq!((first, second), (0.0, 1.0));
    assert_eq!(rig.horizons, [NONE, NONE]);
    assert_eq!(rig.engine.usage().maps, 2);
    // There is no room for a third horizon.
    assert_eq!(
        rig.call(op::CREATE, -1.0, NO_SLOT, 0.0, &PLAIN),
        status::GROW
    );
    rig.store(first);
    rig.store(second);
    rig.store(second);
    assert_eq!(rig.engine.usage().entries, 3);
    assert_eq!(rig.call(op::DROP, first, NO_SLOT, 0.0, &[]), status::DONE);
    assert_eq!(
        (rig.engine.usage().maps, rig.engine.usage().entries),
        (1, 2)
    );
    assert_eq!(rig.horizons, [NONE, 10.0]);
    assert_eq!(rig.call(op::DROP, first, NO_SLOT, 0.0, &[]), status::ABSENT);
    // A place that is free needs no larger array.
    assert_eq!(rig.create(PLAIN), 0.0);
    rig.call(op::DROP, 0.0, NO_SLOT, 0.0, &[]);
    rig.call(op::DROP, 1.0, NO_SLOT, 0.0, &[]);
    assert_eq!(rig.engine.usage().maps, 0);
    assert_eq!(rig.engine.usage().entries, 0);
    assert_eq!(rig.create(PLAIN), 0.0);
}

#[test]
fn bytes_follow_what_the_maps_hold() {
    let mut rig = Rig::new(2);
    let empty = rig.engine.usage().bytes;
    let map = rig.create(PLAIN);
    let made = rig.engine.usage().bytes;
    assert!(made > empty + 100, "{made}");
    for _ in 0..1000 {
        rig.store(map);
    }
    let full = rig.engine.usage().bytes;
    // A slot takes some tens of bytes.
    assert!(
        full - made > 16_000 && full - made < 200_000,
        "{}",
        full - made
    );
    // Of the engine's own there is the table of maps, a pointer each, and the heap of wake-ups.
    let own = full - rig.stat(map, stat::BYTES) as usize;
    assert!((16..1000).contains(&own), "{own}");
    let other = rig.create(PLAIN);
    let two = rig.engine.usage().bytes;
    rig.call(op::DROP, other, NO_SLOT, 0.0, &[]);
    assert!(two > full && rig.engine.usage().bytes < two);
    rig.call(op::DROP, map, NO_SLOT, 0.0, &[]);
    assert!(rig.engine.usage().bytes < 1000);
}

#[test]
fn operations_on_no_map_or_of_no_kind_are_defects() {
    let mut rig = Rig::new(1);
    let map = rig.create(PLAIN);
    assert!(rig.try_call(op::STATS, 5.0, NO_SLOT, 0.0, &[]).is_err());
    assert!(rig.try_call(op::STATS, -1.0, NO_SLOT, 0.0, &[]).is_err());
    assert!(rig.try_call(99, map, NO_SLOT, 0.0, &[]).is_err());
    assert!(rig.try_call(op::CLEAR, map, NO_SLOT, 0.0, &[77.0]).is_err());
    assert_eq!(
        rig.try_call(op::DRAIN, -1.0, NO_SLOT, 0.0, &[]),
        Ok(status::DONE)
    );
}

#[test]
fn entries_that_are_not_there_are_absent_and_new_ones_are_not() {
    let mut rig = Rig::new(1);
    let map = rig.create(PLAIN);
    let slot = rig.store(map);
    let each = [
        op::LOOK,
        op::VERDICT,
        op::WRITE,
        op::TOUCH,
        op::PIN,
        op::UNPIN,
        op::REMAINING,
        op::HOLDS,
        op::TAKE_BACK,
        op::WEIGH,
    ];
    for op in each {
        assert_eq!(rig.call(op, map, 3.0, 0.0, &[]), status::ABSENT, "{op}");
    }
    // Room is asked for before there is a slot.
    assert_eq!(rig.call(op::ROOM, map, NO_SLOT, 1.0, &[0.0]), status::DONE);
    assert_eq!(rig.call(op::ROOM, map, slot, 1.0, &[0.0]), status::DONE);
    assert_eq!(rig.stat(map, stat::LIVE), 1.0);
    assert_eq!(rig.call(op::AUDIT, map, NO_SLOT, 0.0, &[]), status::DONE);
}

#[test]
fn the_log_is_replayed_before_anything_else() {
    let mut rig = Rig::new(2);
    let map = rig.create(PLAIN);
    let (a, b) = (rig.store(map), rig.store(map));
    rig.now = 6.0;
    rig.log = vec![record::MAP | map as u32, record::TOUCH | a as u32];
    assert_eq!(rig.call(op::DRAIN, map, NO_SLOT, 0.0, &[]), status::DONE);
    assert_eq!(rig.stat(map, stat::HITS), 1.0);
    rig.now = 10.0;
    assert_eq!(
        rig.call(op::SETTLE, map, NO_SLOT, 8.0, &[]),
        status::REMOVED
    );
    assert_eq!(rig.gone(), [(b as u32, Reason::Idle as u32)]);
    assert_eq!(rig.horizons[0], 16.0);
    // Records of a map that is dropped are passed by.
    rig.log = vec![record::MAP | 1, record::TOUCH | 5];
    assert_eq!(rig.call(op::DRAIN, -1.0, NO_SLOT, 0.0, &[]), status::DONE);
    rig.log = vec![record::MAP | map as u32, record::REMOVE | a as u32];
    assert_eq!(rig.stat(map, stat::LIVE), 0.0);
}

#[test]
fn the_timer_is_told_of_the_earliest_and_only_of_what_is_earlier() {
    let mut rig = Rig::new(2);
    let slow = rig.create([100.0, NONE, NONE, NONE, NONE, NONE, 0.0]);
    let quick = rig.create(PLAIN);
    rig.store(slow);
    assert_eq!(rig.ctl[word::WAKE], 100.0);
    rig.armed = 100.0;
    rig.store(slow);
    assert_eq!(rig.ctl[word::WAKE], NONE);
    rig.store(quick);
    assert_eq!(rig.ctl[word::WAKE], 10.0);
    rig.armed = 10.0;
    rig.now = 9.0;
    assert_eq!(
        rig.call(op::NEXT_DUE, -1.0, NO_SLOT, 0.0, &[]),
        status::DONE
    );
    rig.now = 10.0;
    assert_eq!(rig.call(op::NEXT_DUE, -1.0, NO_SLOT, 0.0, &[]), status::DUE);
    assert_eq!(rig.ctl[word::MAP], quick);
}

#[test]
fn limits_of_an_entry_of_its_own() {
    let mut rig = Rig::new(1);
    let map = rig.create(PLAIN);
    let own = rig.write(map, NO_SLOT, [3.0, OWN, 2.0]);
    let aged = rig.write(map, NO_SLOT, [OWN, 5.0, 1.0]);
    for (slot, left) in [(own, 3.0), (aged, 5.0)] {
        rig.call(op::REMAINING, map, slot, 0.0, &[]);
        assert_eq!(rig.ctl[word::A], left);
    }
    rig.now = 2.0;
    // Touched with NaN an entry keeps its limit; with a number that is its own.
    rig.call(op::TOUCH, map, own, 0.0, &[OWN]);
    rig.call(op::REMAINING, map, own, 0.0, &[]);
    assert_eq!(rig.ctl[word::A], 3.0);
    rig.call(op::TOUCH, map, own, 0.0, &[1.0]);
    rig.call(op::REMAINING, map, own, 0.0, &[]);
    assert_eq!(rig.ctl[word::A], 1.0);
    assert_eq!(rig.stat(map, stat::WEIGHT), 3.0);
}

#[test]
fn leases_by_their_tokens() {
    let mut rig = Rig::new(1);
    let map = rig.create(PLAIN);
    let slot = rig.store(map);
    assert_eq!(rig.call(op::PIN, map, slot, 0.0, &[]), status::DONE);
    let token = rig.ctl[word::A];
    assert_eq!(rig.call(op::HOLDS, map, slot, 0.0, &[token]), status::DONE);
    assert_eq!(
        rig.call(op::HOLDS, map, slot, 0.0, &[token + 1.0]),
        status::ABSENT
    );
    rig.now = 4.0;
    assert_eq!(rig.stat(map, stat::OLDEST_PIN), 4.0);
    assert_eq!(
        (rig.stat(map, stat::PINNED), rig.stat(map, stat::HELD)),
        (1.0, 1.0)
    );
    assert_eq!(
        rig.call(op::UNPIN, map, slot, 0.0, &[token, 0.0]),
        status::DONE
    );
    assert_eq!(
        rig.call(op::HOLDS, map, slot, 0.0, &[token]),
        status::ABSENT
    );
    assert_eq!(rig.stat(map, stat::PINNED), 0.0);
    assert!(rig.stat(map, stat::OLDEST_PIN).is_nan());
}

#[test]
fn counters_of_what_idles_and_of_what_is_busy() {
    let mut rig = Rig::new(1);
    let map = rig.create([10.0, NONE, NONE, NONE, NONE, NONE, 1.0]);
    assert!(rig.stat(map, stat::OLDEST_IDLE).is_nan());
    assert!(rig.stat(map, stat::OLDEST_BUSY).is_nan());
    rig.now = 2.0;
    let slot = rig.store(map);
    rig.now = 12.0;
    assert_eq!(rig.stat(map, stat::OLDEST_IDLE), 10.0);
    assert_eq!(rig.call(op::SETTLE, map, NO_SLOT, 8.0, &[]), status::ASK);
    assert_eq!(rig.ctl[word::SLOT], slot);
    assert_eq!(rig.call(op::VERDICT, map, slot, 0.0, &[1.0]), status::DONE);
    rig.now = 15.0;
    assert_eq!(rig.stat(map, stat::OLDEST_BUSY), 3.0);
    assert_eq!(
        (rig.stat(map, stat::KEPT), rig.stat(map, stat::PINNED)),
        (1.0, 0.0)
    );
    // Kept as it is, it is the one that was not used for longest.
    rig.store(map);
    assert_eq!(rig.stat(map, stat::OLDEST_IDLE), 13.0);
}

#[test]
fn slots_are_named_ahead() {
    let mut rig = Rig::new(1);
    let map = rig.create([10.0, NONE, 3.0, NONE, NONE, NONE, 0.0]);
    let first = rig.store(map);
    // No more than there is room for, and the horizon covers what will be stored there.
    rig.now = 1.0;
    assert_eq!(rig.call(op::GRANT, map, NO_SLOT, 8.0, &[]), status::FREE);
    assert_eq!(rig.ctl[word::COUNT], 2.0);
    assert_eq!(rig.horizons[0], 10.0);
    rig.call(op::TOUCH, map, first, 0.0, &[OWN]);
    rig.store(map);
    rig.store(map);
    assert_eq!(rig.call(op::GRANT, map, NO_SLOT, 2.0, &[]), status::VICTIMS);
    assert_eq!((rig.ctl[word::COUNT], rig.out[0]), (2.0, first as u32));
    // Something is due, which goes first.
    rig.now = 11.0;
    assert_eq!(
        rig.call(op::GRANT, map, NO_SLOT, 2.0, &[]),
        status::STEPWISE
    );
    let asking = Rig::new(1).create([10.0, NONE, 1.0, NONE, NONE, NONE, 1.0]);
    assert_eq!(asking, 0.0);
    let mut rig = Rig::new(1);
    let map = rig.create([10.0, NONE, 1.0, NONE, NONE, NONE, 1.0]);
    rig.store(map);
    assert_eq!(
        rig.call(op::GRANT, map, NO_SLOT, 2.0, &[]),
        status::STEPWISE
    );
    // An empty map's horizon is what an entry stored now would live.
    let mut rig = Rig::new(1);
    let map = rig.create(PLAIN);
    rig.now = 5.0;
    assert_eq!(rig.call(op::GRANT, map, NO_SLOT, 1.0, &[]), status::FREE);
    assert_eq!(rig.horizons[0], 15.0);
}

#[test]
fn removals_stop_at_the_number_wanted() {
    let mut rig = Rig::new(1);
    let map = rig.create([10.0, NONE, NONE, NONE, NONE, NONE, 1.0]);
    let slots: Vec<f64> = (0..3).map(|_| rig.store(map)).collect();
    assert_eq!(rig.call(op::SHED, map, NO_SLOT, 0.0, &[]), status::DONE);
    assert_eq!(rig.stat(map, stat::LIVE), 3.0);
    rig.call(op::SHED, map, NO_SLOT, 2.0, &[]);
    assert_eq!(rig.ctl[word::SLOT], slots[0]);
    // Idle: it goes, alone.
    assert_eq!(
        rig.call(op::VERDICT, map, slots[0], 0.0, &[0.0]),
        status::REMOVED
    );
    assert_eq!(rig.gone(), [(slots[0] as u32, Reason::Pressure as u32)]);
    assert_eq!(rig.ctl[word::SLOT], NO_SLOT);
    assert_eq!(
        rig.stat(map, stat::REMOVED + Reason::Pressure as usize),
        1.0
    );
    let mut rig = Rig::new(1);
    let map = rig.create(PLAIN);
    for _ in 0..3 {
        rig.store(map);
    }
    assert_eq!(rig.call(op::SHED, map, NO_SLOT, 2.0, &[]), status::REMOVED);
    assert_eq!(rig.gone().len(), 2);
    assert_eq!(rig.ctl[word::SLOT], NO_SLOT);
    assert_eq!(rig.stat(map, stat::LIVE), 1.0);
}

#[test]
fn all_that_is_due_together_leaves_together_in_order() {
    let mut rig = Rig::new(1);
    let map = rig.create(PLAIN);
    let slots: Vec<u32> = (0..3000).map(|_| rig.store(map) as u32).collect();
    rig.now = 1.0;
    for slot in [5.0, 7.0] {
        rig.call(op::TOUCH, map, slot, 0.0, &[OWN]);
    }
    rig.now = 20.0;
    assert_eq!(rig.call(op::SETTLE, map, NO_SLOT, 8.0, &[1.0]), status::ALL);
    assert_eq!(rig.ctl[word::COUNT], 3000.0);
    assert_eq!(rig.ctl[word::A], f64::from(Reason::Idle as u32));
    assert_eq!(rig.engine.usage().entries, 0);
    let mut order = Vec::new();
    loop {
        assert_eq!(rig.call(op::DEPARTED, map, NO_SLOT, 0.0, &[]), status::DONE);
        let count = rig.ctl[word::COUNT] as usize;
        if count == 0 {
            break;
        }
        order.extend_from_slice(&rig.out[..count]);
    }
    let untouched = slots.iter().copied().filter(|slot| ![5, 7].contains(slot));
    let expected: Vec<u32> = untouched.chain([5, 7]).collect();
    assert_eq!(order, expected);
}

#[test]
fn overflows_are_counted_when_something_grows_above_the_limits() {
    let mut rig = Rig::new(1);
    let map = rig.create([10.0, NONE, NONE, NONE, 10.0, NONE, 0.0]);
    let slot = rig.write(map, NO_SLOT, [OWN, OWN, 10.0]);
    assert_eq!(rig.stat(map, stat::OVERFLOWS), 0.0);
    rig.write(map, NO_SLOT, [OWN, OWN, 1.0]);
    assert_eq!(rig.stat(map, stat::OVERFLOWS), 1.0);
    // As heavy as before, or lighter: nothing grew.
    rig.write(map, slot, [OWN, OWN, 10.0]);
    rig.call(op::WEIGH, map, slot, 0.0, &[9.5]);
    assert_eq!(
        (rig.stat(map, stat::OVERFLOWS), rig.stat(map, stat::UPDATED)),
        (1.0, 1.0)
    );
    rig.call(op::WEIGH, map, slot, 0.0, &[9.6]);
    assert_eq!(rig.stat(map, stat::OVERFLOWS), 2.0);
    rig.call(op::WEIGH, map, slot, 0.0, &[9.6]);
    assert_eq!(rig.stat(map, stat::OVERFLOWS), 2.0);
    rig.write(map, slot, [OWN, OWN, 12.0]);
    assert_eq!(rig.stat(map, stat::OVERFLOWS), 3.0);
    assert_eq!(rig.stat(map, stat::WEIGHT), 13.0);
    rig.call(op::TAKE_BACK, map, slot, 0.0, &[]);
    assert_eq!(
        (rig.stat(map, stat::LIVE), rig.stat(map, stat::ADMITTED)),
        (1.0, 1.0)
    );
}
