//! Which messages are tied: they stay together or go together, seen by what a tighter limit takes.

use robust_session_map::core::history::limits::Limits;
use robust_session_map::core::history::message::flag;

use super::helpers::{Kept, TURN, said};

/// A history whose first message stays, and messages after it; answers what is left with room for `most`.
fn left(told: &[(u16, &str, &str)], most: f64) -> Vec<u64> {
    let mut kept = Kept::new(Limits::default());
    kept.tell(TURN, "", "");
    kept.tell(flag::ASSISTANT, "", "");
    for (flags, calls, answers) in told {
        kept.tell(*flags, calls, answers);
    }
    let limits = Limits {
        messages: most,
        ..Limits::default()
    };
    kept.history.set_limits(limits);
    kept.history.validate().unwrap();
    kept.history.order()
}

const CALLS: u16 = flag::ASSISTANT;
const RESULT: u16 = flag::RESULT;

#[test]
fn calls_made_in_parallel_in_messages_of_their_own_go_with_all_their_results() {
    let told = [
        (CALLS, "a", ""),
        (CALLS, "b", ""),
        (RESULT, "", "a"),
        (RESULT, "", "b"),
        (flag::ASSISTANT, "", ""),
    ];
    // 1 goes first; then not one of 2 to 5 alone.
    assert_eq!(left(&told, 6.0), [0, 2, 3, 4, 5, 6]);
    assert_eq!(left(&told, 5.0), [0, 6]);
}

#[test]
fn a_call_after_a_result_is_a_step_of_its_own() {
    let told = [
        (CALLS, "a", ""),
        (RESULT, "", "a"),
        (CALLS, "b", ""),
        (RESULT, "", "b"),
        (flag::ASSISTANT, "", ""),
    ];
    assert_eq!(left(&told, 4.0), [0, 4, 5, 6]);
}

#[test]
fn words_of_the_model_and_calls_of_others_are_not_calls_in_parallel() {
    let words = [
        (flag::ASSISTANT, "", ""),
        (CALLS, "b", ""),
        (RESULT, "", "b"),
        (flag::ASSISTANT, "", ""),
    ];
    assert_eq!(left(&words, 4.0), [0, 3, 4, 5]);
    let plain_after = [
        (CALLS, "a", ""),
        (flag::ASSISTANT, "", ""),
        (RESULT, "", "a"),
        (flag::ASSISTANT, "", ""),
    ];
    // The plain message between call and result goes or stays by itself.
    assert_eq!(left(&plain_after, 3.0), [0, 3, 5]);
    let of_users = [
        (CALLS, "a", ""),
        (flag::USER, "b", ""),
        (RESULT, "", "a"),
        (flag::ASSISTANT, "", ""),
    ];
    assert_eq!(left(&of_users, 3.0), [0, 3, 5]);
}

#[test]
fn a_call_behind_a_step_that_has_a_result_is_not_tied_to_it() {
    // A message of the model that answers one call and makes another stands in a ring with a result of the user's.
    let told = [
        (CALLS, "a\nc", ""),
        (RESULT, "", "a"),
        (CALLS, "b", "c"),
        (CALLS, "d", ""),
        (RESULT, "", "d"),
        (flag::ASSISTANT, "", ""),
    ];
    assert_eq!(left(&told, 4.0), [0, 5, 6, 7]);
}

#[test]
fn one_message_may_answer_several_steps_and_one_step_twice() {
    let told = [
        (CALLS, "a", ""),
        (flag::ASSISTANT, "", ""),
        (CALLS, "b", ""),
        (RESULT, "", "a\nb\na"),
        (RESULT, "", "b"),
        (flag::ASSISTANT, "", ""),
    ];
    assert_eq!(left(&told, 7.0), [0, 2, 3, 4, 5, 6, 7]);
    assert_eq!(left(&told, 6.0), [0, 3, 7]);
}

