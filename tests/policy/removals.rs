//! How entries leave over the boundary: settled, swept, made room for.

use robust_session_map::core::limits::Reason;
use robust_session_map::core::mass::SHRINKS;
use robust_session_map::core::protocol::{NO_SLOT, OUT_WORDS, op, record, stat, status, word};

use super::rig::{NONE, OWN, PLAIN, Rig, audit, settle};

#[test]
fn no_more_leave_at_once_than_the_list_has_room_for() {
    let mut rig = Rig::new(1);
    let map = rig.create(PLAIN);
    rig.log = vec![record::MAP | map as u32];
    rig.log.extend((0..300).map(|slot| record::ADMIT | slot));
    rig.call(op::DRAIN, map, NO_SLOT, 0.0, &[]);
    rig.now = 10.0;
    assert_eq!(settle(&mut rig, map, 1_000.0), status::REMOVED);
    assert_eq!(rig.gone().len(), OUT_WORDS / 2);
    assert_eq!(settle(&mut rig, map, 1_000.0), status::REMOVED);
    assert_eq!(rig.gone().len(), 300 - OUT_WORDS / 2);
    assert_eq!(settle(&mut rig, map, 1_000.0), status::DONE);
}

#[test]
fn the_timers_sweep_removes_as_many_as_it_is_told() {
    let mut rig = Rig::new(1);
    let map = rig.create(PLAIN);
    for _ in 0..5 {
        rig.store(map);
    }
    rig.now = 10.0;
    assert_eq!(
        rig.call(op::SETTLE, map, NO_SLOT, 2.0, &[0.0, 1.0]),
        status::REMOVED
    );
    let gone = rig.gone();
    assert_eq!(gone, [(0, Reason::Idle as u32), (1, Reason::Idle as u32)]);
    assert_eq!(rig.stat(map, stat::LIVE), 3.0);
    assert_eq!(
        rig.call(op::SETTLE, map, NO_SLOT, 9.0, &[0.0, 1.0]),
        status::REMOVED
    );
    assert_eq!(rig.gone().len(), 3);
    assert_eq!(
        rig.call(op::SETTLE, map, NO_SLOT, 9.0, &[0.0, 1.0]),
        status::DONE
    );
}

#[test]
fn the_timers_sweep_waits_where_the_tables_would_shrink() {
    let mut rig = Rig::new(1);
    // Reads settle the same map without waiting.
    let map = rig.create([10.0, NONE, NONE, NONE, NONE, NONE, 0.0]);
    rig.log = vec![record::MAP | map as u32];
    rig.log
        .extend((0..=SHRINKS).map(|slot| record::ADMIT | slot));
    rig.call(op::DRAIN, map, NO_SLOT, 0.0, &[]);
    rig.now = 5.0;
    let last = f64::from(SHRINKS);
    rig.call(op::TOUCH, map, last, 0.0, &[OWN]);
    rig.now = 10.0;
    assert_eq!(
        rig.call(op::SETTLE, map, NO_SLOT, 50.0, &[0.0, 1.0]),
        status::REMOVED
    );
    assert_eq!(rig.gone().len(), 1, "down to the size itself");
    assert_eq!(
        rig.call(op::SETTLE, map, NO_SLOT, 50.0, &[0.0, 1.0]),
        status::DONE
    );
    assert_eq!(rig.stat(map, stat::LIVE), f64::from(SHRINKS));
    assert_eq!(
        rig.call(op::SETTLE, map, NO_SLOT, 50.0, &[0.0, 0.0]),
        status::REMOVED
    );
    assert_eq!(rig.gone().len(), 50);
}

