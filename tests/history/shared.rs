//! A history that other threads see: what they see, what its owner is told, what becomes of JSON nobody needs.

use robust_session_map::core::history::limits::Limits;
use robust_session_map::core::history::message::flag;
use robust_session_map::core::history::shared::Skeleton;

use super::helpers::{Kept, TURN, said, text};

const NONCE: &str = "Zx9Qw3Er7Ty1Ui5O";

fn skeleton(json: &str) -> Skeleton {
    Skeleton {
        json: json.into(),
        nonce: NONCE.into(),
    }
}

/// Another thread's message of one text.
fn push(kept: &mut Kept, words: &str) -> u64 {
    let skeleton = skeleton(&format!("\"{NONCE}0\""));
    let texts = [text(words)];
    kept.history
        .push_shared(&said(TURN, "", ""), &skeleton, &texts, &mut kept.tools)
        .unwrap()
}

fn json(kept: &mut Kept, place: usize) -> Option<String> {
    let json = kept.history.json_at(place, &mut kept.tools).unwrap();
    json.map(|bytes| String::from_utf8(bytes).unwrap())
}

fn all(kept: &mut Kept) -> String {
    let json = kept
        .history
        .json_window(f64::INFINITY, f64::INFINITY, &mut kept.tools);
    String::from_utf8(json.unwrap()).unwrap()
}

fn told(kept: &mut Kept) -> Vec<u64> {
    let news = kept.history.news().into_iter();
    news.map(|(number, _)| number).collect()
}

#[test]
fn a_message_of_the_owner_is_seen_once_it_has_its_json() {
    let mut kept = Kept::new(Limits::default());
    kept.push(TURN, b"one");
    let two = kept.push(TURN, b"two");
    kept.history.share();
    assert_eq!(json(&mut kept, 0), None);
    let words = format!("{{\"a\":\"{NONCE}{two}\"}}");
    kept.history.set_skeleton(1, &words, NONCE).unwrap();
    assert_eq!(json(&mut kept, 0), None);
    assert_eq!(json(&mut kept, 1), Some(r#"{"a":"two"}"#.to_owned()));
    assert_eq!(all(&mut kept), r#"[{"a":"two"}]"#);
    // What cannot be read is refused, and what was there stays.
    let wrong = kept
        .history
        .set_skeleton(1, &format!("\"{NONCE}x\""), NONCE);
    assert!(wrong.is_err());
    let without = kept.history.set_skeleton(1, "{}", "");
    assert_eq!(without, Err("a placeholder needs a nonce".to_owned()));
    assert_eq!(json(&mut kept, 1), Some(r#"{"a":"two"}"#.to_owned()));
    kept.history.set_skeleton(1, "", NONCE).unwrap();
    assert_eq!(all(&mut kept), "[]");
}

#[test]
fn json_that_names_no_text_is_an_error_for_who_reads_it() {
    let mut kept = Kept::new(Limits::default());
    kept.push(TURN, b"one");
    kept.history
        .set_skeleton(0, &format!("\"{NONCE}77\""), NONCE)
        .unwrap();
    let told = kept.history.json_at(0, &mut kept.tools);
    assert_eq!(told, Err("there is no text 77".to_owned()));
    let told = kept.history.json_window(9.0, 9.0, &mut kept.tools);
    assert_eq!(told, Err("there is no text 77".to_owned()));
}

#[test]
fn the_owner_is_told_once_of_what_others_pushed() {
    let mut kept = Kept::new(Limits::default());
    assert_eq!(told(&mut kept), [0; 0], "not shared yet");
    kept.history.share();
    kept.push(TURN, b"own");
    assert_eq!(push(&mut kept, "first"), 2);
    assert_eq!(push(&mut kept, "second"), 3);
    assert_eq!(kept.history.words()[6], 2.0);
    assert_eq!(told(&mut kept), [1, 2]);
    assert_eq!(told(&mut kept), [0; 0]);
    assert_eq!(kept.history.words()[6], 0.0);
    assert_eq!(all(&mut kept), r#"["first","second"]"#);
    // Known by the owner it waits for it when it goes.
    kept.history.set_limits(Limits {
        messages: 2.0,
        ..Limits::default()
    });
    assert_eq!(kept.history.waiting(), [1]);
    kept.history.validate().unwrap();
}

#[test]
fn what_went_or_lost_its_json_before_the_owner_looked_is_not_told() {
    let mut kept = Kept::new(Limits::default());
    push(&mut kept, "removed");
    push(&mut kept, "without");
    push(&mut kept, "told");
    kept.history.remove(&[0]).unwrap();
    kept.history.set_skeleton(1, "", NONCE).unwrap();
    assert_eq!(told(&mut kept), [2]);
    kept.history.validate().unwrap();
}

#[test]
fn the_json_of_a_message_goes_with_it() {
    let mut kept = Kept::new(Limits::default());
    kept.history.share();
    let empty = kept.history.usage().resident;
    for at in 0..50 {
        kept.push(TURN, b"");
        let long = format!("\"{}\"", "x".repeat(1_000));
        kept.history.set_skeleton(at, &long, NONCE).unwrap();
    }
    let full = kept.history.usage().resident;
    assert!(full - empty > 50 * 1_000, "{full} bytes, {empty} before");
    assert!(full - empty < 50 * 1_400, "{full} bytes, {empty} before");
    let numbers: Vec<u64> = (0..49).collect();
    kept.history.remove(&numbers).unwrap();
    let left = kept.history.usage().resident;
    assert!(left < empty + 8_000, "{left} bytes, {empty} before");
}

#[test]
fn an_order_leaves_what_the_owner_has_not_seen_behind_what_came_before_it() {
    let mut kept = Kept::new(Limits::default());
    kept.history.share();
    kept.push(TURN, b"");
    kept.push(TURN, b"");
    push(&mut kept, "unseen");
    kept.push(TURN, b"");
    kept.history.reorder(&[1, 0, 3]).unwrap();
    assert_eq!(kept.history.order(), [1, 0, 2, 3]);
    kept.history.reorder(&[3, 1, 0]).unwrap();
    assert_eq!(kept.history.order(), [3, 1, 0, 2]);
    assert_eq!(told(&mut kept), [2]);
    assert!(kept.history.reorder(&[3, 1, 0]).is_err(), "now it is known");
    kept.history.validate().unwrap();
}

#[test]
fn a_message_of_others_answers_calls_of_the_owners() {
    let mut kept = Kept::new(Limits::default());
    kept.tell(TURN, "", "");
    kept.tell(flag::ASSISTANT, "a", "");
    let answer = skeleton("{}");
    kept.history
        .push_shared(&said(flag::RESULT, "", "a"), &answer, &[], &mut kept.tools)
        .unwrap();
    kept.tell(flag::ASSISTANT, "", "");
    assert_eq!(kept.history.window(3.0, f64::INFINITY), [0, 3]);
    kept.history.validate().unwrap();
}
