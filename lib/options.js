'use strict';

// Reading what the user passes. Nothing is coerced, each property is read once, and everything is
// checked before anything changes.

const { show } = require('./errors');

const MAX_WEIGHT = Number.MAX_SAFE_INTEGER;
const SHORT_TTL = 60_000;

/**
 * @typedef {object} Options
 * @property {number} ttl
 * @property {number} maxAge
 * @property {number} maxSize
 * @property {number} maxBytes
 * @property {number} maxBusy
 * @property {number} hardMaxSize
 * @property {number} exitTimeout
 * @property {boolean | undefined} touchOnHas
 * @property {string | undefined} name
 * @property {((value: any, key: any) => number) | undefined} sizeOf
 * @property {((value: any, key: any) => unknown) | undefined} isBusy
 * @property {((key: any, value: any, reason: import('../index').RemoveReason) => unknown) | undefined} onRemove
 * @property {((error: unknown, context: any) => void) | undefined} onError
 * @property {import('../index').SessionClock | undefined} clock
 */

/** @type {Readonly<Options>} */
const DEFAULTS = Object.freeze({
  ttl: 30 * 60_000,
  maxAge: Infinity,
  maxSize: 1000,
  maxBytes: Infinity,
  maxBusy: 30 * 60_000,
  hardMaxSize: Infinity,
  exitTimeout: 5000,
  touchOnHas: undefined,
  name: undefined,
  sizeOf: undefined,
  isBusy: undefined,
  onRemove: undefined,
  onError: undefined,
  clock: undefined,
});

/**
 * @param {string} name
 * @param {unknown} value
 * @param {string} wanted
 * @returns {never}
 */
function fail(name, value, wanted) {
  const Type = typeof value === 'number' ? RangeError : TypeError;
  throw new Type(`${name} must be ${wanted}, not ${show(value)}`);
}

/**
 * A number is no less of a wrong kind than anything else where none is wanted.
 * @param {string} name
 * @param {unknown} value
 * @param {string} wanted
 * @returns {never}
 */
function wrongKind(name, value, wanted) {
  throw new TypeError(`${name} must be ${wanted}, not ${show(value)}`);
}

/** @type {(name: string, value: unknown) => number} */
function duration(name, value) {
  if (typeof value === 'number' && value >= 0) return value;
  return fail(name, value, 'a number of milliseconds ≥ 0 (Infinity: never)');
}

/** @type {(name: string, value: unknown) => number} */
function finiteDuration(name, value) {
  if (typeof value === 'number' && value >= 0 && value < Infinity) return value;
  return fail(name, value, 'a finite number of milliseconds ≥ 0');
}

/** @type {(name: string, value: unknown) => number} */
function count(name, value) {
  if (typeof value === 'number' && value >= 1 && (Number.isInteger(value) || value === Infinity)) return value;
  return fail(name, value, 'an integer ≥ 1 (or Infinity)');
}

/** @type {(name: string, value: unknown) => number} */
function integer(name, value) {
  if (typeof value === 'number' && value >= 0 && (Number.isInteger(value) || value === Infinity)) return value;
  return fail(name, value, 'an integer ≥ 0 (or Infinity)');
}

/** @type {(name: string, value: unknown) => number} */
function bytes(name, value) {
  if (typeof value === 'number' && value > 0 && (value <= MAX_WEIGHT || value === Infinity)) return value;
  return fail(name, value, 'a number > 0 and ≤ 2⁵³ − 1 (or Infinity)');
}

/** @type {(name: string, value: unknown) => number} */
function weight(name, value) {
  if (typeof value === 'number' && value >= 0 && value <= MAX_WEIGHT) return value;
  return fail(name, value, 'a finite number from 0 to 2⁵³ − 1');
}

/** @type {(name: string, value: unknown) => any} */
function callback(name, value) {
  if (typeof value === 'function') return value;
  return wrongKind(name, value, 'a function');
}

/** @type {(name: string, value: unknown) => any} */
function clock(name, value) {
  const found = /** @type {any} */ (value);
  const usable = (typeof found === 'object' && found !== null) || typeof found === 'function';
  if (!usable || typeof found.now !== 'function') return wrongKind(name, value, 'an object with a function now()');
  const { setTimer } = found;
  if (setTimer !== undefined) callback(`${name}.setTimer`, setTimer);
  return found;
}

/** @type {(name: string, value: unknown) => any} */
function flag(name, value) {
  if (typeof value === 'boolean') return value;
  return wrongKind(name, value, 'true or false');
}

/** @type {(name: string, value: unknown) => any} */
function text(name, value) {
  if (typeof value === 'string') return value;
  return wrongKind(name, value, 'a string');
}

/** @type {Readonly<Record<string, (name: string, value: unknown) => any>>} */
const CHECKS = Object.freeze({
  __proto__: /** @type {any} */ (null),
  ttl: duration,
  maxAge: duration,
  maxSize: count,
  maxBytes: bytes,
  maxBusy: duration,
  hardMaxSize: count,
  exitTimeout: finiteDuration,
  touchOnHas: flag,
  name: text,
  sizeOf: callback,
  isBusy: callback,
  onRemove: callback,
  onError: callback,
  clock,
});

