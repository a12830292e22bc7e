//! Journals of the boundary: what the face asked and what it was told, call by call.
//!
//! A journal recorded by the face is replayed here through a fresh core alone. If any answer, victim
//! or reason differs, policy has leaked into the face or the core is not deterministic.

use serde::Deserialize;

use crate::core::engine::Engine;
use crate::core::frame::Frame;
use crate::core::protocol::{LOG_WORDS, OUT_WORDS, status, word};

/// A number that may be infinite or NaN, which JSON cannot say.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Number {
    Finite(f64),
    Named(String),
}

impl Number {
    fn value(&self) -> f64 {
        match self {
            Self::Finite(value) => *value,
            Self::Named(name) => name.parse().unwrap_or(f64::NAN),
        }
    }
}

/// One call: the control words and log that went in, the control words and list that came out.
#[derive(Debug, Clone, Deserialize)]
struct Call {
    ctl: Vec<Number>,
    log: Vec<u32>,
    answer: Vec<Number>,
    out: Vec<u32>,
}

/// What a replay went through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Calls.
    pub calls: usize,
    /// Log records.
    pub records: usize,
    /// Entries that left by the core's decision.
    pub removals: usize,
}

/// Replays a journal, one JSON object a line.
///
/// # Errors
/// A sentence that names the first call whose answer differs, or what could not be read.
pub fn replay(journal: &str) -> Result<Replayed, String> {
    let mut engine = Engine::default();
    let mut horizons = vec![f64::INFINITY; 64];
    let mut done = Replayed::default();
    for (number, line) in journal.lines().enumerate() {
        let call: Call =
            serde_json::from_str(line).map_err(|e| format!("line {}: {e}", number + 1))?;
        let told = step(&mut engine, &mut horizons, &call)
            .map_err(|e| format!("call {}: {e}", number + 1))?;
        done.calls += 1;
        done.records += call.log.len();
        done.removals += told;
    }
    Ok(done)
}

fn step(engine: &mut Engine, horizons: &mut Vec<f64>, call: &Call) -> Result<usize, String> {
    let mut ctl = vec![0.0; word::WORDS];
    for (at, value) in ctl.iter_mut().zip(&call.ctl) {
        *at = value.value();
    }
    let mut log = vec![0; LOG_WORDS.max(call.log.len())];
    log[..call.log.len()].copy_from_slice(&call.log);
    let mut out = vec![0; OUT_WORDS];
    let mut frame = Frame {
        ctl: &mut ctl,
        log: &log,
        horizons,
        out: &mut out,
    };
    engine.call(&mut frame)?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let (answer, count) = (ctl[word::STATUS] as u32, ctl[word::COUNT] as usize);
    if answer == status::GROW {
        horizons.resize(horizons.len() * 2, f64::INFINITY);
    }
    for (at, told) in call.answer.iter().enumerate() {
        let (was, is) = (told.value(), ctl[at]);
        if was.to_bits() != is.to_bits() && !(was.is_nan() && is.is_nan()) {
            return Err(format!("word {at} was {was}, the core alone says {is}"));
        }
    }
    if call.out != out[..call.out.len()] {
        return Err(format!(
            "list was {:?}, the core alone says otherwise",
            call.out
        ));
    }
    Ok(if answer == status::REMOVED { count } else { 0 })
}
