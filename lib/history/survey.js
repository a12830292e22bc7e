'use strict';

// One walk over a message: is it JSON, which of its strings move to Rust, how much stays. Changes nothing.

const { types } = require('node:util');
const { show } = require('../errors');
const { hasAccessor, installable, recordOf, slotOf, textAt } = require('./texts');
const { Set } = globalThis; // as they were: a program may put our classes in their place

/** @typedef {import('./texts').AnyText} AnyText */

/** Strings under these names move whatever their length: they are what a message says, and they grow while streamed. */
const TEXT_KEYS = new Set(['content', 'text', 'arguments', 'thinking', 'output']);
/** Any other string moves from this length on: below it, its place in Rust would cost more than the string. */
const THRESHOLD = 200;
/** V8 copies shorter slices anyway; longer ones would keep alive what they were cut from. */
const SLICE = 13;

/** What could not be adopted in place: the message has to be copied first. */
const COPY = Symbol('copy');

class Survey {
  /** @param {import('./texts').Record | undefined} record of an adopted message that is looked at again */
  constructor(record) {
    this.record = record;
    /** Texts to move: their objects, names and values, the message's own first. @type {any[]} */
    this.holders = [];
    /** @type {string[]} */
    this.keys = [];
    /** @type {string[]} */
    this.values = [];
    /** Short strings to copy: object and name in turn. @type {any[]} */
    this.shorts = [];
    /** Objects whose texts are to move: one that stands twice in the message holds its texts once. @type {Set<any> | undefined} */
    this.taken = undefined;
    /** Texts of this message that were met, all in place. @type {Set<AnyText> | undefined} */
    this.met = undefined;
    this.fixedBytes = 0;
    this.fixedChars = 0;
    /** The way down to where the walk is: objects and names. @type {any[]} */
    this.objects = [];
    /** @type {(string | number)[]} */
    this.path = [];
  }

  /** @param {any} object plain, or an array */
  object(object) {
    const { objects, path } = this;
    if (objects.length > 0 && objects.includes(object)) this.fail('is a cycle: it contains itself');
    objects.push(object);
    const slot = slotOf(object);
    const isArray = Array.isArray(object);
    const names = isArray ? object : Object.keys(object);
    // As JSON does it: what getters add meanwhile is not looked at.
    const { length } = names;
    const before = this.keys.length;
    const again = this.taken?.has(object) === true;
    let nested = false;
    for (let at = 0; at < length; at += 1) {
      const key = isArray ? at : /** @type {string} */ (names[at]);
      const text = slot === undefined || isArray ? undefined : textOf(object, slot, /** @type {string} */ (key));
      if (text !== undefined && this.known(text)) continue;
      const value = object[key];
      if (typeof value === 'string') this.string(object, key, value, isArray, again);
      else if (typeof value === 'object' && value !== null) nested = true;
      else this.scalar(key, value);
    }
    if (this.keys.length > before) this.checkHolder(object, before);
    // The message itself cannot stand within itself.
    if (this.keys.length > before && objects.length > 1) (this.taken ??= new Set()).add(object);
    if (nested) {
      for (let at = 0; at < length; at += 1) {
        const key = isArray ? at : /** @type {string} */ (names[at]);
        if (slot !== undefined && !isArray && textOf(object, slot, /** @type {string} */ (key)) !== undefined) continue;
        const value = object[key];
        if (typeof value !== 'object' || value === null) continue;
        path.push(key);
        if (Array.isArray(value) || (isPlain(value) && typeof value.toJSON !== 'function')) this.object(value);
        else this.opaque(value);
        path.pop();
      }
    }
    objects.pop();
  }

  /**
   * Whether a text is this message's and can be passed by; one of another message means a copy.
   * @param {AnyText} text
   */
  known(text) {
    const { record } = this;
    if (record === undefined) throw COPY;
    if (recordOf(text) !== record) return false;
    this.met ??= new Set();
    this.met.add(text);
    return true;
  }

  /**
   * @param {any} object @param {string | number} key @param {string} value @param {boolean} isArray
   * @param {boolean} again whether the object's texts have been taken already
   */
  string(object, key, value, isArray, again) {
    if (!isArray && (TEXT_KEYS.has(/** @type {string} */ (key)) || value.length >= THRESHOLD)) {
      if (again) return;
      this.holders.push(object);
      this.keys.push(/** @type {string} */ (key));
      this.values.push(value);
      return;
    }
    if (value.length >= SLICE) this.shorts.push(object, key);
    if (isLabel(key)) return;
    this.fixedChars += value.length;
    this.fixedBytes += byteLength(value);
  }

  /** @param {string | number} key @param {unknown} value */
  scalar(key, value) {
    switch (typeof value) {
      case 'function':
      case 'bigint':
      case 'symbol':
        this.path.push(key);
        return this.fail(`is ${show(value)}, which JSON does not have`);
      default: // undefined, null, booleans, numbers: as JSON.stringify treats them
    }
  }

