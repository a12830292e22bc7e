'use strict';

// RobustSessionSet: the Set that users see. As `map.js`, with one array for keys and values, and with a
// `has` that touches: it is how a set is read.

const { Store, PARKED } = require('./store');
const { SET } = require('./bases');
const { parseArguments, parseEntryOptions, callback } = require('./options');
const { addSharedMethods, define, isCallOfForEach, nameOf } = require('./collection');
const { isMembership } = require('./group/membership');
const { SessionSetIterator } = require('./iterator');
const { RECORD } = require('./protocol');
const { HOT, LOG, LOGGED, LIMIT, CURRENT } = require('./log');

// A user's function need not have a `call` of its own.
const { apply } = Reflect;
const { prototype: native } = Set;
const setValues = native.values;
const setEntries = native.entries;

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
    if (isMembership(args[0])) {
      this.#store = args[0].join(this, SET);
      return;
    }
    const { options, entries } = parseArguments('RobustSessionSet', args);
    this.#store = new Store(this, SET, options, nameOf(new.target, 'RobustSessionSet'));
    if (entries !== undefined) addAll(this, entries);
  }

  get size() {
    const store = this.#store;
    store.settle();
    store.finishAll();
    return store.size;
  }

  /** @param {any} value */
  has(value) {
    const store = this.#store;
    const slot = store.index.get(value);
    if (slot !== undefined && HOT[CURRENT] === store.mark && store.touchOnHas) {
      const at = HOT[LOGGED];
      if (at < HOT[LIMIT] && store.values[slot] !== PARKED) {
        LOG[at] = slot;
        HOT[LOGGED] = at + 1;
        return true;
      }
    }
    return hasSlow(store, value, slot);
  }

  /** @param {any} value */
  add(value, options = undefined, array = undefined) {
    const store = this.#store;
    const slot = store.slotOf(value);
    const at = HOT[LOGGED];
    if (options === undefined && HOT[CURRENT] === store.mark && at < HOT[LIMIT] && store.simple) {
      if (slot === undefined) {
        if (store.next < store.grants) {
          LOG[at] = RECORD.ADMIT | store.place(value, value);
          HOT[LOGGED] = at + 1;
          if (store.hooked) store.finish();
          return this;
        }
      } else if (store.values[slot] !== PARKED) {
        LOG[at] = RECORD.RESET | slot;
        HOT[LOGGED] = at + 1;
        return this;
      }
    }
    return addSlow(this, store, value, options, array, slot);
  }

  /** @param {any} value */
  delete(value) {
    const store = this.#store;
    if (store.slotOf(value) === undefined) {
      const { engine } = store;
      if (--engine.credit < 0) engine.pass();
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
 * @param {number | undefined} slot
 */
function hasSlow(store, value, slot) {
  const { engine } = store;
  if (slot === undefined && store.fresh.count > 0) slot = store.enroll(value);
  if (slot === undefined) {
    if (store.touchOnHas) store.misses += 1;
    if (--engine.credit < 0) engine.pass();
    return false;
  }
  if (store.touchOnHas) {
    if (store.shared) {
      if (store.readFast(slot)) return true;
    } else if (store.values[slot] !== PARKED && engine.admits(store)) {
      LOG[HOT[LOGGED]++] = slot;
      return true;
    }
  }
  const found = store.touchOnHas ? store.readSlow(value) : store.findNow(value);
  store.finish();
  return found !== undefined;
}

/**
 * @template S
 * @param {S} set
 * @param {Store} store
 * @param {any} value
 * @param {unknown} options
 * @param {unknown} array
 * @param {number | undefined} slot
 * @returns {S}
 */
function addSlow(set, store, value, options, array, slot) {
  // `list.forEach(set.add, set)` passes an index and the list, which the native `add` ignores.
  const given = array !== undefined && isCallOfForEach(value, options, array) ? undefined : options;
  if (given === undefined && store.setFast(value, value, slot)) return set;
  store.write(value, value, given === undefined ? undefined : parseEntryOptions(`${store.name}.add`, given));
  return set;
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
exports.storeOf = (/** @type {any} */ set) => storeOf(set);
