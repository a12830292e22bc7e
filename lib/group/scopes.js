'use strict';

// The scopes of a group that are open, by session. Held weakly: a scope that is dropped without a release
// must not stay behind for ever, as its session ends at the latest after `maxBusy`.

const { Map } = globalThis; // as they were: a program may put our classes in their place

/**
 * A scope that is open: how often, and its lease once there is a session.
 * @typedef {{ count: number, lease: import('./lease').GroupLease | undefined }} Open
 */

class Scopes {
  constructor() {
    /** @type {Map<any, WeakRef<Open>>} */
    this.open = new Map();
    this.collected = new FinalizationRegistry((/** @type {{ id: any, reference: WeakRef<Open> }} */ { id, reference }) => {
      if (this.open.get(id) === reference) this.open.delete(id);
    });
  }

  get size() {
    return this.open.size;
  }

  /** @param {any} id @returns {Open | undefined} */
  get(id) {
    return this.open.get(id)?.deref();
  }

  /** @param {any} id @param {Open} open */
  set(id, open) {
    const reference = new WeakRef(open);
    this.open.set(id, reference);
    this.collected.register(open, { id, reference });
  }

  /** @param {any} id */
  delete(id) {
    this.open.delete(id);
  }

  clear() {
    this.open.clear();
  }
}

exports.Scopes = Scopes;
