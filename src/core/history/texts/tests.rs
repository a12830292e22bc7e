//! How tables and blocks of texts grow, what closes or stirs a block, and what they say they occupy.

use std::cell::RefCell;

use crate::core::history::block::Block;
use crate::core::history::chunk::{Chunk, Fill, from_heap};
use crate::core::history::message::NONE;
use crate::core::history::text::Text;
use crate::core::history::texts::Texts;
use crate::core::history::tools::Tools;

fn add(texts: &mut Texts, bytes: &[u8]) -> u32 {
    let units = bytes.len();
    texts.add(Text { bytes, units }, NONE, &mut Tools::default())
}

#[test]
fn records_grow_by_an_eighth_and_lists_of_a_block_by_half() {
    let mut texts = Texts::new(from_heap);
    let (mut records, mut lists) = (Vec::new(), Vec::new());
    for _ in 0..100 {
        add(&mut texts, b"short");
        records.push(texts.records.capacity());
        lists.push(texts.blocks[0].texts.capacity());
    }
    records.dedup();
    assert_eq!(records, [4, 8, 13, 18, 24, 31, 38, 46, 55, 65, 77, 90, 105]);
    lists.dedup();
    assert_eq!(lists, [2, 5, 9, 15, 24, 38, 59, 90, 137]);
}

thread_local! {
    static FILLS: RefCell<Vec<Fill>> = const { RefCell::new(Vec::new()) };
}

fn remembering(len: usize, fill: Fill) -> Chunk {
    FILLS.with_borrow_mut(|fills| fills.push(fill));
    from_heap(len, fill)
}

#[test]
fn the_first_two_blocks_fill_slowly_and_those_after_them_steadily() {
    let mut texts = Texts::new(remembering);
    for _ in 0..4 * 16 {
        add(&mut texts, &[b'x'; 4096]);
    }
    assert_eq!(texts.blocks.len(), 4);
    let fills = FILLS.take();
    assert_eq!(fills[..2], [Fill::Slowly; 2]);
    assert_eq!(fills[2..], [Fill::Steadily; 2]);
}

#[test]
fn only_a_closed_block_that_has_become_wasteful_is_looked_at_anew_when_texts_leave() {
    let mut texts = Texts::new(from_heap);
    let mut tools = Tools::default();
    let mut add = |texts: &mut Texts, now: f64| {
        tools.now = now;
        let text = Text {
            bytes: &[b'x'; 4096],
            units: 4096,
        };
        texts.add(text, NONE, &mut tools)
    };
    let old: Vec<u32> = (0..16).map(|_| add(&mut texts, 1.0)).collect();
    let open: Vec<u32> = (0..15).map(|_| add(&mut texts, 2.0)).collect();
    let mut remove = |ids: &[u32], block: usize| {
        texts.stirred = false;
        ids.iter().for_each(|id| texts.remove(*id));
        let block = &texts.blocks[block];
        (block.is_wasteful(), block.used, texts.stirred)
    };
    assert_eq!(remove(&old[..8], 0), (false, 1.0, false));
    assert_eq!(remove(&old[8..9], 0), (true, 2.0, true));
    // What comes next goes to the open one, or it is sealed with what it has.
    assert_eq!(remove(&open[..9], 1), (true, 2.0, false));
}

#[test]
fn a_closed_block_takes_nothing_more_and_others_go_on() {
    let mut texts = Texts::new(from_heap);
    let place = |texts: &mut Texts, bytes: usize| {
        let id = add(texts, &vec![b'x'; bytes]);
        texts.records[id as usize].block
    };
    // Two with room for a kilobyte, of which the first is one of those before the open one.
    for block in 0..2 {
        for _ in 0..7 {
            assert_eq!(place(&mut texts, 9_000), block);
        }
    }
    assert_eq!(place(&mut texts, 1_000), 0);
    texts.close(0);
    assert_eq!(place(&mut texts, 1_000), 1, "the open one is open still");
    texts.close(1);
    assert_eq!(place(&mut texts, 10), 2);
    assert_eq!(place(&mut texts, 10), 2);
}

#[test]
fn what_is_occupied_is_the_sum_of_its_kinds() {
    let mut texts = Texts::new(from_heap);
    assert_eq!(texts.occupied(), 0);
    (texts.plain, texts.warm) = (1_000, 300);
    assert_eq!(texts.occupied(), 1_300);
    texts.packs.put(&[b'x'; 70], from_heap);
    let packed = texts.packs.occupied();
    assert_eq!(texts.occupied(), 1_300 + packed);
    texts.records = Vec::with_capacity(5);
    texts.blocks = Vec::with_capacity(3);
    let tables = 5 * (20 + 4) + 3 * size_of::<Block>();
    assert_eq!(texts.occupied(), 1_300 + packed + tables);
}

#[test]
fn a_block_takes_no_more_than_its_size_whatever_memory_it_got() {
    let mut texts = Texts::new(|len, fill| from_heap(2 * len, fill));
    for _ in 0..9 * 2 {
        add(&mut texts, &[b'x'; 7_000]);
    }
    let lengths: Vec<u32> = texts.blocks.iter().map(|block| block.len).collect();
    assert_eq!(lengths, [63_000; 2]);
}
