'use strict';

// The conversation with the core: what a map and a set do when it takes more than their tables. The
// collection's own methods carry out the fast paths; everything that needs a decision comes here.
//
// Callbacks (`sizeOf`, `isBusy`) run when tables and core agree; after one, slots are looked up anew
// and the collection may be closed. Hooks run in `finish`, when the operation is over.

const { PARKED } = require('./grants');
const { HOT, LOG, LOGGED } = require('./log');
const { Removals } = require('./removals');
const { stepsOf } = require('./engine');
const { SessionLease } = require('./lease');
const { readStats } = require('./stats');
const { audit } = require('./audit');
const { SessionLimitError, show } = require('./errors');
const { RECORD, OP, STATUS, WORD, REASONS, NO_SLOT } = require('./protocol');
const { weight: checkWeight } = require('./options');
const exits = require('./exit');

/** @typedef {import('./slots').Base} Base */

class Store extends Removals {
  /**
   * The slot of a key whose entry is there: an expired one leaves now. `undefined` if there is none.
   * @param {any} key
   * @returns {number | undefined}
   */
  find(key) {
    const { engine } = this;
    let slot = this.slotOf(key);
    if (slot !== undefined && engine.now >= engine.horizons[this.id]) {
      engine.ctl[WORD.SLOT] = slot;
      this.step(this.call(OP.LOOK));
      slot = this.slotOf(key);
    }
    return slot;
  }

  /**
   * The slot of a key for a read or a removal, at the exact time, its grant taken back.
   * @param {any} key
   */
  findNow(key) {
    if (this.size === 0) return undefined;
    this.engine.refresh();
    const slot = this.find(key);
    if (this.next < this.grants && this.victims) this.revoke();
    return slot;
  }

  /**
   * A read that restarts the idle time. Answers the slot, if there is an entry.
   * @param {any} key
   */
  readSlow(key) {
    const slot = this.findNow(key);
    if (slot === undefined) this.misses += 1;
    else this.engine.record(this.id, RECORD.TOUCH | slot);
    return slot;
  }

  /**
   * Restarts the idle time, with an idle limit of its own if one is given. Answers whether there is an entry.
   * @param {any} key
   * @param {number | undefined} ttl
   */
  touch(key, ttl) {
    const slot = this.findNow(key);
    if (slot !== undefined) {
      const { ctl } = this.engine;
      this.own ||= ttl !== undefined;
      ctl[WORD.SLOT] = slot;
      ctl[WORD.A] = ttl ?? NaN;
      this.call(OP.TOUCH);
    }
    this.finish();
    return slot !== undefined;
  }

  /** @param {any} key */
  pin(key) {
    this.leased = true;
    const lease = new SessionLease(this, key, this.findNow(key));
    this.finish();
    return lease;
  }

  /** @param {any} key */
  remaining(key) {
    const slot = this.findNow(key);
    let left;
    if (slot !== undefined) {
      this.engine.ctl[WORD.SLOT] = slot;
      this.call(OP.REMAINING);
      left = this.engine.ctl[WORD.A];
    }
    this.finish();
    return left;
  }

  /** @param {number} n */
  shed(n) {
    this.settle();
    const left = this.ticket === null ? 0 : this.repeat(OP.SHED, n);
    this.finishAll();
    return left;
  }

  stats() {
    return readStats(this);
  }

  audit() {
    return audit(this);
  }

  /**
   * For stores that are `shared`: logs a read, if nothing can be due. Answers whether it did.
   * @param {number} _slot
   */
  readFast(_slot) {
    return false;
  }

  /**
   * Removes an entry on the user's behalf.
   * @param {any} key
   * @param {'delete' | 'event'} reason
   */
  remove(key, reason) {
    this.loads?.delete(key);
    const slot = this.findNow(key);
    if (slot !== undefined) this.removeSlot(slot, reason);
    this.finish();
    return slot !== undefined;
  }

