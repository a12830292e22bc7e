//! Which blocks are rewritten together; and what becomes of text that cannot be decoded any more: an error for
//! whoever reads it, and nothing else.

use crate::core::history::History;
use crate::core::history::block::{Block, Body};
use crate::core::history::chunk::{Fill, from_heap};
use crate::core::history::limits::Limits;
use crate::core::history::message::{Descriptor, flag};
use crate::core::history::pack::Place;
use crate::core::history::text::Text;
use crate::core::history::tools::Tools;

fn push(history: &mut History, tools: &mut Tools, text: &str) -> u32 {
    push_bytes(history, tools, text.as_bytes())
}

pub(in crate::core::history) fn push_bytes(
    history: &mut History,
    tools: &mut Tools,
    bytes: &[u8],
) -> u32 {
    let it = Descriptor {
        flags: flag::USER,
        tokens: 1.0,
        fixed_bytes: 0,
        fixed_units: 0,
        calls: "",
        answers: "",
    };
    let units = bytes.len();
    history.push(&it, &[Text { bytes, units }], tools)[0]
}

/// Three texts in a sealed block, whose compressed bytes are no longer what they were.
fn broken() -> (History, Tools, Vec<u32>) {
    let (mut history, mut tools) = (History::new(Limits::default(), from_heap), Tools::default());
    let text = "the same words again and again ".repeat(40);
    let ids = (0..3)
        .map(|_| push(&mut history, &mut tools, &text))
        .collect();
    tools.now = 9_999.0;
    let job = history.job(tools.now).expect("a job is due");
    history.finish(job.run(&mut tools.squeezer), tools.now);
    let Body::Sealed(Place::Alone(chunk, _)) = &mut history.texts.blocks[0].body else {
        panic!("a short block lies by itself");
    };
    chunk.bytes_mut()[..9].fill(0xFF);
    (history, tools, ids)
}

#[test]
fn text_that_cannot_be_decoded_is_an_error_and_no_other_text() {
    let (mut history, mut tools, ids) = broken();
    let told = history.text(ids[0], &mut tools, |_| ());
    assert_eq!(told, Err(format!("there is no text {}", ids[0])));
    let usage = history.usage();
    assert_eq!(usage.warm, 0);
    let other = push(&mut history, &mut tools, "other");
    let read = history.text(other, &mut tools, |text| text.bytes.to_vec());
    assert_eq!(read, Ok(b"other".to_vec()));
    history.validate().unwrap();
}

#[test]
fn a_block_that_cannot_be_decoded_is_left_as_it_is_and_not_tried_again() {
    let (mut history, mut tools, ids) = broken();
    history.remove(&[0, 1]).unwrap();
    tools.now += 9_999.0;
    let job = history.job(tools.now).expect("most of it is dead");
    history.finish(job.run(&mut tools.squeezer), tools.now);
    history.validate().unwrap();
    assert!(history.job(f64::MAX).is_none());
    assert_eq!(history.due(), f64::INFINITY);
    assert!(history.text(ids[2], &mut tools, |_| ()).is_err());
    history.remove(&[2]).unwrap();
    history.validate().unwrap();
}

#[test]
fn a_text_whose_block_has_lost_its_bytes_is_an_error() {
    let (mut history, mut tools, ids) = broken();
    history.texts.blocks[0].body = Body::None;
    let told = history.text(ids[1], &mut tools, |_| ());
    assert_eq!(told, Err(format!("there is no text {}", ids[1])));
}

#[test]
fn nothing_is_appended_to_a_block_that_is_sealed_or_being_rewritten() {
    let append = |block: &mut Block, text: &[u8]| block.append(text, 5.0, from_heap, Fill::Slowly);
    let mut block = Block::for_text(10, 1, 0.0, from_heap);
    assert_eq!(append(&mut block, b"one"), Some(0));
    assert_eq!(append(&mut block, b"two"), Some(3));
    assert_eq!((block.len, block.used), (6, 5.0));
    block.job = true;
    assert_eq!(append(&mut block, b"three"), None);
    block.job = false;
    block.body = Body::Sealed(Place::Alone(from_heap(6, Fill::Soon), 6));
    assert_eq!(append(&mut block, b"three"), None);
    block.body = Body::None;
    assert_eq!(append(&mut block, b"three"), None);
    assert_eq!(block.len, 6);
}

/// Blocks of sixteen texts of 4,000 bytes, all sealed, of which so many texts a block are left.
fn thinned(left: &[u64], text: impl Fn(u64) -> Vec<u8>) -> (History, Tools) {
    let (mut history, mut tools) = (History::new(Limits::default(), from_heap), Tools::default());
    let all = left.len() as u64 * 16;
    for number in 0..all {
        push_bytes(&mut history, &mut tools, &text(number));
    }
    tools.now = 10_000.0;
    while let Some(job) = history.job(tools.now) {
        history.finish(job.run(&mut tools.squeezer), tools.now);
    }
    history.validate().unwrap();
    assert_eq!(history.texts.blocks.len(), left.len());
    let gone: Vec<u64> = (0..all)
        .filter(|number| number % 16 >= left[usize::try_from(number / 16).unwrap()])
        .collect();
    history.is_stirred();
    history.remove(&gone).unwrap();
    assert!(history.is_stirred(), "what is wasteful is to be rewritten");
    tools.now = 20_000.0;
    (history, tools)
}

