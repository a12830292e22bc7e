//! Memory for blocks straight from the system: only touched pages cost anything, and all of it goes back.

use memmap2::{MmapMut, MmapOptions};

use crate::core::history::block::BLOCK;
use crate::core::history::chunk::{Chunk, Fill, Memory, from_heap};
use crate::history::sealer;
use crate::history::sync::{AtomicUsize, Mutex, Ordering, global};

/// Mappings held at once. Linux allows a process 65,530, and the runtime needs its own.
const MOST: usize = 16 * 1024;

/// Less than this comes from the heap: a mapping is at least a page.
const LEAST: usize = 4096;

/// Mappings of a block's size that are kept for the next block: getting one from the system, its pages
/// cleared, takes 17 µs, a third of decoding what it is for, and 40 % of the pushes that fill it. A
/// megabyte for all histories.
const SPARE: usize = 16;

/// As many are kept while they are in use, eight megabytes: [`give_back`] is then called in time.
const SPARE_IN_USE: usize = 128;

/// What is nearly as long as a block takes a mapping of a block's size.
const NEARLY: usize = BLOCK - BLOCK / 4;

/// Bytes that are made present at once in a mapping that fills steadily: one call for two pages costs little more
/// than a fault, and what a history has in its last block without using it is an eighth of what 64 KB would be.
const STEP: usize = 8 * 1024;

global! {
    static LIVE: AtomicUsize = AtomicUsize::new(0);
    static SPARES: Mutex<Spares> = Mutex::new(Spares {
        maps: Vec::new(),
        unused: 0,
        most: SPARE,
    });
}

struct Spares {
    maps: Vec<MmapMut>,
    /// As many have not been needed since the last [`give_back`].
    unused: usize,
    most: usize,
}

/// A mapping; `None` only while it is being dropped.
#[derive(Debug)]
struct Pages {
    map: Option<MmapMut>,
    /// Bytes whose pages are present; only of a mapping that is filled.
    present: usize,
    fill: Fill,
}

impl Pages {
    /// Whether all of its pages were touched, so that nothing is lost by keeping them.
    fn is_whole(&self) -> bool {
        self.present == BLOCK && self.map.as_ref().is_some_and(|map| map.len() == BLOCK)
    }
}

impl Memory for Pages {
    fn bytes(&self) -> &[u8] {
        self.map.as_deref().unwrap_or_default()
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        self.map.as_deref_mut().unwrap_or_default()
    }

    fn reach(&mut self, end: usize) {
        let Some(map) = &self.map else { return };
        if self.fill != Fill::Steadily || end <= self.present {
            return;
        }
        let until = end.next_multiple_of(STEP).min(map.len());
        // Where that cannot be asked for, each page comes when it is written.
        #[cfg(target_os = "linux")]
        let _ = map.advise_range(
            memmap2::Advice::PopulateWrite,
            self.present,
            until - self.present,
        );
        self.present = until;
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        LIVE.fetch_sub(1, Ordering::Relaxed);
        if self.is_whole()
            && let Some(map) = self.map.take()
        {
            let mut spares = SPARES.lock();
            if spares.maps.len() < spares.most {
                spares.maps.push(map);
            }
            let many = spares.maps.len() == SPARE + 1;
            drop(spares);
            if many {
                sealer::nudge();
            }
        }
    }
}

fn spare() -> Option<MmapMut> {
    let mut spares = SPARES.lock();
    let map = spares.maps.pop();
    spares.unused = spares.unused.min(spares.maps.len());
    map
}

/// More are kept from now on, since [`give_back`] will be called.
pub fn keep_more() {
    SPARES.lock().most = SPARE_IN_USE;
}

/// Whether more are kept than may stay for good.
#[must_use]
pub fn keeps_many() -> bool {
    SPARES.lock().maps.len() > SPARE
}

