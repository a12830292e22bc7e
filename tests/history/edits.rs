//! Changes by hand: what they do, and that one that cannot be done changes nothing.

use robust_session_map::core::history::limits::Limits;
use robust_session_map::core::history::message::{Descriptor, flag};
use robust_session_map::core::history::shared::Skeleton;

use super::helpers::{Kept, TURN, said, text};

/// Three messages, the last with three texts.
fn three() -> (Kept, Vec<u32>) {
    let mut kept = Kept::new(Limits::default());
    kept.push(TURN, b"first");
    kept.push(flag::ASSISTANT, b"second");
    let texts = [text("a"), text("bb"), text("ccc")];
    let ids = kept
        .history
        .push(&said(TURN, "", ""), &texts, &mut kept.tools);
    (kept, ids)
}

fn bytes(kept: &Kept) -> u64 {
    kept.history.totals().bytes
}

#[test]
fn texts_of_a_message_go_one_by_one() {
    let (mut kept, ids) = three();
    assert_eq!(bytes(&kept), 17);
    // The middle one, the newest and the oldest of them.
    for (id, left) in [(ids[1], 15), (ids[2], 12), (ids[0], 11)] {
        kept.history.drop_text(2, id).unwrap();
        assert_eq!(bytes(&kept), left);
        kept.history.validate().unwrap();
        let told = kept.history.text(id, &mut kept.tools, |_| ());
        assert_eq!(told, Err(format!("there is no text {id}")));
    }
    let totals = kept.history.totals();
    assert_eq!((totals.messages, totals.units), (3, 11));
    let fresh = kept
        .history
        .add_text(2, text("dé"), &mut kept.tools)
        .unwrap();
    assert_eq!(kept.read(fresh), "dé".as_bytes());
    assert_eq!((bytes(&kept), kept.history.totals().units), (14, 13));
    kept.history.validate().unwrap();
}

#[test]
fn a_text_that_is_not_the_messages_is_refused() {
    let (mut kept, ids) = three();
    let before = kept.history.words();
    // Another message's, one that there is not, the mark for none.
    for id in [0, 77, u32::MAX, u32::MAX - 1] {
        let told = kept.history.set_text(2, id, text("x"), &mut kept.tools);
        assert_eq!(told, Err(format!("message 2 has no text {id}")));
        let told = kept.history.drop_text(2, id);
        assert_eq!(told, Err(format!("message 2 has no text {id}")));
    }
    kept.history.drop_text(2, ids[0]).unwrap();
    kept.history.drop_text(2, ids[1]).unwrap();
    kept.history.drop_text(2, ids[2]).unwrap();
    // Of a message without texts none is the mark for none either.
    let told = kept.history.drop_text(2, u32::MAX);
    assert_eq!(told, Err(format!("message 2 has no text {}", u32::MAX)));
    kept.history.validate().unwrap();
    assert_eq!(before[0], kept.history.words()[0]);
}

#[test]
fn a_message_that_is_not_there_is_refused() {
    let (mut kept, _) = three();
    let before = kept.history.words();
    let missing = Err("there is no message 9".to_owned());
    let history = &mut kept.history;
    assert_eq!(history.set_text(9, 0, text("x"), &mut kept.tools), missing);
    assert_eq!(history.drop_text(9, 0), missing);
    assert_eq!(history.update(9, &said(TURN, "", "")), missing);
    assert_eq!(history.pin(9, true), missing);
    assert_eq!(history.remove(&[0, 9]), missing);
    assert_eq!(history.reorder(&[0, 9, 1]), missing);
    assert_eq!(history.set_skeleton(9, "{}", "n"), missing);
    let added = history.add_text(9, text("x"), &mut kept.tools);
    assert_eq!(added, Err("there is no message 9".to_owned()));
    assert_eq!(history.words(), before);
    history.validate().unwrap();
}

#[test]
fn the_words_of_the_boundary_are_the_sums() {
    let (mut kept, _) = three();
    assert_eq!(
        kept.history.words(),
        [3.0, 17.0, 17.0, 3.0, 0.0, 3.0, 0.0, 0.0, 0.0, 0.0]
    );
    kept.history.share();
    kept.push(flag::ASSISTANT, b"fourth");
    kept.history.set_limits(Limits {
        messages: 3.0,
        ..Limits::default()
    });
    assert_eq!(
        kept.history.words(),
        [3.0, 17.0, 17.0, 3.0, 1.0, 4.0, 0.0, 1.0, 6.0, 1.0]
    );
}

