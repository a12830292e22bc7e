//! Strings over the boundary: UTF-16 in, Latin-1 or UTF-16 out.
//!
//! Measured: `napi_get_value_string_utf8` takes 7 to 10 µs for 5 KB of two-byte text, UTF-16 and our own
//! encoder about 1; `napi_create_string_utf8` 75 to 90 µs for 5 KB of CJK. Only UTF-16 keeps lone
//! surrogates.

use std::cell::RefCell;

use napi::JsString;
use napi::bindgen_prelude::{Env, Result};

use crate::core::history::text::{self, Text};

/// Scratch memory above this is given back after use.
const KEEP: usize = 256 * 1024;

/// A text copied out of JavaScript.
pub struct Taken {
    bytes: Vec<u8>,
    units: usize,
}

impl Taken {
    /// Encodes a string.
    pub fn from(units: &[u16]) -> Self {
        let mut bytes = Vec::new();
        text::encode(units, &mut bytes);
        Self {
            bytes,
            units: units.len(),
        }
    }

    /// The text.
    pub fn text(&self) -> Text<'_> {
        Text {
            bytes: &self.bytes,
            units: self.units,
        }
    }

    /// The text as UTF-8; lone surrogates are replaced.
    pub fn to_utf8(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }
}

#[derive(Default)]
struct Scratch {
    bytes: Vec<u8>,
    units: Vec<u16>,
    ascii: bool,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Copies a text aside, so that the history can be unlocked before the string is made: making a
/// string may collect garbage.
pub fn put_aside(text: Text<'_>) {
    SCRATCH.with_borrow_mut(|scratch| {
        scratch.ascii = text.is_ascii();
        if scratch.ascii {
            scratch.bytes.clear();
            scratch.bytes.extend_from_slice(text.bytes);
        } else {
            scratch.units.clear();
            text::decode(text.bytes, &mut scratch.units);
        }
    });
}

/// Makes the string of the text last put aside.
pub fn fetch<'a>(env: &'a Env) -> Result<JsString<'a>> {
    // Taken out, because a finalizer may run within and put something aside.
    let mut scratch = SCRATCH.take();
    let made = if scratch.ascii {
        env.create_string_latin1(&scratch.bytes)
    } else {
        env.create_string_utf16(&scratch.units)
    };
    if scratch.bytes.capacity() + scratch.units.capacity() * 2 <= KEEP {
        scratch.ascii = false;
        SCRATCH.set(scratch);
    }
    made
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
