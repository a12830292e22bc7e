//! All histories of the process: what they hold; their clock and sealing, for tests and benchmarks.

use napi::bindgen_prelude::{Env, Error};
use napi_derive::napi;

use super::{Result, call, trouble};
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

/// For tests: sets the clock of all histories forward.
#[napi(catch_unwind)]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub fn history_clock(ms: Option<f64>) {
    clock::advance(ms.unwrap_or(0.0) as u64);
    sealer::nudge();
}