#[test]
fn what_a_message_weighs_may_change() {
    let (mut kept, _) = three();
    let heavier = Descriptor {
        tokens: 40.0,
        fixed_bytes: 9,
        fixed_units: 5,
        ..said(TURN, "", "")
    };
    kept.history.update(2, &heavier).unwrap();
    let totals = kept.history.totals();
    assert_eq!((totals.bytes, totals.units, totals.tokens), (26, 22, 42.0));
    let worked_out = Descriptor {
        tokens: -1.0,
        fixed_bytes: 2,
        fixed_units: 1,
        ..said(TURN, "", "")
    };
    kept.history.update(2, &worked_out).unwrap();
    let totals = kept.history.totals();
    // A quarter of seven units, rounded up.
    assert_eq!((totals.bytes, totals.units, totals.tokens), (19, 18, 4.0));
    kept.history.validate().unwrap();
}

#[test]
fn a_change_that_makes_a_message_too_heavy_sends_others_off() {
    let (mut kept, ids) = three();
    kept.push(flag::ASSISTANT, b"");
    kept.history.set_limits(Limits {
        bytes: 20.0,
        ..Limits::default()
    });
    assert_eq!(kept.history.waiting(), Vec::<u64>::new());
    kept.history
        .set_text(2, ids[0], text("0123456789"), &mut kept.tools)
        .unwrap();
    assert_eq!(kept.history.waiting(), [1]);
    // What waits may change too, and what was dropped with it.
    let second = 1;
    assert_eq!(kept.history.dropped().bytes, 6);
    kept.history
        .set_text(1, second, text("sec"), &mut kept.tools)
        .unwrap();
    assert_eq!(kept.history.dropped().bytes, 3);
    kept.history
        .add_text(1, text("ond!"), &mut kept.tools)
        .unwrap();
    assert_eq!(kept.history.dropped().bytes, 7);
    kept.history.drop_text(1, second).unwrap();
    assert_eq!(kept.history.dropped().bytes, 4);
    let other = Descriptor {
        fixed_bytes: 3,
        ..said(flag::ASSISTANT, "", "")
    };
    kept.history.update(1, &other).unwrap();
    assert_eq!(kept.history.dropped().bytes, 7);
    assert_eq!(kept.history.dropped().messages, 1);
    kept.history.validate().unwrap();
    // Taken out by hand it was never dropped.
    kept.history.remove(&[1]).unwrap();
    assert_eq!(kept.history.dropped().messages, 0);
    assert_eq!(kept.history.waiting(), Vec::<u64>::new());
    kept.history.validate().unwrap();
}

#[test]
fn who_describes_a_message_anew_says_nothing_of_whether_it_was_seen() {
    let mut kept = Kept::new(Limits::default());
    kept.push(TURN, b"first");
    kept.push(flag::ASSISTANT, b"second");
    let skeleton = Skeleton {
        json: "{}".into(),
        nonce: "n".into(),
    };
    let from_another = said(flag::ASSISTANT, "", "");
    kept.history
        .push_shared(&from_another, &skeleton, &[], &mut kept.tools)
        .unwrap();
    kept.push(flag::ASSISTANT, b"last");
    let heavier = Descriptor {
        tokens: 4.0,
        ..from_another
    };
    kept.history.update(1, &heavier).unwrap();
    kept.history.update(2, &heavier).unwrap();
    kept.history.set_limits(Limits {
        messages: 2.0,
        ..Limits::default()
    });
    assert_eq!(kept.history.order(), [0, 3]);
    assert_eq!(kept.history.dropped().messages, 2);
    assert_eq!(
        kept.history.waiting(),
        [1],
        "the owner is told of what it knew"
    );
    kept.history.validate().unwrap();
}

#[test]
fn each_kind_of_change_is_followed_by_trimming() {
    let limits = Limits {
        bytes: 12.0,
        ..Limits::default()
    };
    let fresh = || {
        let mut kept = Kept::new(limits);
        kept.push(TURN, b"head");
        kept.push(flag::ASSISTANT, b"old");
        kept.push(TURN, b"new");
        kept.push(flag::ASSISTANT, b"");
        assert_eq!(kept.history.order(), [0, 1, 2, 3]);
        kept
    };
    let mut kept = fresh();
    kept.history
        .add_text(3, text("long"), &mut kept.tools)
        .unwrap();
    assert_eq!(kept.history.order(), [0, 2, 3]);
    let mut kept = fresh();
    let long = Descriptor {
        fixed_bytes: 4,
        ..said(flag::ASSISTANT, "", "")
    };
    kept.history.update(3, &long).unwrap();
    assert_eq!(kept.history.order(), [0, 2, 3]);
    // Unpinned it may go.
    let mut kept = fresh();
    kept.history.pin(1, true).unwrap();
    kept.push(flag::ASSISTANT, b"more");
    assert_eq!(
        kept.history.order(),
        [0, 1, 2, 4],
        "the model's last words only"
    );
    kept.history.pin(1, false).unwrap();
    assert_eq!(kept.history.order(), [0, 2, 4]);
    kept.history.validate().unwrap();
}

