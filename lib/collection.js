'use strict';

// Methods that maps and sets share word for word. They are defined on both prototypes, as methods
// that look like class methods: not enumerable, not constructors, with the right name and length.

const { SessionLease } = require('./lease');
const { subscribe } = require('./subscribe');
const { readStats } = require('./stats');
const { audit } = require('./audit');
const { parseTouchOptions } = require('./options');
const { show } = require('./errors');
const { OP, WORD } = require('./protocol');
const { Map, Set } = globalThis; // as they were: a program may put our classes in their place

/**
 * @param {any} prototype
 * @param {(collection: any) => import('./store').Store} storeOf throws if it is not a collection
 */
function addSharedMethods(prototype, storeOf) {
  const methods = {
    /** @param {any} key */
    touch(key, options = undefined) {
      const store = storeOf(this);
      const ttl = options === undefined ? undefined : parseTouchOptions(`${store.name}.touch`, options);
      const slot = store.findNow(key);
      if (slot !== undefined) {
        const { ctl } = store.engine;
        store.own ||= ttl !== undefined;
        ctl[WORD.SLOT] = slot;
        ctl[WORD.A] = ttl ?? NaN;
        store.call(OP.TOUCH);
      }
      store.finish();
      return slot !== undefined;
    },

    /** @param {any} key */
    pin(key) {
      const store = storeOf(this);
      const lease = new SessionLease(store, key, store.findNow(key));
      store.finish();
      return lease;
    },

    /** @param {any} key */
    remaining(key) {
      const store = storeOf(this);
      const slot = store.findNow(key);
      let left;
      if (slot !== undefined) {
        store.engine.ctl[WORD.SLOT] = slot;
        store.call(OP.REMAINING);
        left = store.engine.ctl[WORD.A];
      }
      store.finish();
      return left;
    },

    sweep() {
      const store = storeOf(this);
      const left = store.settle();
      store.finishAll();
      return left;
    },

    /** @param {number} n */
    shed(n) {
      const store = storeOf(this);
      if (typeof n !== 'number' || !(n >= 0) || !(Number.isInteger(n) || n === Infinity)) {
        const Type = typeof n === 'number' ? RangeError : TypeError;
        throw new Type(`${store.name}.shed: n must be an integer ≥ 0 (or Infinity), not ${show(n)}`);
      }
      store.settle();
      const left = store.ticket === null ? 0 : store.repeat(OP.SHED, n);
      store.finishAll();
      return left;
    },

    /**
     * @param {any} emitter
     * @param {string | symbol} event
     * @param {(...args: any[]) => any} pick
     */
    deleteOn(emitter, event, pick) {
      return subscribe(storeOf(this), emitter, event, pick);
    },

    settled() {
      const store = storeOf(this);
      store.finishAll();
      return store.hooks?.settled() ?? Promise.resolve();
    },

    stats() {
      const store = storeOf(this);
      store.settle();
      store.finishAll();
      return readStats(store);
    },

    validate() {
      return audit(storeOf(this));
    },

    close() {
      storeOf(this).close();
    },
  };
  for (const [name, value] of Object.entries(methods)) define(prototype, name, value);
  if (Symbol.dispose !== undefined) {
    define(prototype, Symbol.dispose, disposer(storeOf).dispose);
  }
  if (Symbol.asyncDispose !== undefined) {
    define(prototype, Symbol.asyncDispose, disposer(storeOf).asyncDispose);
  }
}

/**
 * Disposal ends a subclass by its own `close`.
 * @param {(collection: any) => import('./store').Store} storeOf
 */
function disposer(storeOf) {
  return {
    /** @this {any} */
    dispose() {
      storeOf(this);
      this.close();
    },
    /** @this {any} */
    async asyncDispose() {
      const store = storeOf(this);
      this.close();
      await store.hooks?.settled();
    },
  };
}

/**
 * @param {any} target
 * @param {string | symbol} name
 * @param {unknown} value
 */
function define(target, name, value) {
  Object.defineProperty(target, name, { value, writable: true, configurable: true });
}

/**
 * Whether three arguments are what the `forEach` of an array, a typed array, a Map or a Set passes: an
 * element, its index or key, and the collection.
 * @param {unknown} element
 * @param {unknown} index
 * @param {any} from
 */
function isCallOfForEach(element, index, from) {
  if (from instanceof Map || from instanceof Set) return true;
  return (Array.isArray(from) || ArrayBuffer.isView(from)) && typeof index === 'number'
    && Object.is(/** @type {any} */ (from)[index], element);
}

/**
 * @param {any} type a class
 * @param {string} otherwise
 */
function nameOf(type, otherwise) {
  const { name } = type;
  return typeof name === 'string' && name !== '' ? name : otherwise;
}

exports.addSharedMethods = addSharedMethods;
exports.define = define;
exports.isCallOfForEach = isCallOfForEach;
exports.nameOf = nameOf;