pub(in crate::core::history) fn four_kilobytes(number: u64) -> Vec<u8> {
    format!("{number:08}").repeat(500).into_bytes()
}

/// How many blocks each job takes, one after the other.
pub(in crate::core::history) fn jobs(history: &mut History, tools: &mut Tools) -> Vec<usize> {
    let mut sizes = Vec::new();
    while let Some(job) = history.job(tools.now) {
        sizes.push(job.blocks());
        history.finish(job.run(&mut tools.squeezer), tools.now);
        history.validate().unwrap();
    }
    sizes
}

#[test]
fn blocks_of_which_little_is_left_go_together_up_to_a_full_one() {
    // 20 KB each: three fill a block, and two are left.
    let (mut history, mut tools) = thinned(&[5; 5], four_kilobytes);
    // What was pushed just now is not idle yet.
    let fresh = push(&mut history, &mut tools, "just now");
    assert_eq!(jobs(&mut history, &mut tools), [3, 2]);
    let block = history.texts.records[fresh as usize].block;
    assert!(!history.texts.blocks[block as usize].is_sealed());
    // What was vacated is no part of it, nor is what is more than half full.
    let (mut history, mut tools) = thinned(&[5, 0, 12, 5], four_kilobytes);
    assert_eq!(jobs(&mut history, &mut tools), [2]);
    let order = history.order();
    assert_eq!(order.len(), 22);
    for number in order {
        let text = read(&mut history, &mut tools, number);
        assert_eq!(text, four_kilobytes(number));
    }
}

/// Noise of so many different bytes.
pub(in crate::core::history) fn noise(number: u64, different: u8) -> Vec<u8> {
    let mut state = number + 1;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0] % different
    };
    (0..4_000).map(|_| next()).collect()
}

/// Words that come again and again, in no order.
pub(in crate::core::history) fn words(number: u64) -> String {
    let noise = noise(number, 255).into_iter();
    noise.map(|it| format!("word{it} ")).collect()
}

#[test]
fn text_that_cannot_be_made_shorter_is_stored_as_it_is_and_still_rewritten() {
    let (mut history, mut tools) = thinned(&[5, 5], |number| noise(number, 255));
    let before = history.usage().resident;
    assert!(history.usage().sealed >= 128_000 && before > history.usage().sealed);
    assert_eq!(jobs(&mut history, &mut tools), [2]);
    assert!(history.usage().resident + 60_000 < before);
    let slot = history.order.slots[9];
    let (number, id) = (
        history.messages.get(slot).number,
        history.messages.get(slot).text,
    );
    let read = history.text(id, &mut tools, |text| text.bytes.to_vec());
    assert_eq!(read.unwrap(), noise(number, 255));
}

#[test]
fn a_text_that_is_written_again_and_again_takes_its_own_place() {
    let (mut history, mut tools) = (History::new(Limits::default(), from_heap), Tools::default());
    push(&mut history, &mut tools, "a question");
    let id = push(&mut history, &mut tools, "an");
    let mut answer = String::from("an answer");
    for _ in 0..2_000 {
        answer.push('.');
        let text = Text {
            bytes: answer.as_bytes(),
            units: answer.len(),
        };
        history.texts.set(id, text, &mut tools);
    }
    let block = &history.texts.blocks[0];
    assert_eq!((block.len as usize, block.dead), (10 + answer.len(), 0));
    assert_eq!(block.texts.len(), 2);
}

/// A history of full blocks of sixteen texts each, the time past their rest.
pub(in crate::core::history) fn full(blocks: u64) -> (History, Tools) {
    full_of(blocks, four_kilobytes)
}

pub(in crate::core::history) fn full_of(
    blocks: u64,
    text: impl Fn(u64) -> Vec<u8>,
) -> (History, Tools) {
    let (mut history, mut tools) = (History::new(Limits::default(), from_heap), Tools::default());
    for number in 0..blocks * 16 {
        push_bytes(&mut history, &mut tools, &text(number));
    }
    tools.now = 10_000.0;
    (history, tools)
}

pub(in crate::core::history) fn read(
    history: &mut History,
    tools: &mut Tools,
    number: u64,
) -> Vec<u8> {
    let slot = history.order.slots[history.order.find(&history.messages, number).unwrap()];
    let id = history.messages.get(slot).text;
    history
        .text(id, tools, |text| text.bytes.to_vec())
        .expect("a text of a message")
}
