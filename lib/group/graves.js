'use strict';

// Which sessions left, so that what comes late for them is known: counted in any case, and dropped for
// `tombstone` ms if that is set. Bounded: by that time, or by a number without it.

const { Map } = globalThis; // as they were: a program may put our classes in their place

/** Ids remembered when there is no tombstone: only to be counted should they come back. */
const MOST_COUNTED = 1000;

class Graves {
  /** @param {number} tombstone */
  constructor(tombstone) {
    this.tombstone = tombstone;
    /** When a session left, the longest gone first. @type {Map<any, number>} */
    this.left = new Map();
    /** Sessions that were stored again after they had left, or were to be. */
    this.resurrected = 0;
    /** Of those, how many were dropped. */
    this.dropped = 0;
  }

  /**
   * @param {any} id
   * @param {number} now
   */
  lay(id, now) {
    const { left, tombstone } = this;
    // Only a tombstone is worth keeping an object alive.
    if (tombstone === 0 && ((typeof id === 'object' && id !== null) || typeof id === 'function')) return;
    left.delete(id);
    left.set(id, now);
    if (tombstone === 0) {
      if (left.size > MOST_COUNTED) left.delete(left.keys().next().value);
      return;
    }
    for (const [old, at] of left) {
      if (now - at < tombstone) break;
      left.delete(old);
    }
  }

  /**
   * Whether a session may begin.
   * @param {any} id
   * @param {number} now
   */
  admits(id, now) {
    const at = this.left.get(id);
    if (at === undefined) return true;
    const late = this.tombstone === 0 || now - at < this.tombstone;
    if (late) this.resurrected += 1;
    if (late && this.tombstone > 0) {
      this.dropped += 1;
      return false;
    }
    this.left.delete(id);
    return true;
  }

  /** @param {any} id */
  lift(id) {
    this.left.delete(id);
  }
}

exports.Graves = Graves;
