//! Who may refuse to go, over the boundary: questions, answers and leases.

use robust_session_map::core::limits::Reason;
use robust_session_map::core::protocol::{NO_SLOT, op, record, stat, status, word};

use super::rig::{ASKING, BUSY, IDLE, NONE, OWN, PLAIN, Rig, audit, settle, verdict};

#[test]
fn a_read_that_meets_a_due_entry_asks_whether_it_is_still_there() {
    let mut rig = Rig::new(1);
    let map = rig.create(ASKING);
    let slot = rig.store(map);
    rig.now = 9.0;
    assert_eq!(rig.call(op::LOOK, map, slot, 0.0, &[]), status::DONE);
    rig.now = 10.0;
    assert_eq!(rig.call(op::LOOK, map, slot, 0.0, &[]), status::ASK);
    assert_eq!(rig.ctl[word::SLOT], slot);
    assert_eq!(verdict(&mut rig, map, slot, BUSY), status::DONE);
    // Kept: nobody is asked again before the recheck.
    rig.now = 11.0;
    assert_eq!(rig.call(op::LOOK, map, slot, 0.0, &[]), status::DONE);
    rig.now = 110.0;
    assert_eq!(rig.call(op::LOOK, map, slot, 0.0, &[]), status::ASK);
    assert_eq!(verdict(&mut rig, map, slot, BUSY), status::REMOVED);
    assert_eq!(rig.gone(), [(slot as u32, Reason::BusyTimeout as u32)]);
    // Where nobody has to be asked it is gone at once.
    let mut rig = Rig::new(1);
    let map = rig.create(PLAIN);
    let slot = rig.store(map);
    rig.now = 10.0;
    assert_eq!(rig.call(op::LOOK, map, slot, 0.0, &[]), status::REMOVED);
    assert_eq!(rig.gone(), [(slot as u32, Reason::Idle as u32)]);
}

#[test]
fn a_kept_entry_is_looked_at_again_after_an_eighth_of_the_longest_refusal() {
    let mut rig = Rig::new(1);
    let map = rig.create([10.0, NONE, NONE, NONE, NONE, 16_000.0, 1.0]);
    let slot = rig.store(map);
    rig.now = 10.0;
    settle(&mut rig, map, 8.0);
    verdict(&mut rig, map, slot, BUSY);
    assert_eq!(settle(&mut rig, map, 8.0), status::DONE);
    assert_eq!(rig.horizons[0], 2_010.0);
    rig.now = 2_010.0;
    assert_eq!(settle(&mut rig, map, 8.0), status::ASK);
    assert_eq!(verdict(&mut rig, map, slot, IDLE), status::REMOVED);
    assert_eq!(rig.gone(), [(slot as u32, Reason::Idle as u32)]);
}

#[test]
fn an_answer_that_comes_too_late_has_no_effect() {
    let mut rig = Rig::new(1);
    let map = rig.create(ASKING);
    let (touched, removed, asked) = (rig.store(map), rig.store(map), rig.store(map));
    // Nobody has asked yet.
    assert_eq!(verdict(&mut rig, map, touched, IDLE), status::DONE);
    rig.now = 10.0;
    for slot in [touched, removed, asked] {
        assert_eq!(rig.call(op::LOOK, map, slot, 0.0, &[]), status::ASK);
    }
    rig.call(op::TOUCH, map, touched, 0.0, &[OWN]);
    assert_eq!(verdict(&mut rig, map, touched, IDLE), status::DONE);
    rig.log = vec![record::MAP | map as u32, record::REMOVE | removed as u32];
    assert_eq!(verdict(&mut rig, map, removed, IDLE), status::ABSENT);
    // A lease taken while the question is open answers it.
    rig.call(op::PIN, map, asked, 0.0, &[]);
    assert_eq!(verdict(&mut rig, map, asked, IDLE), status::DONE);
    assert_eq!(rig.stat(map, stat::LIVE), 2.0);
    audit(&mut rig, map);
}

