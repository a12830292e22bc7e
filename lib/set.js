'use strict';

// RobustSessionSet: the Set that users see. As `map.js`, with one array for keys and values, and with a
// `has` that touches: it is how a set is read.

const { Store, PARKED } = require('./store');
const { parseArguments, parseEntryOptions, callback } = require('./options');
const { addSharedMethods, define, isCallOfForEach, nameOf } = require('./collection');
const { SessionSetIterator } = require('./iterator');
const { LOG_LIMIT } = require('./engine');
const { RECORD } = require('./protocol');

// A user's function need not have a `call` of its own.
const { apply } = Reflect;
const { prototype: native } = Set;
const setValues = native.values;
const setEntries = native.entries;

/** @type {import('./store').Base} */
const BASE = {
  isSet: true,
  store: native.add,
  delete: native.delete,
  clear: native.clear,
  entries: setEntries,
  read: (value) => value,
};

/** The store of a set; throws for anything else. @type {(set: any) => Store} */
let storeOf;

class RobustSessionSet extends Set {
  #store;

  static {
    storeOf = (set) => set.#store;
  }

  /** @param {any[]} args */
  constructor(...args) {
    super();
    const { options, entries } = parseArguments('RobustSessionSet', args);
    this.#store = new Store(this, BASE, options, nameOf(new.target, 'RobustSessionSet'));
    if (entries !== undefined) addAll(this, entries);
  }

  get size() {
    const store = this.#store;
    store.settle();
    store.finishAll();
    return store.index.size;
  }

  /** @param {any} value */
  has(value) {
    const store = this.#store;
    const { engine } = store;
    const slot = store.index.get(value);
    if (slot === undefined) {
      if (store.touchOnHas) store.misses += 1;
      if (--engine.credit < 0) engine.refresh();
      return false;
    }
    if (engine.current === store.id || engine.enter(store.id)) {
      const at = engine.logged;
      if (at < LOG_LIMIT && store.touchOnHas && store.values[slot] !== PARKED) {
        engine.log[at] = slot;
        engine.logged = at + 1;
        return true;
      }
    }
    return hasSlow(store, value);
  }

  /** @param {any} value */
  add(value, options = undefined, array = undefined) {
    const store = this.#store;
    const { engine } = store;
    // `list.forEach(set.add, set)` passes an index and the list, which the native `add` ignores.
    if (array !== undefined && isCallOfForEach(value, options, array)) options = undefined;
    if (options === undefined && store.simple && (engine.current === store.id || engine.enter(store.id))) {
      const at = engine.logged;
      const slot = store.index.get(value);
      if (at >= LOG_LIMIT) {
        // The log is full: the slow path empties it.
      } else if (slot === undefined) {
        if (store.next < store.grants || store.grantNext()) {
          const placed = store.place(value, value);
          engine.log[engine.logged++] = RECORD.ADMIT | placed;
          if (store.hooked) store.finish();
          return this;
        }
      } else if (store.values[slot] !== PARKED) {
        engine.log[at] = RECORD.RESET | slot;
        engine.logged = at + 1;
        return this;
      }
    }
    const given = options === undefined ? undefined : parseEntryOptions(`${store.name}.add`, options);
    store.write(value, value, given);
    return this;
  }

  /** @param {any} value */
  delete(value) {
    const store = this.#store;
    if (store.index.get(value) === undefined) {
      const { engine } = store;
      if (--engine.credit < 0) engine.refresh();
      return false;
    }
    return store.remove(value, 'delete');
  }

  clear() {
    this.#store.leave('clear');
  }

  /** @returns {any} */
  values() {
    return iterate(this.#store, setValues);
  }

  /** @returns {any} */
  entries() {
    return iterate(this.#store, setEntries);
  }

  /** @param {(value: any, key: any, set: any) => void} callbackfn */
  forEach(callbackfn, thisArg = undefined) {
    const store = this.#store;
    callback('forEach: callback', callbackfn);
    const steps = iterate(store, setValues);
    for (let step = steps.next(); !step.done; step = steps.next()) {
      apply(callbackfn, thisArg, [step.value, step.value, this]);
    }
  }

  /** @param {any} value */
  peek(value) {
    const store = this.#store;
    const found = store.findNow(value) !== undefined;
    store.finish();
    return found;
  }
}

addSharedMethods(RobustSessionSet.prototype, (set) => storeOf(set));
define(RobustSessionSet.prototype, 'keys', RobustSessionSet.prototype.values);
define(RobustSessionSet.prototype, Symbol.iterator, RobustSessionSet.prototype.values);

/**
 * @param {Store} store
 * @param {any} value
 */
function hasSlow(store, value) {
  const slot = store.touchOnHas ? store.readSlow(value) : store.findNow(value);
  store.finish();
  return slot !== undefined;
}

/**
 * @param {Store} store
 * @param {(this: any) => IterableIterator<any>} steps
 */
function iterate(store, steps) {
  store.settle();
  store.finishAll();
  return new SessionSetIterator(store, steps.call(store.owner));
}

/**
 * As the standard's constructor: `add` is looked up once, and a throw closes the iterator.
 * @param {any} set
 * @param {any} values
 */
function addAll(set, values) {
  const adder = set.add;
  callback('add', adder);
  for (const value of values) apply(adder, set, [value]);
}

exports.RobustSessionSet = RobustSessionSet;
