//! What the records of the log do, and that long runs of them, which take short ways, do the same.

use proptest::prelude::*;
use robust_session_map::core::limits::{Limits, Reason};
use robust_session_map::core::policy::Policy;
use robust_session_map::core::protocol::record;
use robust_session_map::core::replay::{self, Run, Seen};
use robust_session_map::core::slots::NONE;

use super::cases::cases;

fn filled(limits: Limits, entries: u32) -> Policy {
    let mut policy = Policy::new(limits);
    for at in 0..entries {
        policy.admit(f64::from(at));
    }
    policy
}

fn recency(policy: &Policy) -> Vec<u32> {
    let mut order = vec![0; policy.live() as usize];
    let count = policy.peek_coldest(&mut order);
    order.truncate(count);
    order
}

/// All records of one map, at one time.
fn replayed(policy: &mut Policy, log: &[u32], at: f64, seen: &mut Seen) -> Result<(), String> {
    let run = Run {
        map: 0,
        records: 0..log.len(),
        at,
    };
    replay::apply_runs(policy, log, &[run], seen)
}

#[test]
fn each_record_does_what_its_name_says() {
    let mut policy = filled(Limits::default(), 4);
    policy.set_weight(1, 7.0);
    replay::apply(&mut policy, record::TOUCH, 10.0).unwrap();
    assert_eq!(recency(&policy), [1, 2, 3, 0]);
    assert_eq!(policy.remaining(0, 10.0), Limits::default().ttl);
    replay::apply(&mut policy, record::RESET | 1, 11.0).unwrap();
    assert_eq!(recency(&policy), [2, 3, 0, 1]);
    assert_eq!(policy.weight(), 0.0, "stored anew without a weight");
    replay::apply(&mut policy, record::REMOVE | 2, 12.0).unwrap();
    replay::apply(&mut policy, record::EVENT | 3, 12.0).unwrap();
    // The last slot freed is the next one.
    replay::apply(&mut policy, record::ADMIT | 3, 13.0).unwrap();
    assert_eq!(recency(&policy), [0, 1, 3]);
    // A victim's slot: the coldest.
    replay::apply(&mut policy, record::ADMIT, 14.0).unwrap();
    assert_eq!(recency(&policy), [1, 3, 0]);
    let stats = policy.stats();
    assert_eq!((stats.hits, stats.updated, stats.admitted), (1, 1, 6));
    let removed = |reason: Reason| stats.removed[reason as usize];
    assert_eq!(removed(Reason::Delete), 1);
    assert_eq!(removed(Reason::Event), 1);
    assert_eq!(removed(Reason::Lru), 1);
    policy.validate().unwrap();
}

#[test]
fn what_cannot_have_happened_is_a_defect_and_named() {
    let mut policy = filled(Limits::default(), 3);
    policy.remove(1, Reason::Delete);
    let mut told = |word: u32| replay::apply(&mut policy, word, 1.0).unwrap_err();
    assert_eq!(
        told(record::RESET | 1),
        "record 0x20000000 of slot 1, which is free"
    );
    assert_eq!(
        told(record::TOUCH | 3),
        "record 0x0 of slot 3, which is free"
    );
    assert_eq!(told(7 << 29), "record of unknown kind 0xe0000000");
    assert_eq!(
        told(record::ADMIT | 2),
        "slot 2 evicted, but 0 is the coldest"
    );
    assert_eq!(told(record::ADMIT | 3), "slot 3 admitted, but 1 was next");
}

#[test]
fn a_long_log_that_names_a_free_slot_is_a_defect_as_a_short_one_is() {
    let touches = |slot: u32| vec![slot; 100];
    let mut policy = filled(Limits::default(), 3);
    let told = replayed(&mut policy, &touches(3), 5.0, &mut Seen::default());
    assert_eq!(told, Err("record 0x0 of slot 3, which is free".to_owned()));
    policy.remove(2, Reason::Delete);
    let told = replayed(&mut policy, &touches(2), 5.0, &mut Seen::default());
    assert_eq!(told, Err("record 0x0 of slot 2, which is free".to_owned()));
    // Many slots and many records: what was marked in earlier logs is told from this one.
    assert_eq!(policy.stats().hits, 0);
}

