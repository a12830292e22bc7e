'use strict';

// What a history is told: limits and callbacks. Nothing is coerced, everything is checked before anything changes.

const { show } = require('../errors');
const { callback, count, duration, fail, isPlain, read, text } = require('../options');

/** Messages kept when no limit is named at all. */
const DEFAULT_MESSAGES = 50;
/** Milliseconds without use until text is compressed. */
const DEFAULT_SEAL_AFTER = 2000;

/**
 * @typedef {object} HistoryLimits
 * @property {number} maxMessages
 * @property {number} maxTokens
 * @property {number} maxBytes
 * @property {number} keepFirst
 * @property {number} sealAfter
 * @property {((message: any) => boolean) | undefined} turnStart
 * @property {((messages: any[]) => unknown) | undefined} onTrim
 * @property {((message: any) => number) | undefined} countTokens
 * @property {string | undefined} name
 */

/** @type {(name: string, value: unknown) => number} */
function amount(name, value) {
  if (typeof value === 'number' && value > 0) return value;
  return fail(name, value, 'a number > 0 (or Infinity)');
}

/** @type {(name: string, value: unknown) => number} */
function number(name, value) {
  if (typeof value === 'number' && value >= 0 && Number.isInteger(value)) return value;
  return fail(name, value, 'an integer ≥ 0');
}

/** @typedef {Readonly<Record<string, (name: string, value: unknown) => any>>} Checks */

/** @type {Checks} */
const CHECKS = Object.freeze({
  __proto__: /** @type {any} */ (null),
  maxMessages: count,
  maxTokens: amount,
  maxBytes: amount,
  keepFirst: number,
  sealAfter: duration,
  turnStart: callback,
  onTrim: callback,
  countTokens: callback,
  name: text,
});

/** @type {Checks} */
const WINDOW_CHECKS = Object.freeze({ __proto__: /** @type {any} */ (null), maxMessages: count, maxTokens: amount });

/**
 * @param {string} what
 * @param {unknown} given
 * @param {Checks} checks
 */
function readPlain(what, given, checks) {
  if (!isPlain(given)) throw new TypeError(`${what}: options must be a plain object, not ${show(given)}`);
  return read(what, /** @type {object} */ (given), checks);
}

/**
 * @param {unknown} given
 * @returns {Readonly<HistoryLimits>}
 */
function parseOptions(given) {
  const found = given === undefined || given === null ? {} : readPlain('BoundedHistory', given, CHECKS);
  const limited = found.maxMessages !== undefined || found.maxTokens !== undefined || found.maxBytes !== undefined;
  return {
    maxMessages: found.maxMessages ?? (limited ? Infinity : DEFAULT_MESSAGES),
    maxTokens: found.maxTokens ?? Infinity,
    maxBytes: found.maxBytes ?? Infinity,
    keepFirst: found.keepFirst ?? 1,
    sealAfter: found.sealAfter ?? DEFAULT_SEAL_AFTER,
    turnStart: found.turnStart,
    onTrim: found.onTrim,
    countTokens: found.countTokens,
    name: found.name,
  };
}

/**
 * Tells `new BoundedHistory(options, messages)` from `new BoundedHistory(messages)`.
 *
 * @param {readonly unknown[]} args
 * @returns {{ options: Readonly<HistoryLimits>, messages: Iterable<unknown> | undefined }}
 */
function parseArguments([first, second]) {
  if (isIterable(first)) {
    if (second !== undefined && second !== null) {
      throw new TypeError('new BoundedHistory(messages) takes nothing after the messages; write new BoundedHistory(options, messages)');
    }
    return { options: parseOptions(undefined), messages: first };
  }
  if (first !== undefined && first !== null && !isPlain(first)) {
    throw new TypeError(`new BoundedHistory: the first argument must be options or messages, not ${show(first)}`);
  }
  const options = parseOptions(first);
  if (second === undefined || second === null) return { options, messages: undefined };
  if (!isIterable(second)) throw new TypeError(`new BoundedHistory: the messages must be an array (or another iterable), not ${show(second)}`);
  return { options, messages: second };
}

/** @param {unknown} value @returns {value is Iterable<unknown>} */
function isIterable(value) {
  return typeof value === 'object' && value !== null && typeof (/** @type {any} */ (value)[Symbol.iterator]) === 'function';
}

/**
 * @param {string} what
 * @param {unknown} given
 * @returns {{ maxMessages: number, maxTokens: number }}
 */
function parseWindow(what, given) {
  if (given === undefined || given === null) return { maxMessages: Infinity, maxTokens: Infinity };
  const { maxMessages = Infinity, maxTokens = Infinity } = readPlain(what, given, WINDOW_CHECKS);
  return { maxMessages, maxTokens };
}

/**
 * What `countTokens` answered.
 * @param {unknown} tokens
 */
function checkTokens(tokens) {
  if (typeof tokens === 'number' && tokens >= 0 && tokens <= Number.MAX_SAFE_INTEGER) return tokens;
  return fail('countTokens(message)', tokens, 'a finite number from 0 to 2⁵³ − 1');
}

exports.CHECKS = CHECKS;
exports.checkTokens = checkTokens;
exports.parseOptions = parseOptions;
exports.parseArguments = parseArguments;
exports.parseWindow = parseWindow;
