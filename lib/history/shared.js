'use strict';

// A history as other threads see it. Not an array: it holds nothing and reads the current state at each call.

const { native } = require('./native');
const { HANDLE } = require('./handle');
const { joinIds, shapeOf } = require('./shapes');
const { checkIsMessage, surveyNew } = require('./survey');
const { copyMessage } = require('./copy');
const { parseWindow } = require('./options');
const { newNonce } = require('./json');
const { HistoryGoneError, show } = require('../errors');
const { Map } = globalThis; // as they were: a program may put our classes in their place

class SharedHistory {
  #id;
  #closed = false;

  /** @param {unknown} secret @param {number} id */
  constructor(secret, id) {
    if (secret !== SECRET) throw new TypeError('a SharedHistory is opened by SharedHistory.open(history.handle)');
    this.#id = id;
  }

  /** @param {unknown} handle */
  static open(handle) {
    const found = /** @type {any} */ (handle);
    if (typeof found !== 'object' || found === null || found.kind !== HANDLE || found.history >>> 0 !== found.history) {
      throw new TypeError(`SharedHistory.open takes a history's handle, not ${show(handle)}`);
    }
    // Numbers of histories mean something in their own process only.
    if (found.process !== process.pid) throw new HistoryGoneError('this handle is of another process');
    const opened = new SharedHistory(SECRET, found.history);
    void opened.length;
    return opened;
  }

  get length() {
    return this.#here(this.#closed ? undefined : native.join(this.#id))[0];
  }

  /** @param {any[]} messages */
  push(...messages) {
    let { length } = this;
    const ready = messages.map((message) => prepare(message));
    for (const { flags, fixedBytes, fixedChars, calls, answers, skeleton, nonce, texts } of ready) {
      length = this.#here(native.sharedPush(this.#id, flags, -1, fixedBytes, fixedChars, calls, answers, skeleton, nonce, texts));
    }
    return length;
  }

  /** @param {number} index */
  at(index) {
    const { length } = this;
    const whole = Math.trunc(Number(index)) || 0;
    const at = whole < 0 ? whole + length : whole;
    if (at < 0 || at >= length) return undefined;
    const json = native.sharedAt(this.#id, at);
    if (json === null) this.#here(undefined);
    return json === undefined || json === null ? undefined : JSON.parse(json);
  }

  /** @param {unknown} [limits] */
  window(limits) {
    const { maxMessages, maxTokens } = parseWindow('window', limits);
    return JSON.parse(this.#here(this.#closed ? undefined : native.sharedWindow(this.#id, maxMessages, maxTokens)));
  }

  toArray() {
    return JSON.parse(this.toJSONBuffer().toString());
  }

  toJSONBuffer() {
    return this.#here(this.#closed ? undefined : native.sharedJson(this.#id));
  }

  close() {
    this.#closed = true;
  }

  /**
   * @template T
   * @param {T | undefined | null} answer
   * @returns {T}
   */
  #here(answer) {
    if (answer === undefined || answer === null) {
      throw new HistoryGoneError(this.#closed ? 'this SharedHistory was closed' : 'this history is gone: its owner closed it or was collected');
    }
    return answer;
  }
}

/** Keeps the constructor to `open`. */
const SECRET = Symbol('open');

if (Symbol.dispose !== undefined) {
  Object.defineProperty(SharedHistory.prototype, Symbol.dispose, { value: SharedHistory.prototype.close, writable: true, configurable: true });
}

/**
 * What crosses to the owner: the JSON of the message with a placeholder for each text. The message itself
 * stays the caller's.
 *
 * @param {any} given
 */
function prepare(given) {
  checkIsMessage(given, 'push');
  // In a copy no object stands twice, so every text has one placeholder.
  const message = copyMessage(given);
  checkIsMessage(message, 'push');
  const survey = surveyNew(message);
  const found = /** @type {import('./survey').Survey} */ (survey);
  const { holders, keys, values, fixedBytes, fixedChars } = found;
  const { flags, calls, answers } = shapeOf(message);
  /** @type {Map<any, Map<string, number>>} */
  const places = new Map();
  /** @type {string[]} */
  const texts = [];
  values.forEach((value, at) => {
    if (value === '') return;
    const known = places.get(holders[at]) ?? new Map();
    places.set(holders[at], known.set(keys[at], texts.length));
    texts.push(value);
  });
  const nonce = newNonce();
  const skeleton = JSON.stringify(message, /** @this {any} @param {string} key @param {any} value */ function placeholder(key, value) {
    const at = places.get(this)?.get(key);
    return at === undefined ? value : nonce + at;
  });
  return { flags, fixedBytes, fixedChars, calls: joinIds(calls), answers: joinIds(answers), skeleton, nonce, texts };
}

exports.SharedHistory = SharedHistory;
