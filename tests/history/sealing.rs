//! When blocks are compressed, rewritten and cooled, and that every text reads as it was written meanwhile.

use robust_session_map::core::history::limits::Limits;
use robust_session_map::core::history::message::flag;
use robust_session_map::core::history::squeeze::Squeezer;
use robust_session_map::core::history::text::Text;

use super::helpers::{Kept, TURN, noise, prose, text};

fn kept(seal_after: f64) -> Kept {
    Kept::new(Limits {
        seal_after,
        ..Limits::default()
    })
}

#[test]
fn text_is_due_when_it_has_been_idle_for_as_long_as_the_limit_says() {
    let mut kept = kept(1_000.0);
    assert_eq!(kept.history.seal_after(), 1_000.0);
    assert_eq!(kept.history.due(), f64::INFINITY);
    // Less than half a kilobyte is not worth it.
    kept.push(TURN, prose(1, 511).as_bytes());
    assert_eq!(kept.history.due(), f64::INFINITY);
    kept.tools.now = 50.0;
    let last = kept.push(TURN, b"!");
    assert_eq!(kept.history.due(), 1_050.0);
    // A read is a use.
    kept.tools.now = 80.0;
    kept.read(last);
    assert_eq!(kept.history.due(), 1_080.0);
    assert!(kept.history.job(1_079.0).is_none());
    assert!(!kept.history.is_sealing());
    let job = kept.history.job(1_080.0).expect("it is due");
    assert!(kept.history.is_sealing());
    assert_eq!(kept.history.due(), f64::INFINITY, "it is under way");
    assert!(kept.history.job(9_999.0).is_none());
    kept.history
        .finish(job.run(&mut Squeezer::default()), 1_080.0);
    assert!(!kept.history.is_sealing());
    kept.history.validate().unwrap();
}

#[test]
fn in_a_hurry_text_is_sealed_whether_idle_or_not_unless_it_never_is() {
    for (seal_after, sealed) in [(1_000.0, true), (f64::INFINITY, false)] {
        let mut kept = kept(seal_after);
        kept.push(TURN, prose(1, 9_000).as_bytes());
        assert!(kept.history.job(0.0).is_none());
        assert_eq!(kept.history.job_at_once().is_some(), sealed);
    }
}

#[test]
fn something_is_stirred_by_pushes_reads_of_sealed_text_and_waste() {
    let mut kept = kept(1_000.0);
    assert!(!kept.history.is_stirred());
    let ids: Vec<u32> = (0..9)
        .map(|at| kept.push(TURN, prose(at, 9_000).as_bytes()))
        .collect();
    assert!(kept.history.is_stirred());
    assert!(!kept.history.is_stirred(), "asking clears it");
    kept.read(ids[0]);
    assert!(!kept.history.is_stirred(), "it was plain");
    kept.seal();
    assert!(!kept.history.is_stirred());
    kept.read(ids[0]);
    assert!(
        kept.history.is_stirred(),
        "decoded text is to be dropped later"
    );
    for number in 0..4 {
        kept.history.remove(&[number]).unwrap();
    }
    kept.history.is_stirred();
    kept.history.remove(&[4]).unwrap();
    kept.history.validate().unwrap();
}

#[test]
fn decoded_text_is_dropped_when_it_was_not_read_for_a_while() {
    // As long as it takes until text is sealed, but a quarter of a second at least and ten at most.
    for (seal_after, stays) in [(1.0, 250.0), (1_000.0, 1_000.0), (60_000.0, 10_000.0)] {
        let mut kept = kept(seal_after);
        let id = kept.push(TURN, prose(1, 30_000).as_bytes());
        kept.seal();
        let read = kept.tools.now;
        kept.read(id);
        assert!(kept.history.usage().warm >= 30_000);
        assert_eq!(kept.history.due(), read + stays);
        assert!(kept.history.job(read + stays - 1.0).is_none());
        assert!(kept.history.usage().warm > 0);
        assert!(kept.history.job(read + stays).is_none());
        assert_eq!(kept.history.usage().warm, 0);
        assert_eq!(kept.history.due(), f64::INFINITY);
        kept.history.validate().unwrap();
    }
}

