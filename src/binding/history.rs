//! Histories over Node-API: an owner object and free functions that take its id.

use std::cell::RefCell;
use std::sync::Arc;

use napi::JsString;
use napi::bindgen_prelude::{
    BufferSlice, Either, Either3, Env, Error, Float64Array, Float64ArraySlice, Null,
    ObjectFinalize, Uint32Array, Uint32ArraySlice, Undefined,
};
use napi_derive::napi;

use crate::binding::owner;
use crate::binding::shared::Words;
use crate::binding::strings::{self, Scratch, Taken};
use crate::core::history::History;
use crate::core::history::limits::Limits;
use crate::core::history::message::Descriptor;
use crate::core::history::shared::Skeleton;
use crate::core::history::tools::Tools;

use crate::history::registry::{self, Entry, Trouble};
use crate::history::{clock, sealer, totals};

/// Status words of a history.
const WORDS: usize = 10;

/// Memory for JSON that is kept for the next call, bytes. Copying out of pages that are there is quicker than
/// having fresh ones cleared.
const KEEP_JSON: usize = 2 * 1024 * 1024;

thread_local! {
    static JSON: RefCell<Vec<u8>> = RefCell::default();
}

/// An error with a code that the face knows.
type Result<T> = std::result::Result<T, Error<String>>;

fn trouble(id: u32, why: Trouble) -> Error<String> {
    match why {
        Trouble::Gone => Error::new(
            "ERR_HISTORY_GONE".to_owned(),
            format!("history {id} is gone: it was closed, or its owner was collected"),
        ),
        Trouble::Failed(why) => Error::new("ERR_HISTORY".to_owned(), why),
    }
}

fn runtime(error: Error) -> Error<String> {
    Error::new(error.status.as_ref().to_owned(), error.reason.clone())
}

