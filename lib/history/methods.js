'use strict';

// The methods that stand on the array itself. All settle first; those that native arrays have do what the
// native one does and then tell the rest of it.

const { native, FLAG, STATUS } = require('./native');
const { adopt, plan } = require('./adopt');
const { audit } = require('./audit');
const { plainCopy } = require('./copy');
const { agrees, compare, finish, reviewAll, settle } = require('./settle');
const { hasNews, adoptNews } = require('./news');
const { checkOpen, openState, stateOf } = require('./owner');
const { handleOf } = require('./handle');
const { parseWindow } = require('./options');
const { remove } = require('./leave');
const { recordAt } = require('./texts');
const { histories } = require('./state');
const { share, show: showMessage } = require('./sharing');
const { toBuffer } = require('./json');
const { show } = require('../errors');

/** @typedef {import('./state').State} State */

const INSPECT = Symbol.for('nodejs.util.inspect.custom');
/** What a console shows of an array, and one more so that it says that there are more. */
const SHOWN = 101;

/** How often an audit looks anew at what callbacks do to the array. */
const ROUNDS = 16;

/** Whether the array holds what the history knows. @param {State} state */
function isKnown({ array, known }) {
  return array.length === known.length && known.every((message, at) => array[at] === message);
}

const mutators = {
  /** @this {any} @param {any[]} messages */
  push(...messages) {
    const state = openState(this);
    if (!Object.isExtensible(this)) throw new TypeError('push: this history was frozen');
    settle(state);
    if (messages.length === 1) append(state, plan(state, messages[0], 'push'));
    else {
      // All are checked before the first is taken. One twice is copied: it cannot be at two places.
      const planned = messages.map((message, at) => plan(state, message, `push, argument ${at + 1}`, messages.indexOf(message) < at));
      for (const each of planned) append(state, each);
    }
    finish(state);
    state.user?.used();
    return this.length;
  },
  /** @this {any} */
  pop() {
    return takeOne(openState(this), 'pop');
  },
  /** @this {any} */
  shift() {
    return takeOne(openState(this), 'shift');
  },
  /** @this {any} @param {any[]} messages */
  unshift(...messages) {
    change(this, messages, () => Array.prototype.unshift.apply(this, messages));
    return this.length;
  },
  /** @this {any} @param {any[]} args */
  splice(...args) {
    return change(this, args.slice(2), () => Array.prototype.splice.apply(this, /** @type {any} */ (args)));
  },
  /** @this {any} @param {any} order */
  sort(order) {
    return change(this, [], () => Array.prototype.sort.call(this, order));
  },
  /** @this {any} */
  reverse() {
    return change(this, [], () => Array.prototype.reverse.call(this));
  },
  /** @this {any} @param {any} message @param {number} [start] @param {number} [end] */
  fill(message, start, end) {
    return change(this, [message], () => Array.prototype.fill.call(this, message, start, end));
  },
  /** @this {any} @param {number} target @param {number} start @param {number} [end] */
  copyWithin(target, start, end) {
    return change(this, [], () => Array.prototype.copyWithin.call(this, target, start, end));
  },
};

/** @param {State} state @param {import('./adopt').Plan} planned */
function append(state, planned) {
  // Showing the one before to other threads may have run code of it.
  checkOpen(state);
  const record = adopt(state, planned);
  state.array[state.array.length] = planned.message;
  state.known.push(planned.message);
  state.follow(planned.message, planned.told);
  if (!state.shared) return;
  showMessage(state, planned.message, record.m);
  // Another thread may have been quicker: its message comes first, as it does in Rust.
  if (hasNews(state)) adoptNews(state);
}

/** @param {State} state @param {'pop' | 'shift'} method */
function takeOne(state, method) {
  settle(state);
  // What `onTrim` did to the array itself is seen first.
  if (!agrees(state)) settle(state, true);
  const simple = agrees(state);
  const message = Array.prototype[method].call(state.array);
  if (simple) {
    state.known[method]();
    if (message !== undefined) remove(state, [message]);
  } else settle(state, true);
  state.user?.used();
  return message;
}

/**
 * A native method that moves messages about.
 *
 * @template T
 * @param {any} history
 * @param {readonly any[]} added checked before anything changes
 * @param {() => T} method
 * @returns {T}
 */
function change(history, added, method) {
  const state = openState(history);
  settle(state);
  for (const message of added) plan(state, message, 'the history');
  const answer = method();
  // An order that closes the history: what the method wrote since is nobody's.
  if (state.closed) history.length = 0;
  checkOpen(state);
  settle(state, true);
  state.user?.used();
  return answer;
}

