'use strict';

// The conversation with the core: what a map and a set do when it takes more than their tables. The
// collection's own methods carry out the fast paths; everything that needs a decision comes here.
//
// Callbacks (`sizeOf`, `isBusy`) run when tables and core agree; after one, slots are looked up anew
// and the collection may be closed. Hooks run in `finish`, when the operation is over.

const { Slots, PARKED } = require('./slots');
const { isThenable } = require('./hooks');
const { SessionLimitError, show } = require('./errors');
const { RECORD, OP, STATUS, WORD, REASONS, NO_SLOT } = require('./protocol');
const { weight: checkWeight } = require('./options');
const exits = require('./exit');

/** @typedef {import('./slots').Base} Base */

/** Entries removed between two looks at the clock in the timer's sweep, if nobody has to be called. */
const SWEEP_BATCH = 64;

class Store extends Slots {
  /** Everything has left together: the tables go whole. Answers how many entries that were. */
  takeAll() {
    const { engine, keys, values } = this;
    const count = engine.ctl[WORD.COUNT];
    this.detach();
    if (this.hooked) {
      this.departed.push({ keys, values, reason: REASONS[engine.ctl[WORD.A]], slots: [], at: 0, whole: false });
      engine.behind.add(this);
    }
    return count;
  }

  /** Empties the tables. */
  detach() {
    this.base.clear.call(this.owner);
    this.empty();
  }

  /** Runs the hooks of what left during the operation that ends here. */
  finish() {
    const { hooks } = this;
    if (hooks !== null && hooks.queue.length > 0) hooks.run();
  }

  /** As `finish`, and the hooks of all that left together before. */
  finishAll() {
    if (this.departed.length > 0) this.runDeparted(Infinity);
    this.finish();
  }

  /** The next slots of those that left together, as the core keeps their order. */
  nextDeparted() {
    const { engine } = this;
    engine.call(OP.DEPARTED, this.id);
    return Array.from(engine.out.subarray(0, engine.ctl[WORD.COUNT]));
  }

  /** Takes over the order of all that left together: the core is about to forget the collection. */
  keepDeparted() {
    for (const group of this.departed) {
      for (let more = group.whole ? [] : this.nextDeparted(); more.length > 0; more = this.nextDeparted()) {
        group.slots = group.slots.concat(more);
      }
      group.whole = true;
    }
  }

  /**
   * Runs hooks of what left together, at least one and until a time. Answers whether all have run.
   * @param {number} until
   */
  runDeparted(until) {
    const { engine, departed } = this;
    while (departed.length > 0 && !this.reporter().running) {
      const [group] = departed;
      if (group.at === group.slots.length && !group.whole) {
        group.slots = this.nextDeparted();
        group.at = 0;
        group.whole = group.slots.length === 0;
      }
      if (group.at === group.slots.length) {
        departed.shift();
        continue;
      }
      const slot = group.slots[group.at];
      group.at += 1;
      this.reporter().push(group.keys[slot], group.values[slot], group.reason);
      this.finish();
      engine.now = engine.readClock();
      if (engine.now >= until) break;
    }
    if (departed.length === 0) engine.behind.delete(this);
    return departed.length === 0;
  }

  /**
   * Asks the user whether the entry in a slot is busy, and tells the core.
   * @param {number} slot
   */
  ask(slot) {
    const { engine } = this;
    const key = this.keys[slot];
    let busy = true;
    try {
      const answer = this.options.isBusy?.(this.values[slot], key);
      busy = Boolean(answer);
      if (isThenable(answer)) {
        Promise.resolve(answer).catch(() => {});
        throw new TypeError('isBusy must answer at once, not by a promise; the entry counts as busy');
      }
    } catch (error) {
      this.reporter().report(error, key, undefined);
    }
    if (this.closed) return 0;
    engine.ctl[WORD.SLOT] = slot;
    engine.ctl[WORD.A] = busy ? 1 : 0;
    return this.call(OP.VERDICT) === STATUS.REMOVED ? this.take() : 0;
  }