#[test]
fn no_more_blocks_stay_decoded_than_may_and_those_read_last_do() {
    let mut kept = kept(1_000.0);
    // Each a block of its own, and of another size.
    let ids: Vec<u32> = (0..4)
        .map(|at| kept.push(TURN, prose(at, 40_000 + 8_192 * at).as_bytes()))
        .collect();
    kept.seal();
    kept.tools.warm_blocks = 2;
    let mut sizes = Vec::new();
    for id in [0, 1, 0, 2, 0, 3] {
        kept.tools.now += 1.0;
        kept.read(ids[id]);
        sizes.push(kept.history.usage().warm);
        kept.history.validate().unwrap();
    }
    let pages = |at: usize| (40_000 + 8_192 * at).div_ceil(4_096) * 4_096;
    assert_eq!(
        sizes,
        [
            pages(0),
            pages(0) + pages(1),
            pages(0) + pages(1),
            pages(0) + pages(2),
            pages(0) + pages(2),
            pages(0) + pages(3),
        ]
    );
    // One may always stay: it is being read.
    kept.tools.warm_blocks = 0;
    kept.read(ids[1]);
    assert_eq!(kept.history.usage().warm, pages(1));
}

#[test]
fn what_gets_no_shorter_is_kept_as_it_is() {
    let mut kept = kept(1_000.0);
    let long = noise(3, 200_000);
    let (short, long_id) = (noise(4, 20_000), kept.push(TURN, &long));
    let short_id = kept.push(TURN, &short);
    kept.seal();
    let usage = kept.history.usage();
    assert!(
        usage.sealed >= 220_000 && usage.sealed < 230_000,
        "{usage:?}"
    );
    assert!(kept.read(long_id) == long);
    assert!(kept.read(short_id) == short);
    assert_eq!(kept.history.usage().warm, 0, "there is nothing to decode");
    // Mostly dead it is rewritten, as it is.
    let ids: Vec<u32> = (0..3)
        .map(|at| kept.push(TURN, &noise(at, 8_000)))
        .collect();
    kept.seal();
    kept.history.remove(&[2, 3]).unwrap();
    kept.seal();
    assert!(kept.read(ids[2]) == noise(2, 8_000));
    assert!(kept.read(short_id) == short);
    kept.history.remove(&[0, 1, 4]).unwrap();
    assert_eq!(kept.history.usage().sealed, 0);
}

#[test]
fn a_sealed_block_that_is_mostly_dead_is_rewritten() {
    let mut kept = kept(1_000.0);
    let ids: Vec<u32> = (0..6)
        .map(|at| kept.push(TURN, prose(at, 10_000).as_bytes()))
        .collect();
    kept.seal();
    let full = kept.history.usage().sealed;
    kept.history.remove(&[1, 2, 3]).unwrap();
    assert_eq!(kept.history.due(), f64::INFINITY, "half is not most");
    kept.history.remove(&[4]).unwrap();
    assert!(kept.history.due() < f64::INFINITY);
    kept.seal();
    let left = kept.history.usage().sealed;
    assert!(left < full * 2 / 3, "{left} of {full} bytes");
    assert!(kept.read(ids[0]) == prose(0, 10_000).as_bytes());
    assert!(kept.read(ids[5]) == prose(5, 10_000).as_bytes());
}

#[test]
fn a_sealed_block_that_is_read_while_wasteful_is_rewritten_all_the_same() {
    let mut kept = kept(1_000.0);
    let ids: Vec<u32> = (0..6)
        .map(|at| kept.push(TURN, prose(at, 10_000).as_bytes()))
        .collect();
    kept.seal();
    kept.history.remove(&[1, 2, 3, 4]).unwrap();
    let due = kept.history.due();
    kept.tools.now += 500.0;
    kept.read(ids[0]);
    // Else whoever reads now and then would keep it for ever.
    assert_eq!(kept.history.due(), due);
}

#[test]
fn the_block_that_is_open_is_not_rewritten_for_its_waste() {
    let mut kept = kept(f64::INFINITY);
    let first = kept.push(TURN, &[b'a'; 5_000]);
    kept.push(TURN, &[b'b'; 1_000]);
    kept.history.remove(&[0]).unwrap();
    kept.history.is_stirred();
    kept.push(TURN, &[b'c'; 100]);
    assert!(kept.history.text(first, &mut kept.tools, |it| it.bytes[0]) == Ok(b'c'));
    kept.history.validate().unwrap();
}

