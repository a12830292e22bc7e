//! Which way a log is carried out, told by the numbers that its touches take: one each, or one for each entry.

use super::*;
use crate::core::limits::Limits;

fn filled(entries: u32) -> Policy {
    let mut policy = Policy::new(Limits::default());
    (0..entries).for_each(|_| _ = policy.admit(0.0));
    policy
}

/// Numbers of recency taken by a log of touches of this many records, which name three entries in turn.
fn taken(policy: &mut Policy, seen: &mut Seen, records: u32, kind: u32) -> u32 {
    let before = policy.next_seq;
    let log: Vec<u32> = (0..records).map(|at| kind | (at % 3)).collect();
    let half = log.len() / 2;
    // In two runs, as two looks at the clock leave them.
    let runs = [0..half, half..log.len()].map(|records| Run {
        map: 0,
        records,
        at: 1.0,
    });
    apply_runs(policy, &log, &runs, seen).unwrap();
    policy.validate().unwrap();
    assert_eq!(policy.coldest(NONE), 3, "the first not touched");
    policy.next_seq - before
}

#[test]
fn of_a_long_log_only_the_last_touch_of_each_entry_is_carried_out() {
    let fewest = u32::try_from(Seen::FEWEST).unwrap();
    for kind in [record::TOUCH, record::RESET] {
        let (mut policy, mut seen) = (filled(9), Seen::default());
        assert_eq!(taken(&mut policy, &mut seen, fewest, kind), 3);
        assert_eq!(taken(&mut policy, &mut seen, 4 * fewest, kind), 3);
        let stats = policy.stats();
        let counted = if kind == record::RESET {
            stats.updated
        } else {
            stats.hits
        };
        assert_eq!(counted, u64::from(5 * fewest));
    }
}

#[test]
fn of_a_short_log_or_a_large_map_each_touch_is_carried_out() {
    let fewest = u32::try_from(Seen::FEWEST).unwrap();
    let (mut policy, mut seen) = (filled(9), Seen::default());
    let short = taken(&mut policy, &mut seen, fewest - 1, record::TOUCH);
    assert_eq!(short, fewest - 1);
    let most = u32::try_from(Seen::MOST_SLOTS).unwrap();
    let mut policy = filled(most);
    assert_eq!(taken(&mut policy, &mut seen, 300, record::TOUCH), 3);
    let mut policy = filled(most + 1);
    assert_eq!(taken(&mut policy, &mut seen, 300, record::TOUCH), 300);
}

#[test]
fn marks_are_made_anew_when_their_numbers_end_or_the_map_has_grown() {
    let (mut policy, mut seen) = (filled(9), Seen::default());
    for pass in 1..=u8::MAX {
        assert_eq!(taken(&mut policy, &mut seen, 99, record::TOUCH), 3);
        assert_eq!(seen.pass, pass);
    }
    assert_eq!(taken(&mut policy, &mut seen, 99, record::TOUCH), 3);
    assert_eq!((seen.pass, seen.met.len()), (1, 9));
    policy.admit(0.0);
    assert_eq!(taken(&mut policy, &mut seen, 99, record::TOUCH), 3);
    assert_eq!((seen.pass, seen.met.len()), (1, 10));
    // A smaller map makes do with the marks of a larger one.
    let mut smaller = filled(5);
    assert_eq!(taken(&mut smaller, &mut seen, 99, record::TOUCH), 3);
    assert_eq!((seen.pass, seen.met.len()), (2, 10));
    assert_eq!(seen.last.len(), 99);
    assert_eq!(taken(&mut smaller, &mut seen, 200, record::TOUCH), 3);
    assert_eq!(taken(&mut smaller, &mut seen, 99, record::TOUCH), 3);
    assert_eq!(seen.last.len(), 200);
}

#[test]
fn a_log_in_which_anything_else_happens_is_carried_out_record_by_record() {
    let mut policy = filled(9);
    let before = policy.next_seq;
    let mut log = vec![record::TOUCH | 1; 100];
    log.push(record::REMOVE | 8);
    let run = Run {
        map: 0,
        records: 0..log.len(),
        at: 1.0,
    };
    apply_runs(&mut policy, &log, &[run], &mut Seen::default()).unwrap();
    assert_eq!(policy.next_seq - before, 100);
    assert!(!policy.is_live(8));
}