#[test]
fn ids_that_come_again_tie_to_the_latest_call_of_that_name() {
    let told = [
        (CALLS, "search", ""),
        (RESULT, "", "search"),
        (CALLS, "search", ""),
        (RESULT, "", "search"),
        (flag::ASSISTANT, "", ""),
    ];
    assert_eq!(left(&told, 4.0), [0, 4, 5, 6]);
    // With the latest gone by hand the one before is answered again.
    let mut kept = Kept::new(Limits::default());
    kept.tell(TURN, "", "");
    kept.tell(CALLS, "search", "");
    kept.tell(CALLS, "other", "");
    kept.tell(RESULT, "", "other");
    kept.tell(CALLS, "search", "");
    kept.history.remove(&[4]).unwrap();
    kept.tell(RESULT, "", "search");
    kept.tell(TURN, "", "");
    kept.tell(flag::ASSISTANT, "", "");
    kept.history.validate().unwrap();
    // The calls of 1 and 2 were made in parallel, so that they go with both results.
    assert_eq!(kept.history.order(), [0, 1, 2, 3, 5, 6, 7]);
    assert_eq!(kept.history.window(6.0, f64::INFINITY), [0, 6, 7]);
}

#[test]
fn a_turn_that_answers_calls_of_the_one_before_goes_with_it() {
    let told = [
        (CALLS, "a", ""),
        (TURN, "", "a"),
        (flag::ASSISTANT, "", ""),
        (TURN, "", ""),
        (flag::ASSISTANT, "", ""),
    ];
    // All but the last two are the first turn's; of it all goes but the head.
    assert_eq!(left(&told, 6.0), [0, 5, 6]);
}

#[test]
fn who_changes_calls_or_answers_changes_the_ties() {
    let mut kept = Kept::new(Limits::default());
    kept.tell(TURN, "", "");
    kept.tell(CALLS, "a", "");
    kept.tell(RESULT, "", "b");
    kept.tell(flag::ASSISTANT, "", "");
    let tight = Limits {
        messages: 3.0,
        ..Limits::default()
    };
    assert_eq!(kept.history.window(3.0, f64::INFINITY), [0, 2, 3]);
    kept.history.update(2, &said(RESULT, "", "a")).unwrap();
    kept.history.validate().unwrap();
    assert_eq!(kept.history.window(3.0, f64::INFINITY), [0, 3]);
    kept.history.update(1, &said(CALLS, "c", "")).unwrap();
    kept.history.set_limits(tight);
    assert_eq!(kept.history.order(), [0, 2, 3]);
    kept.history.validate().unwrap();
}

#[test]
fn what_stayed_for_the_sake_of_a_message_of_the_model_goes_with_it() {
    // The call of 1, which is not the model's, is answered by 3. Without both 2 would stand first, so they stay; with
    // the turn that 2 begins all three go, from both sides of where that turn begins.
    let mut kept = Kept::new(Limits::default());
    kept.tell(TURN, "", "");
    kept.tell(flag::USER, "a", "");
    kept.tell(flag::ASSISTANT | flag::TURN, "", "");
    kept.tell(RESULT, "", "a");
    kept.tell(TURN, "", "");
    kept.tell(flag::ASSISTANT, "", "");
    kept.history.validate().unwrap();
    assert_eq!(kept.history.window(5.0, f64::INFINITY), [0, 4, 5]);
    kept.history.set_limits(Limits {
        messages: 5.0,
        ..Limits::default()
    });
    assert_eq!(kept.history.order(), [0, 4, 5]);
    assert_eq!(kept.history.waiting(), [1, 2, 3]);
    assert_eq!(kept.history.dropped().messages, 3);
    kept.history.validate().unwrap();
}

#[test]
fn in_an_order_made_by_hand_a_result_before_its_call_answers_nothing() {
    let mut kept = Kept::new(Limits::default());
    kept.tell(TURN, "", "");
    kept.tell(CALLS, "a", "");
    kept.tell(RESULT, "", "a");
    kept.tell(flag::ASSISTANT, "", "");
    assert_eq!(kept.history.window(3.0, f64::INFINITY), [0, 3]);
    kept.history.reorder(&[0, 2, 1, 3]).unwrap();
    kept.history.validate().unwrap();
    assert_eq!(
        kept.history.window(3.0, f64::INFINITY),
        [0, 2, 3],
        "only the call goes"
    );
}