  /**
   * Carries out what a step of the core asks for. Answers how many entries left, or −1 if it was the
   * last step.
   * @param {number} status
   */
  step(status) {
    if (status === STATUS.REMOVED) {
      const asked = this.engine.ctl[WORD.SLOT];
      const left = this.take();
      return asked === NO_SLOT ? left : left + this.ask(asked);
    }
    if (status === STATUS.ASK) return this.ask(this.engine.ctl[WORD.SLOT]);
    if (status === STATUS.ALL) return this.takeAll();
    return -1;
  }

  /**
   * Repeats a removal until the core has nothing more to do, or `most` entries left. A callback that
   * keeps adding entries cannot keep it going: it asks about no more of them than there were.
   * @param {number} op
   * @param {number} most
   */
  repeat(op, most) {
    let left = 0;
    for (let asks = this.index.size + 1; left < most && asks > 0 && !this.closed;) {
      this.engine.ctl[WORD.COUNT] = most - left;
      this.engine.ctl[WORD.A] = this.hooked ? 1 : 0;
      this.engine.ctl[WORD.B] = 0;
      const gone = this.step(this.call(op));
      if (gone < 0) break;
      if (gone === 0) asks -= 1;
      left += gone;
    }
    return left;
  }

  /** Whether nothing can be due, as far as the cached time tells. */
  nothingDue() {
    const { engine } = this;
    if (--engine.credit < 0) engine.refresh();
    return this.ticket === null || engine.now < engine.horizons[this.id];
  }

  /** Removes everything that is due now. Answers how many. */
  settle() {
    if (this.ticket === null) return 0;
    this.engine.refresh();
    return this.engine.now < this.engine.horizons[this.id] ? 0 : this.repeat(OP.SETTLE, Infinity);
  }

  /** A stretch of the timer's sweep. */
  sweepSlice() {
    const { ctl } = this.engine;
    ctl[WORD.COUNT] = this.hooked || this.options.isBusy !== undefined ? 1 : SWEEP_BATCH;
    ctl[WORD.A] = this.hooked ? 1 : 0;
    ctl[WORD.B] = 1;
    this.step(this.call(OP.SETTLE));
    this.finish();
  }

  /**
   * The slot of a key whose entry is there: an expired one leaves now. `undefined` if there is none.
   * @param {any} key
   * @returns {number | undefined}
   */
  find(key) {
    const { engine } = this;
    let slot = this.index.get(key);
    if (slot !== undefined && engine.now >= engine.horizons[this.id]) {
      engine.ctl[WORD.SLOT] = slot;
      this.step(this.call(OP.LOOK));
      slot = this.index.get(key);
    }
    return slot;
  }

  /**
   * The slot of a key for a read or a removal, at the exact time, its grant taken back.
   * @param {any} key
   */
  findNow(key) {
    if (this.index.size === 0) return undefined;
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
    this.base.delete.call(this.owner, key);
    this.index.delete(key);
    this.keys[slot] = undefined;
    this.values[slot] = undefined;
    this.engine.record(this.id, (reason === 'event' ? RECORD.EVENT : RECORD.REMOVE) | slot);
    if (this.hooked) this.reporter().push(key, value, reason);
  }

  /**
   * Stores an entry: checks and weighs, makes room, then stores.
   * @param {any} key
   * @param {any} value
   * @param {{ ttl?: number, maxAge?: number, size?: number }} [given]
   */
  write(key, value, given) {
    try {
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
    } finally {
      this.finish();
    }
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
    const { ctl } = this.engine;
    for (let asks = this.index.size + 1; asks > 0;) {
      ctl[WORD.SLOT] = this.index.get(key) ?? NO_SLOT;
      ctl[WORD.A] = weight;
      const status = this.call(OP.ROOM);
      if (status === STATUS.FULL) this.refuse();
      const gone = this.step(status);
      this.open();
      if (gone < 0) break;
      if (gone === 0) asks -= 1;
    }
    const slot = this.index.get(key);
    if (slot === undefined && this.index.size >= this.options.hardMaxSize) this.refuse();
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
    if (this.departed.length > 0) this.runDeparted(Infinity);
    if (this.index.size > 0) {
      this.revoke();
      if (this.hooked) {
        for (const [key, value] of this.base.entries.call(this.owner)) this.reporter().push(key, value, reason);
      }
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
    this.finish();
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