/// Runs one call on a history; what the owner sees of it is published on its own thread.
fn call<T>(
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
fn call_other<T>(
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

fn limits(words: &[f64]) -> napi::Result<Limits> {
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
fn number(value: f64) -> u64 {
    value as u64
}

#[allow(clippy::cast_precision_loss)]
fn floats(numbers: &[u64]) -> Vec<f64> {
    numbers.iter().map(|number| *number as f64).collect()
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn descriptor<'a>(
    flags: u32,
    tokens: f64,
    fixed: (f64, f64),
    calls: &'a str,
    answers: &'a str,
) -> Descriptor<'a> {
    Descriptor {
        flags: flags as u16,
        tokens,
        fixed_bytes: fixed.0 as u32,
        fixed_units: fixed.1 as u32,
        calls,
        answers,
    }
}

/// Owns a history: it is freed when this object is collected, closed, or its environment ends.
#[napi(custom_finalize)]
pub struct HistoryHold {
    entry: Arc<Entry>,
}

#[napi]
impl HistoryHold {
    /// Opens a history. `limits`: messages, tokens, bytes, first messages kept, ms until sealed.
    /// `status`: ten words over a buffer of their own, written after each call.
    ///
    /// # Errors
    /// If an array has another length.
    #[napi(constructor)]
    pub fn new(limits: Float64Array, status: Float64Array) -> napi::Result<Self> {
        let words = Words::new(status, WORDS)
            .ok_or_else(|| Error::from_reason(format!("status takes {WORDS} words")))?;
        sealer::before_start(napi::bindgen_prelude::retain_current_module_for_unload_safety);
        let entry = registry::open(self::limits(&limits)?);
        owner::enter(Arc::clone(&entry), words);
        Ok(Self { entry })
    }

    /// What the free functions take.
    #[napi(getter)]
    #[must_use]
    pub fn id(&self) -> u32 {
        self.entry.id()
    }

    /// Frees the history now.
    #[napi]
    pub fn close(&self, env: Env) {
        registry::close(self.entry.id());
        owner::leave(&env, self.entry.id());
    }
}

impl ObjectFinalize for HistoryHold {
    fn finalize(self, env: Env) -> napi::Result<()> {
        self.close(env);
        Ok(())
    }
}

/// Appends a message with one text; answers the text's id.
///
/// # Errors
/// If the history is gone.
#[napi(catch_unwind)]
#[allow(clippy::too_many_arguments)]
pub fn history_push(
    env: Env,
    id: u32,
    flags: u32,
    tokens: f64,
    fixed_bytes: f64,
    fixed_chars: f64,
    calls: JsString,
    answers: JsString,
    text: JsString,
) -> Result<u32> {
    let calls = Taken::from(&calls).map_err(runtime)?;
    let answers = Taken::from(&answers).map_err(runtime)?;
    let text = Taken::from(&text).map_err(runtime)?;
    call(&env, id, |history, tools| {
        let (calls, answers) = (calls.to_utf8(), answers.to_utf8());
        let fixed = (fixed_bytes, fixed_chars);
        let it = descriptor(flags, tokens, fixed, &calls, &answers);
        Ok(history.push(&it, &[text.text()], tools)[0])
    })
}

/// Appends a message with none or several texts; answers their ids.
///
/// # Errors
/// If the history is gone.
#[napi(catch_unwind)]
#[allow(clippy::too_many_arguments)]
pub fn history_push_many<'env>(
    env: &'env Env,
    id: u32,
    flags: u32,
    tokens: f64,
    fixed_bytes: f64,
    fixed_chars: f64,
    calls: JsString,
    answers: JsString,
    texts: Vec<JsString>,
) -> Result<Uint32ArraySlice<'env>> {
    let calls = Taken::from(&calls).map_err(runtime)?;
    let answers = Taken::from(&answers).map_err(runtime)?;
    let texts = take_all(&texts)?;
    let made = call(env, id, |history, tools| {
        let (calls, answers) = (calls.to_utf8(), answers.to_utf8());
        let fixed = (fixed_bytes, fixed_chars);
        let it = descriptor(flags, tokens, fixed, &calls, &answers);
        let texts: Vec<_> = texts.iter().map(Taken::text).collect();
        Ok(history.push(&it, &texts, tools))
    })?;
    Uint32ArraySlice::copy_from(env, &made).map_err(runtime)
}

fn take_all(texts: &[JsString]) -> Result<Vec<Taken>> {
    let taken = texts.iter().map(Taken::from);
    taken.collect::<napi::Result<_>>().map_err(runtime)
}

/// Numbers of the messages decided to go since the last `historyForget`, ascending.
///
/// # Errors
/// If the history is gone.
#[napi(catch_unwind)]
pub fn history_waiting(env: &Env, id: u32) -> Result<Float64ArraySlice<'_>> {
    let waiting = call(env, id, |history, _| Ok(history.waiting()))?;
    Float64ArraySlice::copy_from(env, floats(&waiting)).map_err(runtime)
}

/// Frees the messages that waited.
///
/// # Errors
/// If the history is gone.
#[napi(catch_unwind)]
pub fn history_forget(env: Env, id: u32) -> Result<()> {
    call(&env, id, |history, _| {
        history.forget();
        Ok(())
    })
}

/// A text.
///
/// # Errors
/// If the history is gone or has no such text.
#[napi(catch_unwind)]
pub fn history_text(env: &Env, id: u32, t: u32) -> Result<JsString<'_>> {
    let mut found = read(env, id, &[t])?;
    found
        .pop()
        .ok_or_else(|| runtime(Error::from_reason("no text")))
}

/// Several texts.
///
/// # Errors
/// If the history is gone or has not all of the texts.
#[napi(catch_unwind)]
pub fn history_texts(env: &Env, id: u32, ts: Uint32Array) -> Result<Vec<JsString<'_>>> {
    read(env, id, &ts)
}

