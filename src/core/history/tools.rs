//! What the core needs from outside for a call: the time and a decompressor.

use crate::core::history::squeeze::Squeezer;

/// Blocks of one history that may stay decoded, unless there is less room.
pub const WARM_BLOCKS: usize = 4;

/// Handed to every call that stores or reads text.
pub struct Tools {
    /// Milliseconds; never runs backwards.
    pub now: f64,
    /// Compression state.
    pub squeezer: Squeezer,
    /// Decoded blocks a history may keep.
    pub warm_blocks: usize,
}

impl Default for Tools {
    fn default() -> Self {
        Self {
            now: 0.0,
            squeezer: Squeezer::default(),
            warm_blocks: WARM_BLOCKS,
        }
    }
}
