//! Histories shared by threads: nothing lost, nothing reordered, memory back, the sealing thread at work.
//!
//! One test at a time: the clock and the totals are the process's.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use robust_session_map::core::history::History;
use robust_session_map::core::history::limits::Limits;
use robust_session_map::core::history::message::{Descriptor, flag};
use robust_session_map::core::history::shared::Skeleton;
use robust_session_map::core::history::squeeze::Squeezer;
use robust_session_map::core::history::text::Text;
use robust_session_map::history::registry::{self, Entry, Trouble};
use robust_session_map::history::{clock, sealer, totals};

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

const NONCE: &str = "Zx9Qw3Er7Ty1Ui5O";

fn said(flags: u16) -> Descriptor<'static> {
    Descriptor {
        flags,
        tokens: -1.0,
        fixed_bytes: 0,
        fixed_units: 0,
        calls: "",
        answers: "",
    }
}

fn push(entry: &Entry, text: &str) -> Result<u32, Trouble> {
    let text = Text {
        bytes: text.as_bytes(),
        units: text.encode_utf16().count(),
    };
    entry.call(|history, tools| Ok(history.push(&said(flag::USER | flag::TURN), &[text], tools)[0]))
}

fn read(entry: &Entry, id: u32) -> Result<Vec<u8>, Trouble> {
    entry.call(|history, tools| history.text(id, tools, |text| text.bytes.to_vec()))
}

/// Stops the reader when it goes out of scope.
struct Stop(Arc<AtomicBool>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Waits until something is true; fails after a minute.
fn wait_for(what: &str, is: impl Fn() -> bool) {
    let start = Instant::now();
    while !is() {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "waited for: {what}"
        );
        thread::sleep(Duration::from_millis(1));
    }
}

fn prose(at: usize) -> String {
    format!("message {at} — with some text that repeats ✓ ").repeat(60)
}

#[test]
fn four_threads_and_the_owner_lose_and_reorder_nothing() {
    let _one = ONE_AT_A_TIME.lock();
    const EACH: usize = 1_000;
    let entry = registry::open(Limits {
        seal_after: 1.0,
        ..Limits::default()
    });
    entry.enter(|history| history.share()).unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    thread::scope(|scope| {
        for writer in 0..4 {
            let id = entry.id();
            scope.spawn(move || {
                for at in 0..EACH {
                    let entry = registry::find(id).expect("the history is there");
                    let text = format!("{writer}:{at}");
                    let skeleton = Skeleton {
                        json: format!("\"{NONCE}0\"").into(),
                        nonce: NONCE.into(),
                    };
                    let texts = [Text {
                        bytes: text.as_bytes(),
                        units: text.len(),
                    }];
                    entry
                        .call(|history, tools| {
                            history.push_shared(&said(flag::USER), &skeleton, &texts, tools)
                        })
                        .unwrap();
                }
            });
        }
        // Somebody reads and seals all the while.
        let (reader, done) = (Arc::clone(&entry), Arc::clone(&stop));
        let reading = scope.spawn(move || {
            while !done.load(Ordering::Relaxed) {
                reader
                    .call(|history, tools| history.json_window(9.0, f64::INFINITY, tools))
                    .ok();
                clock::advance(5);
                sealer::nudge();
                thread::sleep(Duration::from_millis(1));
            }
        });
        // Also when an assertion fails: the scope waits for all its threads.
        let stopping = Stop(Arc::clone(&stop));
        let mut told = Vec::new();
        for at in 0..EACH {
            push(&entry, &format!("4:{at}")).unwrap();
            told.extend(entry.call(|history, _| Ok(history.news())).unwrap());
        }
        wait_for("all pushes", || {
            entry
                .call(|history, _| Ok(history.totals().messages))
                .unwrap()
                == 5 * EACH as u64
        });
        drop(stopping);
        reading.join().unwrap();
        told.extend(entry.call(|history, _| Ok(history.news())).unwrap());
        assert_eq!(told.len(), 4 * EACH);
        assert!(told.is_sorted_by_key(|(number, _)| *number));
    });
    entry.call(|history, _| history.validate()).unwrap();
    // Texts were handed out in order of arrival, and none was freed: the ids are the order.
    let mut next = [0; 5];
    for id in 0..5 * EACH {
        let text = String::from_utf8(read(&entry, id as u32).unwrap()).unwrap();
        let (writer, at) = text.split_once(':').unwrap();
        let writer: usize = writer.parse().unwrap();
        assert_eq!(at.parse(), Ok(next[writer]), "writer {writer}");
        next[writer] += 1;
    }
    registry::close(entry.id());
}