fn read<'env>(env: &'env Env, id: u32, ts: &[u32]) -> Result<Vec<JsString<'env>>> {
    let mut scratch = Scratch::take();
    call(env, id, |history, tools| {
        ts.iter()
            .try_for_each(|t| history.text(*t, tools, |text| scratch.put(text)))
    })?;
    let made: napi::Result<_> = scratch.strings(env).collect();
    scratch.keep();
    made.map_err(runtime)
}

/// Replaces a text.
///
/// # Errors
/// If the history is gone, or there is no such message or text.
#[napi(catch_unwind)]
pub fn history_set_text(env: Env, id: u32, m: f64, t: u32, text: JsString) -> Result<()> {
    let text = Taken::from(&text).map_err(runtime)?;
    call(&env, id, |history, tools| {
        history.set_text(number(m), t, text.text(), tools)
    })
}

/// Adds a text to a message; answers its id.
///
/// # Errors
/// If the history is gone, or there is no such message.
#[napi(catch_unwind)]
pub fn history_add_text(env: Env, id: u32, m: f64, text: JsString) -> Result<u32> {
    let text = Taken::from(&text).map_err(runtime)?;
    call(&env, id, |history, tools| {
        history.add_text(number(m), text.text(), tools)
    })
}

/// Frees a text of a message.
///
/// # Errors
/// If the history is gone, or there is no such message or text.
#[napi(catch_unwind)]
pub fn history_drop_text(env: Env, id: u32, m: f64, t: u32) -> Result<()> {
    call(&env, id, |history, _| history.drop_text(number(m), t))
}

/// Takes a changed descriptor.
///
/// # Errors
/// If the history is gone, or there is no such message.
#[napi(catch_unwind)]
#[allow(clippy::too_many_arguments)]
pub fn history_update(
    env: Env,
    id: u32,
    m: f64,
    flags: u32,
    tokens: f64,
    fixed_bytes: f64,
    fixed_chars: f64,
    calls: JsString,
    answers: JsString,
) -> Result<()> {
    let calls = Taken::from(&calls).map_err(runtime)?;
    let answers = Taken::from(&answers).map_err(runtime)?;
    call(&env, id, |history, _| {
        let (calls, answers) = (calls.to_utf8(), answers.to_utf8());
        let fixed = (fixed_bytes, fixed_chars);
        let it = descriptor(flags, tokens, fixed, &calls, &answers);
        history.update(number(m), &it)
    })
}

/// Frees messages that the user took out; they do not count as dropped.
///
/// # Errors
/// If the history is gone, or one of them is not there.
#[napi(catch_unwind)]
pub fn history_remove(env: Env, id: u32, ms: Float64Array) -> Result<()> {
    let numbers: Vec<u64> = ms.iter().map(|m| number(*m)).collect();
    call(&env, id, |history, _| history.remove(&numbers))
}

/// Takes a new order: every kept message's number once.
///
/// # Errors
/// If the history is gone, or a number is missing, strange or there twice.
#[napi(catch_unwind)]
pub fn history_reorder(env: Env, id: u32, ms: Float64Array) -> Result<()> {
    let numbers: Vec<u64> = ms.iter().map(|m| number(*m)).collect();
    call(&env, id, |history, _| history.reorder(&numbers))
}

/// Pins a message, or lets it go.
///
/// # Errors
/// If the history is gone, or there is no such message.
#[napi(catch_unwind)]
pub fn history_pin(env: Env, id: u32, m: f64, on: bool) -> Result<()> {
    call(&env, id, |history, _| history.pin(number(m), on))
}

/// Numbers of the messages of a window.
///
/// # Errors
/// If the history is gone.
#[napi(catch_unwind)]
pub fn history_window(
    env: &Env,
    id: u32,
    max_messages: f64,
    max_tokens: f64,
) -> Result<Float64ArraySlice<'_>> {
    let window = call(env, id, |history, _| {
        Ok(history.window(max_messages, max_tokens))
    })?;
    Float64ArraySlice::copy_from(env, floats(&window)).map_err(runtime)
}

