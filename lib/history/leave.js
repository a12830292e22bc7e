'use strict';

// How messages leave: they become plain objects again, since somebody may hold them, and Rust forgets them.

const { native, STATUS } = require('./native');
const { Record, materialise, recordAt, stamp, textsOf } = require('./texts');
const { warn } = require('../errors');
const { Set } = globalThis; // as they were: a program may put our classes in their place

/** @typedef {import('./state').State} State */

/**
 * Gives messages their texts back; the history's arrays are the caller's business.
 *
 * @param {State} state
 * @param {readonly any[]} messages
 */
function release(state, messages) {
  /** @type {import('./texts').AnyText[]} */
  const texts = [];
  /** @type {any[]} */
  const holders = [];
  /** @type {number[]} */
  const remote = [];
  for (const message of messages) {
    const record = recordAt(message);
    for (const text of textsOf(record)) {
      texts.push(text);
      holders.push(text instanceof Record ? message : text.holder);
      if (text.value === undefined) remote.push(text.t);
    }
    record.m = -1;
    record.state = undefined;
    state.stale.delete(record);
    state.pinned.delete(record);
    state.young.delete(message);
  }
  const values = fetch(state.id, remote);
  let next = 0;
  /** Objects whose accessors have to stay, and their stamps with them. @type {Set<any>} */
  const frozen = new Set();
  texts.forEach((text, at) => {
    const value = text.value ?? values[next++];
    state.dirty.delete(text);
    if (materialise(holders[at], text, value)) frozen.add(holders[at]);
  });
  for (const holder of holders.concat(messages)) {
    if (!frozen.has(holder)) stamp(holder, undefined);
  }
  state.version += 1;
}

/** @param {number} id @param {number[]} ts */
function fetch(id, ts) {
  if (ts.length === 0) return [];
  return ts.length === 1 ? [native.text(id, ts[0])] : native.texts(id, Uint32Array.from(ts));
}

/**
 * Messages that the user took out.
 *
 * @param {State} state
 * @param {readonly any[]} messages
 */
function remove(state, messages) {
  if (messages.length === 0) return;
  const numbers = Float64Array.from(messages, (message) => recordAt(message).m);
  release(state, messages);
  native.remove(state.id, numbers);
}

/**
 * Takes out what was decided to go. The array and what is known of it must agree; answers whether they did.
 *
 * @param {State} state
 */
function collect(state) {
  const { array, known } = state;
  const numbers = new Set(native.waiting(state.id));
  /** Runs of places: begin and end in turn. @type {number[]} */
  const runs = [];
  let found = 0;
  for (let at = 0; at < array.length && found < numbers.size; at += 1) {
    if (array[at] !== known[at]) return false;
    if (!numbers.has(recordAt(known[at]).m)) continue;
    found += 1;
    if (runs.at(-1) === at) runs[runs.length - 1] = at + 1;
    else runs.push(at, at + 1);
  }
  if (array.length !== known.length) return false;
  /** @type {any[]} */
  let gone = [];
  for (let run = runs.length - 2; run >= 0; run -= 2) {
    const length = runs[run + 1] - runs[run];
    known.splice(runs[run], length);
    gone = splice.call(array, runs[run], length).concat(gone);
  }
  release(state, gone);
  native.forget(state.id);
  if (state.options.onTrim !== undefined) state.trimmed.push(...gone);
  return true;
}

const { splice } = Array.prototype;

/** Calls of `onTrim` at a stretch: what it pushes may trim for ever. */
const MOST_TOLD = 100;

/**
 * Tells `onTrim`, with nothing half done: what it changes is told after. What is left over is told in a macrotask, or
 * by the next call.
 * @param {State} state
 */
function tell(state) {
  const { onTrim } = state.options;
  if (onTrim === undefined || state.telling) return;
  state.telling = true;
  try {
    for (let left = MOST_TOLD; left > 0 && state.trimmed.length > 0; left -= 1) {
      const messages = state.trimmed;
      state.trimmed = [];
      try {
        const answer = onTrim(messages);
        if (answer instanceof Promise) answer.catch((error) => warn(error, 'onTrim'));
      } catch (error) {
        warn(error, 'onTrim');
      }
    }
  } finally {
    state.telling = false;
  }
  if (state.trimmed.length > 0) tellLater(state);
}

/** @param {State} state */
function tellLater(state) {
  if (state.late) return;
  state.late = true;
  /** @type {any} */
  const timer = setTimeout(() => {
    state.late = false;
    tell(state);
  }, 0);
  timer?.unref?.();
}

/** Whether Rust decided that messages must go. @param {State} state */
function isAbove(state) {
  return state.status[STATUS.WAITING] > 0;
}

exports.collect = collect;
exports.isAbove = isAbove;
exports.remove = remove;
exports.tell = tell;
