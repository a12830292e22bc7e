'use strict';

// What every method does first: sees what happened to the array and to the texts behind its back, and
// what other threads pushed; tells Rust; takes out what Rust decided to drop.
//
// All of this may run code of messages and callbacks, which may change array and texts meanwhile. Then it is looked
// at anew, but a number of times only: at last the array is made what it was at the last look, and what came since
// waits for the next call.

const { native } = require('./native');
const { Record, recordAt, recordOf, slotOf } = require('./texts');
const { adopt, plan, review } = require('./adopt');
const { collect, isAbove, remove, tell } = require('./leave');
const { onIdle, schedule } = require('./idle');
const { allCool } = require('./state');
const { adoptNews } = require('./news');
const { checkOpen } = require('./owner');
const { show: showMessage, showBare } = require('./sharing');
const { Set } = globalThis; // as they were: a program may put our classes in their place

/** @typedef {import('./state').State} State */

/**
 * Elements that a call may compare, on average, beside the ends: up to this length a history notices at once
 * whatever native methods did to its middle. A quarter of a microsecond.
 */
const COMPARED = 256;
/** How often a method looks anew at what callbacks change while it looks. */
const LOOKS = 8;
/** Of more messages than this not as often, if each brings others: they would be twice as many at every look. */
const FEW = 64;

/**
 * @param {State} state
 * @param {boolean} [fully] compare every element
 */
function settle(state, fully = false) {
  state.credit += COMPARED;
  if (state.aside !== undefined && Object.isExtensible(state.array)) putBack(state);
  if (fully || state.credit >= state.known.length || !agrees(state)) compare(state);
  checkOpen(state);
  if (state.shared && Object.isExtensible(state.array)) adoptNews(state);
  if (state.stale.size > 0) reviewStale(state);
  reviewTail(state);
  checkOpen(state);
  if (state.dirty.size > 0) flush(state);
  finish(state);
  checkOpen(state); // `onTrim` may have closed it
}

/** After anything that may have put the history above a limit. @param {State} state */
function finish(state) {
  checkOpen(state);
  // From a frozen array nothing can be taken out; what should go stays readable.
  for (let looks = LOOKS; looks > 0 && isAbove(state) && !Object.isSealed(state.array); looks -= 1) {
    if (!collect(state)) compare(state, looks === 2);
    checkOpen(state);
  }
  if (state.trimmed.length > 0) tell(state);
}

/** A look at the ends: most of what native methods do shows there. @param {State} state */
function agrees({ array, known }) {
  const last = known.length - 1;
  return array.length === known.length && (last < 0 || (array[0] === known[0] && array[last] === known[last]));
}

/**
 * Compares every element.
 * @param {State} state
 * @param {boolean} [last] whether the array is to agree afterwards, whatever callbacks do
 */
function compare(state, last = false) {
  const { array, known } = state;
  state.credit = 0;
  let at = 0;
  if (array.length === known.length) while (at < known.length && array[at] === known[at]) at += 1;
  if (at < known.length || array.length !== known.length) reconcile(state, last ? 1 : LOOKS);
}

/**
 * @typedef {object} Look
 * @property {readonly any[]} looked the array
 * @property {any[]} order what it is to be
 * @property {Set<Record>} seen messages of the history in it
 * @property {{ at: number, planned: import('./adopt').Plan }[]} fresh others
 */

/** What the array holds. Runs callbacks. @param {State} state @returns {Look} */
function look(state) {
  const looked = [...state.array];
  const order = looked.slice();
  const seen = new Set();
  /** @type {Look['fresh']} */
  const fresh = [];
  for (let at = 0; at < order.length; at += 1) {
    const message = order[at];
    const record = recordIn(state, message);
    if (record !== undefined && !seen.has(record)) seen.add(record);
    else {
      const twice = fresh.some(({ planned }) => planned.message === message);
      fresh.push({ at, planned: plan(state, message, `history[${at}]`, twice) });
    }
  }
  return { looked, order, seen, fresh };
}

