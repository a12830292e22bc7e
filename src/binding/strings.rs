//! Strings over the boundary: UTF-16 in, Latin-1 or UTF-16 out.
//!
//! Measured: `napi_get_value_string_utf8` takes 7 to 10 µs for 5 KB of two-byte text, UTF-16 and our own
//! encoder about 1; `napi_create_string_utf8` 75 to 90 µs for 5 KB of CJK. Only UTF-16 keeps lone
//! surrogates.

use std::cell::RefCell;
use std::ops::Range;

use napi::JsString;
use napi::bindgen_prelude::{Env, Result};

use crate::binding::units::with_units;
use crate::core::history::text::{self, Text};

/// Scratch memory above this is given back after use.
const KEEP: usize = 256 * 1024;

/// Scratch vectors kept.
const SPARE: usize = 4;

thread_local! {
    /// Used before and long enough: what is in them does not matter.
    static BYTES: RefCell<Vec<Vec<u8>>> = RefCell::default();
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// A text copied out of JavaScript.
pub struct Taken {
    bytes: Vec<u8>,
    len: usize,
    units: usize,
}

impl Taken {
    /// Encodes a string.
    pub fn new(units: &[u16]) -> Self {
        if units.is_empty() {
            let (bytes, len, units) = (Vec::new(), 0, 0);
            return Self { bytes, len, units };
        }
        let mut bytes = BYTES.with_borrow_mut(Vec::pop).unwrap_or_default();
        let room = text::room_to_encode(units.len());
        if bytes.len() < room {
            bytes.resize(room, 0);
        }
        let len = text::encode_into(units, &mut bytes);
        Self {
            bytes,
            len,
            units: units.len(),
        }
    }

    /// Copies a JavaScript string.
    ///
    /// # Errors
    /// If it is none.
    pub fn from(string: &JsString<'_>) -> Result<Self> {
        with_units(string, Self::new)
    }

    /// The text.
    pub fn text(&self) -> Text<'_> {
        Text {
            bytes: &self.bytes[..self.len],
            units: self.units,
        }
    }

    /// The text as UTF-8; lone surrogates are replaced.
    pub fn to_utf8(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes[..self.len])
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let bytes = std::mem::take(&mut self.bytes);
        if bytes.is_empty() || bytes.len() > KEEP {
            return;
        }
        // At the very end of a thread there is no keeping.
        let _ = BYTES.try_with(|spare| {
            let mut spare = spare.borrow_mut();
            if spare.len() < SPARE {
                spare.push(bytes);
            }
        });
    }
}

/// Texts copied aside, so that the history can be unlocked before strings are made of them: making a
/// string may collect garbage.
#[derive(Default)]
pub struct Scratch {
    bytes: Vec<u8>,
    units: Vec<u16>,
    spans: Vec<(bool, Range<usize>)>,
}

impl Scratch {
    /// An empty one.
    pub fn take() -> Self {
        let mut scratch = SCRATCH.take();
        scratch.spans.clear();
        scratch
    }

    /// Copies a text, or decodes it, behind the others.
    pub fn put(&mut self, text: Text<'_>) {
        let ascii = text.is_ascii();
        let last = self.spans.iter().rev().find(|span| span.0 == ascii);
        let from = last.map_or(0, |span| span.1.end);
        let len = if ascii {
            let to = from + text.bytes.len();
            if self.bytes.len() < to {
                self.bytes.resize(to, 0);
            }
            self.bytes[from..to].copy_from_slice(text.bytes);
            text.bytes.len()
        } else {
            let room = from + text::room_to_decode(text.bytes.len());
            if self.units.len() < room {
                self.units.resize(room, 0);
            }
            text::decode_into(text.bytes, &mut self.units[from..])
        };
        self.spans.push((ascii, from..from + len));
    }

    /// Makes a string of each text.
    pub fn strings<'a>(&self, env: &'a Env) -> impl Iterator<Item = Result<JsString<'a>>> {
        self.spans.iter().map(|(ascii, span)| {
            if *ascii {
                env.create_string_latin1(&self.bytes[span.clone()])
            } else {
                env.create_string_utf16(&self.units[span.clone()])
            }
        })
    }

    /// Keeps the memory for the next call.
    pub fn keep(self) {
        if self.bytes.len() + self.units.len() * 2 <= KEEP {
            SCRATCH.set(self);
        }
    }
}

/// Makes a string of UTF-8.
pub fn make<'a>(env: &'a Env, utf8: &[u8]) -> Result<JsString<'a>> {
    if utf8.is_ascii() {
        return env.create_string_latin1(utf8);
    }
    let mut units = Vec::new();
    text::decode(utf8, &mut units);
    env.create_string_utf16(&units)
}
