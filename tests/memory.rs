//! What the core says it holds is what it has allocated: compared with an allocator that counts, feature by feature.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use robust_session_map::core::engine::Engine;
use robust_session_map::core::frame::Frame;
use robust_session_map::core::heap::Heap;
use robust_session_map::core::history::History;
use robust_session_map::core::history::chunk::from_heap;
use robust_session_map::core::history::limits::Limits as HistoryLimits;
use robust_session_map::core::history::message::{Descriptor, flag};
use robust_session_map::core::history::text::Text;
use robust_session_map::core::history::tools::Tools;
use robust_session_map::core::limits::{Limits, Reason};
use robust_session_map::core::policy::Policy;
use robust_session_map::core::protocol::{NO_SLOT, OUT_WORDS, op, record, word};

thread_local! {
    static HELD: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, counting by thread, since tests run beside each other.
struct Counting;

// SAFETY: all is passed on as it came; counting touches nothing but a number of the thread's own.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.set(HELD.get().wrapping_add(layout.size()));
        // SAFETY: the caller's promises are the system allocator's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        HELD.set(HELD.get().wrapping_sub(layout.size()));
        // SAFETY: as above.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What something says it holds, and what was allocated for it.
fn compare<T>(make: impl FnOnce() -> T, said: impl FnOnce(&T) -> usize) -> (usize, usize) {
    let before = HELD.get();
    let made = make();
    (said(&made), HELD.get().wrapping_sub(before))
}

/// Hash tables have room for an eighth more than they say; a vector that was just made larger lies in one piece.
fn assert_near(what: &str, (said, held): (usize, usize)) {
    let off = said.abs_diff(held);
    assert!(
        off <= held / 6 + 64,
        "{what}: {said} bytes said, {held} held"
    );
}

#[test]
fn a_heap_of_times_says_what_it_holds() {
    let make = || {
        let mut heap = Heap::default();
        (0..900).for_each(|token| heap.set(token, 1.0));
        heap
    };
    let (said, held) = compare(make, Heap::bytes);
    assert_eq!(said, held);
    let empty = || {
        let mut heap = make();
        (0..900).for_each(|token| heap.remove(token));
        heap
    };
    assert_eq!(compare(empty, Heap::bytes), (0, 0));
}

fn said(policy: &Policy) -> usize {
    policy.bytes() - size_of::<Policy>()
}

#[test]
fn a_map_says_what_it_holds() {
    let filled = |limits: Limits| {
        let mut policy = Policy::new(limits);
        (0..900).for_each(|_| _ = policy.admit(0.0));
        policy
    };
    let plain = || filled(Limits::default());
    assert_near("slots", compare(plain, said));
    let ages = Limits {
        max_age: 9.0,
        ..Limits::default()
    };
    assert_near("ages and their looks", compare(|| filled(ages), said));
    let weighed = || {
        let mut policy = plain();
        (0..900).for_each(|slot| policy.set_weight(slot, 1.5));
        policy
    };
    assert_near("weights", compare(weighed, said));
    let own = || {
        let mut policy = plain();
        (0..900).for_each(|slot| policy.touch_with_ttl(slot, 5.0, 0.0));
        policy
    };
    assert_near("limits of their own", compare(own, said));
    let leased = || {
        let mut policy = plain();
        for lease in 0..9_000 {
            policy.pin(lease % 90, 0.0);
        }
        policy
    };
    assert_near("leases", compare(leased, said));
    let given_back = || {
        let mut policy = leased();
        for slot in 0..40 {
            policy.remove(slot, Reason::Delete);
        }
        for slot in 40..80 {
            let token = u64::from(slot) + 1;
            (0..100).for_each(|_| assert!(policy.unpin(slot, token, 0.0, 1.0)));
        }
        policy.validate().unwrap();
        policy
    };
    assert_near("leases given back", compare(given_back, said));
    let departed = || {
        let mut policy = plain();
        policy.leave_all(Reason::Idle, true);
        policy
    };
    assert_near("those departed", compare(departed, said));
    let empty = || {
        let mut policy = own();
        (0..900).for_each(|slot| policy.set_weight(slot, 1.5));
        policy.clear(Reason::Clear);
        policy
    };
    assert_eq!(compare(empty, said), (0, 0), "cleared");
}

#[test]
fn an_engine_says_what_all_its_maps_hold() {
    let mut ctl = vec![0.0; word::WORDS];
    let mut horizons = vec![0.0; 600];
    let mut out = vec![0; OUT_WORDS];
    let mut log = Vec::with_capacity(64);
    let make = || {
        let mut engine = Engine::default();
        let mut call = |op: u32, map: u32, log: &[u32], ctl: &mut [f64]| {
            ctl[word::STATUS] = f64::from(op);
            ctl[word::MAP] = f64::from(map);
            ctl[word::LOG] = log.len() as f64;
            ctl[word::SLOT] = NO_SLOT;
            engine
                .call(&mut Frame {
                    ctl,
                    log,
                    horizons: &mut horizons,
                    out: &mut out,
                })
                .unwrap();
        };
        ctl[word::A..word::A + 6].fill(f64::INFINITY);
        ctl[word::A] = 50.0;
        for map in 0..600u32 {
            call(op::CREATE, 0, &[], &mut ctl);
            log.clear();
            log.push(record::MAP | map);
            log.extend((0..map % 40).map(|slot| record::ADMIT | slot));
            call(op::DRAIN, map, &log, &mut ctl);
        }
        for map in 20..50 {
            call(op::DROP, map, &[], &mut ctl);
        }
        engine
    };
    let (said, held) = compare(make, |engine| engine.usage().bytes);
    // Of the rest are the numbers of maps that are free, and what the last log was cut into.
    assert!(
        said <= held && held - said < 1_024,
        "{said} bytes said, {held} held"
    );
}

/// A history whose texts lie on the heap, as those of a short one do.
fn history(calls: &str, json: &str) -> History {
    let mut history = History::new(HistoryLimits::default(), from_heap);
    let mut tools = Tools::default();
    let it = Descriptor {
        flags: flag::USER,
        tokens: 1.0,
        fixed_bytes: 0,
        fixed_units: 0,
        calls,
        answers: "",
    };
    let text = Text {
        bytes: b"a few words",
        units: 11,
    };
    for number in 0..200 {
        history.push(&it, &[text], &mut tools);
        if !json.is_empty() {
            history.set_skeleton(number, json, "nonce").unwrap();
        }
    }
    history
}

#[test]
fn a_history_says_what_it_holds() {
    let resident = |history: &History| history.usage().resident;
    assert_near("messages and texts", compare(|| history("", ""), resident));
    let ids = "an id that is rather long and comes again and again";
    assert_near("ids", compare(|| history(ids, ""), resident));
    let json = "\"some JSON that is as long as that of a short message, about eighty characters\"";
    assert_near("JSON", compare(|| history("", json), resident));
    let waiting = || {
        let mut history = history("", "");
        history.set_limits(HistoryLimits {
            messages: 5.0,
            ..HistoryLimits::default()
        });
        history
    };
    assert_near("messages that wait", compare(waiting, resident));
    let gone = || {
        let mut history = waiting();
        let _ = history.waiting();
        history.forget();
        let all = history.order();
        history.remove(&all).unwrap();
        history
    };
    let (said, held) = compare(gone, resident);
    assert!(
        said <= held + 64 && held < 4_096,
        "{said} bytes said, {held} held"
    );
}