  /**
   * Objects of classes (a Date, a URL), or with a `toJSON`, stay as they are; JSON decides what they weigh and whether they may be here.
   * @param {object} value
   */
  opaque(value) {
    // An image: written out as JSON it would be many times its size, and this is asked often.
    if (isBinary(value)) {
      this.fixedChars += value.byteLength;
      this.fixedBytes += value.byteLength;
      return;
    }
    let json;
    try {
      json = JSON.stringify(value);
    } catch (cause) {
      this.fail(`cannot be written as JSON: ${cause instanceof Error ? cause.message : show(cause)}`, cause);
    }
    if (json === undefined) return;
    this.fixedChars += json.length;
    this.fixedBytes += byteLength(json);
  }

  /**
   * An object whose texts are to move must be an ordinary one.
   * @param {any} object
   * @param {number} before texts found before it
   */
  checkHolder(object, before) {
    if (installable(object, this.keys[before]) && !types.isProxy(object)) return;
    if (this.record === undefined) throw COPY;
    // The message is adopted already, and so is its identity: these texts stay where they are.
    for (const value of this.values.splice(before)) {
      this.fixedChars += value.length;
      this.fixedBytes += byteLength(value);
    }
    this.keys.length = before;
    this.holders.length = before;
  }

  /**
   * @param {string} what
   * @param {unknown} [cause]
   * @returns {never}
   */
  fail(what, cause) {
    const where = this.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
    throw new TypeError(`message${where} ${what}`, { cause });
  }
}

/**
 * The text under a key, if its property is still ours: it may have been deleted and made anew.
 * @param {any} object @param {import('./texts').Slot} slot @param {string} key
 */
function textOf(object, slot, key) {
  const text = textAt(object, slot, key);
  return text !== undefined && hasAccessor(object, key) ? text : undefined;
}

/**
 * Bytes that JSON can write: BigInts it cannot, and what writes itself says how.
 * @param {any} value
 * @returns {value is Uint8Array}
 */
function isBinary(value) {
  if (!types.isTypedArray(value) || types.isBigInt64Array(value) || types.isBigUint64Array(value)) return false;
  return Buffer.isBuffer(value) || typeof (/** @type {any} */ (value).toJSON) !== 'function';
}

/** Names and kinds are no text: the lengths of a history are those of what was said. @param {string | number} key */
function isLabel(key) {
  return key === 'role' || key === 'type' || key === 'id' || (typeof key === 'string' && key.endsWith('_id'));
}

/** @param {unknown} value an object */
function isPlain(value) {
  const proto = Object.getPrototypeOf(value);
  return proto === null || proto === Object.prototype || Object.getPrototypeOf(proto) === null;
}

/**
 * In UTF-8, a lone surrogate counting three.
 * @param {string} text
 */
function byteLength(text) {
  if (text.length > THRESHOLD) return Buffer.byteLength(text);
  let bytes = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    else if (unit >= 0xd800 && unit < 0xdc00 && isLow(text.charCodeAt(at + 1))) {
      bytes += 2;
      at += 1;
    } else bytes += 2;
  }
  return bytes;
}

/** @param {number} unit */
function isLow(unit) {
  return unit >= 0xdc00 && unit < 0xe000;
}

/**
 * A message that is not adopted. Answers `COPY` if it has to be copied first.
 *
 * @param {any} message
 * @returns {Survey | typeof COPY}
 */
function surveyNew(message) {
  const slot = slotOf(message);
  if (slot !== undefined || !isPlain(message) || typeof message.toJSON === 'function') return COPY;
  if (types.isProxy(message) || !Object.isExtensible(message)) return COPY;
  const survey = new Survey(undefined);
  try {
    survey.object(message);
  } catch (error) {
    if (error === COPY) return COPY;
    throw error;
  }
  return survey;
}

/**
 * An adopted message, which its owner may have changed.
 *
 * @param {any} message
 * @param {import('./texts').Record} record
 */
function surveyAgain(message, record) {
  const survey = new Survey(record);
  survey.object(message);
  return survey;
}

/**
 * By far the most usual message: a role and a text, and nothing to be careful about. It needs no walk.
 * @param {any} message
 */
function isSimple(message) {
  if (types.isProxy(message) || Object.getPrototypeOf(message) !== Object.prototype || slotOf(message) !== undefined) return false;
  const names = Object.keys(message);
  if (names.length !== 2 || names[0] !== 'role' || names[1] !== 'content' || !installable(message, 'content')) return false;
  const { role, content } = message;
  // A long role may be a slice of something longer; an empty text stays here.
  return typeof content === 'string' && content !== '' && typeof role === 'string' && role.length < SLICE && typeof message.toJSON !== 'function';
}

/** @param {unknown} message @param {string} where */
function checkIsMessage(message, where) {
  if (typeof message === 'object' && message !== null && !Array.isArray(message)) return;
  throw new TypeError(`${where}: a message must be an object, not ${show(message)}`);
}

exports.COPY = COPY;
exports.Survey = Survey;
exports.byteLength = byteLength;
exports.checkIsMessage = checkIsMessage;
exports.isPlain = isPlain;
exports.isSimple = isSimple;
exports.surveyAgain = surveyAgain;
exports.surveyNew = surveyNew;