const own = {
  /** @this {any} @param {unknown} [limits] */
  window(limits) {
    const { maxMessages, maxTokens } = parseWindow('window', limits);
    const state = stateOf(this);
    if (state.closed) return [];
    settle(state, true);
    const numbers = native.window(state.id, maxMessages, maxTokens);
    const chosen = [];
    let next = 0;
    for (const message of state.known) {
      if (next === numbers.length) break;
      if (recordAt(message).m !== numbers[next]) continue;
      next += 1;
      chosen.push(message);
    }
    state.user?.used();
    // Copying may run code of the messages, which may take others out.
    return chosen.map((message) => plainCopy(message));
  },
  /** @this {any} @param {number} index @param {boolean} [on] */
  pin(index, on = true) {
    const state = openState(this);
    settle(state, true);
    const at = Number.isInteger(index) && index < 0 ? index + this.length : index;
    if (typeof index !== 'number') throw new TypeError(`pin: the index must be a number, not ${show(index)}`);
    if (!Number.isInteger(at) || at < 0 || at >= this.length) {
      throw new RangeError(`pin: there is no message ${show(index)}; the history has ${this.length}`);
    }
    if (typeof on !== 'boolean') throw new TypeError(`pin: the second argument must be true or false, not ${show(on)}`);
    const record = recordAt(this[at]);
    native.pin(state.id, record.m, on);
    if (on) state.pinned.add(record);
    else state.pinned.delete(record);
    const told = state.young.get(this[at]);
    if (told !== undefined) state.young.set(this[at], { ...told, flags: on ? told.flags | FLAG.PINNED : told.flags & ~FLAG.PINNED });
    finish(state);
  },
  /** @this {any} @returns {Buffer} */
  toJSONBuffer() {
    const state = stateOf(this);
    if (state.closed) return Buffer.from('[]');
    settle(state, true);
    return toBuffer(state);
  },
  /** @this {any} */
  refresh() {
    const state = openState(this);
    settle(state, true);
    reviewAll(state);
    finish(state);
    return this;
  },
  /** @this {any} */
  validate() {
    const state = stateOf(this);
    // What `onTrim` did to the array itself is looked at too; it may go on doing so for ever.
    for (let left = ROUNDS; left > 0 && !state.closed; left -= 1) {
      settle(state, true);
      if (isKnown(state)) break;
    }
    if (!state.closed) compare(state, true);
    return audit(state);
  },
  /** @this {any} */
  close() {
    const state = stateOf(this);
    if (state.closed) return;
    state.closed = true;
    state.known = [];
    state.aside = undefined;
    state.dirty.clear();
    state.warm = [];
    state.coolDown();
    state.hold.close();
    histories.delete(state.id);
    // A frozen array cannot be emptied.
    if (!Object.isSealed(this)) this.length = 0;
  },
};

/** @type {Record<string, (this: any) => unknown>} */
const getters = {
  byteLength() {
    return total(this, STATUS.BYTES);
  },
  chars() {
    return total(this, STATUS.CHARS);
  },
  tokens() {
    return total(this, STATUS.TOKENS);
  },
  dropped() {
    const state = stateOf(this);
    if (!state.closed) settle(state);
    const { status } = state;
    return {
      messages: status[STATUS.DROPPED_MESSAGES],
      bytes: status[STATUS.DROPPED_BYTES],
      tokens: status[STATUS.DROPPED_TOKENS],
    };
  },
  handle() {
    const state = openState(this);
    settle(state, true);
    share(state);
    return handleOf(state.id);
  },
};

/** @param {any} history @param {number} word */
function total(history, word) {
  const state = stateOf(history);
  if (state.closed) return 0;
  settle(state);
  return state.status[word];
}

/** @type {PropertyDescriptorMap} */
const methods = {};
for (const [name, value] of Object.entries({ ...mutators, ...own })) methods[name] = { value, writable: true, configurable: true };
for (const [name, get] of Object.entries(getters)) methods[name] = { get, configurable: true };

/** @type {any} */
const bySymbol = {
  /** A console shows the texts, not their accessors. @this {any} */
  [INSPECT]() {
    const shown = this.slice(0, SHOWN).map(plainCopy);
    shown.length = this.length;
    return shown;
  },
};
if (Symbol.dispose !== undefined) bySymbol[Symbol.dispose] = own.close;
for (const key of Object.getOwnPropertySymbols(bySymbol)) {
  methods[/** @type {any} */ (key)] = { value: bySymbol[key], writable: true, configurable: true };
}

exports.methods = methods;
