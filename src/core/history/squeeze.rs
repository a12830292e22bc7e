//! Compression: zstd, with tables as large as our blocks need; in haste at a level that takes a fifth of the time.
//!
//! Measured by `examples/history_memory.rs` beside level 5: a twentieth shorter, as at level 9 with its larger tables;
//! twice as long, on the background thread; read no slower. In haste: half the time of level 5, a twentieth longer.

use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::{CParameter, Strategy};

/// In haste.
const QUICK: i32 = 3;

/// What the parameters do not say.
const LEVEL: i32 = 7;

/// Two to the power of these: places that are remembered, and looked at for each match.
const REMEMBERED: u32 = 17;
const LOOKED_AT: u32 = 5;

/// Compression state, made on first use and kept while it is used: making it costs more than a block, and it takes
/// some megabytes.
#[derive(Default)]
pub struct Squeezer {
    pack: Option<Compressor<'static>>,
    quick: Option<Compressor<'static>>,
    unpack: Option<Decompressor<'static>>,
    /// Since the last [`Squeezer::give_back`].
    used: bool,
}

fn quick() -> Compressor<'static> {
    Compressor::new(QUICK).expect("zstd has the level")
}

fn compressor() -> Compressor<'static> {
    let mut made = Compressor::new(LEVEL).expect("zstd has the level");
    for parameter in [
        CParameter::HashLog(REMEMBERED),
        CParameter::ChainLog(REMEMBERED),
        CParameter::SearchLog(LOOKED_AT),
        CParameter::MinMatch(4),
        CParameter::Strategy(Strategy::ZSTD_lazy2),
    ] {
        made.set_parameter(parameter)
            .expect("zstd takes the parameter");
    }
    made
}

fn decompressor() -> Decompressor<'static> {
    Decompressor::new().expect("no dictionary that could be wrong")
}

fn shorter(pack: &mut Compressor<'static>, raw: &[u8]) -> Option<Vec<u8>> {
    let packed = pack.compress(raw).ok()?;
    (packed.len() < raw.len()).then_some(packed)
}

impl Squeezer {
    /// Compresses; `None` if that makes it no smaller, or fails.
    pub fn pack(&mut self, raw: &[u8]) -> Option<Vec<u8>> {
        self.used = true;
        shorter(self.pack.get_or_insert_with(compressor), raw)
    }

    /// As [`Squeezer::pack`], in a fifth of the time and a ninth longer.
    pub fn pack_in_haste(&mut self, raw: &[u8]) -> Option<Vec<u8>> {
        self.used = true;
        shorter(self.quick.get_or_insert_with(quick), raw)
    }

    /// Decompresses into memory of exactly the right size; says whether that went well.
    pub fn unpack(&mut self, packed: &[u8], raw: &mut [u8]) -> bool {
        self.used = true;
        let unpack = self.unpack.get_or_insert_with(decompressor);
        unpack
            .decompress_to_buffer(packed, raw)
            .is_ok_and(|len| len == raw.len())
    }

    /// Whether it holds memory.
    #[must_use]
    pub fn is_made(&self) -> bool {
        self.pack.is_some() || self.quick.is_some() || self.unpack.is_some()
    }

    /// Frees what was not used since the last call.
    pub fn give_back(&mut self) {
        if !std::mem::take(&mut self.used) {
            *self = Self::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::history::seal::tests::{noise, words};

    #[test]
    fn text_is_compressed_with_the_parameters_that_were_measured() {
        let text: String = (0..8).map(words).collect();
        let by_level = |level| zstd::bulk::compress(text.as_bytes(), level).unwrap();
        let packed = Squeezer::default().pack(text.as_bytes()).unwrap();
        assert!(packed.len() < by_level(5).len(), "shorter than at level 5");
        assert_ne!(packed, by_level(LEVEL), "the parameters matter");
        let mut raw = vec![0; text.len()];
        assert!(Squeezer::default().unpack(&packed, &mut raw));
        assert_eq!(raw, text.as_bytes());
    }

    #[test]
    fn what_is_compressed_in_haste_is_longer_and_reads_the_same() {
        let text: String = (0..8).map(words).collect();
        let mut squeezer = Squeezer::default();
        let well = squeezer.pack(text.as_bytes()).unwrap();
        let packed = squeezer.pack_in_haste(text.as_bytes()).unwrap();
        assert!(packed.len() > well.len(), "and takes less time");
        let mut raw = vec![0; text.len()];
        assert!(squeezer.unpack(&packed, &mut raw));
        assert_eq!(raw, text.as_bytes());
    }

    #[test]
    fn its_memory_stays_while_it_is_used() {
        let text = words(1);
        let mut squeezer = Squeezer::default();
        squeezer.give_back();
        assert!(!squeezer.is_made());
        let packed = squeezer.pack(text.as_bytes()).unwrap();
        squeezer.give_back();
        assert!(squeezer.is_made(), "used since the last time");
        let mut raw = vec![0; text.len()];
        assert!(squeezer.unpack(&packed, &mut raw));
        squeezer.give_back();
        assert!(squeezer.is_made());
        squeezer.give_back();
        assert!(!squeezer.is_made());
        assert_eq!(
            squeezer.pack_in_haste(text.as_bytes()).is_some(),
            squeezer.is_made()
        );
        assert!(squeezer.unpack(&packed, &mut raw), "made anew");
    }

    /// Readers take what is as long as the text for the text itself.
    #[test]
    fn what_comes_out_as_long_as_it_was_is_not_compressed() {
        let mut squeezer = Squeezer::default();
        let mut raw = noise(1, 255)[..100].to_vec();
        let mut just_as_long = 0;
        for _ in 0..40 {
            raw.push(b'.');
            let packed = compressor().compress(&raw).unwrap();
            just_as_long += usize::from(packed.len() == raw.len());
            let told = squeezer.pack(&raw);
            assert_eq!(told.is_some(), packed.len() < raw.len());
        }
        assert!(just_as_long > 0);
        assert!(squeezer.pack(&raw).is_some());
    }
}