  /**
   * @param {number} slot
   * @param {'delete' | 'event'} reason
   */
  removeSlot(slot, reason) {
    this.revoke();
    const key = this.keys[slot];
    const value = this.values[slot];
    this.takeOut(slot);
    this.engine.record(this.id, (reason === 'event' ? RECORD.EVENT : RECORD.REMOVE) | slot);
    if (this.hooked) this.reporter().push(key, value, reason);
  }

  /**
   * Stores an entry without asking the core, if that can be: in a slot granted ahead, or in place of a
   * value that nobody waits for. Answers whether it did.
   * @param {any} key
   * @param {any} value
   * @param {number | undefined} slot the key's
   */
  setFast(key, value, slot) {
    const { engine } = this;
    if (!this.simple) return false;
    if (!engine.admits(this)) return false;
    if (slot === undefined) {
      if (!(this.next < this.grants || this.grantNext())) return false;
      const placed = this.place(key, value);
      LOG[HOT[LOGGED]++] = RECORD.ADMIT | placed;
      if (this.hooked) this.finish();
      return true;
    }
    if (this.values[slot] === PARKED || this.hooked) return false;
    if (!this.base.isSet) {
      this.base.store.call(this.owner, key, value);
      this.values[slot] = value;
    }
    LOG[HOT[LOGGED]++] = RECORD.RESET | slot;
    return true;
  }

  /**
   * Stores an entry: checks and weighs, makes room, then stores.
   * @param {any} key
   * @param {any} value
   * @param {{ ttl?: number, maxAge?: number, size?: number }} [given]
   */
  write(key, value, given) {
    try {
      this.put(key, value, given);
    } finally {
      this.finish();
    }
  }

  /**
   * As `write`, with the hooks of what had to leave still to be run.
   * @param {any} key
   * @param {any} value
   * @param {{ ttl?: number, maxAge?: number, size?: number }} [given]
   */
  put(key, value, given) {
    this.open();
    const weight = this.weigh(key, value, given?.size);
    this.open(); // `sizeOf` may have closed it
    this.engine.refresh();
    const plain = given === undefined && weight === 0;
    let slot = this.find(key);
    this.open(); // and so may `isBusy`
    const unweighed = plain && this.options.maxBytes === Infinity;
    // Names given ahead are no longer right once something is due: that goes first.
    const named = this.next < this.grants && this.engine.now < this.engine.horizons[this.id];
    if (slot === undefined && unweighed && (named || this.grant())) {
      this.engine.record(this.id, RECORD.ADMIT | this.place(key, value));
      this.loads?.delete(key);
      return;
    }
    if (slot === undefined || weight > 0) slot = this.makeRoom(key, weight);
    this.revoke();
    if (slot === undefined) this.admit(key, value, weight, given);
    else this.update(slot, value, plain && this.simple ? undefined : { weight, ...given });
    // What is stored has won over a load, also over one that a callback has just begun.
    this.loads?.delete(key);
  }

  /**
   * @param {any} key
   * @param {any} value
   * @param {number | undefined} size
   */
  weigh(key, value, size) {
    const { sizeOf, maxBytes } = this.options;
    if (size === undefined && sizeOf === undefined) {
      if (maxBytes === Infinity) return 0;
      throw new TypeError(`${this.name}: maxBytes is set, so every entry needs a weight: give sizeOf, or set(…, { size })`);
    }
    const weight = size ?? checkWeight(`${this.name}: the result of sizeOf`, sizeOf?.(value, key));
    if (weight > maxBytes) {
      throw new RangeError(`${this.name}: an entry of weight ${show(weight)} can never fit into maxBytes (${maxBytes})`);
    }
    return weight;
  }

