//! What threads do to each other. Each starts with statics of its own and ends with nothing left.

use std::panic::resume_unwind;
use std::sync::Arc;

use shuttle::rand::{Rng, thread_rng};
use shuttle::thread;

use crate::core::history::block::BLOCK;
use crate::core::history::chunk::{Chunk, Fill};
use crate::history::registry::{self, Entry, Trouble};
use crate::history::sync::state;
use crate::history::totals::totals;
use crate::history::{clock, pages, sealer};
use crate::support::{SEAL_AFTER, end, open, prose, push, read, rest, sealed, wait_for};

pub const ALL: [(&str, fn()); 8] = [
    (
        "nothing_is_lost_or_reordered_while_it_is_sealed",
        nothing_lost,
    ),
    ("a_visit_is_made_in_time", in_time),
    ("what_is_stirred_during_a_visit_is_visited_again", stirred),
    ("a_hurry_is_not_lost", hurry),
    ("closed_once_whoever_does_it_and_whenever", closed),
    ("a_panic_closes_for_all", panics),
    ("without_a_thread_calls_do_its_work", refused),
    ("memory_for_blocks_goes_back", blocks),
];

type Threads = Vec<thread::JoinHandle<()>>;

fn join(threads: Threads) {
    for thread in threads {
        thread.join().unwrap();
    }
}

/// Writers that push three texts each.
fn writers(entry: &Arc<Entry>, count: usize) -> Threads {
    let write = |writer| {
        let id = entry.id();
        thread::spawn(move || {
            for at in 0..3 {
                let entry = registry::find(id).expect("it is there");
                push(&entry, &prose(writer, at)).unwrap();
            }
        })
    };
    (0..count).map(write).collect()
}

fn assert_holds(entry: &Entry, writers: usize) {
    entry.call(|history, _| history.validate()).unwrap();
    // Texts are numbered in the order of their arrival.
    let mut next = vec![0; writers];
    for id in 0..3 * writers {
        let text = read(entry, u32::try_from(id).unwrap()).unwrap();
        let writer: usize = text[..1].parse().unwrap();
        assert_eq!(text, prose(writer, next[writer]));
        next[writer] += 1;
    }
}

fn nothing_lost() {
    let entry = open(SEAL_AFTER);
    let mut threads = writers(&entry, 2);
    let reader = Arc::clone(&entry);
    threads.push(thread::spawn(move || {
        for _ in 0..4 {
            clock::advance(thread_rng().gen_range(0..20));
            // Not there yet, or as it was written.
            let text = read(&reader, thread_rng().gen_range(0..6)).unwrap_or_default();
            assert_eq!(text.len() % 1_600, 0);
        }
    }));
    threads.push(thread::spawn({
        let entry = Arc::clone(&entry);
        move || {
            sealer::seal_now(&entry);
            sealer::nudge();
        }
    }));
    join(threads);
    rest();
    assert_eq!(entry.enter(|history| history.due()), Ok(f64::INFINITY));
    assert!(sealed(&entry) > 0);
    assert_holds(&entry, 2);
    assert!(totals().warm_bytes > 0);
    rest();
    assert_eq!(totals().warm_bytes, 0);
    assert_holds(&entry, 2);
    end(&[entry]);
}

/// A visit that is due before the one the thread sleeps until has to wake it.
fn in_time() {
    let (late, soon) = (open(9_000.0), open(SEAL_AFTER));
    let both = [Arc::clone(&late), Arc::clone(&soon)];
    join(
        both.map(|entry| thread::spawn(move || drop(push(&entry, &prose(0, 0)))))
            .into(),
    );
    clock::advance(20);
    let mut more = 0;
    wait_for("the visit that is due", || {
        // A visit that comes between two deadlines makes another, soon.
        more += 1;
        if more % 500 == 0 {
            clock::advance(5);
        }
        sealed(&soon) > 0
    });
    assert!(clock::now() < 1_000.0);
    assert_eq!(sealed(&late), 0);
    end(&[late, soon]);
}