/// So many entries stored at 0, of which three were used since.
fn used_by_few(entries: u32) -> (Rig, f64) {
    let mut rig = Rig::new(1);
    let map = rig.create(PLAIN);
    rig.log = vec![record::MAP | map as u32];
    rig.log
        .extend((0..entries).map(|slot| record::ADMIT | slot));
    rig.call(op::DRAIN, map, NO_SLOT, 0.0, &[]);
    rig.now = 5.0;
    for slot in [8.0, 3.0, 5.0] {
        rig.call(op::TOUCH, map, slot, 0.0, &[OWN]);
    }
    rig.now = 10.0;
    (rig, map)
}

fn named(rig: &Rig) -> Vec<u32> {
    rig.out[..rig.ctl[word::COUNT] as usize].to_vec()
}

const SPARING: f64 = robust_session_map::core::protocol::SPARING as f64;

#[test]
fn when_all_but_a_few_are_due_the_few_are_named_and_the_others_leave_at_once() {
    for hooked in [1.0, 0.0] {
        let (mut rig, map) = used_by_few(SHRINKS);
        let told = rig.call(op::SETTLE, map, NO_SLOT, 50.0, &[0.0, SPARING]);
        assert_eq!(told, status::STAY);
        let mut stay = named(&rig);
        stay.sort_unstable();
        assert_eq!(stay, [3, 5, 8]);
        let live = rig.stat(map, stat::LIVE);
        assert_eq!(live, f64::from(SHRINKS), "nobody has left yet");
        let told = rig.call(op::SPARE, map, NO_SLOT, 0.0, &[hooked]);
        assert_eq!(told, status::STAY);
        assert_eq!(named(&rig), [8, 3, 5], "the one in slot 0 first");
        assert_eq!(rig.ctl[word::A], f64::from(Reason::Idle as u32));
        assert_eq!(rig.ctl[word::B], f64::from(SHRINKS - 3));
        assert_eq!(rig.stat(map, stat::LIVE), 3.0);
        rig.call(op::DEPARTED, map, NO_SLOT, 0.0, &[]);
        let order = named(&rig);
        if hooked == 0.0 {
            assert!(order.is_empty(), "nobody asks for their order");
        } else {
            assert_eq!(order.len(), OUT_WORDS);
            assert_eq!(order[..6], [0, 1, 2, 4, 6, 7]);
        }
        audit(&mut rig, map);
    }
}

#[test]
fn nobody_is_spared_where_no_table_is_slow_to_shrink_or_the_timer_did_not_call() {
    let (mut rig, map) = used_by_few(SHRINKS - 1);
    let told = rig.call(op::SETTLE, map, NO_SLOT, 50.0, &[0.0, SPARING]);
    assert_eq!((told, rig.gone().len()), (status::REMOVED, 50));
    let (mut rig, map) = used_by_few(SHRINKS);
    assert_eq!(settle(&mut rig, map, 50.0), status::REMOVED);
    assert_eq!(rig.gone().len(), 50);
}

#[test]
fn nobody_is_named_before_the_others_are_due() {
    let (mut rig, map) = used_by_few(SHRINKS);
    rig.now = 9.0;
    let told = rig.call(op::SETTLE, map, NO_SLOT, 50.0, &[0.0, SPARING]);
    assert_eq!(told, status::DONE);
    assert_eq!(rig.stat(map, stat::LIVE), f64::from(SHRINKS));
    audit(&mut rig, map);
}

#[test]
fn when_they_were_all_used_meanwhile_none_leaves() {
    let (mut rig, map) = used_by_few(SHRINKS);
    rig.call(op::SETTLE, map, NO_SLOT, 50.0, &[0.0, SPARING]);
    rig.log = vec![record::MAP | map as u32];
    rig.log
        .extend((0..SHRINKS).map(|slot| record::TOUCH | slot));
    let told = rig.call(op::SPARE, map, NO_SLOT, 0.0, &[1.0]);
    assert_eq!(told, status::DONE);
    assert_eq!(rig.stat(map, stat::LIVE), f64::from(SHRINKS));
    audit(&mut rig, map);
}

