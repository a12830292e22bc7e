//! The memory that a call works on, and how its words are read.

use crate::core::protocol::{NO_SLOT, word};
use crate::core::slots::NONE;

/// The memory a call works on, shared with the face.
pub struct Frame<'a> {
    /// Control words.
    pub ctl: &'a mut [f64],
    /// The log.
    pub log: &'a [u32],
    /// The horizon of each map: before it nothing in that map can be due.
    pub horizons: &'a mut [f64],
    /// The output list.
    pub out: &'a mut [u32],
}

impl Frame<'_> {
    pub(crate) fn answer(&mut self, status: u32) {
        self.ctl[word::STATUS] = f64::from(status);
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub(crate) fn int(&self, at: usize) -> u32 {
        // A negative number is "none" and must not become map or slot 0.
        if self.ctl[at] < 0.0 {
            return u32::MAX;
        }
        self.ctl[at] as u32
    }

    pub(crate) fn slot(&self) -> u32 {
        if self.ctl[word::SLOT] == NO_SLOT {
            NONE
        } else {
            self.int(word::SLOT)
        }
    }

    pub(crate) fn option(&self, at: usize) -> Option<f64> {
        Some(self.ctl[at]).filter(|value| !value.is_nan())
    }
}
