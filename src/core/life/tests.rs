//! Touches at the end of the numbers that recency is kept by: the short ways of long logs do not number anew.

use crate::core::limits::Limits;
use crate::core::policy::Policy;

fn filled() -> Policy {
    let mut policy = Policy::new(Limits::default());
    for _ in 0..4 {
        policy.admit(0.0);
    }
    policy
}

fn recency(policy: &Policy) -> [u32; 4] {
    let mut order = [0; 4];
    assert_eq!(policy.peek_coldest(&mut order), 4);
    order
}

#[test]
fn a_run_of_touches_is_done_at_once_while_there_are_numbers_for_all_of_it() {
    let touches = [0, 2].map(|slot| Some((slot, false)));
    let mut policy = filled();
    policy.next_seq = u32::MAX - 3;
    assert_eq!(policy.touch_run(touches.into_iter(), 1.0), 2);
    assert_eq!(recency(&policy), [1, 3, 0, 2]);
    policy.validate().unwrap();
    let mut policy = filled();
    policy.next_seq = u32::MAX - 2;
    assert_eq!(policy.touch_run(touches.into_iter(), 1.0), 0);
    assert_eq!(recency(&policy), [0, 1, 2, 3]);
    assert_eq!(policy.stats().hits, 0);
}

#[test]
fn touches_of_each_entry_once_are_done_while_there_are_numbers_for_all_of_them() {
    let touches = [(0, 1.0), (2, 2.0)];
    let mut policy = filled();
    policy.next_seq = u32::MAX - 3;
    assert!(policy.touch_each(touches.into_iter(), 5, 2));
    assert_eq!(recency(&policy), [1, 3, 0, 2]);
    assert_eq!((policy.stats().hits, policy.stats().updated), (3, 2));
    policy.validate().unwrap();
    let mut policy = filled();
    policy.next_seq = u32::MAX - 2;
    assert!(!policy.touch_each(touches.into_iter(), 5, 2));
    assert_eq!(recency(&policy), [0, 1, 2, 3]);
    assert_eq!((policy.stats().hits, policy.stats().updated), (0, 0));
}

#[test]
fn with_nearly_all_entries_touched_the_list_is_linked_anew_in_the_same_order() {
    // Of 9 all but one, of 8 all but two: either way.
    for (entries, touched) in [(9u32, 1..9), (8, 2..8), (8, 0..8)] {
        let mut policy = Policy::new(Limits::default());
        (0..entries).for_each(|_| _ = policy.admit(0.0));
        let mut expected: Vec<u32> = (0..entries).filter(|it| !touched.contains(it)).collect();
        expected.extend(touched.clone().rev());
        let last: Vec<(u32, f64)> = touched.rev().map(|slot| (slot, 1.0)).collect();
        assert!(policy.touch_each(last.into_iter(), 99, 0));
        let mut order = vec![0; entries as usize];
        policy.peek_coldest(&mut order);
        assert_eq!(order, expected);
        policy.validate().unwrap();
    }
}

#[test]
fn a_leased_victim_is_not_recycled() {
    let mut policy = filled();
    policy.pin(0, 0.0);
    assert_eq!(policy.recycle([0, 1].into_iter(), 1.0), 0);
    let mut policy = filled();
    policy.pin(1, 0.0);
    assert_eq!(policy.recycle([0, 1, 2].into_iter(), 1.0), 1, "up to it");
    assert_eq!(recency_of_all(&policy), [1, 2, 3, 0]);
    policy.validate().unwrap();
}

/// Leased ones included, which are not victims.
fn recency_of_all(policy: &Policy) -> Vec<u32> {
    let mut slots: Vec<u32> = policy.slots.iter_live().collect();
    slots.sort_by_key(|slot| policy.slots.get(*slot).seq);
    slots
}
