//! A block: about 64 KB of texts behind one another, plain while in use, compressed when idle.

use std::sync::Arc;

use crate::core::history::chunk::{Chunk, Fill, Supply, occupied};
use crate::core::history::pack::Place;

/// Bytes of text in a full block: smaller blocks compress worse, larger ones take longer to read one
/// message from.
pub const BLOCK: usize = 64 * 1024;

/// Bytes of text in a long block. Measured by `examples/history_memory.rs`: a tenth shorter than the same text in blocks
/// of 64 KB, and read in 0.1 ms; twice as long saves a thirtieth more, and holds back twice as much dead text.
pub const LONG: usize = 4 * BLOCK;

/// Up to here a block lives on the heap and grows with its texts, so that a short history is cheap.
const SMALL: usize = 8 * 1024;

/// A text above this has a block of its own.
pub const LARGE: usize = BLOCK / 2;

/// Plain bytes, shared with the sealing thread while it compresses them.
#[derive(Debug)]
pub enum Plain {
    /// A short block.
    Heap(Vec<u8>),
    /// Any other.
    Chunk(Chunk),
}

impl Plain {
    /// The bytes, with room that is not yet used.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Heap(bytes) => bytes,
            Self::Chunk(chunk) => chunk.bytes(),
        }
    }
}

/// Where a block's bytes are.
#[derive(Debug)]
pub enum Body {
    /// Nowhere: not in use, or everything in it is dead.
    None,
    /// As they are.
    Plain(Arc<Plain>),
    /// Compressed; or as they are, if as long as the block.
    Sealed(Place),
}

/// Decoded bytes of a sealed block.
#[derive(Debug)]
pub struct Warm {
    /// The bytes.
    pub chunk: Chunk,
    /// When they were last read, ms.
    pub used: f64,
}

/// One block.
#[derive(Debug)]
pub struct Block {
    /// Where its bytes are.
    pub body: Body,
    /// Decoded bytes, while it is sealed and being read.
    pub warm: Option<Warm>,
    /// Bytes of texts, dead ones included.
    pub len: u32,
    /// Of these, bytes of no text any more.
    pub dead: u32,
    /// Ids of its texts, and of some that were there before.
    pub texts: Vec<u32>,
    /// When it was last appended to or, unless it is wasteful, read; ms.
    pub used: f64,
    /// Counted up as blocks are made for texts; of what is rewritten the newest counts.
    pub born: u32,
    /// A job that rewrites it is under way: nothing may be appended, and its number not be reused.
    pub job: bool,
    /// It was compressed in haste, and is longer than it need be.
    pub hasty: bool,
}

impl Block {
    /// An empty block for a text of this size.
    #[must_use]
    pub fn for_text(len: usize, born: u32, now: f64, supply: Supply) -> Self {
        let plain = if len > LARGE {
            Plain::Chunk(supply(len, Fill::Soon))
        } else {
            Plain::Heap(Vec::new())
        };
        Self {
            body: Body::Plain(Arc::new(plain)),
            warm: None,
            len: 0,
            dead: 0,
            texts: Vec::new(),
            used: now,
            born,
            job: false,
            hasty: false,
        }
    }

    /// Appends a text, if there is room; answers where it begins.
    pub fn append(&mut self, text: &[u8], now: f64, supply: Supply, fill: Fill) -> Option<u32> {
        let at = self.len as usize;
        let end = at + text.len();
        if self.job || (at > 0 && end > BLOCK) {
            return None;
        }
        let Body::Plain(plain) = &mut self.body else {
            return None;
        };
        let plain = Arc::get_mut(plain)?;
        match plain {
            Plain::Heap(bytes) if end <= SMALL => {
                bytes.truncate(at);
                bytes.extend_from_slice(text);
            }
            Plain::Heap(bytes) => {
                let mut chunk = supply(BLOCK, fill);
                chunk.reach(end);
                chunk.bytes_mut()[..at].copy_from_slice(&bytes[..at]);
                chunk.bytes_mut()[at..end].copy_from_slice(text);
                *plain = Plain::Chunk(chunk);
            }
            Plain::Chunk(chunk) => {
                chunk.reach(end);
                chunk.bytes_mut().get_mut(at..end)?.copy_from_slice(text);
            }
        }
        self.len = u32::try_from(end).ok()?;
        self.used = now;
        Some(self.len - u32::try_from(text.len()).ok()?)
    }

    /// Bytes of its live texts.
    #[must_use]
    pub fn live(&self) -> usize {
        (self.len - self.dead) as usize
    }

    /// Whether most of it is dead.
    #[must_use]
    pub fn is_wasteful(&self) -> bool {
        self.dead > self.len / 2
    }

    /// Whether nobody reads or rewrites it, and nobody is about to.
    #[must_use]
    pub fn is_at_rest(&self) -> bool {
        self.is_sealed() && self.warm.is_none() && !self.job && !self.is_wasteful()
    }

    /// Whether it is sealed.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        matches!(self.body, Body::Sealed(_))
    }

    /// Bytes that plain text occupies.
    #[must_use]
    pub fn plain_bytes(&self) -> usize {
        match &self.body {
            Body::Plain(plain) => match &**plain {
                Plain::Heap(bytes) => bytes.capacity(),
                Plain::Chunk(_) => occupied(self.len as usize),
            },
            _ => 0,
        }
    }

    /// Bytes that decoded text occupies.
    #[must_use]
    pub fn warm_bytes(&self) -> usize {
        self.warm
            .as_ref()
            .map_or(0, |_| occupied(self.len as usize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::history::chunk::from_heap;

    fn append(block: &mut Block, len: usize) -> Option<u32> {
        block.append(&vec![b'a'; len], 0.0, from_heap, Fill::Slowly)
    }

    #[test]
    fn a_block_is_filled_to_its_last_byte_and_no_further() {
        // The longest text that shares its block.
        let mut block = Block::for_text(LARGE, 1, 0.0, from_heap);
        assert_eq!(append(&mut block, LARGE), Some(0));
        assert_eq!(
            append(&mut block, LARGE),
            Some(u32::try_from(LARGE).unwrap())
        );
        assert_eq!(append(&mut block, 1), None);
        assert_eq!(block.len as usize, BLOCK);
        let mut own = Block::for_text(LARGE + 1, 1, 0.0, from_heap);
        assert_eq!(append(&mut own, LARGE + 1), Some(0));
        assert_eq!(append(&mut own, LARGE), None);
    }

    #[test]
    fn a_block_says_what_its_plain_text_occupies() {
        let mut block = Block::for_text(1, 1, 0.0, from_heap);
        assert_eq!(block.plain_bytes(), 0);
        append(&mut block, 5_000);
        assert_eq!(block.plain_bytes(), 5_000);
        append(&mut block, 30_000);
        assert_eq!(block.plain_bytes(), occupied(35_000));
        block.body = Body::None;
        assert_eq!(block.plain_bytes(), 0);
    }
}
