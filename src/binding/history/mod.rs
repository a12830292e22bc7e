//! Histories over Node-API: an owner object and free functions that take its id.
//!
//! Here what the functions share; the owner's are in [`owned`], those of other threads in [`shared`],
//! those about the whole process in [`process`].

mod owned;
mod process;
mod shared;

use napi::JsString;
use napi::bindgen_prelude::{Env, Error};

use crate::binding::owner;
use crate::binding::strings::Taken;
use crate::core::history::History;
use crate::core::history::limits::Limits;
use crate::core::history::message::Descriptor;
use crate::core::history::tools::Tools;
use crate::history::registry::{self, Trouble};

/// An error with a code that the face knows.
pub(super) type Result<T> = std::result::Result<T, Error<String>>;

pub(super) fn trouble(id: u32, why: Trouble) -> Error<String> {
    match why {
        Trouble::Gone => Error::new(
            "ERR_HISTORY_GONE".to_owned(),
            format!("history {id} is gone: it was closed, or its owner was collected"),
        ),
        Trouble::Failed(why) => Error::new("ERR_HISTORY".to_owned(), why),
    }
}

pub(super) fn runtime(error: Error) -> Error<String> {
    Error::new(error.status.as_ref().to_owned(), error.reason.clone())
}

/// Runs one call on a history; what the owner sees of it is published on its own thread.
pub(super) fn call<T>(
    env: &Env,
    id: u32,
    work: impl FnOnce(&mut History, &mut Tools) -> std::result::Result<T, String>,
) -> Result<T> {
    let owned = owner::find(id);
    let mine = owned.is_some();
    let entry = owned
        .or_else(|| registry::find(id))
        .ok_or_else(|| trouble(id, Trouble::Gone))?;
    let told = entry.call(|history, tools| {
        let told = work(history, tools)?;
        let seen = mine.then(|| (history.words(), history.usage().resident));
        Ok((told, seen))
    });
    let (told, seen) = told.map_err(|why| trouble(id, why))?;
    if let Some((words, bytes)) = seen {
        owner::publish(env, id, &words, bytes);
    }
    Ok(told)
}

/// As [`call`], for others than the owner: `None` if the history is gone.
pub(super) fn call_other<T>(
    env: &Env,
    id: u32,
    work: impl FnOnce(&mut History, &mut Tools) -> std::result::Result<T, String>,
) -> Result<Option<T>> {
    match call(env, id, work) {
        Ok(told) => Ok(Some(told)),
        Err(error) if error.status == "ERR_HISTORY_GONE" => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn limits(words: &[f64]) -> napi::Result<Limits> {
    let [messages, tokens, bytes, keep_first, seal_after] = *words else {
        return Err(Error::from_reason("limits are five numbers"));
    };
    Ok(Limits {
        messages,
        tokens,
        bytes,
        keep_first,
        seal_after,
    })
}

/// A message number, as JavaScript gives it.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(super) fn number(value: f64) -> u64 {
    value as u64
}

#[allow(clippy::cast_precision_loss)]
pub(super) fn floats(numbers: &[u64]) -> Vec<f64> {
    numbers.iter().map(|number| *number as f64).collect()
}

/// What the face tells of a message beside its texts.
pub(super) struct Told {
    flags: u32,
    tokens: f64,
    /// Bytes and UTF-16 units of the strings that stay in JavaScript.
    fixed: [f64; 2],
    calls: Taken,
    answers: Taken,
}

impl Told {
    pub(super) fn new(
        flags: u32,
        tokens: f64,
        fixed: [f64; 2],
        calls: &JsString,
        answers: &JsString,
    ) -> Result<Self> {
        Ok(Self {
            flags,
            tokens,
            fixed,
            calls: Taken::from(calls).map_err(runtime)?,
            answers: Taken::from(answers).map_err(runtime)?,
        })
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub(super) fn with<T>(&self, work: impl FnOnce(&Descriptor<'_>) -> T) -> T {
        let (calls, answers) = (self.calls.to_utf8(), self.answers.to_utf8());
        work(&Descriptor {
            flags: self.flags as u16,
            tokens: self.tokens,
            fixed_bytes: self.fixed[0] as u32,
            fixed_units: self.fixed[1] as u32,
            calls: &calls,
            answers: &answers,
        })
    }
}

pub(super) fn take_all(texts: &[JsString]) -> Result<Vec<Taken>> {
    let taken = texts.iter().map(Taken::from);
    taken.collect::<napi::Result<_>>().map_err(runtime)
}
