//! What the owner of a history calls, on its own thread.

use std::cell::RefCell;
use std::sync::Arc;

use napi::JsString;
use napi::bindgen_prelude::{
    BufferSlice, Either, Env, Error, Float64Array, Float64ArraySlice, ObjectFinalize, Uint32Array,
    Uint32ArraySlice, Undefined,
};
use napi_derive::napi;

use super::{Result, Told, call, floats, number, runtime, take_all};
use crate::binding::owner;
use crate::binding::shared::Words;
use crate::binding::strings::{self, Scratch, Taken};
use crate::history::registry::{self, Entry};
use crate::history::sealer;

/// Status words of a history.
const WORDS: usize = 10;

/// Memory for JSON that is kept for the next call, bytes. Copying out of pages that are there is quicker than
/// having fresh ones cleared.
const KEEP_JSON: usize = 2 * 1024 * 1024;

thread_local! {
    static JSON: RefCell<Vec<u8>> = RefCell::default();
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
    pub fn new(env: &Env, limits: Float64Array, status: Float64Array) -> napi::Result<Self> {
        let words = Words::new(status, WORDS)
            .ok_or_else(|| Error::from_reason(format!("status takes {WORDS} words")))?;
        sealer::before_start(napi::bindgen_prelude::retain_current_module_for_unload_safety);
        let entry = registry::open(super::limits(&limits)?);
        owner::enter(env, Arc::clone(&entry), words);
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
    let told = Told::new(flags, tokens, [fixed_bytes, fixed_chars], &calls, &answers)?;
    let text = Taken::from(&text).map_err(runtime)?;
    call(&env, id, |history, tools| {
        Ok(told.with(|it| history.push(it, &[text.text()], tools))[0])
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
    let told = Told::new(flags, tokens, [fixed_bytes, fixed_chars], &calls, &answers)?;
    let texts = take_all(&texts)?;
    let made = call(env, id, |history, tools| {
        let texts: Vec<_> = texts.iter().map(Taken::text).collect();
        Ok(told.with(|it| history.push(it, &texts, tools)))
    })?;
    Uint32ArraySlice::copy_from(env, &made).map_err(runtime)
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
    let told = Told::new(flags, tokens, [fixed_bytes, fixed_chars], &calls, &answers)?;
    call(&env, id, |history, _| {
        told.with(|it| history.update(number(m), it))
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
    let limits = super::limits(&limits).map_err(runtime)?;
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
