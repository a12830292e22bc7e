//! The UTF-16 units of a JavaScript string, read into memory that is used again and again.
//!
//! napi-rs has safe ways to read a string; each asks for the length first and clears fresh memory, which
//! together cost as much as the copy.

use std::cell::RefCell;

use napi::bindgen_prelude::{Error, Result};
use napi::{JsString, JsValue, Status, sys};

/// Units that are read without asking for the length first.
const USUAL: usize = 16 * 1024;

/// Memory above this is given back after use.
const KEEP: usize = 128 * 1024;

thread_local! {
    static UNITS: RefCell<Vec<u16>> = RefCell::default();
}

/// Reads a string and hands its units on.
pub fn with_units<T>(string: &JsString<'_>, work: impl FnOnce(&[u16]) -> T) -> Result<T> {
    // Taken out, so that nothing is borrowed while the runtime is called.
    let mut units = UNITS.take();
    if units.len() < USUAL {
        units.resize(USUAL, 0);
    }
    let mut len = read(string, &mut units)?;
    if len + 1 >= units.len() {
        // It may have been cut off.
        units.resize(string.utf16_len()? + 2, 0);
        len = read(string, &mut units)?;
    }
    let done = work(&units[..len]);
    if units.len() <= KEEP {
        UNITS.set(units);
    }
    Ok(done)
}

fn read(string: &JsString<'_>, units: &mut [u16]) -> Result<usize> {
    let value = string.value();
    let mut len = 0;
    // SAFETY: the value belongs to the environment and to the call that is under way; the pointer
    // and the length are those of one slice, which nothing else uses meanwhile, and of which no more
    // than its length is written, the closing zero included.
    let status = unsafe {
        sys::napi_get_value_string_utf16(
            value.env,
            value.value,
            units.as_mut_ptr(),
            units.len(),
            &raw mut len,
        )
    };
    if status != sys::Status::napi_ok {
        return Err(Error::new(Status::StringExpected, "a string is expected"));
    }
    Ok(len.min(units.len()))
}