/** The record of a message of this history. @param {State} state @param {any} message */
function recordIn(state, message) {
  const slot = typeof message === 'object' && message !== null ? slotOf(message) : undefined;
  return slot instanceof Record && slot.state === state ? slot : undefined;
}

/**
 * Makes of the array, whatever was done to it, the history's messages again.
 * @param {State} state
 * @param {number} looks how many, if callbacks push, or change the array themselves, while it is looked at
 */
function reconcile(state, looks) {
  const { array } = state;
  /** @type {Look} */
  let found;
  let before;
  let version;
  let steady;
  do {
    looks -= 1;
    ({ version } = state);
    before = new Set(state.known);
    found = look(state);
    steady = version === state.version && isSame(found.looked, array);
  } while (!steady && looks > 0 && (found.fresh.length < FEW || 2 * (array.length - found.looked.length) < found.fresh.length));
  if (!steady) overrule(state, found, before);
  const { order, seen, fresh } = found;

  const gone = state.known.filter((message) => !seen.has(recordAt(message)));
  const stay = state.known.filter((message) => seen.has(recordAt(message)));
  const simple = fresh.length === 0 || fresh[0].at === stay.length;
  const sorted = simple && stay.every((message, at) => order[at] === message);
  // Nothing may be decided before the order is right.
  if (!sorted) native.limits(state.id, unlimited(state));
  try {
    remove(state, gone);
    for (const { at, planned } of fresh) {
      adopt(state, planned);
      order[at] = planned.message;
      if (steady) array[at] = planned.message;
      state.follow(planned.message, planned.told);
    }
    state.known = order;
    state.credit = 0;
    if (!sorted) native.reorder(state.id, Float64Array.from(order, (message) => recordAt(message).m));
    if (!steady) refill(state, order, found.looked);
  } finally {
    if (!sorted) native.limits(state.id, state.limits);
  }
  if (!state.shared) return;
  for (const { planned: { message } } of fresh) {
    // Nor is any code of theirs run then: others see them when they are shown again.
    if (steady) showOne(state, message);
    else showBare(state, message, recordAt(message).m);
  }
}

/**
 * Callbacks change the array at every look: what it was at the last one holds. Without what has left meanwhile, and
 * followed by what they pushed.
 * @param {State} state @param {Look} found @param {Set<any>} before the messages known before the look
 */
function overrule(state, found, before) {
  const planned = new Map(found.fresh.map((each) => [each.at, each.planned]));
  /** @type {any[]} */
  const order = [];
  found.seen.clear();
  found.fresh = [];
  /** @param {any} message */
  const take = (message) => {
    const record = recordIn(state, message);
    if (record === undefined || found.seen.has(record)) return;
    found.seen.add(record);
    order.push(message);
  };
  found.looked.forEach((message, at) => {
    const each = planned.get(at);
    if (each === undefined || recordIn(state, each.message) !== undefined) take(message);
    else found.fresh.push({ at: order.push(each.message) - 1, planned: each });
  });
  for (const message of state.known) if (!before.has(message)) take(message);
  found.order = order;
}

/**
 * Puts the messages into the array. What callbacks have put there since it was looked at is set aside.
 * @param {State} state @param {readonly any[]} messages @param {readonly any[]} looked
 */
function refill(state, messages, looked) {
  const { array } = state;
  const met = new Set([...looked, ...messages]);
  // Accessors in place of elements are no messages, and go.
  const values = Object.keys(array).map((key) => Object.getOwnPropertyDescriptor(array, key)?.value);
  for (const value of values) if (value !== undefined && !met.has(value)) (state.aside ??= []).push(value);
  array.length = 0;
  put.apply(array, /** @type {any[]} */ (messages));
}

/** What was set aside. @param {State} state */
function putBack(state) {
  const { array, aside } = state;
  state.aside = undefined;
  put.apply(array, /** @type {any} */ (aside));
}

const { push: put } = Array.prototype;

/** @param {readonly any[]} one @param {readonly any[]} other */
function isSame(one, other) {
  return one.length === other.length && one.every((message, at) => message === other[at]);
}

