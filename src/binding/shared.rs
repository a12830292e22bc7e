//! Memory shared with JavaScript: the only `unsafe` code of the crate.

use napi::bindgen_prelude::{Float64Array, Uint32Array};
#[cfg(feature = "planted-fault")]
use napi_derive::napi;

use crate::core::frame::Frame;

/// Typed arrays allocated by the face. Holding them keeps their memory alive and in place: they are
/// private to the face, which neither detaches nor resizes them.
pub struct Shared {
    ctl: Float64Array,
    log: Uint32Array,
    out: Uint32Array,
    horizons: Float64Array,
}

impl Shared {
    /// Takes the arrays over.
    pub fn new(
        ctl: Float64Array,
        log: Uint32Array,
        out: Uint32Array,
        horizons: Float64Array,
    ) -> Self {
        Self {
            ctl,
            log,
            out,
            horizons,
        }
    }

    /// Replaces the horizon array by a larger one.
    pub fn set_horizons(&mut self, horizons: Float64Array) {
        self.horizons = horizons;
    }

    /// The arrays as slices, for the length of one call.
    pub fn frame(&mut self) -> Frame<'_> {
        // SAFETY: JavaScript runs on this thread only and not during a call, so nothing else reads
        // or writes the memory while the slice lives; `&mut self` makes it the only one here.
        let ctl = unsafe { self.ctl.as_mut() };
        // SAFETY: as above; a different array over a different buffer.
        let horizons = unsafe { self.horizons.as_mut() };
        // SAFETY: as above; a different array over a different buffer.
        let out = unsafe { self.out.as_mut() };
        Frame {
            ctl,
            log: &self.log,
            horizons,
            out,
        }
    }
}

/// A history's status words, allocated by the face and private to it.
pub struct Words(Float64Array);

impl Words {
    /// Takes the array over; `None` if it is too short.
    pub fn new(words: Float64Array, at_least: usize) -> Option<Self> {
        (words.len() >= at_least).then_some(Self(words))
    }

    /// Writes the words, on the thread that owns the array.
    pub fn write(&mut self, now: &[f64]) {
        // SAFETY: JavaScript runs on this thread only and not during a call, so nothing else reads
        // or writes the memory while the slice lives; `&mut self` makes it the only one here.
        let words = unsafe { self.0.as_mut() };
        for (word, value) in words.iter_mut().zip(now) {
            *word = *value;
        }
    }
}

/// Reads memory that was freed (`freed`) or that was never ours (anything else). `npm run test:asan`
/// calls it to prove that its build sees such things; no other build has it.
#[cfg(feature = "planted-fault")]
#[napi]
#[must_use]
pub fn planted_fault(kind: String) -> u32 {
    let bytes = kind.into_bytes();
    let freed = bytes == b"freed";
    let (at, len) = (bytes.as_ptr(), bytes.capacity());
    let kept = (!freed).then_some(bytes);
    let at = std::hint::black_box(at).wrapping_add(if freed { 0 } else { len });
    // SAFETY: none, on purpose.
    let byte = unsafe { at.read_volatile() };
    drop(kept);
    u32::from(byte)
}
