//! The audit finds each fault: one thing at a time is broken in a sound map, and it says what.

use crate::core::limits::{Limits, Reason};
use crate::core::policy::{Extra, Policy};
use crate::core::room::Next;
use crate::core::slots::{NONE, Place};

/// Slots 0 to 3 plain, 4 with an idle limit of its own, 5 kept by a lease, 6 free.
fn sound() -> Policy {
    let mut policy = Policy::new(Limits::default());
    for at in 0..7 {
        policy.admit(f64::from(at));
    }
    policy.remove(6, Reason::Delete);
    policy.touch_with_ttl(4, 50.0, 7.0);
    policy.touch_with_ttl(5, 1.0, 7.0);
    policy.pin(5, 7.0);
    assert_eq!(policy.settle(8.0), Next::Done, "5 refuses");
    policy.validate().unwrap();
    policy
}

fn told(fault: impl FnOnce(&mut Policy)) -> String {
    let mut policy = sound();
    fault(&mut policy);
    policy.validate().unwrap_err()
}

#[test]
fn lists_whose_links_are_broken() {
    let place = told(|p| p.slots.get_mut(0).place = Place::Own);
    assert_eq!(place, "slot 0 is not Plain");
    let place = told(|p| p.slots.get_mut(4).place = Place::Kept);
    assert_eq!(place, "slot 4 is not Own");
    let back = told(|p| p.slots.get_mut(1).prev = NONE);
    assert_eq!(back, "slot 1: back link broken");
    let tail = told(|p| p.plain.tail = 0);
    assert_eq!(tail, "Plain list: tail 0 len 4, found 3 4");
    let len = told(|p| p.own.len = 2);
    assert_eq!(len, "Own list: tail 4 len 2, found 4 1");
}

#[test]
fn links_to_slots_that_are_not_there() {
    let next = told(|p| p.slots.get_mut(3).next = 7);
    assert_eq!(next, "Plain list: there is no slot 7");
    let head = told(|p| p.own.head = NONE - 1);
    assert_eq!(head, "Own list: there is no slot 4294967294");
    let free = told(|p| p.slots.get_mut(6).next = 99);
    assert_eq!(free, "the free stack holds a live slot or does not end");
}

#[test]
fn order_that_is_not_that_of_the_touches() {
    let seq = told(|p| p.slots.get_mut(1).seq = 0);
    assert_eq!(seq, "slot 1 is out of recency order");
    let time = told(|p| p.slots.get_mut(1).touched = -1.0);
    assert_eq!(time, "slot 1 is out of recency order");
    // A ring comes back to an entry that is older.
    let ring = told(|p| {
        p.slots.get_mut(3).next = 2;
        p.slots.get_mut(2).prev = 3;
        p.slots.get_mut(1).next = 3;
        p.slots.get_mut(3).prev = 1;
    });
    assert_eq!(ring, "slot 2 is out of recency order");
    let future = told(|p| p.next_seq = p.slots.get(5).seq);
    assert_eq!(future, "slot 5: seq from the future");
}

#[test]
fn entries_that_are_counted_wrong() {
    let kept = told(|p| p.kept += 1);
    assert_eq!(kept, "4 plain + 1 own + 2 kept are not 6 live entries");
    let vanished = told(|p| {
        p.slots.get_mut(5).place = Place::Free;
        p.extras.remove(&5);
        p.heap.remove(5);
    });
    assert_eq!(vanished, "0 kept, 0 pinned; counted 1 1");
    let pinned = told(|p| p.pinned += 1);
    assert_eq!(pinned, "1 kept, 1 pinned; counted 1 2");
    let room = told(|p| p.lease_room += 1);
    assert_eq!(room, "room for 4 leases, counted 5");
    let came = told(|p| p.stats.admitted += 1);
    assert_eq!(came, "8 entries came, 1 left, 6 live");
    // More left than ever came.
    let left = told(|p| p.stats.count(Reason::Idle, 9));
    assert_eq!(left, "7 entries came, 10 left, 6 live");
}

#[test]
fn free_slots_that_are_none() {
    let live = told(|p| p.slots.get_mut(6).place = Place::Kept);
    assert_eq!(live, "the free stack holds a live slot or does not end");
    let ring = told(|p| p.slots.get_mut(6).next = 6);
    assert_eq!(ring, "the free stack holds a live slot or does not end");
}

#[test]
fn extras_and_places_that_contradict_each_other() {
    let flag = told(|p| p.slots.get_mut(0).extra = true);
    assert_eq!(flag, "slot 0: extra flag wrong");
    let plain = told(|p| p.extra_mut(0).ttl = Some(1.0));
    assert_eq!(plain, "slot 0: own limit true, but Plain");
    let own = told(|p| p.extra_mut(4).ttl = None);
    assert_eq!(own, "slot 4: own limit false, but Own");
    let stray = told(|p| _ = p.extras.insert(6, Extra::default()));
    assert_eq!(stray, "extra of a free slot Some(6)");
}

#[test]
fn looks_that_are_filed_too_late_or_not_at_all() {
    let late = told(|p| p.heap.set(4, 58.0));
    assert_eq!(late, "slot 4: next look Some(57.0), filed Some(58.0)");
    let missing = told(|p| p.heap.remove(4));
    assert_eq!(missing, "slot 4: next look Some(57.0), filed None");
    let free = told(|p| p.heap.set(6, 1.0));
    assert_eq!(free, "the heap holds a free slot");
    // Its own audit is part of it; what is filed too early is looked at and filed anew.
    let mut policy = sound();
    policy.heap.set(0, 1.0);
    policy.validate().unwrap();
    policy.heap.set(6, 1.0);
    assert_eq!(policy.horizon(), 57.0);
    policy.validate().unwrap();
}

#[test]
#[should_panic(expected = "touched a free slot")]
fn a_touch_of_a_free_slot_is_a_defect() {
    sound().touch(6, 9.0);
}

#[test]
#[should_panic(expected = "a free slot has no place")]
fn a_removal_of_a_free_slot_is_a_defect() {
    sound().remove(6, Reason::Delete);
}

#[test]
fn weights_that_do_not_add_up() {
    let none = told(|p| p.weights = vec![0.0, 2.5]);
    assert_eq!(none, "weights sum to 2.5, total is 0");
    let mut policy = sound();
    policy.set_weight(1, 2.5);
    policy.validate().unwrap();
    // What a free slot once weighed does not count.
    policy.weights.resize(7, 9.0);
    policy.weights[2..6].fill(0.0);
    policy.validate().unwrap();
}