#[test]
fn what_is_too_heavy_stays_until_something_is_decided() {
    let mut kept = Kept::new(Limits::default());
    kept.tell(TURN, "", "");
    kept.history.push(
        &said(flag::ASSISTANT, "a", ""),
        &[text("0123456789")],
        &mut kept.tools,
    );
    kept.tell(flag::RESULT, "", "a");
    kept.tell(flag::ASSISTANT, "", "");
    kept.history.pin(2, true).unwrap();
    kept.history.set_limits(Limits {
        bytes: 9.0,
        ..Limits::default()
    });
    assert_eq!(kept.history.order(), [0, 1, 2, 3], "tied to what is pinned");
    // Whoever takes messages out by hand looks at what is left, and there is more to come perhaps.
    kept.history.remove(&[2]).unwrap();
    assert_eq!(kept.history.order(), [0, 1, 3]);
    assert_eq!(kept.history.totals().bytes, 10);
    kept.tell(flag::ASSISTANT, "", "");
    assert_eq!(kept.history.order(), [0, 3, 4]);
    kept.history.validate().unwrap();
}

#[test]
fn the_head_follows_its_limit() {
    let mut kept = Kept::new(Limits::default());
    kept.push(flag::SYSTEM, b"rules");
    for _ in 0..4 {
        kept.push(TURN, b"ask");
        kept.push(flag::ASSISTANT, b"answer");
    }
    let keep = |kept: &mut Kept, keep_first: f64| {
        let limits = Limits {
            keep_first,
            ..Limits::default()
        };
        kept.history.set_limits(limits);
        kept.history.validate().unwrap();
        kept.history.window(4.0, f64::INFINITY)
    };
    assert_eq!(keep(&mut kept, 1.0), [0, 1, 7, 8]);
    assert_eq!(keep(&mut kept, 0.0), [0, 7, 8]);
    assert_eq!(keep(&mut kept, 2.0), [0, 1, 2, 7, 8][..].to_vec());
}

#[test]
fn an_order_must_name_each_kept_message_once() {
    let (mut kept, _) = three();
    for (numbers, count) in [
        (&[0, 1][..], 2),
        (&[0, 1, 1], 2),
        (&[0, 0, 1, 2], 3),
        (&[], 0),
    ] {
        let told = kept.history.reorder(numbers);
        assert_eq!(told, Err(format!("an order of {count} messages for 3")));
        assert_eq!(kept.history.order(), [0, 1, 2]);
    }
    kept.history.reorder(&[2, 0, 1]).unwrap();
    assert_eq!(kept.history.order(), [2, 0, 1]);
    // Found by its number although numbers do not ascend.
    kept.history.pin(0, true).unwrap();
    kept.history.remove(&[2]).unwrap();
    assert_eq!(kept.history.order(), [0, 1]);
    kept.history.validate().unwrap();
}

#[test]
fn an_order_passes_over_what_was_sent_off_meanwhile() {
    let (mut kept, _) = three();
    kept.push(flag::ASSISTANT, b"fourth");
    kept.history.set_limits(Limits {
        messages: 3.0,
        ..Limits::default()
    });
    assert_eq!(kept.history.waiting(), [1]);
    kept.history.reorder(&[3, 1, 2, 0]).unwrap();
    assert_eq!(kept.history.order(), [3, 2, 0]);
    assert_eq!(kept.history.waiting(), [1]);
    kept.history.validate().unwrap();
}

#[test]
fn removed_twice_in_one_call_a_message_is_removed_once() {
    let (mut kept, _) = three();
    kept.history.remove(&[1, 1, 0]).unwrap();
    assert_eq!(kept.history.order(), [2]);
    assert_eq!(kept.history.dropped().messages, 0);
    kept.history.validate().unwrap();
    kept.history.remove(&[2]).unwrap();
    assert_eq!(kept.history.usage().messages, 0);
    kept.history.validate().unwrap();
}

#[test]
fn ids_of_messages_long_gone_are_given_back() {
    let limits = Limits {
        messages: 6.0,
        ..Limits::default()
    };
    let mut kept = Kept::new(limits);
    kept.tell(TURN, "", "");
    let long = "x".repeat(200);
    let mut most = 0;
    for at in 0..2_000 {
        let id = format!("{long}{at}");
        kept.tell(flag::ASSISTANT, &id, "");
        kept.tell(flag::RESULT, "", &id);
        let _ = kept.history.waiting();
        kept.history.forget();
        most = most.max(kept.history.usage().resident);
    }
    kept.history.validate().unwrap();
    // Six messages' ids, and as many dead bytes or a kilobyte.
    assert!(most < 10_000, "{most} bytes");
    let all = kept.history.order();
    kept.history.remove(&all).unwrap();
    assert!(kept.history.usage().resident < 1_000);
}
