'use strict';

// Maps and sets whose entries have a life of their own within a session. They differ from their bases in
// one thing: a read that can be logged at once is logged here, as a use of the entry and a touch of its
// session. The bases' slow path would be half as dear again.

const { RobustSessionMap, storeOf: storeOfMap } = require('../map');
const { RobustSessionSet, storeOf: storeOfSet } = require('../set');

/** @typedef {import('./entries').EntryStore} EntryStore */

/**
 * Logs a read, if nothing can be due. Answers whether it did.
 * @param {EntryStore} store
 * @param {number} slot
 */
function log(store, slot) {
  const { engine, recency } = store;
  const at = engine.logged;
  if (engine.current !== store.group.id || at >= engine.limit || store.timed) return false;
  engine.log[at] = recency.use(slot);
  engine.logged = at + 1;
  return true;
}

class EntryMap extends RobustSessionMap {
  /** @param {any} key */
  get(key) {
    const store = /** @type {EntryStore} */ (storeOfMap(this));
    const slot = store.index.get(key);
    return slot !== undefined && log(store, slot) ? store.values[slot] : super.get(key);
  }
}

class EntrySet extends RobustSessionSet {
  /** @param {any} value */
  has(value) {
    const store = /** @type {EntryStore} */ (storeOfSet(this));
    const slot = store.index.get(value);
    return slot !== undefined && store.touchOnHas && log(store, slot) ? true : super.has(value);
  }
}

// What they are to whoever asks, or prints one.
EntryMap.prototype.constructor = RobustSessionMap;
EntrySet.prototype.constructor = RobustSessionSet;

exports.EntryMap = EntryMap;
exports.EntrySet = EntrySet;
