//! The one background thread: compresses what is idle, forgets what was decoded.
//!
//! It touches Rust memory only, sleeps until the next deadline, or without end when there is none, and
//! holds no history's lock while it compresses. What makes compressed text shorter still waits until nothing
//! else is due; who is late compresses in haste. If the thread cannot be started, calls do what is
//! due, in haste.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::time::Duration;

use crate::core::history::squeeze::Squeezer;
use crate::history::clock::Instant;
use crate::history::registry::{self, Entry};
use crate::history::sync::{Condvar, Mutex, MutexGuard, global, thread};
use crate::history::{clock, pages};

/// Whole milliseconds, so that deadlines can be ordered.
type Ms = u64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Thread {
    NotYet,
    Running,
    Refused,
}

struct Agenda {
    visits: BinaryHeap<Reverse<(Ms, u32)>>,
    /// Histories to go on with when no visit is due.
    leisure: VecDeque<u32>,
    thread: Thread,
}

/// Where the thread goes next.
#[derive(Clone, Copy)]
enum Turn {
    /// To a history of which something is due.
    Due { id: u32, late: bool },
    /// To one that can wait.
    Leisure(u32),
}

/// How long memory is kept that nobody needed: for blocks, and of the compressor.
const KEPT: Duration = Duration::from_secs(1);

/// Milliseconds after which a visit is late: one after another would be later and later.
const LATE: f64 = 50.0;

/// Milliseconds [`seal_now`] waits for a job that the thread is doing.
const PATIENCE: u32 = 5_000;

global! {
    static AGENDA: Mutex<Agenda> = Mutex::new(Agenda {
        visits: BinaryHeap::new(),
        leisure: VecDeque::new(),
        thread: Thread::NotYet,
    });
    static WAKE: Condvar = Condvar::new();
}
static BEFORE_START: OnceLock<fn()> = OnceLock::new();