#[test]
fn a_closed_history_is_gone_for_everybody_and_its_memory_back() {
    let _one = ONE_AT_A_TIME.lock();
    let before = totals::totals();
    // Never compressed, however long the machine takes: memory is compared with text.
    let limits = Limits {
        seal_after: f64::INFINITY,
        ..Limits::default()
    };
    let entries: Vec<_> = (0..50).map(|_| registry::open(limits)).collect();
    for entry in &entries {
        for at in 0..100 {
            push(entry, &prose(at)).unwrap();
        }
    }
    let during = totals::totals();
    let messages = during.messages - before.messages;
    assert_eq!((during.histories - before.histories, messages), (50, 5_000));
    let text: usize = (0..100).map(|at| prose(at).len()).sum();
    assert_eq!(during.bytes - before.bytes, 50 * text as u64);
    assert!(during.resident_bytes - before.resident_bytes >= 50 * text as u64);
    for entry in &entries {
        registry::close(entry.id());
        assert!(registry::find(entry.id()).is_none());
        assert_eq!(push(entry, "late"), Err(Trouble::Gone));
    }
    assert_eq!(totals::totals(), before);
}

#[test]
fn the_thread_seals_what_is_idle_and_drops_what_was_read() {
    let _one = ONE_AT_A_TIME.lock();
    let before = totals::totals();
    let entry = registry::open(Limits {
        seal_after: 50.0,
        ..Limits::default()
    });
    let ids: Vec<u32> = (0..200)
        .map(|at| push(&entry, &prose(at)).unwrap())
        .collect();
    let plain = totals::totals().resident_bytes - before.resident_bytes;
    wait_for("sealing", || {
        totals::totals().sealed_bytes > before.sealed_bytes
    });
    wait_for("all of it", || {
        totals::totals().resident_bytes - before.resident_bytes < plain / 5
    });
    for (at, id) in ids.iter().enumerate() {
        assert_eq!(read(&entry, *id).unwrap(), prose(at).into_bytes());
    }
    assert!(totals::totals().warm_bytes > 0);
    wait_for("cooling", || totals::totals().warm_bytes == 0);
    entry.call(|history, _| history.validate()).unwrap();
    registry::close(entry.id());
    assert_eq!(totals::totals(), before);
}

#[test]
fn sealing_now_seals_what_the_clock_says_is_idle() {
    let _one = ONE_AT_A_TIME.lock();
    let before = totals::totals();
    let entry = registry::open(Limits {
        seal_after: 1e6,
        ..Limits::default()
    });
    for at in 0..100 {
        push(&entry, &prose(at)).unwrap();
    }
    sealer::seal_now(&entry);
    assert_eq!(totals::totals().sealed_bytes, before.sealed_bytes);
    clock::advance(1_000_000);
    sealer::seal_now(&entry);
    assert!(totals::totals().sealed_bytes > before.sealed_bytes);
    assert_eq!(entry.enter(|history| history.due()), Ok(f64::INFINITY));
    registry::close(entry.id());
}