#[test]
fn what_was_removed_while_it_was_compressed_is_gone() {
    let mut kept = kept(1_000.0);
    let ids: Vec<u32> = (0..4)
        .map(|at| kept.push(TURN, prose(at, 4_000).as_bytes()))
        .collect();
    let job = kept.history.job(9_999.0).expect("a job is due");
    let done = job.run(&mut Squeezer::default());
    kept.history.remove(&[0, 1, 2]).unwrap();
    kept.history.finish(done, 9_999.0);
    kept.history.validate().unwrap();
    assert!(kept.read(ids[3]) == prose(3, 4_000).as_bytes());
    // All of it: nothing is stored.
    let job = kept
        .history
        .job(99_999.0)
        .expect("most of the block is dead");
    let done = job.run(&mut Squeezer::default());
    kept.history.remove(&[3]).unwrap();
    kept.history.finish(done, 99_999.0);
    kept.history.validate().unwrap();
    assert_eq!(kept.history.usage().sealed, 0);
    assert!(!kept.history.is_sealing());
}

#[test]
fn a_text_that_was_replaced_is_sealed_where_it_is_now() {
    let mut kept = kept(1_000.0);
    let ids: Vec<u32> = (0..8)
        .map(|at| kept.push(TURN, prose(at, 8_000).as_bytes()))
        .collect();
    // The first block is full, so that what replaces its second text goes to another.
    let long = prose(77, 20_000);
    kept.history
        .set_text(1, ids[1], text(&long), &mut kept.tools)
        .unwrap();
    kept.seal();
    for (at, id) in ids.iter().enumerate() {
        let is = if at == 1 {
            long.clone()
        } else {
            prose(at, 8_000)
        };
        assert!(kept.read(*id) == is.as_bytes(), "text {at}");
    }
    kept.seal();
    assert_eq!(kept.history.usage().warm, 0);
}

#[test]
fn packs_full_of_holes_are_rewritten() {
    let mut kept = kept(1_000.0);
    // Blocks that get no shorter: eight to a pack.
    let ids: Vec<u32> = (0..24)
        .map(|at| {
            let id = kept.push(TURN, &noise(at, 33_000));
            kept.seal();
            id
        })
        .collect();
    let full = kept.history.usage().sealed;
    // Every other one goes; the numbers are those of the messages.
    let gone: Vec<u64> = (0..24).step_by(2).collect();
    for number in gone {
        kept.history.remove(&[number]).unwrap();
        kept.history.validate().unwrap();
    }
    let left = kept.history.usage().sealed;
    assert!(left < full * 5 / 8, "{left} of {full} bytes");
    for at in (1..24).step_by(2) {
        assert!(kept.read(ids[at]) == noise(at, 33_000), "text {at}");
    }
}

#[test]
fn short_texts_fill_what_is_left_of_blocks_before() {
    let mut kept = kept(f64::INFINITY);
    for at in 0..6 {
        kept.push(TURN, &noise(at, 20_000));
        kept.push(TURN, &noise(at, 30_000));
    }
    let before = kept.history.usage().resident;
    // Each of the last blocks has room for some of these, so that none has to be opened.
    for at in 0..10 {
        kept.push(TURN, &noise(at, 1_000));
    }
    let after = kept.history.usage().resident;
    assert!(
        after - before < 16_000,
        "{} bytes for 10,000",
        after - before
    );
    kept.history.validate().unwrap();
}

#[test]
fn an_empty_text_is_nowhere_and_reads_as_empty() {
    let mut kept = kept(1_000.0);
    let id = kept.push(flag::ASSISTANT, b"");
    let read = kept
        .history
        .text(id, &mut kept.tools, |it| (it.bytes.len(), it.units));
    assert_eq!(read, Ok((0, 0)));
    assert_eq!(kept.history.due(), f64::INFINITY);
    let none = Text {
        bytes: b"",
        units: 0,
    };
    kept.history.set_text(0, id, none, &mut kept.tools).unwrap();
    kept.history
        .set_text(0, id, text("something"), &mut kept.tools)
        .unwrap();
    assert_eq!(kept.read(id), b"something");
    kept.history.validate().unwrap();
}
