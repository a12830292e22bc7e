'use strict';

// Texts that live in Rust. The property that held one is an own enumerable accessor; its getter and
// setter are shared by all properties of that name, so that messages share their hidden class. What
// belongs to one object stands in a private field stamped on it: no equality, clone or key list sees it.

const { native } = require('./native');
const { HistoryGoneError } = require('../errors');
const { Map } = globalThis; // as they were: a program may put our classes in their place

/** @typedef {import('./state').State} State */

/**
 * What is known of one message; also its first text, if the message itself holds one: most do, and it
 * saves an object each.
 */
class Record {
  /** @param {State} state @param {number} m */
  constructor(state, m) {
    /** `undefined` once the message has left. @type {State | undefined} */
    this.state = state;
    /** The message's number; −1 once it has left. Read from shared memory it is a double, of which V8 would make an object. */
    this.m = m === (m | 0) ? m | 0 : m;
    /** The property that holds the first text. @type {string | undefined} */
    this.key = undefined;
    /** The text's number, −1: not in Rust. */
    this.t = -1;
    /** The text while it is in JavaScript: written lately, or empty. @type {string | undefined} */
    this.value = undefined;
    /** Further texts, those of the message itself first. @type {Text[] | undefined} */
    this.texts = undefined;
  }
}

/** A further text of a message. */
class Text {
  /** @param {Record} record @param {any} holder @param {string} key */
  constructor(record, holder, key) {
    this.state = record.state;
    this.record = record;
    this.holder = holder;
    this.key = key;
    this.t = -1;
    /** @type {string | undefined} */
    this.value = undefined;
  }
}

/** @typedef {Record | Text} AnyText */
/** What is stamped on an object: a message's record, or the texts of an object within one. @typedef {Record | Text | Text[]} Slot */

/** Answers what it is given, so that a subclass can add its private field to any object. */
class Given {
  /** @param {object} object */
  constructor(object) {
    return object;
  }
}

class Stamp extends Given {
  /** @type {Slot | undefined} */
  #slot = undefined;

  /** @param {object} object @returns {Slot | undefined} */
  static read(object) {
    return #slot in object ? object.#slot : undefined;
  }

  /** @param {object} object @param {Slot | undefined} slot */
  static write(object, slot) {
    const stamped = #slot in object ? object : /** @type {Stamp} */ (new Stamp(object));
    stamped.#slot = slot;
  }
}
const slotOf = Stamp.read;
const stamp = Stamp.write;

/**
 * While a history is written as JSON its texts answer placeholders, which Rust replaces: `nonce` and the
 * text's number. Texts of other histories, and those in JavaScript, answer as ever. Nobody's code runs meanwhile.
 *
 * @type {{ state: State | undefined, nonce: string, count: number }}
 */
const skeletonMode = { state: undefined, nonce: '', count: 0 };

/** @param {AnyText} text @returns {Record} */
function recordOf(text) {
  return text instanceof Record ? text : text.record;
}

/**
 * The text that an object holds under a key, if that is one of ours.
 *
 * @param {any} holder
 * @param {Slot | undefined} slot of the holder
 * @param {string} key
 * @returns {AnyText | undefined}
 */
function textAt(holder, slot, key) {
  if (slot === undefined) return undefined;
  if (Array.isArray(slot)) return slot.find((text) => text.key === key);
  if (slot.key === key) return slot;
  if (!(slot instanceof Record)) return undefined;
  const { texts } = slot;
  if (texts === undefined) return undefined;
  for (const text of texts) {
    if (text.holder !== holder) return undefined;
    if (text.key === key) return text;
  }
  return undefined;
}

/** @param {AnyText} text @returns {string} */
function readText(text) {
  const { state } = text;
  if (state !== undefined && state === skeletonMode.state && text.t !== -1 && !state.dirty.has(text)) {
    skeletonMode.count += 1;
    return skeletonMode.nonce + text.t;
  }
  if (text.value !== undefined) return text.value;
  if (state === undefined) return '';
  if (state.closed) throw new HistoryGoneError('the text of this message was freed when its history was closed; copy what must outlive it (history.window()) before close()');
  const value = native.text(state.id, text.t);
  state.wasRead(text, value);
  return value;
}

/**
 * The object that carries the accessor: the receiver, or what it inherits from.
 * @param {any} receiver
 */
function holderOf(receiver) {
  let holder = receiver;
  while (holder !== null && typeof holder === 'object' && slotOf(holder) === undefined) holder = Object.getPrototypeOf(holder);
  return holder;
}

/** @type {Map<string, PropertyDescriptor & { get: () => any, set: (value: any) => void }>} */
const accessors = new Map();

/**
 * The one pair of accessors for properties of this name.
 * @param {string} key
 */
