//! Memory for blocks straight from the system: only touched pages cost anything, and all of it goes back.

use std::sync::atomic::{AtomicUsize, Ordering};

use memmap2::{MmapMut, MmapOptions};

use crate::core::history::chunk::{Chunk, Fill, Memory, from_heap};

/// Mappings held at once. Linux allows a process 65,530, and the runtime needs its own.
const MOST: usize = 16 * 1024;

/// Less than this comes from the heap: a mapping is at least a page.
const LEAST: usize = 4096;

static LIVE: AtomicUsize = AtomicUsize::new(0);

#[derive(Debug)]
struct Pages(MmapMut);

impl Memory for Pages {
    fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        LIVE.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Memory of at least this size; from the heap if the system has no mapping left for us.
#[must_use]
pub fn supply(len: usize, fill: Fill) -> Chunk {
    if len < LEAST || LIVE.load(Ordering::Relaxed) >= MOST {
        return from_heap(len, fill);
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
    LIVE.fetch_add(1, Ordering::Relaxed);
    Box::new(Pages(map))
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
}
