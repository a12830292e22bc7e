//! Memory for text: pieces that are asked for whole and given back whole.

use std::fmt::Debug;

/// A piece of memory. If it was asked for to fill slowly, bytes that were never written cost
/// nothing.
pub trait Memory: Debug + Send + Sync {
    /// The bytes.
    fn bytes(&self) -> &[u8];
    /// The bytes, to write.
    fn bytes_mut(&mut self) -> &mut [u8];
    /// The bytes before `end` are about to be written.
    fn reach(&mut self, _end: usize) {}
}

/// A piece of memory of whatever kind.
pub type Chunk = Box<dyn Memory>;

/// What a chunk is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    /// It fills bit by bit, perhaps never quite.
    Slowly,
    /// It fills from the front, [`Memory::reach`] going ahead. It may have been in use before, and hold anything.
    Steadily,
    /// All of it will be written at once, or soon. It may have been in use before, and hold anything.
    Soon,
}

/// Where chunks come from: answers at least as many bytes as asked for.
pub type Supply = fn(usize, Fill) -> Chunk;

/// Chunks are counted in pages, as systems hand memory out.
const PAGE: usize = 4096;

/// What a chunk occupies once so many of its bytes were written.
#[must_use]
pub const fn occupied(written: usize) -> usize {
    written.div_ceil(PAGE) * PAGE
}

impl Memory for Vec<u8> {
    fn bytes(&self) -> &[u8] {
        self
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        self
    }
}

/// A chunk from the heap.
#[must_use]
pub fn from_heap(len: usize, _fill: Fill) -> Chunk {
    Box::new(vec![0; len])
}