/// What is to be done before the thread starts: the binding keeps its module loaded.
pub fn before_start(work: fn()) {
    BEFORE_START.get_or_init(|| work);
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn ms(time: f64) -> Ms {
    time.ceil() as Ms
}

/// Enters a visit to a history. Answers false if there is no thread to make it.
pub fn visit_at(id: u32, time: f64) -> bool {
    let mut agenda = AGENDA.lock();
    if agenda.thread == Thread::NotYet {
        agenda.thread = start();
    }
    if agenda.thread == Thread::Refused {
        return false;
    }
    let visit = Reverse((ms(time), id));
    let first = agenda.visits.peek().is_none_or(|next| visit > *next);
    agenda.visits.push(visit);
    drop(agenda);
    if first {
        WAKE.notify_one();
    }
    true
}

/// Makes the thread look at the clock again.
pub fn nudge() {
    // With the lock, or the thread may be just about to sleep.
    let _agenda = AGENDA.lock();
    WAKE.notify_one();
}

fn start() -> Thread {
    if let Some(work) = BEFORE_START.get() {
        work();
    }
    let builder = thread::Builder::new().name("history-sealer".to_owned());
    match builder.spawn(run) {
        Ok(_) => {
            pages::keep_more();
            Thread::Running
        }
        Err(_) => Thread::Refused,
    }
}

fn run() {
    let mut squeezer = Squeezer::default();
    let mut spared = Instant::now();
    loop {
        let turn = next(&mut spared, &mut squeezer);
        let visit = || match turn {
            Turn::Due { id, late } => registry::find(id).map(|it| visit(&it, &mut squeezer, late)),
            Turn::Leisure(id) => registry::find(id).map(|it| go_on(&it, &mut squeezer)),
        };
        if catch_unwind(AssertUnwindSafe(visit)).is_err() {
            squeezer = Squeezer::default();
        }
    }
}

/// Sleeps until a visit is due. Memory that was not needed is given back once in a while, last at `spared`.
fn next(spared: &mut Instant, squeezer: &mut Squeezer) -> Turn {
    let mut agenda = AGENDA.lock();
    loop {
        let keeps = pages::keeps_many() || squeezer.is_made();
        let kept = keeps.then(|| KEPT.saturating_sub(spared.elapsed()));
        if kept.is_some_and(|kept| kept.is_zero()) {
            *spared = Instant::now();
            MutexGuard::unlocked(&mut agenda, || {
                pages::give_back();
                squeezer.give_back();
            });
            continue;
        }
        let due = agenda.visits.peek().map(|Reverse((time, _))| *time);
        #[allow(clippy::cast_precision_loss)]
        let left = due.map(|time| time as f64 - clock::now());
        if left.is_some_and(|left| left <= 0.0)
            && let Some(Reverse((_, id))) = agenda.visits.pop()
        {
            let late = left.is_some_and(|left| left <= -LATE);
            return Turn::Due { id, late };
        }
        if let Some(id) = agenda.leisure.pop_front() {
            return Turn::Leisure(id);
        }
        agenda.leisure = VecDeque::new();
        if left.is_none() {
            // What a burst of histories left behind is given back before a long sleep.
            agenda.visits = BinaryHeap::new();
        }
        let left = left.map(|left| Duration::from_secs_f64(left.max(0.0) / 1_000.0));
        match left.into_iter().chain(kept).min() {
            Some(wait) => {
                WAKE.wait_for(&mut agenda, wait);
            }
            None => WAKE.wait(&mut agenda),
        }
    }
}

fn visit(entry: &Entry, squeezer: &mut Squeezer, late: bool) {
    entry.arrive();
    let due = seal(entry, squeezer, late);
    if due.is_finite() {
        // A job that is still out would be due at once, again and again.
        entry.plan(due.max(clock::now() + 1.0));
    }
    at_leisure(entry);
}

/// Has the thread go on with a history when nothing is due.
fn at_leisure(entry: &Entry) {
    let wants = entry.enter(|history| history.wants_leisure());
    if wants.unwrap_or(false) && entry.wait_turn() {
        AGENDA.lock().leisure.push_back(entry.id());
    }
}

/// One job at leisure, so that what is due by then comes first.
fn go_on(entry: &Entry, squeezer: &mut Squeezer) {
    entry.take_turn();
    if improve(entry, squeezer) {
        at_leisure(entry);
    }
}

/// Does one job that waits for leisure, if there is one; answers whether there was.
fn improve(entry: &Entry, squeezer: &mut Squeezer) -> bool {
    let Ok(Some(job)) = entry.enter(|history| history.leisure_job()) else {
        return false;
    };
    let done = job.run(squeezer);
    entry
        .enter(|history| history.finish(done, clock::now()))
        .is_ok()
}

/// Does all that is due of one history, in haste or well, and answers when there is more.
pub fn seal(entry: &Entry, squeezer: &mut Squeezer, haste: bool) -> f64 {
    let urgent = entry.is_urgent();
    loop {
        let Ok(job) = entry.enter(|history| match urgent {
            true => history.job_at_once(),
            false => history.due_job(clock::now()),
        }) else {
            return f64::INFINITY;
        };
        let Some(job) = job else {
            return entry
                .enter(|history| history.due())
                .unwrap_or(f64::INFINITY);
        };
        let done = match haste {
            true => job.run_in_haste(squeezer),
            false => job.run(squeezer),
        };
        if entry
            .enter(|history| history.finish(done, clock::now()))
            .is_err()
        {
            return f64::INFINITY;
        }
    }
}

/// Does all that is due of one history here and now, all that waits for leisure too, and waits for what the
/// thread is doing of it.
pub fn seal_now(entry: &Entry) {
    let mut squeezer = Squeezer::default();
    for _ in 0..PATIENCE {
        seal(entry, &mut squeezer, false);
        while improve(entry, &mut squeezer) {}
        if !entry.enter(|history| history.is_sealing()).unwrap_or(false) {
            return;
        }
        thread::sleep(Duration::from_millis(1));
    }
}
