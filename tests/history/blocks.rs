//! The store, case by case: what trimming frees, what is sealed and when, and what happens meanwhile.

use robust_session_map::core::history::History;
use robust_session_map::core::history::chunk::from_heap;
use robust_session_map::core::history::limits::Limits;
use robust_session_map::core::history::message::{Descriptor, flag};
use robust_session_map::core::history::squeeze::Squeezer;
use robust_session_map::core::history::text::Text;
use robust_session_map::core::history::tools::Tools;

const SEAL_AFTER: f64 = 1_000.0;

/// Text with some repetition, as conversations have it.
fn prose(seed: usize, bytes: usize) -> String {
    let words = [
        "the", "session", "holds", "naïve", "—", "tool", "result", "✓", "of", "a", "map",
    ];
    let mut state = seed as u64 + 1;
    let mut text = String::new();
    while text.len() < bytes {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        text.push_str(words[(state >> 33) as usize % words.len()]);
        text.push_str(&format!(" {} ", state >> 54));
    }
    text
}

fn push(history: &mut History, tools: &mut Tools, flags: u16, text: &str) -> u32 {
    let it = Descriptor {
        flags,
        tokens: -1.0,
        fixed_bytes: 0,
        fixed_units: 0,
        calls: "",
        answers: "",
    };
    let units = text.encode_utf16().count();
    history.push(
        &it,
        &[Text {
            bytes: text.as_bytes(),
            units,
        }],
        tools,
    )[0]
}

fn seal(history: &mut History, now: f64) {
    let mut squeezer = Squeezer::default();
    while let Some(job) = history.job(now) {
        history.finish(job.run(&mut squeezer), now);
    }
}

#[test]
fn trimming_frees_what_it_drops_even_beside_a_pinned_message() {
    let limits = Limits {
        messages: 20.0,
        seal_after: SEAL_AFTER,
        ..Limits::default()
    };
    let mut history = History::new(limits, from_heap);
    let mut tools = Tools::default();
    for at in 0..2_000 {
        push(
            &mut history,
            &mut tools,
            flag::USER | flag::TURN,
            &prose(at, 3_000),
        );
        let _ = history.waiting();
        history.forget();
        tools.now += 100.0;
        if at % 7 == 0 {
            seal(&mut history, tools.now);
        }
        let usage = history.usage();
        assert!(
            usage.resident < 320_000,
            "{usage:?} for {} bytes",
            history.totals().bytes
        );
        history.validate().unwrap();
    }
    tools.now += SEAL_AFTER;
    seal(&mut history, tools.now);
    let usage = history.usage();
    assert!(usage.resident < 60_000, "{usage:?}");
    assert_eq!(history.due(), f64::INFINITY);
}

#[test]
fn messages_that_drip_in_are_sealed_as_tightly_as_a_burst() {
    let sealed = |pause: f64| {
        let limits = Limits {
            seal_after: SEAL_AFTER,
            ..Limits::default()
        };
        let mut history = History::new(limits, from_heap);
        let mut tools = Tools::default();
        for at in 0..400 {
            push(
                &mut history,
                &mut tools,
                flag::USER | flag::TURN,
                &prose(at, 1_000),
            );
            tools.now += pause;
            seal(&mut history, tools.now);
        }
        seal(&mut history, tools.now + SEAL_AFTER);
        history.validate().unwrap();
        history.usage().sealed
    };
    let (dripped, burst) = (sealed(SEAL_AFTER), sealed(0.0));
    assert!(dripped < burst * 11 / 10, "{dripped} against {burst}");
}

#[test]
fn a_text_replaced_while_its_block_is_sealed_keeps_what_replaced_it() {
    let mut history = History::new(Limits::default(), from_heap);
    let mut tools = Tools::default();
    let ids: Vec<u32> = (0..10)
        .map(|at| push(&mut history, &mut tools, flag::USER, &prose(at, 1_000)))
        .collect();
    tools.now += 10_000.0;
    let job = history.job(tools.now).expect("a job is due");
    let done = job.run(&mut Squeezer::default());
    // As long as before, in another place: once as a new text under the old number, once replaced.
    for at in [3, 9] {
        let bytes = vec![b'x'; 1_000 + at];
        let text = Text {
            bytes: &bytes,
            units: bytes.len(),
        };
        history
            .set_text(at as u64, ids[at], text, &mut tools)
            .unwrap();
        let size = history
            .text(ids[at], &mut tools, |text| text.bytes.len())
            .unwrap();
        let old = prose(at, 1_000);
        let bytes = vec![b'y'; old.len()];
        assert_ne!(size, 0);
        let text = Text {
            bytes: &bytes,
            units: bytes.len(),
        };
        history
            .set_text(at as u64, ids[at], text, &mut tools)
            .unwrap();
    }
    history.finish(done, tools.now);
    history.validate().unwrap();
    for (at, id) in ids.iter().enumerate() {
        let read = history
            .text(*id, &mut tools, |text| text.bytes.to_vec())
            .unwrap();
        let is = if [3, 9].contains(&at) {
            vec![b'y'; read.len()]
        } else {
            prose(at, 1_000).into()
        };
        assert!(read == is, "text {at}");
    }
}

#[test]
fn a_short_history_is_cheap() {
    let mut history = History::new(Limits::default(), from_heap);
    let mut tools = Tools::default();
    for at in 0..5 {
        push(&mut history, &mut tools, flag::USER, &prose(at, 40));
    }
    assert!(history.usage().resident < 2_048, "{:?}", history.usage());
}

#[test]
fn fifty_megabytes_in_one_message() {
    let mut history = History::new(Limits::default(), from_heap);
    let mut tools = Tools::default();
    let long = prose(1, 50_000_000);
    let id = push(&mut history, &mut tools, flag::USER, &long);
    let same = |text: Text<'_>| text.bytes == long.as_bytes();
    assert_eq!(history.text(id, &mut tools, same), Ok(true));
    tools.now += 10_000.0;
    seal(&mut history, tools.now);
    assert!(history.usage().resident < 25_000_000);
    assert_eq!(history.text(id, &mut tools, same), Ok(true));
    assert!(history.usage().warm >= 50_000_000);
    tools.now += 10_000.0;
    seal(&mut history, tools.now);
    assert_eq!(history.usage().warm, 0);
}