/// Gives back what was not needed since the last time.
pub fn give_back() {
    let mut spares = SPARES.lock();
    let keep = (spares.maps.len() - spares.unused).max(SPARE);
    let mut maps = std::mem::take(&mut spares.maps);
    let idle = maps.split_off(keep.min(maps.len()));
    spares.unused = maps.len();
    spares.maps = maps;
    drop(spares);
    // Unmapping takes its time: not under the lock.
    drop(idle);
}

/// Memory of at least this size; from the heap if the system has no mapping left for us.
#[must_use]
pub fn supply(len: usize, fill: Fill) -> Chunk {
    // The address sanitizer watches the heap, not mappings.
    if cfg!(asan) || len < LEAST || LIVE.load(Ordering::Relaxed) >= MOST {
        return from_heap(len, fill);
    }
    let len = if fill == Fill::Soon && (NEARLY..BLOCK).contains(&len) {
        BLOCK
    } else {
        len
    };
    if fill != Fill::Slowly
        && len == BLOCK
        && let Some(map) = spare()
    {
        return pages(map, len, fill);
    }
    let mut options = MmapOptions::new();
    options.len(len);
    if fill == Fill::Soon {
        // One call for all pages costs a fraction of a fault for each.
        options.populate();
    }
    let Ok(map) = options.map_anon() else {
        return from_heap(len, fill);
    };
    // Neighbouring mappings merge; as a huge page they would be resident whole. May fail: no matter.
    #[cfg(target_os = "linux")]
    let _ = map.advise(memmap2::Advice::NoHugePage);
    let present = if fill == Fill::Soon { len } else { 0 };
    pages(map, present, fill)
}

fn pages(map: MmapMut, present: usize, fill: Fill) -> Chunk {
    LIVE.fetch_add(1, Ordering::Relaxed);
    let map = Some(map);
    Box::new(Pages { map, present, fill })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_zero_and_large_enough() {
        for len in [1, 4095, 4096, 65_536, 1_000_000] {
            let mut chunk = supply(len, Fill::Slowly);
            assert!(chunk.bytes().len() >= len);
            assert!(chunk.bytes().iter().all(|byte| *byte == 0));
            chunk.bytes_mut()[len - 1] = 1;
        }
    }

    #[test]
    fn blocks_take_what_blocks_left_until_it_is_given_back() {
        let mut some: Vec<Chunk> = (0..SPARE + 4).map(|_| supply(BLOCK, Fill::Soon)).collect();
        for chunk in &mut some {
            chunk.bytes_mut()[BLOCK - 1] = 1;
        }
        drop(some);
        assert!(SPARES.lock().maps.len() <= SPARE);
        for len in [NEARLY, BLOCK - 1, BLOCK] {
            assert_eq!(supply(len, Fill::Soon).bytes().len(), BLOCK);
        }
        let mut steadily = supply(BLOCK, Fill::Steadily);
        for end in [1, STEP, STEP + 1, BLOCK] {
            steadily.reach(end);
            steadily.bytes_mut()[end - 1] = 1;
        }
        // What is to cost nothing until it is written is always fresh.
        let slowly = supply(BLOCK, Fill::Slowly);
        assert!(slowly.bytes().iter().all(|byte| *byte == 0));
        drop((steadily, slowly));

        let spares = || SPARES.lock().maps.len();
        let blocks = |count: usize| -> Vec<Chunk> {
            (0..count).map(|_| supply(BLOCK, Fill::Soon)).collect()
        };
        keep_more();
        drop(blocks(SPARE_IN_USE + 9));
        assert_eq!(spares(), SPARE_IN_USE);
        assert!(keeps_many());
        give_back(); // counts from here
        drop(blocks(50));
        give_back();
        assert_eq!(spares(), 50);
        give_back();
        assert_eq!((spares(), keeps_many()), (SPARE, false));
        give_back();
        assert_eq!(spares(), SPARE);
        SPARES.lock().most = SPARE;
    }
}
