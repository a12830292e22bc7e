'use strict';

// Maps and sets whose entries have a life of their own within a session. They differ from their bases in
// one thing: a read that can be logged at once is logged here, as a use of the entry and a touch of its
// session. The bases' slow path would be half as dear again.

const { RobustSessionMap, storeOf: storeOfMap } = require('../map');
const { RobustSessionSet, storeOf: storeOfSet } = require('../set');
const { HOT, LOG, LOGGED, LIMIT, CURRENT } = require('../log');

/** @typedef {import('./entries').EntryStore} EntryStore */

/**
 * Logs a read, if nothing can be due. Answers whether it did.
 * @param {EntryStore} store
 * @param {number} slot
 */
function log(store, slot) {
  const at = HOT[LOGGED];
  if (HOT[CURRENT] !== store.group.mark || at >= HOT[LIMIT] || store.timed) return false;
  LOG[at] = store.recency.use(slot);
  HOT[LOGGED] = at + 1;
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
