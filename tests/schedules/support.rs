//! What the scenarios are told in.

use std::sync::Arc;

use shuttle::thread::yield_now;

use crate::core::history::limits::Limits;
use crate::core::history::message::{Descriptor, flag};
use crate::core::history::text::Text;
use crate::history::registry::{self, Entry, Trouble};
use crate::history::sync::{State, state};
use crate::history::totals::{Totals, totals};
use crate::history::{clock, pages};

/// Text goes to the background after this many milliseconds.
pub const SEAL_AFTER: f64 = 10.0;

/// How often others go on before a wait is in vain.
const PATIENCE: usize = 20_000;

pub fn open(seal_after: f64) -> Arc<Entry> {
    registry::open(Limits {
        seal_after,
        ..Limits::default()
    })
}

/// Text that compresses and says whose it is.
pub fn prose(writer: usize, at: usize) -> String {
    format!("{writer}:{at}:").repeat(400)
}

pub fn push(entry: &Entry, text: &str) -> Result<u32, Trouble> {
    let given = Text {
        bytes: text.as_bytes(),
        units: text.len(),
    };
    let it = Descriptor {
        flags: flag::USER | flag::TURN,
        tokens: -1.0,
        fixed_bytes: 0,
        fixed_units: 0,
        calls: "",
        answers: "",
    };
    entry.call(|history, tools| Ok(history.push(&it, &[given], tools)[0]))
}

pub fn read(entry: &Entry, id: u32) -> Result<String, Trouble> {
    entry.call(|history, tools| {
        history.text(id, tools, |text| {
            String::from_utf8(text.bytes.to_vec()).unwrap()
        })
    })
}

pub fn sealed(entry: &Entry) -> usize {
    entry.enter(|history| history.usage().sealed).unwrap()
}

/// Lets others go on until something is true; the clock stands still meanwhile.
pub fn wait_for(what: &str, mut is: impl FnMut() -> bool) {
    for _ in 0..PATIENCE {
        if is() {
            return;
        }
        yield_now();
    }
    panic!("waited in vain for: {what}");
}

/// Lets time pass until the background thread has nothing left to wait for.
pub fn rest() {
    wait_for("rest", || {
        clock::advance(1_000);
        let State {
            running, asleep, ..
        } = state(|it| *it);
        asleep || !running
    });
}

/// How a schedule ends: all closed, nothing counted, nothing kept, the thread at rest and then gone.
pub fn end(entries: &[Arc<Entry>]) {
    for entry in entries {
        registry::close(entry.id());
        assert!(registry::find(entry.id()).is_none());
        assert_eq!(push(entry, "late"), Err(Trouble::Gone));
    }
    assert!(registry::all().is_empty());
    assert_eq!(totals(), Totals::default());
    rest();
    assert!(!pages::keeps_many(), "memory for blocks is kept");
    state(|it| it.stop = true);
    wait_for("the end", || state(|it| !it.running));
}
