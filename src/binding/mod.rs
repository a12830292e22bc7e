//! The only code that knows Node-API: opens an engine over memory the face allocated, and calls it.

pub mod history;
mod owner;
mod shared;
mod strings;
mod units;

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use napi::bindgen_prelude::{Env, Error, Float64Array, Function, Object, Result, Uint32Array};
use napi::{JsValue, Status};
use napi_derive::napi;

use crate::core::engine::Engine;
use crate::core::protocol;
use crate::opened::{Ends, Place};
use crate::registry::{self, Line};
use shared::Shared;

struct Session {
    engine: Engine,
    shared: Shared,
    /// Absent once the thread has ended.
    line: Option<Line>,
    place: Place,
    broken: Option<String>,
}

impl Ends for Session {
    fn end(&mut self) {
        self.engine = Engine::default();
        self.line = None;
        self.broken = Some("its thread has ended".to_owned());
    }
}

impl Session {
    /// One call of the core. A panic is caught here: it must not cross into the host.
    fn call(&mut self) -> std::result::Result<(), String> {
        if let Some(why) = &self.broken {
            return Err(why.clone());
        }
        let mut frame = self.shared.frame();
        let engine = &mut self.engine;
        let outcome = catch_unwind(AssertUnwindSafe(|| engine.call(&mut frame)));
        let told = outcome.unwrap_or_else(|_| Err("the core panicked".to_owned()));
        if let Err(why) = told {
            self.broken = Some(why.clone());
            return Err(why);
        }
        if let Some(line) = &self.line {
            line.publish(self.engine.usage());
        }
        Ok(())
    }
}

/// Opens an engine over the face's control words, log, output list and horizons.
///
/// Answers an object with two functions: `call()`, which returns nothing or a sentence that says
/// what is broken; and `grow(horizons)`, which replaces the horizon array.
///
/// # Errors
/// When an array is too small, or the runtime refuses to make a function.
#[napi(ts_return_type = "{ call(): string | undefined; grow(horizons: Float64Array): void }")]
pub fn open(
    env: Env,
    ctl: Float64Array,
    log: Uint32Array,
    out: Uint32Array,
    horizons: Float64Array,
) -> Result<Object<'static>> {
    if ctl.len() < protocol::word::WORDS
        || log.len() < protocol::LOG_WORDS
        || out.len() < protocol::OUT_WORDS
    {
        return Err(Error::new(Status::InvalidArg, "shared memory too small"));
    }
    let session = Rc::new(RefCell::new(Session {
        engine: Engine::default(),
        shared: Shared::new(ctl, log, out, horizons),
        line: Some(Line::enter()),
        place: Place::take(),
        broken: None,
    }));
    session.borrow().place.enter(&session);
    let grown = Rc::clone(&session);
    let call: Function<'_, (), Option<String>> =
        env.create_function_from_closure("call", move |_| {
            let mut session = session
                .try_borrow_mut()
                .map_err(|_| Error::from_reason("the engine was called from within a call"))?;
            Ok(session.call().err())
        })?;
    let grow: Function<'_, Float64Array, ()> =
        env.create_function_from_closure("grow", move |ctx| {
            let horizons: Float64Array = ctx.get(0)?;
            let mut session = grown
                .try_borrow_mut()
                .map_err(|_| Error::from_reason("the engine was called from within a call"))?;
            session.shared.set_horizons(horizons);
            Ok(())
        })?;
    let mut engine = Object::new(&env)?;
    engine.set("call", call)?;
    engine.set("grow", grow)?;
    Ok(Object::from_raw(env.raw(), engine.raw()))
}

/// What all engines of this process hold, as JSON: engines, maps, entries, bytes.
///
/// # Errors
/// Never in practice: the numbers always serialise.
#[napi]
pub fn usage() -> Result<String> {
    serde_json::to_string(&registry::total()).map_err(|e| Error::from_reason(e.to_string()))
}

/// What the engines of all other threads hold, as JSON like [`usage`].
///
/// # Errors
/// Never in practice: the numbers always serialise.
#[napi]
pub fn usage_of_others() -> Result<String> {
    serde_json::to_string(&registry::of_others()).map_err(|e| Error::from_reason(e.to_string()))
}

/// Bytes of physical memory that this process occupies; 0 where the system does not tell.
#[napi]
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn resident() -> f64 {
    memory_stats::memory_stats().map_or(0.0, |stats| stats.physical_mem as f64)
}

/// The version of the native part, which the face compares with its own.
#[napi]
#[must_use]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
