//! All histories of the process: what they hold; their clock and sealing, for tests and benchmarks.

use napi::bindgen_prelude::{Env, Error, Float64ArraySlice};
use napi_derive::napi;

use super::{Result, call, trouble};
use crate::binding::owner;
use crate::history::registry::{self, Trouble};
use crate::history::{clock, sealer, totals};

/// What all histories of the process hold, as JSON.
///
/// # Errors
/// Never in practice: the numbers always serialise.
#[napi(catch_unwind)]
pub fn history_totals() -> napi::Result<String> {
    serde_json::to_string(&totals::totals()).map_err(|e| Error::from_reason(e.to_string()))
}

/// For tests: compresses what is idle now, of one history or of all.
///
/// # Errors
/// If the history is gone.
#[napi(catch_unwind)]
pub fn history_seal_now(env: Env, id: Option<u32>) -> Result<()> {
    let entries = match id {
        Some(id) => vec![registry::find(id).ok_or_else(|| trouble(id, Trouble::Gone))?],
        None => registry::all(),
    };
    for entry in entries {
        sealer::seal_now(&entry);
    }
    // What changed is told to the owner.
    id.map_or(Ok(()), |id| call(&env, id, |_, _| Ok(())))
}

/// Has all histories of the process compressed by the background thread, idle or not.
#[napi(catch_unwind)]
pub fn history_hurry() {
    for entry in registry::all() {
        entry.hurry();
    }
}

/// What this thread's histories hold, six numbers each: id, messages, bytes of text, bytes of memory, of
/// these compressed text, milliseconds since the last call.
///
/// # Errors
/// If the runtime refuses to make an array.
#[napi(catch_unwind)]
#[allow(clippy::cast_precision_loss)]
pub fn history_usages(env: &Env) -> napi::Result<Float64ArraySlice<'_>> {
    let mut rows = Vec::new();
    for entry in owner::all() {
        if let Ok(held) = entry.enter(|history| history.usage()) {
            let numbers = [
                held.messages,
                held.bytes,
                held.resident as u64,
                held.sealed as u64,
            ];
            rows.push(f64::from(entry.id()));
            rows.extend(numbers.map(|number| number as f64));
            rows.push(entry.idle());
        }
    }
    Float64ArraySlice::copy_from(env, rows)
}

/// The numbers of this thread's histories, ascending.
///
/// # Errors
/// If the runtime refuses to make an array.
#[napi(catch_unwind)]
pub fn history_ids(env: &Env) -> napi::Result<Float64ArraySlice<'_>> {
    let mut ids: Vec<f64> = owner::ids().map(f64::from).collect();
    ids.sort_by(f64::total_cmp);
    Float64ArraySlice::copy_from(env, ids)
}

/// For tests: sets the clock of all histories forward.
#[napi(catch_unwind)]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub fn history_clock(ms: Option<f64>) {
    clock::advance(ms.unwrap_or(0.0) as u64);
    sealer::nudge();
}
