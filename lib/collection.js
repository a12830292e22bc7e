'use strict';

// Methods that maps and sets share word for word. They are defined on both prototypes, as methods
// that look like class methods: not enumerable, not constructors, with the right name and length.

const { subscribe } = require('./subscribe');
const { parseTouchOptions, integer } = require('./options');
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
      return store.touch(key, ttl);
    },

    /** @param {any} key */
    pin(key) {
      return storeOf(this).pin(key);
    },

    /** @param {any} key */
    remaining(key) {
      return storeOf(this).remaining(key);
    },

    sweep() {
      const store = storeOf(this);
      const left = store.sweepNow();
      store.finishAll();
      return left;
    },

    /** @param {number} n */
    shed(n) {
      const store = storeOf(this);
      return store.shed(integer(`${store.name}.shed: n`, n));
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
      return store.stats();
    },

    validate() {
      return storeOf(this).audit();
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