function accessorOf(key) {
  const known = accessors.get(key);
  if (known !== undefined) return known;
  const made = {
    /** @this {any} */
    get() {
      const slot = slotOf(this);
      // By far the most usual: a message with one text, or a part with one.
      if (slot !== undefined && /** @type {any} */ (slot).key === key) return readText(/** @type {AnyText} */ (slot));
      const holder = holderOf(this);
      const text = holder === null ? undefined : textAt(holder, slotOf(holder), key);
      return text === undefined ? undefined : readText(text);
    },
    /** @this {any} @param {any} value */
    set(value) {
      const text = textAt(this, slotOf(this), key);
      if (text !== undefined && !Object.isExtensible(this)) checkWritable(this, key, value);
      if (text !== undefined && typeof value === 'string') {
        text.value = value;
        text.state?.wrote(text);
        return;
      }
      // No text any more (or never of this object, which inherits it): an ordinary property.
      if (text !== undefined) {
        const { state } = text;
        detach(text);
        state?.lost(text);
      }
      define(this, key, value);
    },
    enumerable: true,
    configurable: true,
  };
  accessors.set(key, made);
  return made;
}

/** Whether a getter is ours, for properties of this name. @param {string} key @param {() => any} get */
function isAccessor(key, get) {
  return accessors.get(key)?.get === get;
}

/**
 * What a frozen or sealed object takes: an accessor that cannot be taken away holds strings only.
 * @param {any} holder @param {string} key @param {any} value
 */
function checkWritable(holder, key, value) {
  if (Object.isFrozen(holder)) throw new TypeError(`Cannot assign to read only property '${key}' of a frozen object`);
  if (typeof value === 'string' || Object.getOwnPropertyDescriptor(holder, key)?.configurable === true) return;
  throw new TypeError(`property '${key}' of a sealed message takes strings only`);
}

/** @param {any} holder @param {string} key @param {any} value */
function define(holder, key, value) {
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
}

/**
 * Takes a text off its object's stamp; the property stays as it is.
 * @param {AnyText} text
 */
function detach(text) {
  if (text instanceof Record) {
    text.key = undefined;
    return;
  }
  const { record, holder } = text;
  record.texts = record.texts?.filter((other) => other !== text);
  const slot = slotOf(holder);
  if (Array.isArray(slot)) stamp(holder, slot.filter((other) => other !== text));
  else if (slot === text) stamp(holder, undefined);
}

/**
 * Makes properties of one object accessors, in place and in order. Until V8 12 an object keeps its hidden
 * class only while properties come and go at the end, so everything from the first text on is taken off
 * from behind and put back: an accessor set over a data property costs 260 B a message more. Since then
 * it loses the class either way.
 *
 * @param {any} holder
 * @param {readonly string[]} keys of its texts, in the order of the properties
 */
function install(holder, keys) {
  const own = Object.keys(holder);
  const first = own.indexOf(keys[0]);
  const values = [];
  for (let at = own.length - 1; at >= first; at -= 1) {
    values.push(holder[own[at]]);
    delete holder[own[at]];
  }
  for (let at = first; at < own.length; at += 1) {
    const key = own[at];
    const value = values[own.length - 1 - at];
    if (keys.includes(key)) Object.defineProperty(holder, key, accessorOf(key));
    else if (key in holder) define(holder, key, value);
    else holder[key] = value;
  }
}

/**
 * Whether the properties from the first text on are ordinary ones, as `install` needs them.
 *
 * @param {any} holder
 * @param {string} firstKey of its texts
 */
function installable(holder, firstKey) {
  if (!Object.isExtensible(holder)) return false;
  const own = Object.keys(holder);
  for (let at = own.indexOf(firstKey); at < own.length; at += 1) {
    const found = Object.getOwnPropertyDescriptor(holder, own[at]);
    if (found === undefined || found.writable !== true || found.configurable !== true) return false;
  }
  return true;
}

/** Whether a property is still the accessor that a text needs. @param {any} holder @param {string} key */
function hasAccessor(holder, key) {
  return Object.getOwnPropertyDescriptor(holder, key)?.get === accessorOf(key).get;
}

/**
 * Makes a text an ordinary property again. If its owner froze the object the accessor stays and answers
 * from JavaScript. Answers whether that is so.
 *
 * @param {any} holder
 * @param {AnyText} text
 * @param {string} value
 */
function materialise(holder, text, value) {
  const key = /** @type {string} */ (text.key);
  text.state = undefined;
  text.t = -1;
  const found = Object.getOwnPropertyDescriptor(holder, key);
  if (found === undefined || found.get !== accessorOf(key).get) return false;
  if (found.configurable === true) {
    define(holder, key, value);
    return false;
  }
  text.value = value;
  return true;
}

/**
 * All texts of a message.
 * @param {Record} record
 * @returns {AnyText[]}
 */
function textsOf(record) {
  /** @type {AnyText[]} */
  const own = record.key === undefined ? [] : [record];
  return record.texts === undefined ? own : own.concat(record.texts);
}

/** The record of an adopted message. @param {any} message @returns {Record} */
function recordAt(message) {
  return /** @type {Record} */ (slotOf(message));
}

exports.Record = Record;
exports.Text = Text;
exports.accessorOf = accessorOf;
exports.define = define;
exports.detach = detach;
exports.hasAccessor = hasAccessor;
exports.install = install;
exports.installable = installable;
exports.isAccessor = isAccessor;
exports.materialise = materialise;
exports.recordAt = recordAt;
exports.recordOf = recordOf;
exports.skeletonMode = skeletonMode;
exports.slotOf = slotOf;
exports.stamp = stamp;
exports.textAt = textAt;
exports.textsOf = textsOf;
