'use strict';

// RobustSessionMap: the Map that users see. The fast paths are here: an index look-up, one comparison
// (nothing in this map is due yet) and one log record. Everything else is the store's.

const { Store, PARKED } = require('./store');
const { MAP } = require('./bases');
const { parseArguments, parseEntryOptions, callback } = require('./options');
const { addSharedMethods, define, isCallOfForEach, nameOf } = require('./collection');
const { isMembership } = require('./group/membership');
const { SessionMapIterator } = require('./iterator');
const { show } = require('./errors');
const { RECORD } = require('./protocol');
const { HOT, LOG, LOGGED, LIMIT, CURRENT } = require('./log');
const { Map } = globalThis; // as they were: a program may put our classes in their place

// A user's function need not have a `call` of its own.
const { apply } = Reflect;
const { prototype: native } = Map;
const mapSet = native.set;
const mapDelete = native.delete;
const mapSize = /** @type {() => number} */ (Object.getOwnPropertyDescriptor(native, 'size')?.get);
const mapKeys = native.keys;
const mapValues = native.values;
const mapEntries = native.entries;

/** The store of a map; throws for anything else. @type {(map: any) => Store} */
let storeOf;

class RobustSessionMap extends Map {
  #store;

  static {
    storeOf = (map) => map.#store;
  }

  /** @param {any[]} args */
  constructor(...args) {
    super();
    if (isMembership(args[0])) {
      this.#store = args[0].join(this, MAP);
      return;
    }
    const { options, entries } = parseArguments('RobustSessionMap', args);
    this.#store = new Store(this, MAP, options, nameOf(new.target, 'RobustSessionMap'));
    if (entries !== undefined) addAll(this, entries);
  }

  get size() {
    const store = this.#store;
    store.settle();
    store.finishAll();
    return store.size;
  }

  /** @param {any} key */
  get(key) {
    const store = this.#store;
    const slot = store.index.get(key);
    if (slot === undefined) {
      if (--store.paid >= 0) return undefined;
    } else if (HOT[CURRENT] === store.mark) {
      const value = store.values[slot];
      const at = HOT[LOGGED];
      if (at < HOT[LIMIT] && value !== PARKED) {
        LOG[at] = slot;
        HOT[LOGGED] = at + 1;
        return value;
      }
    }
    return getSlow(store, key, slot);
  }

  /** @param {any} key */
  has(key) {
    const store = this.#store;
    if (store.index.get(key) !== undefined && HOT[CURRENT] === store.mark && --store.engine.credit >= 0 && !store.touchOnHas) {
      return true;
    }
    return hasSlow(store, key);
  }

  /**
   * @param {any} key
   * @param {any} value
   */
  set(key, value, options = undefined) {
    const store = this.#store;
    const at = HOT[LOGGED];
    if (options === undefined && HOT[CURRENT] === store.mark && at < HOT[LIMIT] && store.plain) {
      if (store.next < store.grants) {
        if (setAhead(this, store, key, value)) return this;
      } else {
        const slot = store.index.get(key);
        if (slot !== undefined) {
          // No names are given ahead, so none is parked.
          mapSet.call(this, key, value);
          store.values[slot] = value;
          LOG[at] = RECORD.RESET | slot;
          HOT[LOGGED] = at + 1;
          return this;
        }
      }
    }
    return setSlow(this, store, key, value, options, store.slotOf(key));
  }

  /** @param {any} key */
  delete(key) {
    const store = this.#store;
    const slot = store.slotOf(key);
    if (slot === undefined) {
      store.loads?.delete(key);
      if (--store.engine.credit < 0) store.engine.pass();
      return false;
    }
    const at = HOT[LOGGED];
    if (store.shared || store.hooked || store.values[slot] === PARKED || HOT[CURRENT] !== store.mark || at >= HOT[LIMIT]) {
      return store.remove(key, 'delete');
    }
    if (store.next < store.grants && !store.reusable) store.revoke();
    mapDelete.call(this, key);
    store.index.delete(key); // where the look-up has left it
    store.keys[slot] = undefined;
    store.values[slot] = undefined;
    LOG[at] = RECORD.REMOVE | slot;
    HOT[LOGGED] = at + 1;
    if (store.reusable) store.reuse(slot);
    return true;
  }

