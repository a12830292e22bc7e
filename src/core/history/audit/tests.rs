//! The audit finds each fault: one thing at a time is broken in a sound history, and it says what.

use crate::core::history::History;
use crate::core::history::block::{Block, Body};
use crate::core::history::chunk::from_heap;
use crate::core::history::limits::Limits;
use crate::core::history::message::{Descriptor, NONE, flag};
use crate::core::history::pack::Place;
use crate::core::history::text::Text;
use crate::core::history::tools::Tools;

/// Text that compresses to about a third.
fn prose(bytes: usize) -> String {
    let mut state = bytes as u64;
    let mut text = String::new();
    while text.len() < bytes {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        text.push_str(&format!("{} words and ", state >> 50));
    }
    text
}

fn push(
    history: &mut History,
    tools: &mut Tools,
    flags: u16,
    (calls, answers): (&str, &str),
    texts: &[&str],
) -> Vec<u32> {
    let it = Descriptor {
        flags,
        tokens: -1.0,
        fixed_bytes: 3,
        fixed_units: 3,
        calls,
        answers,
    };
    let texts: Vec<Text<'_>> = texts
        .iter()
        .map(|text| Text {
            bytes: text.as_bytes(),
            units: text.len(),
        })
        .collect();
    history.push(&it, &texts, tools)
}

fn seal(history: &mut History, tools: &mut Tools) {
    tools.now += 10_000.0;
    while let Some(job) = history.job(tools.now) {
        history.finish(job.run(&mut tools.squeezer), tools.now);
    }
}

/// Message slots 0 to 4: a head, a question, a call with its result, and a question; 5 waits. Of the blocks one is
/// sealed in a pack and decoded, one sealed by itself, one plain.
fn sound() -> History {
    let mut history = History::new(Limits::default(), from_heap);
    let mut tools = Tools::default();
    let none = ("", "");
    let long = prose(60_000);
    let first = push(
        &mut history,
        &mut tools,
        flag::USER,
        none,
        &[&long[..30_000], &long[30_000..]],
    );
    seal(&mut history, &mut tools);
    push(
        &mut history,
        &mut tools,
        flag::USER | flag::TURN,
        none,
        &[&prose(2_000), ""],
    );
    seal(&mut history, &mut tools);
    push(
        &mut history,
        &mut tools,
        flag::USER | flag::TURN,
        none,
        &["gone"],
    );
    push(
        &mut history,
        &mut tools,
        flag::USER | flag::TURN,
        none,
        &["asked"],
    );
    push(
        &mut history,
        &mut tools,
        flag::ASSISTANT,
        ("a\nb", ""),
        &["calls"],
    );
    push(&mut history, &mut tools, flag::RESULT, ("", "a"), &["told"]);
    push(&mut history, &mut tools, flag::USER, none, &["more"]);
    history.pin(1, true).unwrap();
    history.set_limits(Limits {
        messages: 6.0,
        ..Limits::default()
    });
    assert_eq!(history.waiting, [2]);
    history.text(first[0], &mut tools, |_| ()).unwrap();
    history.validate().unwrap();
    history
}

fn told(fault: impl FnOnce(&mut History)) -> String {
    let mut history = sound();
    fault(&mut history);
    history.validate().unwrap_err()
}

fn number(history: &History, is: impl Fn(&Block) -> bool) -> usize {
    let found = history.texts.blocks.iter().position(is);
    found.expect("a sound history has such a block")
}

fn packed(history: &History) -> usize {
    number(history, |block| {
        matches!(block.body, Body::Sealed(Place::Packed { .. }))
    })
}

fn plain(history: &History) -> usize {
    number(history, |block| matches!(block.body, Body::Plain(_)))
}