/// Changes the limits.
///
/// # Errors
/// If the history is gone.
#[napi(catch_unwind)]
pub fn history_limits(env: Env, id: u32, limits: Float64Array) -> Result<()> {
    let limits = self::limits(&limits).map_err(runtime)?;
    call(&env, id, |history, _| {
        history.set_limits(limits);
        Ok(())
    })
}

/// What is wrong with the native structure, if anything.
///
/// # Errors
/// If the history is gone.
#[napi(catch_unwind)]
pub fn history_validate(env: Env, id: u32) -> Result<Either<String, Undefined>> {
    let wrong = call(&env, id, |history, _| Ok(history.validate().err()))?;
    Ok(wrong.map_or(Either::B(()), Either::A))
}

/// A skeleton with the texts in the places of its placeholders.
///
/// # Errors
/// If the history is gone, or the skeleton has not `count` placeholders of texts that exist.
#[napi(catch_unwind)]
pub fn history_json<'env>(
    env: &'env Env,
    id: u32,
    skeleton: JsString,
    nonce: String,
    count: u32,
) -> Result<BufferSlice<'env>> {
    let skeleton = Taken::from(&skeleton).map_err(runtime)?;
    let json = call(env, id, |history, tools| {
        let mut out = JSON.take();
        out.clear();
        let count = Some(count as usize);
        history.json(&skeleton.to_utf8(), &nonce, count, &mut out, tools)?;
        Ok(out)
    })?;
    let made = BufferSlice::copy_from(env, &json).map_err(runtime);
    if json.capacity() <= KEEP_JSON {
        JSON.set(json);
    }
    made
}

/// From now on the owner gives a skeleton with every message.
///
/// # Errors
/// If the history is gone.
#[napi(catch_unwind)]
pub fn history_share(env: Env, id: u32) -> Result<()> {
    call(&env, id, |history, _| {
        history.share();
        Ok(())
    })
}

/// JSON of one message, with a placeholder for each of its texts.
///
/// # Errors
/// If the history is gone, or there is no such message.
#[napi(catch_unwind)]
pub fn history_skeleton(
    env: Env,
    id: u32,
    m: f64,
    skeleton: JsString,
    nonce: String,
) -> Result<()> {
    let skeleton = Taken::from(&skeleton).map_err(runtime)?;
    call(&env, id, |history, _| {
        history.set_skeleton(number(m), &skeleton.to_utf8(), &nonce)
    })
}

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
    let calls = Taken::from(&calls).map_err(runtime)?;
    let answers = Taken::from(&answers).map_err(runtime)?;
    let skeleton = Taken::from(&skeleton).map_err(runtime)?;
    let texts = take_all(&texts)?;
    let skeleton = Skeleton {
        json: skeleton.to_utf8().into(),
        nonce: nonce.into(),
    };
    let length = call_other(&env, id, |history, tools| {
        let (calls, answers) = (calls.to_utf8(), answers.to_utf8());
        let fixed = (fixed_bytes, fixed_chars);
        let it = descriptor(flags, tokens, fixed, &calls, &answers);
        let texts: Vec<_> = texts.iter().map(Taken::text).collect();
        history.push_shared(&it, &skeleton, &texts, tools)
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

/// What others pushed since the last call, oldest first: the message's number, the nonce of its
/// placeholders and its skeleton, a line each.
///
/// # Errors
/// If the history is gone.
#[napi(catch_unwind)]
pub fn history_news(env: &Env, id: u32) -> Result<Vec<JsString<'_>>> {
    let news = call(env, id, |history, _| Ok(history.news()))?;
    let lines = news
        .iter()
        .map(|(number, it)| format!("{number}\n{}\n{}", it.nonce, it.json));
    lines
        .map(|line| strings::make(env, line.as_bytes()).map_err(runtime))
        .collect()
}

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
