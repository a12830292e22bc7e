//! JSON spliced natively against what `serde_json` writes, which for well-formed text is what
//! `JSON.stringify` writes.

use proptest::prelude::*;
use robust_session_map::core::history::History;
use robust_session_map::core::history::chunk::from_heap;
use robust_session_map::core::history::limits::Limits;
use robust_session_map::core::history::message::{Descriptor, flag};
use robust_session_map::core::history::shared::Skeleton;
use robust_session_map::core::history::text::{Text, encode};
use robust_session_map::core::history::tools::Tools;
use serde_json::{Value, json};

use super::cases::cases;

const NONCE: &str = "Zx9Qw3Er7Ty1Ui5O";

fn said() -> Descriptor<'static> {
    Descriptor {
        flags: flag::USER,
        tokens: -1.0,
        fixed_bytes: 0,
        fixed_units: 0,
        calls: "",
        answers: "",
    }
}

/// A message in which every string of an array of parts is a text, and what it should come out as.
fn message(texts: &[String], place: impl Fn(usize) -> String) -> (Value, Value) {
    let parts = |text: &dyn Fn(usize) -> String| {
        let parts: Vec<Value> = (0..texts.len())
            .map(|at| json!({ "type": "text", "text": text(at), "at": [at, null, -0.5] }))
            .collect();
        json!({ "role": "user", "content": parts, "ü": "“short”\n" })
    };
    (parts(&|at| place(at)), parts(&|at| texts[at].clone()))
}

fn as_texts(texts: &[String]) -> Vec<Text<'_>> {
    let text = |text: &String| text.encode_utf16().count();
    texts
        .iter()
        .map(|it| Text {
            bytes: it.as_bytes(),
            units: text(it),
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(256)))]

    #[test]
    fn spliced_json_is_what_serialising_the_whole_gives(
        texts in prop::collection::vec(any::<String>(), 0..6),
        sealed in any::<bool>(),
    ) {
        let mut history = History::new(Limits::default(), from_heap);
        let mut tools = Tools::default();
        let ids = history.push(&said(), &as_texts(&texts), &mut tools);
        if sealed {
            tools.now += 1e9;
            while let Some(job) = history.job(tools.now) {
                history.finish(job.run(&mut tools.squeezer), tools.now);
            }
        }
        let (skeleton, whole) = message(&texts, |at| format!("{NONCE}{}", ids[at]));
        let mut out = Vec::new();
        history.json(&skeleton.to_string(), NONCE, Some(texts.len()), &mut out, &mut tools).unwrap();
        prop_assert_eq!(String::from_utf8(out).unwrap(), whole.to_string());
        let wrong = history.json(&skeleton.to_string(), NONCE, Some(texts.len() + 1), &mut Vec::new(), &mut tools);
        prop_assert!(wrong.is_err());
    }

    #[test]
    fn any_units_at_all_survive_the_way_through_json(units in prop::collection::vec(any::<u16>(), 0..200)) {
        let mut bytes = Vec::new();
        encode(&units, &mut bytes);
        let mut history = History::new(Limits::default(), from_heap);
        let mut tools = Tools::default();
        let text = Text { bytes: &bytes, units: units.len() };
        let id = history.push(&said(), &[text], &mut tools)[0];
        let mut out = Vec::new();
        history.json(&format!("\"{NONCE}{id}\""), NONCE, None, &mut out, &mut tools).unwrap();
        let out = String::from_utf8(out).unwrap();
        // Well-formed characters as serde_json writes them, lone surrogates as escapes.
        let mut should = String::from("\"");
        for c in char::decode_utf16(units) {
            match c {
                Ok(c) => {
                    let quoted = serde_json::to_string(&c).unwrap();
                    should.push_str(&quoted[1..quoted.len() - 1]);
                }
                Err(lone) => should.push_str(&format!("\\u{:04x}", lone.unpaired_surrogate())),
            }
        }
        should.push('"');
        prop_assert_eq!(out, should);
    }

    #[test]
    fn what_others_push_is_read_back_and_told_to_the_owner(
        pushes in prop::collection::vec(prop::collection::vec(any::<String>(), 0..3), 1..12),
        most in 1u8..8,
    ) {
        let limits = Limits { messages: f64::from(most), keep_first: 0.0, ..Limits::default() };
        let mut history = History::new(limits, from_heap);
        let mut tools = Tools::default();
        history.share();
        let mut whole = Vec::new();
        for texts in &pushes {
            let (skeleton, should) = message(texts, |at| format!("{NONCE}{at}"));
            let skeleton = Skeleton { json: skeleton.to_string().into(), nonce: NONCE.into() };
            let length = history.push_shared(&said(), &skeleton, &as_texts(texts), &mut tools).unwrap();
            whole.push(should);
            prop_assert_eq!(length, whole.len().min(most as usize) as u64);
            history.validate().unwrap();
        }
        let kept = &whole[whole.len() - whole.len().min(most as usize)..];
        for (at, should) in kept.iter().enumerate() {
            let json = history.json_at(at, &mut tools).unwrap().unwrap();
            prop_assert_eq!(String::from_utf8(json).unwrap(), should.to_string());
        }
        prop_assert_eq!(history.json_at(kept.len(), &mut tools).unwrap(), None);
        let all = history.json_window(f64::INFINITY, f64::INFINITY, &mut tools).unwrap();
        prop_assert_eq!(String::from_utf8(all).unwrap(), Value::from(kept.to_vec()).to_string());
        // What went before the owner saw it is told to nobody and waits for nobody.
        let news: Vec<u64> = history.news().into_iter().map(|(number, _)| number).collect();
        prop_assert_eq!(&news, &history.order());
        prop_assert_eq!(history.waiting(), Vec::<u64>::new());
        prop_assert!(history.news().is_empty());
    }
}

/// What is written grows in one step, by what a text is likely to take: a sixteenth more than it has bytes, and quotes.
#[test]
fn room_for_what_is_written_is_taken_at_once() {
    let mut history = History::new(Limits::default(), from_heap);
    let mut tools = Tools::default();
    let plain = "x".repeat(16_000);
    let lines = "fifteen letters\n".repeat(1_000);
    let ids = history.push(
        &said(),
        &as_texts(&[plain.clone(), lines.clone()]),
        &mut tools,
    );
    for (id, text) in ids.into_iter().zip([plain, lines]) {
        let skeleton = format!(r#"{{"said":"{NONCE}{id}"}}"#);
        let mut out = Vec::new();
        history
            .json(&skeleton, NONCE, Some(1), &mut out, &mut tools)
            .unwrap();
        let written = json!({ "said": text }).to_string();
        assert_eq!(out, written.as_bytes());
        assert_eq!(out.capacity(), r#"{"said":}"#.len() + 17_000 + 4);
    }
}

#[test]
fn a_skeleton_that_does_not_fit_changes_nothing() {
    let mut history = History::new(Limits::default(), from_heap);
    let mut tools = Tools::default();
    for json in [
        r#""Zx9Qw3Er7Ty1Ui5O1""#,
        r#""Zx9Qw3Er7Ty1Ui5O""#,
        "{}",
        r#"["Zx9Qw3Er7Ty1Ui5O0","Zx9Qw3Er7Ty1Ui5O0"]"#,
    ] {
        let skeleton = Skeleton {
            json: json.into(),
            nonce: NONCE.into(),
        };
        let text = Text {
            bytes: b"x",
            units: 1,
        };
        assert!(
            history
                .push_shared(&said(), &skeleton, &[text], &mut tools)
                .is_err(),
            "{json}"
        );
    }
    assert_eq!(history.totals().messages, 0);
    history.validate().unwrap();
}
