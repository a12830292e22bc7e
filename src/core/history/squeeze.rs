//! Compression: zstd. Level 5 takes twice as long as level 1, on the background thread, for text that is a tenth
//! smaller and read no slower; level 3 is halfway between, a dictionary gains less than a percent.

use zstd::bulk::{Compressor, Decompressor};

const LEVEL: i32 = 5;

/// Compression state, made on first use and kept: making it costs more than a block.
#[derive(Default)]
pub struct Squeezer {
    pack: Option<Compressor<'static>>,
    unpack: Option<Decompressor<'static>>,
}

fn compressor() -> Compressor<'static> {
    Compressor::new(LEVEL).expect("zstd has the level")
}

fn decompressor() -> Decompressor<'static> {
    Decompressor::new().expect("no dictionary that could be wrong")
}

impl Squeezer {
    /// Compresses; `None` if that makes it no smaller, or fails.
    pub fn pack(&mut self, raw: &[u8]) -> Option<Vec<u8>> {
        let pack = self.pack.get_or_insert_with(compressor);
        let packed = pack.compress(raw).ok()?;
        (packed.len() < raw.len()).then_some(packed)
    }

    /// Decompresses into memory of exactly the right size; says whether that went well.
    pub fn unpack(&mut self, packed: &[u8], raw: &mut [u8]) -> bool {
        let unpack = self.unpack.get_or_insert_with(decompressor);
        unpack
            .decompress_to_buffer(packed, raw)
            .is_ok_and(|len| len == raw.len())
    }
}