#[test]
fn a_log_is_read_the_same_however_many_came_before() {
    let mut seen = Seen::default();
    let mut policy = filled(Limits::default(), 8);
    for round in 0..600u32 {
        // Each log touches others, in another order, and some twice.
        let first = round % 8;
        let log: Vec<u32> = (0..66).map(|at| (first + at * (round % 3)) % 8).collect();
        let mut expected: Vec<u32> = Vec::new();
        for slot in log.iter().rev() {
            if !expected.contains(slot) {
                expected.insert(0, *slot);
            }
        }
        let untouched: Vec<u32> = recency(&policy)
            .into_iter()
            .filter(|slot| !expected.contains(slot))
            .collect();
        expected.splice(0..0, untouched);
        replayed(&mut policy, &log, f64::from(round), &mut seen).unwrap();
        assert_eq!(recency(&policy), expected, "round {round}");
    }
    policy.validate().unwrap();
    assert_eq!(policy.stats().hits, 600 * 66);
}

#[test]
fn the_slots_may_become_more_between_two_logs() {
    let mut seen = Seen::default();
    let mut policy = filled(Limits::default(), 4);
    for entries in [4, 70, 200] {
        while policy.live() < entries {
            policy.admit(1.0);
        }
        let log: Vec<u32> = (0..entries).rev().cycle().take(300).collect();
        replayed(&mut policy, &log, 2.0, &mut seen).unwrap();
        let warmest = *log.last().unwrap();
        assert_eq!(recency(&policy).last(), Some(&warmest));
        policy.validate().unwrap();
    }
}

/// What a map of these tests has beside its entries.
#[derive(Debug, Clone, Copy)]
enum Feature {
    None,
    Ages,
    Weights,
    OwnLimits,
    Kept,
}

fn map(feature: Feature) -> Policy {
    let limits = Limits {
        ttl: 1e6,
        max_age: if matches!(feature, Feature::Ages) {
            1e5
        } else {
            f64::INFINITY
        },
        ..Limits::default()
    };
    let mut policy = filled(limits, 24);
    match feature {
        Feature::None | Feature::Ages => {}
        Feature::Weights => policy.set_weight(5, 3.0),
        Feature::OwnLimits => policy.touch_with_ttl(5, 1e6, 30.0),
        Feature::Kept => {
            policy.pin(5, 30.0);
            while policy.shed(30.0) != robust_session_map::core::room::Next::Done
                && policy.live() > 12
            {}
        }
    }
    policy
}

/// A record that may follow in this state, chosen by two numbers.
fn word(policy: &Policy, kind: u8, which: u8) -> u32 {
    let order = recency(policy);
    let any = order.get(usize::from(which) % order.len().max(1)).copied();
    let mut free = [0];
    policy_free(policy, &mut free);
    match (kind % 16, any) {
        (0..=6, Some(slot)) => record::TOUCH | slot,
        (7..=9, Some(slot)) => record::RESET | slot,
        (10, Some(slot)) if order.len() > 4 => record::REMOVE | slot,
        (11, Some(slot)) if order.len() > 4 => record::EVENT | slot,
        (12, _) => record::ADMIT | free[0],
        // Victims, which come in runs.
        (_, Some(_)) if policy.coldest(NONE) != NONE => record::ADMIT | policy.coldest(NONE),
        _ => record::ADMIT | free[0],
    }
}

/// The slot that the next new entry gets.
fn policy_free(policy: &Policy, out: &mut [u32; 1]) {
    let mut copy = policy.clone();
    out[0] = copy.admit(0.0);
}

fn state(policy: &Policy) -> (Vec<u32>, Vec<u64>, String) {
    let order = recency(policy);
    let left = order
        .iter()
        .map(|slot| policy.remaining(*slot, 0.0).to_bits());
    let left = left.collect();
    let sums = format!(
        "{:?} {:?} {}",
        policy.stats(),
        policy.kept_and_pinned(),
        policy.weight()
    );
    (order, left, sums)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(300)))]

    #[test]
    fn runs_of_records_do_what_the_records_do_one_by_one(
        feature in prop_oneof![
            3 => Just(Feature::None), 1 => Just(Feature::Ages), 1 => Just(Feature::Weights),
            1 => Just(Feature::OwnLimits), 1 => Just(Feature::Kept),
        ],
        // Stretches of one kind, as logs have them.
        stretches in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 1..90)), 1..8),
    ) {
        let (mut short, mut long) = (map(feature), map(feature));
        let mut seen = Seen::default();
        let mut now = 100.0;
        for (kind, each) in stretches {
            let mut log = Vec::new();
            for which in each {
                let word = word(&long, kind, which);
                replay::apply(&mut long, word, now).unwrap();
                log.push(word);
            }
            replayed(&mut short, &log, now, &mut seen).unwrap();
            short.validate().unwrap();
            prop_assert_eq!(state(&short), state(&long));
            now += 1.0;
        }
    }
}
