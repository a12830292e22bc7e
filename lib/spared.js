'use strict';

// The few entries of a large map that stay when all others are due. Past the sizes at which they shrink,
// hash tables cannot be emptied one by one without holding the event loop for tens of milliseconds; so
// they are dropped whole, and these put back in their order. What that order is the inherited slot alone
// knows, and to go through it takes a while: it is done step by step.
//
// Entries that are stored meanwhile come last, so they need not be found.

const { Set } = globalThis; // as it was: a program may put our class in its place

/** Keys remembered at most: more new entries than this, and those that stay are not few. */
const MOST = 4096;
/** Entries looked at in a step, between two looks at the clock. */
const STEP = 256;

class Spared {
  /**
   * @param {IterableIterator<any>} keys all there are, in order, and those that come
   * @param {readonly any[]} wanted keys
   */
  constructor(keys, wanted) {
    this.keys = keys;
    this.missing = new Set(wanted);
    /** Those found, in their order. @type {Set<any>} */
    this.found = new Set();
    /** Stored meanwhile, in their order. @type {Set<any>} */
    this.come = new Set();
  }

  /** @param {any} key */
  has(key) {
    return this.found.has(key) || this.come.has(key);
  }

  /** All that are known, in their order. */
  order() {
    return [...this.found, ...this.come];
  }

  /** Goes on looking. Answers whether all are found. */
  step() {
    const { keys, missing } = this;
    for (let left = STEP; left > 0 && missing.size > 0; left -= 1) {
      const { done, value } = keys.next();
      if (done) missing.clear(); // those left before they were met
      else if (missing.delete(value)) this.found.add(value);
    }
    return missing.size === 0;
  }

  /** An entry is stored, behind all others. Answers whether they are still few. @param {any} key */
  note(key) {
    this.missing.delete(key);
    this.found.delete(key);
    this.come.delete(key);
    this.come.add(key);
    return this.come.size <= MOST;
  }

  /** An entry has left. @param {any} key */
  forget(key) {
    this.missing.delete(key);
    this.found.delete(key);
    this.come.delete(key);
  }
}

exports.Spared = Spared;
