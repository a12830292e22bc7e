'use strict';

// A lease on an entry. It names the entry by key and token: a key is used again, a token never, so a
// lease that outlives its entry has no power over the entry's successor.

const { NO_SLOT, OP, STATUS, WORD } = require('./protocol');

/** What a kind of lease does at its end, before what it kept is looked at. */
const ENDED = Symbol('ended');
/** Where its entry is, if it is there. */
const SLOT = Symbol('slot');

class SessionLease {
  #store;
  #token;
  #since;
  #key;

  /**
   * @param {import('./store').Store} store
   * @param {any} key
   * @param {number | undefined} slot
   */
  constructor(store, key, slot) {
    this.#store = slot === undefined ? undefined : store;
    this.#key = key;
    this.#token = 0;
    this.#since = 0;
    if (slot === undefined) return;
    store.engine.ctl[WORD.SLOT] = slot;
    store.call(OP.PIN);
    this.#token = store.engine.ctl[WORD.A];
    this.#since = store.engine.now;
  }

  get key() {
    return this.#key;
  }

  get held() {
    const store = this.#store;
    if (store === undefined || store.closed) return false;
    const { ctl } = store.engine;
    store.engine.flush();
    ctl[WORD.SLOT] = this[SLOT](store) ?? NO_SLOT;
    ctl[WORD.A] = this.#token;
    return store.call(OP.HOLDS) === STATUS.DONE;
  }

  [ENDED]() {}

  /** @param {import('./store').Store} store @returns {number | undefined} */
  [SLOT](store) {
    return store.slotOf(this.#key);
  }

  release() {
    const store = this.#store;
    if (store === undefined) return false;
    const { engine } = store;
    // A clock that throws here takes nothing away: the lease can be given back later.
    if (!store.closed) engine.refresh();
    if (this.#store === undefined) return false; // the clock's own code gave it back
    this.#store = undefined;
    this[ENDED]();
    if (store.closed) return false;
    engine.ctl[WORD.SLOT] = this[SLOT](store) ?? NO_SLOT;
    engine.ctl[WORD.A] = this.#token;
    engine.ctl[WORD.B] = this.#since;
    const held = store.call(OP.UNPIN) === STATUS.DONE;
    // What the lease kept beyond the limits goes now: nothing else would look before the next `set`.
    if (held) store.repeat(OP.SETTLE, Infinity);
    store.finish();
    return held;
  }
}

if (Symbol.dispose !== undefined) {
  Object.defineProperty(SessionLease.prototype, Symbol.dispose, {
    /** @this {SessionLease} */
    value: function dispose() {
      this.release();
    },
    writable: true,
    configurable: true,
  });
}

exports.ENDED = ENDED;
exports.SLOT = SLOT;
exports.SessionLease = SessionLease;