/** @param {State} state */
function unlimited({ limits }) {
  const none = limits.slice();
  return none.fill(Infinity, 0, 3);
}

/** The last message is the one that still changes: parts and tool calls are added as they come. @param {State} state */
function reviewTail(state) {
  const { known } = state;
  const message = known[known.length - 1];
  if (message !== undefined) reviewOne(state, message);
}

/**
 * Tells Rust, and other threads, what has changed in a message since they were told.
 * @param {State} state @param {any} message
 */
function reviewOne(state, message) {
  const record = recordAt(message);
  // What another message ran may have taken it out.
  if (record?.state !== state) return;
  const now = review(state, message, record, state.young.get(message));
  if (state.young.has(message)) state.young.set(message, now);
  if (state.shared) showOne(state, message);
}

/** @param {State} state @param {any} message that may have left */
function showOne(state, message) {
  const record = recordAt(message);
  if (record?.state === state) showMessage(state, message, record.m);
}

/** Messages of which a text was replaced by what is no text. @param {State} state */
function reviewStale(state) {
  const { stale, orphans } = state;
  state.stale = new Set();
  state.orphans = [];
  const messages = state.known.filter((message) => stale.has(recordAt(message)));
  // Nobody else may look for a text that is no more.
  if (state.shared) for (const message of messages) showBare(state, message, recordAt(message).m);
  for (const { record, t } of orphans) if (record.m !== -1) native.dropText(state.id, record.m, t);
  for (const message of messages) reviewOne(state, message);
}

/** Everything, since anything may have been changed. @param {State} state */
function reviewAll(state) {
  for (const message of Array.from(state.known)) reviewOne(state, message);
}

/** Moves what was written to Rust. What callbacks go on writing meanwhile is the next call's. @param {State} state */
function flush(state) {
  const { countTokens } = state.options;
  let most = LOOKS * state.dirty.size;
  for (const text of state.dirty) {
    if (most === 0) break;
    most -= 1;
    const record = recordOf(text);
    if (record.m !== -1 && countTokens !== undefined) {
      recount(state, record);
      checkOpen(state);
      // A callback may have settled it already, or taken the message out.
      if (!state.dirty.has(text)) continue;
    }
    const added = text.t === -1;
    if (record.m !== -1) {
      const value = /** @type {string} */ (text.value);
      if (text.t !== -1) native.setText(state.id, record.m, text.t, value);
      else if (value !== '') {
        text.t = native.addText(state.id, record.m, value);
      }
      state.warm.push(text);
    }
    state.dirty.delete(text);
    // Last: it may write the text once more.
    if (record.m !== -1 && added && state.shared) showOne(state, messageOf(state, record));
  }
  if (!state.waiting) schedule(state);
}

/** @param {State} state @param {Record} record */
function recount(state, record) {
  const message = messageOf(state, record);
  // As if nothing were known, so that `countTokens` is asked.
  const now = review(state, message, record, undefined);
  if (state.young.has(message)) state.young.set(message, now);
}

/** The message of a record, most probably one of the last. @param {State} state @param {Record} record */
function messageOf({ known }, record) {
  for (let at = known.length - 1; at >= 0; at -= 1) if (recordAt(known[at]) === record) return known[at];
  throw new Error('robust-session-map: a text without its message. This is a defect, please report it.');
}

/**
 * Some time after the last use.
 * @param {State} state
 */
function idlePass(state) {
  if (state.closed) return;
  try {
    compare(state);
    for (const message of Array.from(state.young.keys())) reviewOne(state, message);
    state.young.clear();
    if (state.dirty.size > 0) flush(state);
  } catch {
    // What is wrong with the array is told by the next method, which has a caller.
  }
  state.coolDown();
  // What was only just written is Rust's alone from here on.
  state.warm = state.warm.filter((text) => {
    if (state.dirty.has(text)) return true;
    if (text.t !== -1) text.value = undefined;
    return false;
  });
}
onIdle(idlePass, allCool);

exports.agrees = agrees;
exports.compare = compare;
exports.finish = finish;
exports.reviewAll = reviewAll;
exports.settle = settle;