/** @type {Readonly<Record<string, (name: string, value: unknown) => any>>} */
const ENTRY_CHECKS = Object.freeze({ __proto__: /** @type {any} */ (null), ttl: duration, maxAge: duration, size: weight });
/** @type {Readonly<Record<string, (name: string, value: unknown) => any>>} */
const TOUCH_CHECKS = Object.freeze({ __proto__: /** @type {any} */ (null), ttl: duration });

/**
 * Reads the own properties once each; `undefined` counts as absent.
 * @param {string} what
 * @param {object} given
 * @param {Readonly<Record<string, (name: string, value: unknown) => any>>} checks
 * @param {string} [hint]
 */
function read(what, given, checks, hint) {
  /** @type {Record<string, any>} */
  const found = {};
  for (const key of Reflect.ownKeys(given)) {
    const check = typeof key === 'string' ? checks[key] : undefined;
    if (check === undefined) {
      throw new TypeError(`${what}: unknown option ${String(key)}; known are ${Object.keys(checks).join(', ')}${hint === undefined ? '' : `; ${hint}`}`);
    }
    const value = /** @type {any} */ (given)[key];
    if (value !== undefined) found[/** @type {string} */ (key)] = check(`option ${String(key)}`, value);
  }
  return found;
}

/** @param {unknown} value */
function isPlain(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const proto = Object.getPrototypeOf(value);
  return proto === null || Object.getPrototypeOf(proto) === null;
}

/**
 * @param {string} what
 * @param {object} given
 * @param {Readonly<Record<string, (name: string, value: unknown) => any>>} [checks]
 * @param {any} [defaults]
 * @returns {any}
 */
function parseOptions(what, given, checks = CHECKS, defaults = DEFAULTS) {
  const options = { ...defaults, ...read(what, given, checks) };
  if (options.hardMaxSize < options.maxSize) {
    throw new RangeError(
      `option hardMaxSize must be at least maxSize (${options.maxSize}), not ${show(options.hardMaxSize)}`,
    );
  }
  return options;
}

/**
 * @param {string} what
 * @param {unknown} given
 * @returns {{ ttl?: number, maxAge?: number, size?: number }}
 */
function parseEntryOptions(what, given) {
  if (!isPlain(given)) throw new TypeError(`${what}: options must be a plain object, not ${show(given)}`);
  return read(what, /** @type {object} */ (given), ENTRY_CHECKS);
}

/**
 * @param {string} what
 * @param {unknown} given
 * @returns {number | undefined}
 */
function parseTouchOptions(what, given) {
  if (!isPlain(given)) throw new TypeError(`${what}: options must be a plain object, not ${show(given)}`);
  return read(what, /** @type {object} */ (given), TOUCH_CHECKS).ttl;
}

let warned = false;

/**
 * Entries as given; whether they are iterable shows when they are added, as natively.
 * @param {any} given
 * @returns {Iterable<any> | undefined}
 */
function iterable(given) {
  return given ?? undefined;
}

/**
 * Tells the forms of the constructors apart.
 * @param {string} what the class
 * @param {readonly unknown[]} args
 * @returns {{ options: Readonly<Options>, entries: Iterable<any> | undefined }}
 */
function parseArguments(what, args) {
  const [first, second, third] = args;
  if (first === undefined || first === null) return { options: DEFAULTS, entries: iterable(second) };
  if (typeof first === 'number') {
    const ttl = duration('ttl', first);
    const maxSize = second === undefined ? DEFAULTS.maxSize : count('maxSize', second);
    warnIfSwapped(what, ttl, maxSize);
    return { options: { ...DEFAULTS, ttl, maxSize }, entries: iterable(third) };
  }
  if (typeof first === 'object' || typeof first === 'function') {
    const method = /** @type {any} */ (first)[Symbol.iterator];
    if (typeof method === 'function') {
      if (isPlain(second)) {
        throw new TypeError(`new ${what}(entries) takes no options after the entries; write new ${what}(options, entries)`);
      }
      // Looked up once, as natively.
      return { options: DEFAULTS, entries: { [Symbol.iterator]: () => Reflect.apply(method, first, []) } };
    }
    if (isPlain(first)) return { options: parseOptions(what, first), entries: iterable(second) };
  }
  throw new TypeError(
    `new ${what}: the first argument must be options, a number (ttl in ms) or an iterable of entries, not ${show(first)}`,
  );
}

/**
 * @param {string} what
 * @param {number} ttl
 * @param {number} maxSize
 */
function warnIfSwapped(what, ttl, maxSize) {
  if (warned || ttl >= SHORT_TTL || maxSize < SHORT_TTL || maxSize === Infinity) return;
  warned = true;
  globalThis.process?.emitWarning?.(
    `new ${what}(${ttl}, ${maxSize}) means ttl ${ttl} ms and maxSize ${maxSize}; if the two are the wrong way round, write { ttl, maxSize }`,
    { type: 'RobustSessionMapWarning', code: 'RSM_SWAPPED' },
  );
}

exports.CHECKS = CHECKS;
exports.count = count;
exports.fail = fail;
exports.wrongKind = wrongKind;
exports.DEFAULTS = DEFAULTS;
exports.read = read;
exports.isPlain = isPlain;
exports.duration = duration;
exports.finiteDuration = finiteDuration;
exports.text = text;
exports.integer = integer;
exports.parseOptions = parseOptions;
exports.parseArguments = parseArguments;
exports.parseEntryOptions = parseEntryOptions;
exports.parseTouchOptions = parseTouchOptions;
exports.weight = weight;
exports.callback = callback;
