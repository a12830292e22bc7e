//! Which sealed blocks are joined and when; what becomes of what was compressed in haste.

use crate::core::history::History;
use crate::core::history::block::Body;
use crate::core::history::seal::tests::{
    four_kilobytes, full, full_of, jobs, noise, push_bytes, read, words,
};
use crate::core::history::text::Text;
use crate::core::history::tools::Tools;

/// As `full`, each block sealed and none joined yet.
fn sealed(blocks: u64) -> (History, Tools) {
    let (mut history, mut tools) = full(blocks);
    for _ in 0..blocks {
        let job = history.job(tools.now).expect("a block to seal");
        history.finish(job.run(&mut tools.squeezer), tools.now);
    }
    (history, tools)
}

/// Lengths of the sealed blocks, by age.
fn lengths(history: &History) -> Vec<u32> {
    let sealed = history.texts.blocks.iter().filter(|it| it.is_sealed());
    let mut sealed: Vec<_> = sealed.map(|it| (it.born, it.len)).collect();
    sealed.sort_unstable();
    sealed.into_iter().map(|(_, len)| len).collect()
}

/// Bytes of compressed text of each block, and whether it was compressed in haste.
fn places(history: &History) -> Vec<(usize, bool)> {
    let places = history.texts.blocks.iter().filter_map(|it| match &it.body {
        Body::Sealed(place) => Some((place.size(), it.hasty)),
        _ => None,
    });
    places.collect()
}

#[test]
fn four_old_blocks_are_joined_and_the_two_newest_stay_short() {
    let (mut history, mut tools) = full(5);
    assert_eq!(jobs(&mut history, &mut tools), [1; 5]);
    assert_eq!(lengths(&history), [64_000; 5]);
    let (mut history, mut tools) = full(10);
    assert_eq!(jobs(&mut history, &mut tools)[10..], [4, 4]);
    assert_eq!(lengths(&history), [256_000, 256_000, 64_000, 64_000]);
    assert_eq!(history.due(), f64::INFINITY);
    // The next ones make those before them old.
    for number in 160..192 {
        push_bytes(&mut history, &mut tools, &four_kilobytes(number));
    }
    tools.now = 20_000.0;
    assert_eq!(jobs(&mut history, &mut tools), [1; 2]);
    for number in 192..224 {
        push_bytes(&mut history, &mut tools, &four_kilobytes(number));
    }
    tools.now = 30_000.0;
    assert_eq!(jobs(&mut history, &mut tools), [1, 1, 4]);
    assert_eq!(
        lengths(&history),
        [256_000, 256_000, 256_000, 64_000, 64_000]
    );
    for number in 0..224 {
        let text = read(&mut history, &mut tools, number);
        assert_eq!(text, four_kilobytes(number));
    }
    history.validate().unwrap();
}

#[test]
fn a_block_that_was_vacated_is_not_one_of_the_newest() {
    let (mut history, mut tools) = full(6);
    let newest: Vec<u64> = (80..96).collect();
    history.remove(&newest).unwrap();
    assert_eq!(jobs(&mut history, &mut tools), [1; 5]);
    assert_eq!(lengths(&history), [64_000; 5]);
}

#[test]
fn what_joining_leaves_of_the_packs_is_given_back() {
    // Words that compress to a third, so that blocks are long enough for packs.
    let (mut history, mut tools) = full_of(14, |number| noise(number, 8));
    jobs(&mut history, &mut tools);
    let live: usize = places(&history).iter().map(|(size, _)| size).sum();
    let sealed = history.usage().sealed;
    let packs = history.texts.packs.live().count();
    // At most two pages of each are dead, and one is begun.
    assert!(sealed < live + packs * 12_288, "{sealed} of {live} bytes");
}

#[test]
fn text_that_hardly_compresses_is_not_joined() {
    // As Base64 does: three quarters are left.
    let (mut history, mut tools) = full_of(10, |number| noise(number, 64));
    assert_eq!(jobs(&mut history, &mut tools), [1; 10]);
    let (mut history, mut tools) = full_of(10, |number| noise(number, 8));
    assert_eq!(jobs(&mut history, &mut tools)[10..], [4, 4]);
}

#[test]
fn what_is_read_is_joined_when_it_has_cooled() {
    let (mut history, mut tools) = sealed(6);
    assert_eq!(history.due(), f64::INFINITY);
    assert!(history.wants_leisure(), "there is something to join");
    read(&mut history, &mut tools, 0);
    let cool = history.due();
    assert!(cool > tools.now && cool.is_finite(), "{cool}");
    assert!(!history.wants_leisure());
    assert!(jobs(&mut history, &mut tools).is_empty());
    tools.now = cool;
    assert_eq!(jobs(&mut history, &mut tools), [4]);
    // While one of them is read the others are no long block.
    assert_eq!(lengths(&history), [256_000, 64_000, 64_000]);
}