#[test]
fn messages_that_stand_twice_or_nowhere() {
    let twice = told(|h| h.order.slots[1] = 0);
    assert_eq!(twice, "messages in order: 6, counted 5");
    let twice = told(|h| h.waiting.push(2));
    assert_eq!(twice, "messages waiting: 2, counted 1");
    let both = told(|h| h.waiting.push(3));
    assert_eq!(both, "both kept and waiting: 1, counted 0");
    let missing = told(|h| h.waiting.clear());
    assert_eq!(missing, "messages: 7, counted 6");
    let past = told(|h| h.order.slots[5] = 7);
    assert_eq!(past, "there is no message slot 7");
    let past = told(|h| h.waiting[0] = NONE);
    assert_eq!(past, "there is no message slot 4294967295");
}

#[test]
fn numbers_that_do_not_ascend_where_they_are_looked_up_by_halves() {
    let order = told(|h| h.order.slots.swap(4, 5));
    assert_eq!(order, "message numbers do not ascend");
    let mut history = sound();
    history.order.slots.swap(4, 5);
    history.order.sorted = false;
    let told = history.validate();
    assert_eq!(told, Ok(()), "an order made by hand");
}

#[test]
fn totals_that_are_no_sums() {
    assert!(told(|h| h.order.totals.messages += 1).starts_with("total messages: 7, counted 6"));
    assert!(told(|h| h.order.totals.bytes += 1).starts_with("total bytes: "));
    assert!(told(|h| h.order.totals.units -= 1).starts_with("total units: "));
    let mut history = sound();
    let tokens = history.order.totals.tokens;
    history.order.totals.tokens += 0.01;
    assert_eq!(history.validate(), Ok(()), "rounding of a sum this large");
    history.order.totals.tokens = tokens - 1.0;
    let less = history.validate().unwrap_err();
    assert_eq!(less, format!("tokens: {}, counted {tokens}", tokens - 1.0));
    let bytes = told(|h| h.messages.get_mut(2).bytes += 1);
    assert_eq!(bytes, "bytes of a message: 8, counted 7");
    let units = told(|h| h.messages.get_mut(2).units += 1);
    assert_eq!(units, "units of a message: 8, counted 7");
}

#[test]
fn ids_that_nobody_has() {
    let longer = told(|h| h.messages.get_mut(3).calls += 1);
    assert_eq!(longer, "bytes of ids: 4, counted 5");
    let largest = told(|h| {
        h.messages.get_mut(3).calls = u32::MAX;
        h.messages.get_mut(3).answers = u32::MAX;
    });
    assert_eq!(largest, "bytes of ids: 4, counted 8589934594");
    let dead = told(|h| {
        let message = *h.messages.get(4);
        (0..5).for_each(|_| h.ids.release(&message));
    });
    assert_eq!(
        dead,
        format!("bytes of ids: {}, counted 4", 4usize.wrapping_sub(15))
    );
}

#[test]
fn marks_that_stand_at_the_wrong_message() {
    let head = told(|h| h.messages.get_mut(1).flags |= flag::HEAD);
    assert_eq!(head, "mark of the head: true, counted false");
    let head = told(|h| h.messages.get_mut(0).flags &= !flag::HEAD);
    assert_eq!(head, "mark of the head: false, counted true");
    let early = told(|h| h.order.cursor = 0);
    assert_eq!(early, "cursor 0 of 6, head 1");
    let late = told(|h| h.order.cursor = 7);
    assert_eq!(late, "cursor 7 of 6, head 1");
    let opener = told(|h| h.order.opener = 1);
    assert_eq!(opener, "opener: 1, counted 3");
    let spoken = told(|h| h.order.spoken = NONE);
    assert_eq!(spoken, "last of the model: 4294967295, counted 4");
    let asked = told(|h| h.order.asked = 3);
    assert_eq!(asked, "question: 3, counted 6");
    // Once the model has answered there is no question.
    let answered = told(|h| {
        h.messages.get_mut(6).flags = flag::ASSISTANT;
        h.order.spoken = 6;
    });
    assert_eq!(answered, "question: 6, counted 4294967295");
}