/// A push that meets a visit is seen by it or plans another.
fn stirred() {
    let entry = open(SEAL_AFTER);
    push(&entry, &prose(0, 0)).unwrap();
    let pusher = thread::spawn({
        let entry = Arc::clone(&entry);
        move || {
            // Then the visit is about to end.
            wait_for("a visit", || {
                clock::advance(1);
                sealed(&entry) > 0
            });
            push(&entry, &prose(0, 1)).unwrap();
        }
    });
    pusher.join().unwrap();
    rest();
    assert_eq!(entry.enter(|history| history.due()), Ok(f64::INFINITY));
    end(&[entry]);
}

fn hurry() {
    let entry = open(1e6);
    let mut threads = writers(&entry, 1);
    threads.push(thread::spawn({
        let entry = Arc::clone(&entry);
        move || entry.hurry()
    }));
    join(threads);
    entry.hurry();
    wait_for("sealing in a hurry", || {
        entry.enter(|history| !history.is_sealing()) == Ok(true)
            && entry.enter(|history| history.due()) == Ok(f64::INFINITY)
    });
    assert_holds(&entry, 1);
    end(&[entry]);
}

fn closed() {
    let entry = open(SEAL_AFTER);
    push(&entry, &prose(0, 0)).unwrap();
    clock::advance(10);
    let close = || {
        let id = entry.id();
        thread::spawn(move || registry::close(id))
    };
    let mut threads: Threads = vec![close(), close()];
    let caller = Arc::clone(&entry);
    threads.push(thread::spawn(move || {
        for at in 1..3 {
            let told = push(&caller, &prose(0, at));
            assert!(told == Ok(at as u32) || told == Err(Trouble::Gone));
        }
        caller.hurry();
        assert!(registry::find(caller.id()).is_none_or(|found| Arc::ptr_eq(&found, &caller)));
    }));
    join(threads);
    end(&[entry]);
}

fn panics() {
    let (hit, other) = (open(SEAL_AFTER), open(SEAL_AFTER));
    let mut threads = writers(&other, 1);
    let fault = Arc::clone(&hit);
    threads.push(thread::spawn(move || {
        let told =
            fault.call(|_, _| -> Result<(), String> { resume_unwind(Box::new("on purpose")) });
        assert!(matches!(told, Err(Trouble::Failed(_))));
    }));
    let caller = Arc::clone(&hit);
    threads.push(thread::spawn(move || {
        for at in 0..2 {
            let told = push(&caller, &prose(0, at));
            assert!(told == Ok(at as u32) || told == Err(Trouble::Gone));
        }
    }));
    join(threads);
    assert_eq!(push(&hit, "late"), Err(Trouble::Gone));
    assert_holds(&other, 1);
    end(&[hit, other]);
}

fn refused() {
    state(|it| it.refuse = true);
    let entry = open(SEAL_AFTER);
    let threads = writers(&entry, 2);
    clock::advance(1_000);
    join(threads);
    clock::advance(1_000);
    // In a block of its own, so that the others are idle.
    push(&entry, &"x".repeat(70_000)).unwrap();
    assert!(sealed(&entry) > 0);
    assert!(!state(|it| it.running));
    assert_holds(&entry, 2);
    end(&[entry]);
}

/// One block more than are kept, dropped while the thread goes to sleep.
fn blocks() {
    // There is no such history: this starts the thread.
    assert!(sealer::visit_at(0, 0.0));
    let block = || pages::supply(BLOCK, Fill::Soon);
    let last = block();
    let others: Vec<Chunk> = (0..16).map(|_| block()).collect();
    drop(others);
    let threads = vec![
        thread::spawn(move || drop(last)),
        thread::spawn(sealer::nudge),
    ];
    join(threads);
    wait_for("memory to be given back", || {
        clock::advance(500);
        !pages::keeps_many()
    });
    end(&[]);
}