#[test]
fn what_is_due_does_not_wait_for_joining() {
    let (mut history, mut tools) = sealed(6);
    for number in 96..112 {
        push_bytes(&mut history, &mut tools, &four_kilobytes(number));
    }
    assert!(
        history.due_job(tools.now).is_none(),
        "joining is for leisure"
    );
    tools.now = 20_000.0;
    let due = history.due_job(tools.now).expect("a block to seal");
    assert_eq!(due.blocks(), 1);
    let leisure = history.leisure_job().expect("blocks to join");
    assert_eq!(leisure.blocks(), 4);
}

#[test]
fn what_was_compressed_in_haste_is_compressed_well_at_leisure() {
    let words = |number| words(number).into_bytes()[..4_000].to_vec();
    let (mut history, mut tools) = full_of(2, words);
    while let Some(job) = history.due_job(tools.now) {
        history.finish(job.run_in_haste(&mut tools.squeezer), tools.now);
    }
    let hasty = places(&history);
    assert!(hasty.iter().all(|(_, hasty)| *hasty), "{hasty:?}");
    assert_eq!(history.due(), f64::INFINITY);
    assert!(history.wants_leisure());
    read(&mut history, &mut tools, 0);
    assert_eq!(jobs(&mut history, &mut tools), [1], "the other is read");
    tools.now = history.due();
    assert_eq!(jobs(&mut history, &mut tools), [1]);
    assert!(!history.wants_leisure());
    let well = places(&history);
    assert!(well.iter().all(|(_, hasty)| !hasty), "{well:?}");
    let sum = |all: &[(usize, bool)]| all.iter().map(|(size, _)| size).sum::<usize>();
    assert!(sum(&well) < sum(&hasty), "{well:?} of {hasty:?}");
    for number in 0..32 {
        assert_eq!(read(&mut history, &mut tools, number), words(number));
    }
    history.validate().unwrap();
}

#[test]
fn what_haste_makes_no_shorter_is_left_as_it_is() {
    let (mut history, mut tools) = full_of(1, |number| noise(number, 255));
    let job = history.due_job(tools.now).expect("a block to seal");
    history.finish(job.run_in_haste(&mut tools.squeezer), tools.now);
    assert_eq!(places(&history), [(64_000, false)]);
    assert!(!history.wants_leisure());
}

#[test]
fn a_long_block_is_rewritten_when_most_of_it_is_dead_and_stays_the_oldest() {
    let (mut history, mut tools) = full(8);
    jobs(&mut history, &mut tools);
    assert_eq!(lengths(&history), [256_000, 64_000, 64_000, 64_000, 64_000]);
    let gone: Vec<u64> = (0..33).collect();
    history.remove(&gone).unwrap();
    tools.now = 30_000.0;
    let job = history.job(tools.now).expect("most of it is dead");
    assert_eq!(job.blocks(), 1);
    history.finish(job.run(&mut tools.squeezer), tools.now);
    assert_eq!(lengths(&history), [124_000, 64_000, 64_000, 64_000, 64_000]);
    // When it is short again it goes along with others.
    let gone: Vec<u64> = (33..50).collect();
    history.remove(&gone).unwrap();
    tools.now = 60_000.0;
    let job = history.job(tools.now).expect("most of it is dead");
    assert_eq!(job.blocks(), 1);
    history.finish(job.run(&mut tools.squeezer), tools.now);
    assert_eq!(lengths(&history), [56_000, 64_000, 64_000, 64_000, 64_000]);
    for number in 128..144 {
        push_bytes(&mut history, &mut tools, &four_kilobytes(number));
    }
    tools.now = 90_000.0;
    assert_eq!(jobs(&mut history, &mut tools), [1, 4]);
    assert_eq!(lengths(&history), [248_000, 64_000, 64_000]);
    for number in 50..144 {
        let text = read(&mut history, &mut tools, number);
        assert_eq!(text, four_kilobytes(number));
    }
    history.validate().unwrap();
}

#[test]
fn what_changes_while_it_is_joined_is_not_lost() {
    let (mut history, mut tools) = sealed(6);
    let job = history.job(tools.now).expect("blocks to join");
    assert_eq!(job.blocks(), 4);
    let gone: Vec<u64> = (0..20).collect();
    history.remove(&gone).unwrap();
    let slot = history.order.slots[0];
    let id = history.messages.get(slot).text;
    let text = Text {
        bytes: b"another",
        units: 7,
    };
    history.set_text(20, id, text, &mut tools).unwrap();
    history.finish(job.run(&mut tools.squeezer), tools.now);
    history.validate().unwrap();
    assert_eq!(read(&mut history, &mut tools, 20), b"another");
    assert_eq!(read(&mut history, &mut tools, 21), four_kilobytes(21));
    assert_eq!(read(&mut history, &mut tools, 95), four_kilobytes(95));
}
