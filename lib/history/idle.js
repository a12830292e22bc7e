'use strict';

// The idle pass: a while after its last use a history moves to Rust what was written, and compares its
// array. One unref'd timer for all histories of a thread; it holds them weakly.

/** Milliseconds. Long enough for a streamed answer to stay a JavaScript string between two of its deltas. */
const DELAY = 500;
/** What a pass may take of the event loop at a stretch, ms. */
const BUDGET = 4;

/** @typedef {import('./state').State} State */

/** @type {WeakRef<State>[]} */
let queue = [];
let armed = false;
/** @type {(state: State) => void} */
let work = () => {};
let rest = () => {};

/** @param {(state: State) => void} whatToDo @param {() => void} whenAllIsDone */
function onIdle(whatToDo, whenAllIsDone) {
  work = whatToDo;
  rest = whenAllIsDone;
}

/** Puts a history on the list, once. @param {State} state */
function schedule(state) {
  state.waiting = true;
  queue.push(state.weak);
  if (!armed) arm(DELAY);
}

/** @param {number} ms */
function arm(ms) {
  armed = true;
  /** @type {any} */
  const timer = setTimeout(wake, ms);
  timer?.unref?.();
}

function wake() {
  armed = false;
  pass(performance.now() + BUDGET);
  if (queue.length > 0 && !armed) arm(1);
}

/**
 * Works the list off until a point in time, one history at least.
 * @param {number} until
 */
function pass(until) {
  const due = queue;
  queue = [];
  let at = 0;
  while (at < due.length) {
    const state = due[at].deref();
    at += 1;
    if (state === undefined) continue;
    state.waiting = false;
    work(state);
    if (performance.now() >= until) break;
  }
  if (at < due.length) queue = due.slice(at).concat(queue);
  if (queue.length === 0) rest();
}

/** The pass now, for tests and benchmarks. */
function passNow() {
  pass(Infinity);
}

exports.onIdle = onIdle;
exports.passNow = passNow;
exports.schedule = schedule;