#[test]
fn rings_that_do_not_close() {
    let past = told(|h| h.messages.get_mut(5).ring = 99);
    assert_eq!(past, "a broken ring at message slot 99");
    let waiting = told(|h| h.messages.get_mut(5).ring = 2);
    assert_eq!(waiting, "a broken ring at message slot 2");
    let noose = told(|h| h.messages.get_mut(5).ring = 5);
    assert_eq!(noose, "a broken ring at message slot 5");
    let crossed = told(|h| h.messages.get_mut(6).ring = 4);
    assert_eq!(crossed, "a broken ring at message slot 4");
}

#[test]
fn texts_of_no_message_or_of_two() {
    // As long as its own.
    let two = told(|h| h.messages.get_mut(4).text = h.messages.get(3).text);
    assert_eq!(two, "text 5 belongs to two messages");
    let free = told(|h| h.texts.remove(5));
    assert_eq!(free, "text 5 of a message is free");
    let stray = told(|h| {
        let text = Text {
            bytes: b"stray",
            units: 5,
        };
        h.texts.add(text, NONE, &mut Tools::default());
    });
    assert_eq!(stray, "text 9 belongs to no message");
    let count = told(|h| h.texts.live += 1);
    assert_eq!(count, "texts: 10, counted 9");
    let past = told(|h| h.messages.get_mut(3).text = 1_000);
    assert_eq!(past, "text 1000 of a message is free");
}

#[test]
fn texts_that_are_not_where_they_should_be() {
    let nowhere = told(|h| h.texts.records[5].block = 77);
    assert_eq!(nowhere, "bytes of a text without a block: 5, counted 0");
    let behind = told(|h| {
        let end = h.texts.blocks[plain(h)].len;
        h.texts.records[5].at = end - 4;
    });
    assert!(behind.starts_with("text 5 is not in block "), "{behind}");
    let far = told(|h| h.texts.records[5].at = u32::MAX);
    assert!(far.starts_with("text 5 is not in block "), "{far}");
    let unlisted = told(|h| {
        let number = plain(h);
        h.texts.blocks[number].texts.retain(|id| *id != 5);
    });
    assert!(
        unlisted.starts_with("text 5 is not in block "),
        "{unlisted}"
    );
}

#[test]
fn blocks_whose_bytes_do_not_add_up() {
    let dead = told(|h| {
        let number = plain(h);
        h.texts.blocks[number].dead += 1;
    });
    assert!(dead.starts_with("bytes of block "), "{dead}");
    let all = told(|h| {
        let number = plain(h);
        h.texts.blocks[number].dead = u32::MAX;
    });
    assert!(all.starts_with("bytes of block "), "{all}");
    let vacant = told(|h| h.texts.vacant.push(0));
    assert_eq!(vacant, "block 0 vacant: true, counted false");
    let twice = told(|h| h.texts.vacant.extend([9, 9]));
    assert_eq!(twice, "vacant blocks: 2, counted 1");
    assert!(told(|h| h.texts.plain += 1).starts_with("plain bytes: "));
    assert!(told(|h| h.texts.warm += 1).starts_with("decoded bytes: "));
    assert_eq!(
        told(|h| h.texts.warm_count = 0),
        "decoded blocks: 0, counted 1"
    );
}

#[test]
fn packs_that_hold_what_no_block_names() {
    let closed = told(|h| h.texts.packs.close(0));
    assert!(closed.starts_with("packs: {}, counted {0: "), "{closed}");
    let occupied = told(|h| {
        let alone = Place::Alone(from_heap(1, crate::core::history::chunk::Fill::Soon), 1);
        h.texts.packs.remove(alone);
    });
    assert!(occupied.starts_with("sealed bytes: "), "{occupied}");
    let longer = told(|h| {
        let number = packed(h);
        if let Body::Sealed(Place::Packed { len, .. }) = &mut h.texts.blocks[number].body {
            *len += 1;
        }
    });
    assert!(longer.starts_with("packs: {0: "), "{longer}");
}
