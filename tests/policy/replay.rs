//! Replaying a log with only the last touch of each entry gives what replaying all of it gives.

use proptest::prelude::*;
use robust_session_map::core::limits::Limits;
use robust_session_map::core::policy::Policy;
use robust_session_map::core::protocol::record;
use robust_session_map::core::replay::{self, Seen};

use super::cases::cases;

const ENTRIES: u32 = 40;

fn filled(maps: u32) -> Vec<Policy> {
    let limits = Limits {
        ttl: 1_000.0,
        ..Limits::default()
    };
    let mut policies: Vec<Policy> = (0..maps).map(|_| Policy::new(limits)).collect();
    for policy in &mut policies {
        for _ in 0..ENTRIES {
            policy.admit(0.0);
        }
    }
    policies
}

/// A log of stretches of touches and now and then something else, with their times.
fn logs() -> impl Strategy<Value = (Vec<u32>, Vec<f64>)> {
    let touch = (0..ENTRIES, any::<bool>())
        .prop_map(|(slot, update)| slot | if update { record::RESET } else { record::TOUCH });
    let stretch = (0u32..2, prop::collection::vec(touch, 0..120), any::<bool>());
    prop::collection::vec(stretch, 1..20).prop_map(|stretches| {
        let (mut log, mut times) = (Vec::new(), Vec::new());
        for (map, touches, timed) in stretches {
            log.push(record::MAP | map);
            log.extend(touches);
            if timed {
                log.push(record::TIME | u32::try_from(times.len()).unwrap());
                times.push(1.0 + times.len() as f64);
            }
        }
        (log, times)
    })
}

/// Slots in order of recency, each with the time left.
fn state(policy: &Policy) -> Vec<(u32, u64)> {
    let mut order = vec![0; policy.live() as usize];
    let count = policy.peek_coldest(&mut order);
    order.truncate(count);
    let left = |slot: &u32| policy.remaining(*slot, 500.0).to_bits();
    order.iter().map(|slot| (*slot, left(slot))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(500)))]

    #[test]
    fn the_last_touch_of_each_entry_says_it_all((log, times) in logs()) {
        let (mut short, mut long) = (filled(2), filled(2));
        let mut runs = Vec::new();
        replay::cut(&log, &times, 100.0, &mut runs).unwrap();
        let mut seen = Seen::default();
        for of_map in runs.chunk_by(|run, next| run.map == next.map) {
            let map = of_map[0].map as usize;
            replay::apply_runs(&mut short[map], &log, of_map, &mut seen).unwrap();
            for run in of_map {
                for &word in &log[run.records.clone()] {
                    replay::apply(&mut long[map], word, run.at).unwrap();
                }
            }
        }
        for (short, long) in short.iter().zip(&long) {
            short.validate().unwrap();
            prop_assert_eq!(state(short), state(long));
            prop_assert_eq!(short.stats(), long.stats());
        }
    }
}

#[test]
fn records_need_a_map_and_times_have_to_be_there() {
    let mut runs = Vec::new();
    let mut cut = |log: &[u32]| replay::cut(log, &[5.0], 9.0, &mut runs);
    assert!(cut(&[3]).is_err(), "no map");
    assert!(
        cut(&[record::MAP | 1, 3, record::TIME | 1]).is_err(),
        "no such time"
    );
    assert!(
        cut(&[record::MAP | 1, record::TIME, 3]).is_err(),
        "a map follows a time"
    );
    assert!(cut(&[record::TIME, record::MAP | 1, 3]).is_ok());
    assert!((runs[0].at - 9.0).abs() < f64::EPSILON);
}

#[test]
fn a_map_is_found_wherever_it_is_named_between_touches_of_the_first_slot() {
    // Words of which all bits but those of a kind are zero, and as many as are looked at together.
    for place in 1..40 {
        let mut log = vec![record::TOUCH; 41];
        (log[0], log[place]) = (record::MAP | 1, record::MAP);
        let mut runs = Vec::new();
        replay::cut(&log, &[], 9.0, &mut runs).unwrap();
        let told: Vec<_> = runs.into_iter().map(|run| (run.map, run.records)).collect();
        assert_eq!(told, [(1, 1..place), (0, place + 1..41)]);
    }
}
