'use strict';

// Whether JSON.stringify would run anybody's code on the way: a getter, a `toJSON`, a trap. Such code must not
// meet placeholders where texts stand, since it may read one text and write it into another.

const { types } = require('node:util');
const { isAccessor } = require('./texts');
const { Date } = globalThis; // as it was

/** Deeper than this nobody nests on purpose; a cycle does, and JSON.stringify says so. */
const MOST_DEEP = 200;

/** What JSON calls of a date, in the end. */
const OF_DATES = /** @type {const} */ (['toJSON', 'toISOString', 'valueOf', Symbol.toPrimitive]);
const ofDates = OF_DATES.map((name) => Date.prototype[name]);
const bufferToJSON = Buffer.prototype.toJSON;

/** Makes no descriptor, which is half of what this costs. @type {(this: object, key: string | number) => (() => any) | undefined} */
const getterOf = Reflect.get(Object.prototype, '__lookupGetter__');

/**
 * Looks at getters and prototypes only, so it runs no code either.
 *
 * @param {any} value
 * @param {number} [depth]
 * @returns {boolean}
 */
function isBare(value, depth = 0) {
  if (typeof value !== 'object' || value === null) return typeof value !== 'bigint'; // to which many give a `toJSON`
  if (types.isProxy(value)) return false;
  const proto = Object.getPrototypeOf(value);
  const isArray = Array.isArray(value);
  if (proto !== Object.prototype && !(isArray && proto === Array.prototype)) {
    if (types.isDate(value)) return isBareDate(value);
    if (ArrayBuffer.isView(value)) return isBareBuffer(value);
    if (types.isBoxedPrimitive(value) || hasTraps(proto)) return false;
  }
  if ('toJSON' in value || depth > MOST_DEEP) return false;
  return isArray ? areElementsBare(value, depth + 1) : areFieldsBare(value, depth + 1);
}

/** @param {any[]} array @param {number} depth */
function areElementsBare(array, depth) {
  for (let at = 0; at < array.length; at += 1) {
    // A hole is looked up on the prototype, by JSON too.
    if (getterOf.call(array, at) !== undefined || !isBare(array[at], depth)) return false;
  }
  return true;
}

/** @param {any} object @param {number} depth */
function areFieldsBare(object, depth) {
  for (const key of Object.keys(object)) {
    const get = getterOf.call(object, key);
    if (get === undefined ? !isBare(object[key], depth) : !isAccessor(key, get)) return false;
  }
  return true;
}

/** Whether looking something up may run code: a Proxy among the prototypes. @param {object | null} proto */
function hasTraps(proto) {
  for (let at = proto; at !== null; at = Object.getPrototypeOf(at)) if (types.isProxy(at)) return true;
  return false;
}

/** One that JSON writes as the language says. @param {any} date */
function isBareDate(date) {
  const { prototype } = Date;
  return Object.getPrototypeOf(date) === prototype && Reflect.ownKeys(date).length === 0 && OF_DATES.every((name, at) => prototype[name] === ofDates[at]);
}

/** @param {any} view */
function isBareBuffer(view) {
  return Object.getPrototypeOf(view) === Buffer.prototype && Buffer.prototype.toJSON === bufferToJSON && !Object.hasOwn(view, 'toJSON') && !Object.hasOwn(view, 'length');
}

exports.isBare = isBare;