#[test]
fn touched_while_it_is_asked_about_an_entry_stays_out_of_the_scan_until_its_recheck() {
    let mut rig = Rig::new(1);
    let map = rig.create(ASKING);
    let slot = rig.store(map);
    rig.now = 10.0;
    assert_eq!(settle(&mut rig, map, 8.0), status::ASK);
    rig.call(op::TOUCH, map, slot, 0.0, &[OWN]);
    assert_eq!(rig.stat(map, stat::KEPT), 1.0);
    assert_eq!(settle(&mut rig, map, 8.0), status::DONE);
    assert_eq!(
        rig.horizons[0], 260.0,
        "the least time between two questions"
    );
    assert_eq!(verdict(&mut rig, map, slot, BUSY), status::DONE);
    assert!(
        rig.stat(map, stat::OLDEST_BUSY).is_nan(),
        "its busy clock has ended"
    );
    audit(&mut rig, map);
}

#[test]
fn kept_by_age_an_entry_is_not_asked_about_at_each_touch() {
    let mut rig = Rig::new(1);
    let map = rig.create([NONE, 10.0, NONE, NONE, NONE, NONE, 1.0]);
    let slot = rig.store(map);
    rig.now = 10.0;
    assert_eq!(settle(&mut rig, map, 8.0), status::ASK);
    verdict(&mut rig, map, slot, BUSY);
    let recheck = rig.horizons[0];
    rig.now = 20.0;
    rig.call(op::TOUCH, map, slot, 0.0, &[OWN]);
    assert_eq!(rig.horizons[0], recheck);
    assert_eq!(settle(&mut rig, map, 8.0), status::DONE);
    assert_eq!(rig.stat(map, stat::KEPT), 1.0);
}

#[test]
fn a_settlement_lists_what_left_and_names_the_question_that_came_up_after() {
    let mut rig = Rig::new(1);
    let map = rig.create(ASKING);
    let (idle, busy) = (rig.store(map), rig.store(map));
    rig.now = 10.0;
    // Both are asked about; the first recheck finds one idle, which then goes without being asked again.
    assert_eq!(
        rig.call(op::SETTLE, map, NO_SLOT, 8.0, &[0.0, 0.0, 1.0]),
        status::ASK
    );
    assert_eq!(rig.ctl[word::SLOT], idle);
    assert_eq!(verdict(&mut rig, map, idle, IDLE), status::REMOVED);
    assert_eq!(
        rig.call(op::SETTLE, map, NO_SLOT, 8.0, &[0.0, 0.0, 1.0]),
        status::ASK
    );
    assert_eq!(rig.ctl[word::SLOT], busy);
    assert_eq!(verdict(&mut rig, map, busy, BUSY), status::DONE);
    assert_eq!(
        rig.call(op::SETTLE, map, NO_SLOT, 8.0, &[0.0, 0.0, 1.0]),
        status::DONE
    );
    audit(&mut rig, map);
}

/// Four entries above a limit of one, all kept, of which rechecks in the run 5 have found each idle.
fn all_found_idle() -> (Rig, f64) {
    let mut rig = Rig::new(1);
    let map = rig.create([NONE, NONE, 1.0, NONE, NONE, NONE, 1.0]);
    (0..4).for_each(|_| _ = rig.store(map));
    let run = [0.0, 1.0, 4.0];
    for _ in 0..4 {
        assert_eq!(rig.call(op::SETTLE, map, NO_SLOT, 1.0, &run), status::ASK);
        let slot = rig.ctl[word::SLOT];
        verdict(&mut rig, map, slot, BUSY);
    }
    assert_eq!(rig.call(op::SETTLE, map, NO_SLOT, 1.0, &run), status::DONE);
    assert_eq!(rig.stat(map, stat::KEPT), 4.0);
    rig.now = 5_000.0;
    let run = [0.0, 1.0, 5.0];
    for _ in 0..4 {
        assert_eq!(rig.call(op::SETTLE, map, NO_SLOT, 1.0, &run), status::ASK);
        let slot = rig.ctl[word::SLOT];
        verdict(&mut rig, map, slot, IDLE);
    }
    (rig, map)
}

