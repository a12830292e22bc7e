//! Compression: zstd. Level 5 takes twice as long as level 1, on the background thread, for text that is a tenth
//! smaller and read no slower; level 3 is halfway between, a dictionary gains less than a percent.

use std::fmt;

use zstd::bulk::{Compressor, Decompressor};

const LEVEL: i32 = 5;

/// Compression state, made on first use and kept: making it costs more than a block.
#[derive(Default)]
pub struct Squeezer {
    pack: Option<Compressor<'static>>,
    unpack: Option<Decompressor<'static>>,
}

impl fmt::Debug for Squeezer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Squeezer")
    }
}

impl Squeezer {
    /// Compresses; `None` if that makes it no smaller, or fails.
    pub fn pack(&mut self, raw: &[u8]) -> Option<Vec<u8>> {
        if self.pack.is_none() {
            self.pack = Compressor::new(LEVEL).ok();
        }
        let packed = self.pack.as_mut()?.compress(raw).ok()?;
        (packed.len() < raw.len()).then_some(packed)
    }

    /// Decompresses into memory of exactly the right size; says whether that went well.
    pub fn unpack(&mut self, packed: &[u8], raw: &mut [u8]) -> bool {
        if self.unpack.is_none() {
            self.unpack = Decompressor::new().ok();
        }
        let Some(unpack) = &mut self.unpack else {
            return false;
        };
        unpack
            .decompress_to_buffer(packed, raw)
            .is_ok_and(|len| len == raw.len())
    }
}
