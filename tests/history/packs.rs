//! Packs: what is put is got, and what is occupied is counted, whatever comes and goes in between.

use proptest::prelude::*;
use robust_session_map::core::history::chunk::from_heap;
use robust_session_map::core::history::pack::{Packs, Place};

use super::cases::cases;
use super::helpers::noise;

const PAGE: usize = 4_096;
const PACK: usize = 256 * 1_024;

struct Shelf {
    packs: Packs,
    held: Vec<(Place, Vec<u8>)>,
}

impl Shelf {
    fn put(&mut self, len: usize) {
        let bytes = noise(len, len);
        let place = self.packs.put(&bytes, from_heap);
        self.held.push((place, bytes));
    }

    fn check(&self) {
        let mut lone = Vec::new();
        for (place, bytes) in &self.held {
            assert!(self.packs.get(place) == bytes);
            assert_eq!(place.size(), bytes.len());
            if let Place::Alone(..) = place {
                lone.push(bytes.len());
            }
        }
        let counted = self.packs.count(lone.into_iter());
        assert_eq!(self.packs.occupied(), counted);
        let live: usize = self.packs.live().map(|(_, live)| live).sum();
        let packed = self
            .held
            .iter()
            .filter(|(place, _)| matches!(place, Place::Packed { .. }));
        assert_eq!(live, packed.map(|(_, bytes)| bytes.len()).sum::<usize>());
    }
}

fn shelf() -> Shelf {
    Shelf {
        packs: Packs::default(),
        held: Vec::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(60)))]

    #[test]
    fn what_is_put_is_got_whatever_comes_and_goes(
        steps in prop::collection::vec((0usize..150_000, any::<bool>(), any::<u8>()), 1..60),
    ) {
        let mut shelf = shelf();
        for (len, put, which) in steps {
            if put || shelf.held.is_empty() {
                shelf.put(len);
            } else {
                let at = usize::from(which) % shelf.held.len();
                let (place, _) = shelf.held.swap_remove(at);
                // Told that a pack is worth rewriting, whoever holds places in it moves what is there.
                if let Some(sparse) = shelf.packs.remove(place) {
                    shelf.packs.retire(sparse);
                    for (place, bytes) in &mut shelf.held {
                        if matches!(place, Place::Packed { pack, .. } if *pack == sparse) {
                            *place = shelf.packs.put(bytes, from_heap);
                        }
                    }
                    shelf.packs.close(sparse);
                }
            }
            shelf.check();
        }
        for (place, _) in shelf.held.drain(..) {
            shelf.packs.remove(place);
        }
        prop_assert_eq!(shelf.packs.occupied(), 0);
        prop_assert_eq!(shelf.packs.live().count(), 0);
    }
}

#[test]
fn small_and_large_pieces_lie_by_themselves() {
    let mut shelf = shelf();
    shelf.put(PAGE - 1);
    assert!(matches!(shelf.held[0].0, Place::Alone(..)));
    assert_eq!(shelf.packs.occupied(), PAGE - 1, "to the byte");
    shelf.put(PAGE);
    assert!(matches!(shelf.held[1].0, Place::Packed { .. }));
    shelf.put(PACK / 2);
    assert!(matches!(shelf.held[2].0, Place::Packed { .. }));
    let before = shelf.packs.occupied();
    shelf.put(PACK / 2 + 1);
    assert!(matches!(shelf.held[3].0, Place::Alone(..)));
    assert_eq!(shelf.packs.occupied() - before, PACK / 2 + PAGE, "in pages");
    shelf.check();
}

#[test]
fn a_pack_is_filled_to_its_end_before_another_is_opened() {
    let mut shelf = shelf();
    (0..4).for_each(|_| shelf.put(PACK / 4));
    assert_eq!(shelf.packs.live().collect::<Vec<_>>(), [(0, PACK)]);
    shelf.put(PAGE);
    assert_eq!(
        shelf.packs.live().collect::<Vec<_>>(),
        [(0, PACK), (1, PAGE)]
    );
    // The last one in is taken out as if it had never been; its place is used again.
    let (last, _) = shelf.held.pop().unwrap();
    assert_eq!(shelf.packs.remove(last), None);
    assert_eq!(shelf.packs.live().collect::<Vec<_>>(), [(0, PACK)]);
    shelf.put(PAGE);
    shelf.check();
}

#[test]
fn a_pack_of_which_more_than_a_third_is_dead_is_worth_rewriting_unless_it_is_short() {
    let mut shelf = shelf();
    (0..21).for_each(|_| shelf.put(PAGE));
    // From a quarter of its size on, which are 16 pages, and with more than a third of what is in it dead.
    let mut told = Vec::new();
    for _ in 0..9 {
        let (place, _) = shelf.held.remove(0);
        told.push(shelf.packs.remove(place));
    }
    assert_eq!(told[..7], [None; 7], "just a third");
    assert_eq!(told[7..], [Some(0), Some(0)]);
    shelf.check();
    let mut short = self::shelf();
    (0..15).for_each(|_| short.put(PAGE));
    for _ in 0..14 {
        let (place, _) = short.held.remove(0);
        assert_eq!(short.packs.remove(place), None);
    }
    short.check();
}

#[test]
fn a_retired_pack_takes_no_more_and_numbers_are_used_again() {
    let mut shelf = shelf();
    shelf.put(PAGE);
    shelf.packs.retire(9);
    shelf.put(PAGE);
    assert_eq!(shelf.packs.live().count(), 1, "another was retired");
    shelf.packs.retire(0);
    shelf.put(PAGE);
    assert_eq!(shelf.packs.live().count(), 2);
    for (place, _) in shelf.held.drain(..2) {
        shelf.packs.remove(place);
    }
    assert_eq!(shelf.packs.live().collect::<Vec<_>>(), [(1, PAGE)]);
    shelf.packs.retire(1);
    shelf.put(PAGE);
    assert_eq!(
        shelf.packs.live().collect::<Vec<_>>(),
        [(0, PAGE), (1, PAGE)]
    );
    shelf.check();
}