  clear() {
    this.#store.leave('clear');
  }

  /** @returns {any} */
  keys() {
    return iterate(this.#store, mapKeys);
  }

  /** @returns {any} */
  values() {
    return iterate(this.#store, mapValues);
  }

  /** @returns {any} */
  entries() {
    return iterate(this.#store, mapEntries);
  }

  /** @param {(value: any, key: any, map: any) => void} callbackfn */
  forEach(callbackfn, thisArg = undefined) {
    const steps = iterate(this.#store, mapEntries);
    callback('forEach: callback', callbackfn);
    for (let step = steps.next(); !step.done; step = steps.next()) {
      apply(callbackfn, thisArg, [step.value[1], step.value[0], this]);
    }
  }

  /** @param {any} key */
  peek(key) {
    const store = this.#store;
    const slot = store.findNow(key);
    const value = slot === undefined ? undefined : store.values[slot];
    store.finish();
    return value;
  }

  /**
   * @param {any} key
   * @param {any} value
   */
  deleteIf(key, value) {
    const store = this.#store;
    const slot = store.findNow(key);
    const held = slot !== undefined && sameValueZero(store.values[slot], value);
    if (held) {
      store.removeSlot(slot, 'delete');
    }
    store.finish();
    return held;
  }

  /**
   * @param {any} key
   * @param {any} value
   */
  getOrInsert(key, value) {
    const store = this.#store;
    const slot = store.readSlow(key);
    if (slot !== undefined) return finishWith(store, store.values[slot]);
    store.write(key, value);
    return value;
  }

  /**
   * @param {any} key
   * @param {(key: any) => any} callbackfn
   */
  getOrInsertComputed(key, callbackfn) {
    const store = this.#store;
    callback('getOrInsertComputed: callback', callbackfn);
    const slot = store.readSlow(key);
    if (slot !== undefined) return finishWith(store, store.values[slot]);
    store.finish();
    const value = callbackfn(key === 0 ? 0 : key);
    store.write(key, value);
    return value;
  }

  /**
   * @param {any} key
   * @param {(key: any) => any} loader
   */
  getOrLoad(key, loader) {
    const store = this.#store;
    callback('getOrLoad: loader', loader);
    const slot = store.readSlow(key);
    if (slot !== undefined) return Promise.resolve(finishWith(store, store.values[slot]));
    store.finish();
    return load(store, key, loader);
  }
}

addSharedMethods(RobustSessionMap.prototype, (map) => storeOf(map));
define(RobustSessionMap.prototype, Symbol.iterator, RobustSessionMap.prototype.entries);

// What follows the fast paths stands outside of them: the smaller those are, the better the compilers
// inline them (on Bun 16 ns instead of 18 for a `get`).

/**
 * @param {Store} store
 * @param {any} key
 * @param {number | undefined} slot
 */
function getSlow(store, key, slot) {
  const { engine } = store;
  if (slot === undefined && store.fresh.count > 0) slot = store.enroll(key);
  if (slot === undefined) return store.miss();
  const value = store.values[slot];
  if (store.shared ? store.readFast(slot) : value !== PARKED && engine.admits(store)) {
    if (!store.shared) LOG[HOT[LOGGED]++] = slot;
    return value;
  }
  const found = store.readSlow(key);
  return finishWith(store, found === undefined ? undefined : store.values[found]);
}

/**
 * @param {Store} store
 * @param {any} key
 */
function hasSlow(store, key) {
  const { engine } = store;
  if (store.slotOf(key) === undefined) {
    if (store.touchOnHas) store.misses += 1;
    if (--engine.credit < 0) engine.pass();
    return false;
  }
  if (!store.touchOnHas && !store.shared && engine.admits(store)) return true;
  const slot = store.touchOnHas ? store.readSlow(key) : store.findNow(key);
  return finishWith(store, slot !== undefined);
}

/**
 * Stores an entry where slots are granted ahead, probably a new one: storing it tells, and saves the
 * look-up in the index that would only miss. Answers whether that is all.
 * @param {any} map
 * @param {Store} store
 * @param {any} key
 * @param {any} value
 */
function setAhead(map, store, key, value) {
  const at = HOT[LOGGED];
  mapSet.call(map, key, value);
  if (mapSize.call(map) > store.size) {
    LOG[at] = RECORD.ADMIT | store.placeStored(key, value);
  } else {
    const slot = store.slotOf(key);
    if (slot === undefined || store.values[slot] === PARKED) return false;
    store.values[slot] = value;
    LOG[at] = RECORD.RESET | slot;
  }
  HOT[LOGGED] = at + 1;
  return true;
}

/**
 * @template M
 * @param {M} map
 * @param {Store} store
 * @param {any} key
 * @param {any} value
 * @param {unknown} options
 * @param {number | undefined} slot
 * @returns {M}
 */
function setSlow(map, store, key, value, options, slot) {
  if (options === undefined && store.setFast(key, value, slot)) return map;
  // `list.forEach(map.set, map)` passes the list, which the native `set` ignores.
  const absent = options === undefined || isCallOfForEach(key, value, options);
  const given = absent ? undefined : parseEntryOptions(`${store.name}.set`, options);
  store.write(key, value, given);
  return map;
}

/**
 * Runs the hooks of what left on the way; they do not change the result.
 * @template T
 * @param {Store} store
 * @param {T} result
 */
function finishWith(store, result) {
  store.finish();
  return result;
}

/**
 * @param {Store} store
 * @param {(this: any) => IterableIterator<any>} steps
 */
function iterate(store, steps) {
  store.settle();
  store.finishAll();
  return new SessionMapIterator(store, steps.call(store.owner));
}

/**
 * One load per key: whoever asks meanwhile gets the same promise. Whoever stores or removes the key
 * meanwhile takes the load out of `loads`, and its value is then not stored.
 * @param {Store} store
 * @param {any} key
 * @param {(key: any) => any} loader
 */
function load(store, key, loader) {
  const underway = store.loads?.get(key);
  if (underway !== undefined) return underway;
  // Nobody could end what is loaded for a map that is closed.
  if (store.closed) return Promise.reject(store.closedError());
  /** @type {(value: any) => void} */
  let fulfil = () => {};
  /** @type {Promise<any>} */
  const promise = new Promise((resolve) => {
    fulfil = resolve;
  }).then(
    (value) => {
      if (endLoad(store, key, promise)) store.write(key, value);
      return value;
    },
    (error) => {
      endLoad(store, key, promise);
      throw error;
    },
  );
  // Known before the loader runs: it may come back with the same key, or set it.
  store.loads ??= new Map();
  store.loads.set(key, promise);
  store.beSimple(false);
  fulfil(new Promise((resolve) => {
    resolve(loader(key === 0 ? 0 : key));
  }));
  return promise;
}

/**
 * Takes a load out. Answers whether it was still wanted.
 * @param {Store} store
 * @param {any} key
 * @param {Promise<any>} promise
 */
function endLoad(store, key, promise) {
  const wanted = store.loads?.get(key) === promise;
  if (wanted) store.loads?.delete(key);
  if (store.loads?.size === 0) store.loads = null;
  store.beSimple(store.isSimple());
  return wanted;
}

/**
 * As the standard's AddEntriesFromIterable: `set` is looked up once, and a throw closes the iterator.
 * @param {any} map
 * @param {any} entries
 */
function addAll(map, entries) {
  const adder = map.set;
  callback('set', adder);
  for (const entry of entries) {
    if ((typeof entry !== 'object' || entry === null) && typeof entry !== 'function') {
      throw new TypeError(`new RobustSessionMap: an entry must be an object [key, value], not ${show(entry)}`);
    }
    apply(adder, map, [entry[0], entry[1]]);
  }
}

/** @type {(a: unknown, b: unknown) => boolean} */
function sameValueZero(a, b) {
  return a === b || Object.is(a, b);
}

exports.RobustSessionMap = RobustSessionMap;
exports.storeOf = (/** @type {any} */ map) => storeOf(map);
