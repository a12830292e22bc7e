//! What threads call that share a history with its owner.

use napi::JsString;
use napi::bindgen_prelude::{BufferSlice, Either, Either3, Env, Null, Undefined};
use napi_derive::napi;

use super::{Result, Told, call_other, runtime, take_all};
use crate::binding::strings::{self, Taken};
use crate::core::history::shared::Skeleton;

/// Other threads: the status words, `undefined` if the history is gone.
///
/// # Errors
/// If the history is broken.
#[napi(catch_unwind)]
pub fn history_join(env: Env, id: u32) -> Result<Either<Vec<f64>, Undefined>> {
    let words = call_other(&env, id, |history, _| Ok(history.words().to_vec()))?;
    Ok(words.map_or(Either::B(()), Either::A))
}

/// Other threads: appends a message; answers the new length, `undefined` if the history is gone.
///
/// # Errors
/// If the skeleton's placeholders are not numbered as the texts are.
#[napi(catch_unwind)]
#[allow(clippy::too_many_arguments)]
pub fn history_shared_push(
    env: Env,
    id: u32,
    flags: u32,
    tokens: f64,
    fixed_bytes: f64,
    fixed_chars: f64,
    calls: JsString,
    answers: JsString,
    skeleton: JsString,
    nonce: String,
    texts: Vec<JsString>,
) -> Result<Either<f64, Undefined>> {
    let told = Told::new(flags, tokens, [fixed_bytes, fixed_chars], &calls, &answers)?;
    let skeleton = Taken::from(&skeleton).map_err(runtime)?;
    let texts = take_all(&texts)?;
    let skeleton = Skeleton {
        json: skeleton.to_utf8().into(),
        nonce: nonce.into(),
    };
    let length = call_other(&env, id, |history, tools| {
        let texts: Vec<_> = texts.iter().map(Taken::text).collect();
        told.with(|it| history.push_shared(it, &skeleton, &texts, tools))
    })?;
    #[allow(clippy::cast_precision_loss)]
    Ok(length.map_or(Either::B(()), |length| Either::A(length as f64)))
}

/// JSON of one message: `undefined` if there is none at that place, `null` if the history is gone.
///
/// # Errors
/// If the owner gave no skeleton for the message.
#[napi(catch_unwind)]
pub fn history_shared_at(
    env: &Env,
    id: u32,
    index: f64,
) -> Result<Either3<JsString<'_>, Undefined, Null>> {
    if index.is_nan() || index < 0.0 {
        return Ok(Either3::B(()));
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let place = index as usize;
    let found = call_other(env, id, |history, tools| history.json_at(place, tools))?;
    match found {
        None => Ok(Either3::C(Null)),
        Some(None) => Ok(Either3::B(())),
        Some(Some(json)) => strings::make(env, &json).map(Either3::A).map_err(runtime),
    }
}

/// JSON array of a window; `null` if the history is gone.
///
/// # Errors
/// If the owner gave no skeleton for one of the messages.
#[napi(catch_unwind)]
pub fn history_shared_window(
    env: &Env,
    id: u32,
    max_messages: f64,
    max_tokens: f64,
) -> Result<Option<JsString<'_>>> {
    let found = call_other(env, id, |history, tools| {
        history.json_window(max_messages, max_tokens, tools)
    })?;
    let made = found.map(|json| strings::make(env, &json)).transpose();
    made.map_err(runtime)
}

/// JSON array of all messages; `null` if the history is gone.
///
/// # Errors
/// If the owner gave no skeleton for one of the messages.
#[napi(catch_unwind)]
pub fn history_shared_json(env: &Env, id: u32) -> Result<Option<BufferSlice<'_>>> {
    let found = call_other(env, id, |history, tools| {
        history.json_window(f64::INFINITY, f64::INFINITY, tools)
    })?;
    let made = found.map(|json| BufferSlice::from_data(env, json));
    made.transpose().map_err(runtime)
}