#[test]
fn in_a_hurry_text_is_sealed_before_it_is_idle_unless_it_never_is() {
    let _one = ONE_AT_A_TIME.lock();
    let open = |seal_after| {
        let entry = registry::open(Limits {
            seal_after,
            ..Limits::default()
        });
        for at in 0..100 {
            push(&entry, &prose(at)).unwrap();
        }
        entry
    };
    let sealed = |entry: &Entry| entry.enter(|history| history.usage().sealed).unwrap();
    let (soon, never) = (open(1e9), open(f64::INFINITY));
    never.hurry();
    soon.hurry();
    let rests = |history: &mut History| !history.is_sealing() && !history.wants_leisure();
    wait_for("sealing in a hurry, and well at leisure", || {
        sealed(&soon) > 0 && soon.enter(rests).unwrap()
    });
    for (at, id) in (0..100).zip(0u32..) {
        assert_eq!(read(&soon, id).unwrap(), prose(at).into_bytes());
    }
    // What comes later has time again.
    push(&soon, &prose(7)).unwrap();
    let before = sealed(&soon);
    sealer::seal_now(&soon);
    sealer::seal_now(&never);
    assert_eq!((sealed(&soon), sealed(&never)), (before, 0));
    registry::close(soon.id());
    registry::close(never.id());
}

#[test]
fn what_was_sealed_in_haste_is_sealed_well_and_joined_when_nothing_is_due() {
    let _one = ONE_AT_A_TIME.lock();
    let open = || {
        let entry = registry::open(Limits {
            seal_after: 1e6,
            ..Limits::default()
        });
        for at in 0..4_000 {
            push(&entry, &prose(at)).unwrap();
        }
        entry
    };
    let sealed = |entry: &Entry| entry.enter(|history| history.usage().sealed).unwrap();
    let wants = |entry: &Entry| entry.enter(|history| history.wants_leisure()).unwrap();
    // By hand, in haste: nothing is joined, and all of it can be made shorter.
    let (haste, well) = (open(), open());
    clock::advance(1_000_000);
    let mut squeezer = Squeezer::default();
    let due = |entry: &Entry| {
        entry
            .enter(|history| history.due_job(clock::now()))
            .unwrap()
    };
    while let Some(job) = due(&haste) {
        let done = job.run_in_haste(&mut squeezer);
        haste
            .enter(|history| history.finish(done, clock::now()))
            .unwrap();
    }
    let hasty = sealed(&haste);
    assert!(wants(&haste));
    // The thread comes by for what is due, of which there is nothing, and goes on at leisure.
    sealer::nudge();
    wait_for("leisure", || !wants(&haste));
    sealer::seal_now(&haste);
    sealer::seal_now(&well);
    assert!(sealed(&haste) < hasty, "{} of {hasty}", sealed(&haste));
    assert!(sealed(&haste) <= sealed(&well) + 16_384);
    for (at, id) in (0..4_000).zip(0u32..) {
        assert_eq!(read(&haste, id).unwrap(), prose(at).into_bytes());
    }
    haste.enter(|history| history.validate()).unwrap().unwrap();
    registry::close(haste.id());
    registry::close(well.id());
}

#[test]
fn a_panic_closes_the_history_it_hit_and_no_other() {
    let _one = ONE_AT_A_TIME.lock();
    let (hit, other) = (
        registry::open(Limits::default()),
        registry::open(Limits::default()),
    );
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let told = hit.call(|_, _| -> Result<(), String> { panic!("on purpose") });
    std::panic::set_hook(hook);
    assert!(matches!(told, Err(Trouble::Failed(_))));
    assert_eq!(push(&hit, "x"), Err(Trouble::Gone));
    assert!(push(&other, "x").is_ok());
    registry::close(other.id());
}

#[test]
fn histories_closed_while_they_are_sealed_leave_nothing() {
    let _one = ONE_AT_A_TIME.lock();
    let before = totals::totals();
    for round in 0..40 {
        let entry = registry::open(Limits {
            seal_after: 1.0,
            ..Limits::default()
        });
        for at in 0..60 {
            push(&entry, &prose(at)).unwrap();
        }
        clock::advance(10);
        sealer::nudge();
        thread::sleep(Duration::from_micros(round * 100));
        registry::close(entry.id());
    }
    assert_eq!(totals::totals(), before);
}