#[test]
fn due_by_both_clocks_at_once_an_entry_was_idle() {
    let mut rig = Rig::new(1);
    let map = rig.create([10.0, 10.0, NONE, NONE, NONE, NONE, 0.0]);
    rig.store(map);
    rig.now = 10.0;
    assert_eq!(settle(&mut rig, map, 8.0), status::REMOVED);
    assert_eq!(rig.gone(), [(0, Reason::Idle as u32)]);
    rig.store(map);
    rig.now = 15.0;
    rig.call(op::TOUCH, map, 0.0, 0.0, &[OWN]);
    rig.now = 20.0;
    assert_eq!(settle(&mut rig, map, 8.0), status::REMOVED);
    assert_eq!(rig.gone(), [(0, Reason::Age as u32)]);
}

#[test]
fn above_its_limit_a_map_names_neither_slots_nor_victims() {
    let mut rig = Rig::new(1);
    let map = rig.create([NONE, NONE, 1.0, NONE, NONE, NONE, 0.0]);
    for _ in 0..2 {
        let slot = rig.store(map);
        rig.call(op::PIN, map, slot, 0.0, &[]);
    }
    let told = rig.call(op::GRANT, map, NO_SLOT, 2.0, &[]);
    assert_eq!(told, status::STEPWISE);
    // One step at a time room is made, too.
    let mut rig = Rig::new(1);
    let map = rig.create([NONE, NONE, 2.0, NONE, NONE, NONE, 0.0]);
    (0..3).for_each(|_| _ = rig.store(map));
    assert_eq!(
        rig.call(op::ROOM, map, NO_SLOT, 1.0, &[0.0]),
        status::REMOVED
    );
    assert_eq!(rig.gone(), [(0, Reason::Lru as u32)]);
    assert_eq!(
        rig.call(op::ROOM, map, NO_SLOT, 1.0, &[0.0]),
        status::REMOVED
    );
    assert_eq!(rig.call(op::ROOM, map, NO_SLOT, 1.0, &[0.0]), status::DONE);
}

#[test]
fn at_its_hard_limit_a_map_with_everything_kept_is_full() {
    let mut rig = Rig::new(1);
    let map = rig.create([10.0, NONE, 1.0, 2.0, NONE, NONE, 0.0]);
    for _ in 0..2 {
        assert_eq!(rig.call(op::ROOM, map, NO_SLOT, 1.0, &[0.0]), status::DONE);
        let slot = rig.store(map);
        rig.call(op::PIN, map, slot, 0.0, &[]);
    }
    assert_eq!(rig.call(op::ROOM, map, NO_SLOT, 1.0, &[0.0]), status::FULL);
    // What is there already may be stored again.
    assert_eq!(rig.call(op::ROOM, map, 0.0, 1.0, &[5.0]), status::DONE);
    assert_eq!(rig.stat(map, stat::LIVE), 2.0);
    assert_eq!(rig.stat(map, stat::OVERFLOWS), 1.0);
}

#[test]
fn room_is_made_for_what_is_heavier_than_before_only() {
    let mut rig = Rig::new(1);
    let map = rig.create([NONE, NONE, NONE, NONE, 10.0, NONE, 0.0]);
    let one = rig.write(map, NO_SLOT, [OWN, OWN, 4.0]);
    let two = rig.write(map, NO_SLOT, [OWN, OWN, 6.0]);
    let room = |rig: &mut Rig, weight: f64| rig.call(op::ROOM, map, two, 8.0, &[weight]);
    assert_eq!(room(&mut rig, 6.0), status::DONE);
    assert_eq!(room(&mut rig, 1.0), status::DONE);
    assert_eq!(room(&mut rig, 6.5), status::REMOVED);
    assert_eq!(rig.gone(), [(one as u32, Reason::Bytes as u32)]);
    assert_eq!(room(&mut rig, 10.0), status::DONE);
    // Made heavier without a `set`, the map is above its limit; as heavy as before, what is set sends nobody off.
    let light = rig.write(map, NO_SLOT, [OWN, OWN, 1.0]);
    rig.call(op::WEIGH, map, light, 0.0, &[5.0]);
    assert_eq!(room(&mut rig, 6.0), status::DONE);
    assert_eq!(room(&mut rig, 6.5), status::REMOVED);
    assert_eq!(rig.gone(), [(light as u32, Reason::Bytes as u32)]);
    // Above the limit by itself it survives its own `set`.
    assert_eq!(room(&mut rig, 11.0), status::DONE);
    assert_eq!(rig.call(op::ROOM, map, NO_SLOT, 8.0, &[4.0]), status::DONE);
    assert_eq!(
        rig.call(op::ROOM, map, NO_SLOT, 8.0, &[4.5]),
        status::REMOVED
    );
    assert_eq!(rig.gone(), [(two as u32, Reason::Bytes as u32)]);
}