#[test]
fn who_was_just_found_idle_is_not_asked_about_again_in_the_same_run() {
    let (mut rig, map) = all_found_idle();
    // Hooks run after this step, and the answers would count no more: so three go in it, not one.
    let run = [0.0, 1.0, 5.0];
    assert_eq!(
        rig.call(op::SETTLE, map, NO_SLOT, 1.0, &run),
        status::REMOVED
    );
    let each = |slot: u32| (slot, Reason::Lru as u32);
    assert_eq!(rig.gone(), [each(0), each(1), each(2)]);
    assert_eq!(rig.call(op::SETTLE, map, NO_SLOT, 1.0, &run), status::DONE);
    audit(&mut rig, map);
}

#[test]
fn answers_count_no_more_in_another_run_or_after_anything_else() {
    let settled = |rig: &mut Rig, map: f64, run: f64| {
        rig.call(op::SETTLE, map, NO_SLOT, 1.0, &[0.0, 1.0, run])
    };
    let (mut rig, map) = all_found_idle();
    assert_eq!(settled(&mut rig, map, 6.0), status::ASK);
    let (mut rig, map) = all_found_idle();
    rig.call(op::REMAINING, map, 0.0, 0.0, &[]);
    assert_eq!(settled(&mut rig, map, 5.0), status::ASK);
    // The entries were used.
    let (mut rig, map) = all_found_idle();
    rig.log = vec![record::MAP | map as u32, record::TOUCH];
    assert_eq!(settled(&mut rig, map, 5.0), status::ASK);
    // What the answer was about may be another entry by now.
    let (mut rig, map) = all_found_idle();
    rig.log = vec![record::MAP | map as u32, record::REMOVE | 3];
    rig.call(op::DRAIN, -1.0, NO_SLOT, 0.0, &[]);
    assert_eq!(rig.store(map), 3.0);
    assert_eq!(settled(&mut rig, map, 5.0), status::ASK);
    audit(&mut rig, map);
}

#[test]
fn a_question_that_comes_up_after_removals_is_named_with_them() {
    let mut rig = Rig::new(1);
    let map = rig.create(ASKING);
    let (leased, asked) = (rig.store(map), rig.store(map));
    rig.call(op::PIN, map, leased, 0.0, &[]);
    rig.now = 10.0;
    assert_eq!(rig.call(op::LOOK, map, leased, 0.0, &[]), status::DONE);
    // Refused for too long; the other is due as well, and has to be asked about.
    rig.now = 110.0;
    rig.call(op::TOUCH, map, asked, 0.0, &[0.0]);
    assert_eq!(settle(&mut rig, map, 8.0), status::REMOVED);
    assert_eq!(rig.gone(), [(leased as u32, Reason::BusyTimeout as u32)]);
    assert_eq!(rig.ctl[word::SLOT], asked);
    assert_eq!(verdict(&mut rig, map, asked, IDLE), status::REMOVED);
    audit(&mut rig, map);
}

#[test]
fn a_lease_outlives_no_entry_and_the_one_given_back_first_is_the_one_named() {
    let mut rig = Rig::new(1);
    let map = rig.create(PLAIN);
    let slot = rig.store(map);
    rig.call(op::PIN, map, slot, 0.0, &[]);
    let token = rig.ctl[word::A];
    rig.now = 3.0;
    rig.call(op::PIN, map, slot, 0.0, &[]);
    assert_eq!(rig.ctl[word::A], token, "leases on one entry share a token");
    rig.now = 5.0;
    assert_eq!(rig.stat(map, stat::OLDEST_PIN), 5.0);
    rig.call(op::UNPIN, map, slot, 0.0, &[token, 0.0]);
    assert_eq!(rig.stat(map, stat::OLDEST_PIN), 2.0);
    assert_eq!(rig.stat(map, stat::PINNED), 1.0);
    rig.log = vec![record::MAP | map as u32, record::REMOVE | slot as u32];
    assert_eq!(rig.stat(map, stat::PINNED), 0.0);
    assert_eq!(rig.store(map), slot);
    assert_eq!(
        rig.call(op::UNPIN, map, slot, 0.0, &[token, 3.0]),
        status::ABSENT
    );
    rig.call(op::PIN, map, slot, 0.0, &[]);
    assert_eq!(
        rig.ctl[word::A],
        token + 1.0,
        "another entry, another token"
    );
    audit(&mut rig, map);
}

