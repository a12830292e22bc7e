//! The store against a naive model (a list of messages with their strings): random operations with sealing
//! under way in between, every text read back, every sum compared, an audit after every operation.

#[path = "models/store.rs"]
mod model;

use model::{Op, SEAL_AFTER, descriptor};
use proptest::prelude::*;
use robust_session_map::core::history::History;
use robust_session_map::core::history::chunk::from_heap;
use robust_session_map::core::history::limits::Limits;
use robust_session_map::core::history::message::{Descriptor, flag};
use robust_session_map::core::history::squeeze::Squeezer;
use robust_session_map::core::history::text::Text;
use robust_session_map::core::history::tools::Tools;

/// Strings of every kind: any units at all, ASCII, text that compresses, and now and then a long one.
fn string() -> impl Strategy<Value = Vec<u16>> {
    let units = |text: &str| text.encode_utf16().collect::<Vec<u16>>();
    prop_oneof![
        3 => prop::collection::vec(any::<u16>(), 0..30),
        3 => "[ -~]{0,400}".prop_map(move |text| units(&text)),
        2 => (1usize..600).prop_map(move |n| units(&"naïve — text ✓ 😀 ".repeat(n))),
        1 => (0u16.., 10_000usize..40_000).prop_map(|(unit, len)| vec![unit; len]),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    let texts = prop::collection::vec(string(), 0..4);
    let tokens = || prop::option::of(any::<u8>());
    prop_oneof![
        12 => (any::<u8>(), tokens(), any::<u8>(), texts)
            .prop_map(|(flags, tokens, fixed, texts)| Op::Push { flags, tokens, fixed, texts }),
        3 => (any::<u8>(), any::<u8>(), string()).prop_map(|(a, b, s)| Op::SetText(a, b, s)),
        1 => (any::<u8>(), string()).prop_map(|(a, s)| Op::AddText(a, s)),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(a, b)| Op::DropText(a, b)),
        1 => (any::<u8>(), any::<u8>(), tokens(), any::<u8>())
            .prop_map(|(at, flags, tokens, fixed)| Op::Update { at, flags, tokens, fixed }),
        1 => prop::collection::vec(any::<u8>(), 0..3).prop_map(Op::Remove),
        1 => Just(Op::Reverse),
        1 => (any::<u8>(), any::<bool>()).prop_map(|(at, on)| Op::Pin(at, on)),
        1 => (0u8..3, any::<u16>()).prop_map(|(which, limit)| Op::Limit(which, limit)),
        2 => Just(Op::Forget),
        2 => Just(Op::Read),
        3 => Just(Op::Wait),
        2 => Just(Op::Seal),
        3 => Just(Op::StartJob),
        3 => Just(Op::FinishJob),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn the_store_does_what_the_model_does(ops in prop::collection::vec(op(), 1..80)) {
        model::run(ops);
    }
}

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
        ..descriptor(0, None, 0)
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