#[test]
fn what_is_due_goes_before_what_was_used_least_recently() {
    let mut rig = Rig::new(1);
    let map = rig.create([NONE, NONE, 2.0, NONE, NONE, NONE, 0.0]);
    let cold = rig.store(map);
    let short = rig.write(map, NO_SLOT, [5.0, OWN, 0.0]);
    rig.now = 5.0;
    assert_eq!(
        rig.call(op::ROOM, map, NO_SLOT, 8.0, &[0.0]),
        status::REMOVED
    );
    assert_eq!(rig.gone(), [(short as u32, Reason::Idle as u32)]);
    rig.store(map);
    assert_eq!(
        rig.call(op::ROOM, map, NO_SLOT, 8.0, &[0.0]),
        status::REMOVED
    );
    assert_eq!(rig.gone(), [(cold as u32, Reason::Lru as u32)]);
}

#[test]
fn victims_are_named_up_to_one_that_is_leased() {
    let mut rig = Rig::new(1);
    let map = rig.create([10.0, NONE, 4.0, NONE, NONE, NONE, 0.0]);
    let slots: Vec<f64> = (0..4).map(|_| rig.store(map)).collect();
    // Limits of their own do not matter: the order is that of use.
    rig.call(op::TOUCH, map, slots[1], 0.0, &[50.0]);
    let named = |rig: &mut Rig, want: f64| {
        let told = rig.call(op::GRANT, map, NO_SLOT, want, &[]);
        let count = rig.ctl[word::COUNT] as usize;
        (told, rig.out[..count].to_vec())
    };
    assert_eq!(named(&mut rig, 9.0), (status::VICTIMS, vec![0, 2, 3, 1]));
    assert_eq!(named(&mut rig, 3.0), (status::VICTIMS, vec![0, 2, 3]));
    rig.call(op::PIN, map, slots[3], 0.0, &[]);
    assert_eq!(named(&mut rig, 9.0), (status::VICTIMS, vec![0, 2]));
    rig.call(op::PIN, map, slots[0], 0.0, &[]);
    assert_eq!(named(&mut rig, 9.0).0, status::STEPWISE);
    rig.now = 10.0;
    assert_eq!(named(&mut rig, 9.0).0, status::STEPWISE, "something is due");
}

#[test]
fn clearing_counts_each_entry_under_its_reason() {
    let mut rig = Rig::new(1);
    let map = rig.create(PLAIN);
    for reason in [Reason::Clear, Reason::Close, Reason::Exit] {
        for _ in 0..3 {
            rig.store(map);
        }
        assert_eq!(
            rig.call(op::CLEAR, map, NO_SLOT, 0.0, &[f64::from(reason as u32)]),
            status::DONE
        );
        assert_eq!(rig.stat(map, stat::LIVE), 0.0);
        assert_eq!(rig.stat(map, stat::REMOVED + reason as usize), 3.0);
        assert_eq!(rig.horizons[0], NONE);
    }
    assert_eq!(rig.stat(map, stat::ADMITTED), 9.0);
    audit(&mut rig, map);
}