#[test]
fn a_lease_given_back_lets_a_due_entry_go_and_another_be_asked_about() {
    for asks in [false, true] {
        let mut rig = Rig::new(1);
        let asked = if asks { 1.0 } else { 0.0 };
        let map = rig.create([10.0, NONE, NONE, NONE, NONE, 100.0, asked]);
        let slot = rig.store(map);
        rig.call(op::PIN, map, slot, 0.0, &[]);
        let token = rig.ctl[word::A];
        rig.now = 10.0;
        assert_eq!(settle(&mut rig, map, 8.0), status::DONE, "it is leased");
        assert_eq!(
            rig.horizons[0], 110.0,
            "nobody has to be asked about a lease"
        );
        rig.now = 20.0;
        rig.call(op::UNPIN, map, slot, 0.0, &[token, 0.0]);
        // Giving back is neither a use nor a check: where others may find it busy its clock runs on.
        assert_eq!(rig.horizons[0], if asks { 20.0 } else { 10.0 });
        assert_eq!(rig.stat(map, stat::KEPT), asked);
        let busy = rig.stat(map, stat::OLDEST_BUSY);
        assert!(if asks { busy == 10.0 } else { busy.is_nan() }, "{busy}");
        let expected = if asks { status::ASK } else { status::REMOVED };
        assert_eq!(settle(&mut rig, map, 8.0), expected);
        audit(&mut rig, map);
    }
}

#[test]
fn a_lease_given_back_before_anything_was_refused_changes_nothing() {
    for asks in [0.0, 1.0] {
        let mut rig = Rig::new(1);
        let map = rig.create([10.0, NONE, NONE, NONE, NONE, 100.0, asks]);
        let slot = rig.store(map);
        rig.call(op::PIN, map, slot, 0.0, &[]);
        let token = rig.ctl[word::A];
        rig.now = 5.0;
        rig.call(op::UNPIN, map, slot, 0.0, &[token, 0.0]);
        assert_eq!(rig.horizons[0], 10.0);
        assert_eq!(rig.stat(map, stat::KEPT), 0.0);
        audit(&mut rig, map);
    }
}

#[test]
fn what_an_entry_has_no_more_takes_no_memory() {
    let mut rig = Rig::new(1);
    let map = rig.create(ASKING);
    let slot = rig.store(map);
    let before = rig.stat(map, stat::BYTES);
    // A lease.
    rig.call(op::PIN, map, slot, 0.0, &[]);
    let token = rig.ctl[word::A];
    assert!(rig.stat(map, stat::BYTES) > before);
    rig.call(op::UNPIN, map, slot, 0.0, &[token, 0.0]);
    assert_eq!(rig.stat(map, stat::BYTES), before);
    // Limits of its own.
    rig.write(map, slot, [5.0, 5.0, 0.0]);
    let more = rig.stat(map, stat::BYTES);
    rig.write(map, slot, [OWN, OWN, 0.0]);
    assert!(rig.stat(map, stat::BYTES) < more);
    // A refusal.
    let mut rig = Rig::new(1);
    let map = rig.create(ASKING);
    let slot = rig.store(map);
    rig.now = 10.0;
    settle(&mut rig, map, 8.0);
    verdict(&mut rig, map, slot, BUSY);
    settle(&mut rig, map, 8.0);
    assert!(rig.stat(map, stat::BYTES) > before);
    rig.call(op::TOUCH, map, slot, 0.0, &[OWN]);
    assert_eq!(rig.stat(map, stat::BYTES), before);
    audit(&mut rig, map);
}