  /**
   * Evicts until the entry fits. Answers the key's slot, should a callback have stored it meanwhile.
   * @param {any} key
   * @param {number} weight
   */
  makeRoom(key, weight) {
    const { engine } = this;
    const { ctl } = engine;
    engine.run += 1;
    // An `isBusy` that stores: the map makes room when the question is answered.
    if (this.asking > 0) this.crowd(true);
    for (let steps = this.asking > 0 ? 0 : stepsOf(this); steps > 0; steps -= 1) {
      ctl[WORD.C] = engine.run;
      ctl[WORD.SLOT] = this.slotOf(key) ?? NO_SLOT;
      ctl[WORD.A] = weight;
      ctl[WORD.COUNT] = this.atOnce;
      const status = this.call(OP.ROOM);
      if (status === STATUS.FULL) this.refuse();
      const gone = this.step(status);
      this.open();
      if (gone < 0) break;
    }
    const slot = this.slotOf(key);
    if (slot === undefined && this.size >= this.options.hardMaxSize) this.refuse();
    return slot;
  }

  /** @returns {never} */
  refuse() {
    throw new SessionLimitError(
      `${this.name}: hardMaxSize (${this.options.hardMaxSize}) reached and every entry is busy or pinned; nothing was stored`,
    );
  }

  /**
   * @param {any} key
   * @param {any} value
   * @param {number} weight
   * @param {{ ttl?: number, maxAge?: number } | undefined} given
   */
  admit(key, value, weight, given) {
    const slot = this.writeSlot(NO_SLOT, weight, given);
    try {
      this.insert(key, value, slot);
    } catch (error) {
      this.engine.ctl[WORD.SLOT] = slot;
      this.call(OP.TAKE_BACK);
      throw error;
    }
  }

  /**
   * Replaces the value of an entry.
   * @param {number} slot
   * @param {any} value
   * @param {{ weight: number, ttl?: number, maxAge?: number } | undefined} options
   */
  update(slot, value, options) {
    const key = this.keys[slot];
    const old = this.values[slot];
    this.base.store.call(this.owner, key, value);
    if (!this.base.isSet) this.values[slot] = value;
    if (options === undefined) this.engine.record(this.id, RECORD.RESET | slot);
    else this.writeSlot(slot, options.weight, options);
    if (this.hooked && !Object.is(old, value) && !this.base.isSet) this.reporter().push(key, old, 'replace');
  }

  /**
   * @param {number} slot
   * @param {number} weight
   * @param {{ ttl?: number, maxAge?: number } | undefined} given
   */
  writeSlot(slot, weight, given) {
    const { ctl } = this.engine;
    this.own ||= given?.ttl !== undefined || given?.maxAge !== undefined;
    ctl[WORD.SLOT] = slot;
    ctl[WORD.A] = given?.ttl ?? NaN;
    ctl[WORD.B] = given?.maxAge ?? NaN;
    ctl[WORD.C] = weight;
    this.call(OP.WRITE);
    return ctl[WORD.SLOT];
  }

  /**
   * Everything leaves. All is detached before the first hook runs.
   * @param {'clear' | 'close' | 'exit'} reason
   */
  clear(reason) {
    this.loads = null;
    this.settle();
    if (this.size > 0) {
      this.revoke();
      if (this.hooked) this.queueAll(reason);
      this.detach();
      this.engine.ctl[WORD.A] = REASONS.indexOf(reason);
      this.call(OP.CLEAR);
    }
  }

  /**
   * Everything leaves, and its hooks run.
   * @param {'clear' | 'exit'} reason
   */
  leave(reason) {
    this.clear(reason);
    this.finishAll();
  }

  /** Everything leaves for good, and native memory is freed. */
  close() {
    if (this.closed) return;
    if (this.ticket !== null) this.clear('close');
    const { subscriptions } = this;
    if (this.ticket !== null) {
      this.keepDeparted();
      this.call(OP.STATS);
    }
    this.end();
    for (const unsubscribe of subscriptions?.keys() ?? []) unsubscribe();
    this.finishAll();
    this.leaveExit();
  }

  /** Takes no part in the exit any more, once no hook is under way: an exit waits for those. */
  leaveExit() {
    const { hooks } = this;
    if (hooks === null || !(hooks.running || hooks.pending > 0)) exits.unwatch(this);
    else hooks.settled().then(() => this.leaveExit());
  }
}

exports.Store = Store;
exports.PARKED = PARKED;
