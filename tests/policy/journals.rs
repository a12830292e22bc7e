//! What once passed the boundary, replayed by the core alone: the same answers, victims and reasons. Recorded by
//! `__test__/support/record-journals.mjs`; the test of the boundary records and replays fresh ones.

use robust_session_map::core::journal::{Replayed, replay};
use serde_json::{Value, json};

const EXACT: &str = include_str!("journals/exact.jsonl");
const CACHED: &str = include_str!("journals/cached.jsonl");

/// A call that asks for nothing, of which the answer is told as it should be.
fn drain() -> Value {
    json!({
        "ctl": [0, -1, 5, 0, 0, 0, 0, 0], "log": [],
        "answer": [0, -1, 5, 0, "Infinity", 0, 0, 0], "out": [],
    })
}

fn replayed(calls: &[Value]) -> Result<Replayed, String> {
    let lines: Vec<String> = calls.iter().map(Value::to_string).collect();
    replay(&lines.join("\n"))
}

#[test]
fn recorded_journals_are_answered_the_same() {
    for (name, journal) in [("exact", EXACT), ("cached", CACHED)] {
        let done = replay(journal).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(done.calls, journal.lines().count());
        assert!(done.records > 250, "{name}: {done:?}");
        assert!(done.removals > 80, "{name}: {done:?}");
    }
}

#[test]
fn calls_records_and_removals_are_counted() {
    // A map that holds nothing for longer than 10 ms, two entries in it, and both are due.
    let create = json!({
        "ctl": [1, -1, 0, 0, "Infinity", -1, 0, 10, "Infinity", "Infinity", "Infinity", "Infinity", "Infinity", 0],
        "log": [], "answer": [0, 0], "out": [],
    });
    let touched = json!({
        "ctl": [0, 0, 1, 3, "Infinity"], "log": [1u32 << 31, 1 << 30, (1 << 30) + 1],
        "answer": [0, 0, 1, 3, 11], "out": [],
    });
    let settled = json!({
        "ctl": [4, 0, 11, 0, 11, -1, 8], "log": [],
        "answer": [1, 0, 11, 0, "Infinity", -1, 2], "out": [0, 0, 1, 0],
    });
    let done = replayed(&[create, touched, settled]);
    assert_eq!(
        done,
        Ok(Replayed {
            calls: 3,
            records: 3,
            removals: 2
        })
    );
}

#[test]
fn a_journal_that_says_something_else_names_the_call() {
    assert_eq!(replayed(&[drain()]).unwrap().calls, 1);
    let mut other = drain();
    other["answer"][0] = json!(9);
    assert_eq!(
        replayed(&[drain(), other]).unwrap_err(),
        "call 2: word 0 was 9, the core alone says 0"
    );
    let mut listed = drain();
    listed["out"] = json!([3]);
    assert_eq!(
        replayed(&[listed]).unwrap_err(),
        "call 1: list was [3], the core alone says otherwise"
    );
    let mut broken = drain();
    broken["ctl"][0] = json!(77);
    let told = replayed(&[broken]).unwrap_err();
    assert_eq!(
        told,
        "call 1: operation 77 on map 4294967295, which does not exist"
    );
    let told = replay("{").unwrap_err();
    assert!(told.starts_with("line 1: "), "{told}");
}

#[test]
fn not_a_number_is_equal_to_itself_and_to_nothing_else() {
    let mut undefined = drain();
    undefined["ctl"][7] = json!("NaN");
    undefined["answer"][7] = json!("NaN");
    assert!(replayed(&[undefined.clone()]).is_ok());
    undefined["answer"][7] = json!("-NaN");
    assert!(replayed(&[undefined.clone()]).is_ok(), "of whatever bits");
    undefined["answer"][7] = json!(0);
    let told = replayed(&[undefined.clone()]).unwrap_err();
    assert_eq!(told, "call 1: word 7 was 0, the core alone says NaN");
    undefined["ctl"][7] = json!(0);
    undefined["answer"][7] = json!("NaN");
    assert!(replayed(&[undefined]).is_err());
}

#[test]
fn a_journal_may_have_more_maps_than_the_face_began_with() {
    let create = |id: usize, grown: bool| {
        json!({
            "ctl": [1, -1, 0, 0, "Infinity", -1, 0, 10], "log": [],
            "answer": if grown { json!([8]) } else { json!([0, id]) }, "out": [],
        })
    };
    let mut calls: Vec<Value> = (0..64).map(|id| create(id, false)).collect();
    calls.push(create(64, true));
    calls.extend((64..128).map(|id| create(id, false)));
    calls.push(create(128, true));
    assert_eq!(replayed(&calls).unwrap().calls, 130);
}
