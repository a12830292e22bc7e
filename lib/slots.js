'use strict';

// Keys and values by slot, and the index that finds the slot: the tables of a map or a set, kept in step
// with the core.
//
// Invariants, audited by `audit.js`:
// - `index` and `fresh` together, the collection's inherited slot and the core hold the same entries.
// - `keys[slot]` and `values[slot]` are the entry's (of a set, both its value); free slots hold
//   `undefined`.

const { engineOf } = require('./engine');
const { UNMARKED } = require('./log');
const { Fresh, NONE } = require('./fresh');
const { Hooks } = require('./hooks');
const { SessionClosedError } = require('./errors');
const { WORD, REASONS, NO_SLOT } = require('./protocol');
const { channels, noteEvicted } = require('./watch/channels');
const exits = require('./exit');
const { Map } = globalThis; // as they were: a program may put our classes in their place

/** The index of a collection that holds nothing. @type {Map<any, number>} */
const EMPTY = new Map();
/** The id of a collection that the core does not know. */
const NO_MAP = -2;
/** A smaller map has no fresh entries: they would save it little. */
const LEAST_FRESH = 8;
/** Nor has a larger one: its slots would not fit into a cell beside a part of the hash. */
const MOST_FRESH = 2 ** 20;
/** What the index holds beside entries, so that it and the inherited table are not copied in the same turn. @type {symbol[]} */
const PADDING = [];
/** More than leave between two looks at the clock. */
const PADDED = 1024;
/** From this many entries on, a power of two: to copy fewer takes no time worth the memory. */
const LEAST_PADDED = 2 ** 15;

/**
 * The inherited methods of the collection's base class, called on its own slot.
 * @typedef {object} Base
 * @property {boolean} isSet
 * @property {(this: any, key: any, value?: any) => any} store
 * @property {(this: any, key: any) => boolean} delete
 * @property {(this: any) => void} clear
 * @property {(this: any, key: any) => boolean} has
 * @property {(this: any) => IterableIterator<any>} keys
 * @property {(this: any) => IterableIterator<[any, any]>} entries
 * @property {(this: any, key: any) => any} read the value under a key; of a set, the key
 */

/** @typedef {import('./spared').Spared} Spared */
/** @typedef {{ keys: any[], values: any[], reason: import('../index').RemoveReason, slots: number[], at: number, whole: boolean }} Departed */

class Slots {
  /**
   * @param {any} owner
   * @param {Base} base
   * @param {Readonly<import('./options').Options>} options
   * @param {string} kind
   */
  constructor(owner, base, options, kind) {
    this.engine = engineOf(options.clock);
    this.index = EMPTY;
    /** Entries that are not in the index yet. */
    this.fresh = NONE;
    /** How many keys of the index are none of an entry. */
    this.padding = 0;
    /** @type {any[]} */
    this.keys = [];
    /** @type {any[]} */
    this.values = [];
    this.id = NO_MAP;
    /** What tells that it is current (`log.js`). */
    this.mark = UNMARKED;
    this.owner = owner;
    this.base = base;
    this.options = options;
    /** Whether `set` may use the fast path ({@link isSimple}). */
    this.simple = false;
    /** Whether it is simple and nobody is to be told about removals. */
    this.plain = false;
    /** Whether its entries are parts of sessions: what touches or removes one concerns a group (`group/`). */
    this.shared = false;
    this.touchOnHas = options.touchOnHas ?? base.isSet;
    /** Reads that found nothing, those that are paid for included. */
    this.misses = 0;
    /** Reads that may find nothing before somebody has to look at the time: counted, and paid for, ahead. */
    this.paid = 0;
    /** The counters as of `close`. @type {Float64Array | undefined} */
    this.last = undefined;
    /** @type {Hooks | null} */
    this.hooks = null;
    /** Whether there has been a lease. */
    this.leased = false;
    this.closed = false;
    /** Whether an entry may have limits of its own. */
    this.own = false;
    /** Removals decided in one call of the core. */
    this.atOnce = Infinity;
    /** Calls of `isBusy` under way. */
    this.asking = 0;
    /** Whether one of them stored something for which no room was made. */
    this.crowded = false;
    /** The few that stay while all else leaves, as long as they are looked for. @type {Spared | null} */
    this.spared = null;
    /** Whether so much was stored while they were looked for that what is due leaves one by one. */
    this.many = false;
    /** Counts the iterators that are under way; they hold it, not the store. @type {WeakRef<{ open: number }> | undefined} */
    this.walks = undefined;
    /** @type {import('./engine').Ticket | null} */
    this.ticket = null;
    /** Loads under way, by key. @type {Map<any, Promise<any>> | null} */
    this.loads = null;
    /** What `deleteOn` picks keys with, by what ends it. @type {Map<() => void, (...args: any[]) => any> | null} */
    this.subscriptions = null;
    /** What left together and whose hooks have not run yet. @type {Departed[]} */
    this.departed = [];
    this.name = options.name ?? kind;
    /** Whether somebody is to be told about removals. */
    this.hooked = options.onRemove !== undefined;
    if (options.onRemove !== undefined) this.hooks = new Hooks(options);
    this.beSimple(this.isSimple());
  }

  /** Open, with nothing to weigh, no load to cancel and nobody to tell of new entries. */
  isSimple() {
    const { sizeOf, maxBytes } = this.options;
    return sizeOf === undefined && maxBytes === Infinity && this.loads === null && this.spared === null && !this.closed;
  }

  /** @param {boolean} simple */
  beSimple(simple) {
    this.simple = simple;
    this.plain = simple && !this.hooked;
  }

  /** @returns {'map' | 'set' | 'group'} */
  get kind() {
    return this.base.isSet ? 'set' : 'map';
  }

  /** How many entries the tables hold. */
  get size() {
    return this.index.size - this.padding + this.fresh.count;
  }

  /** For how many entries a hook may still have to run. */
  get most() {
    return this.size;
  }

  /**
   * The slot of a key that the tables hold.
   * @param {any} key
   * @returns {number | undefined}
   */
  slotOf(key) {
    const slot = this.index.get(key);
    return slot === undefined && this.fresh.count > 0 ? this.enroll(key) : slot;
  }

  /** A read finds nothing. The next ones are paid for ahead, in as far as nothing but the index need be asked. */
  miss() {
    const { engine, ticket } = this;
    this.paid = 0;
    this.misses += 1;
    if (--engine.credit < 0) engine.pass();
    if (this.shared || this.fresh.count > 0 || ticket === null || engine.credit <= 0) return;
    this.paid = engine.pay(ticket);
    this.misses += this.paid;
  }

  /** There may be entries from now on that the index does not know, or the time has moved on. */
  unpay() {
    if (this.paid > 0) this.misses -= this.paid;
    this.paid = 0;
  }

  /**
   * Moves a fresh entry that is asked for to the index. Answers its slot, if there is one.
   * @param {any} key
   */
  enroll(key) {
    const { fresh } = this;
    const slot = fresh.find(key, this);
    if (slot === undefined) return undefined;
    this.index.set(this.keys[slot], slot);
    fresh.drop(slot);
    return slot;
  }

  /** Entries that take a victim's place wait to be asked for, from now on. */
  keepFresh() {
    const { size } = this;
    if (this.fresh === NONE && size >= LEAST_FRESH && size <= MOST_FRESH) this.fresh = new Fresh(size);
  }

  /** @param {Spared | null} spared those looked for from now on */
  lookFor(spared) {
    this.spared = spared;
    this.beSimple(this.isSimple());
  }

  /** While few are looked for: an entry is stored. @param {any} key */
  noteStored(key) {
    if (this.spared?.note(key) !== false) return;
    this.lookFor(null);
    this.crowdSpared(true);
  }

  /** @param {boolean} many */
  crowdSpared(many) {
    this.many = many;
  }

  /** Takes an iterator into account that begins. */
  walk() {
    let walk = this.walks?.deref();
    if (walk === undefined) {
      walk = { open: 0 };
      this.walks = new WeakRef(walk);
    }
    walk.open += 1;
    return walk;
  }

  /** The hooks, also of a collection without `onRemove`: they report errors. */
  reporter() {
    this.hooks ??= new Hooks(this.options);
    return this.hooks;
  }

  /** @param {boolean} crowded */
  crowd(crowded) {
    this.crowded = crowded;
  }

  closedError() {
    return new SessionClosedError(`${this.name}: nothing can be stored after close()`);
  }

  /** Makes sure that the core knows the collection. */
  open() {
    if (this.closed) throw this.closedError();
    if (this.ticket !== null) return;
    const { ttl, maxAge, maxSize, hardMaxSize, maxBytes, maxBusy, isBusy } = this.options;
    const asks = isBusy === undefined ? 0 : 1;
    this.ticket = this.engine.add(/** @type {any} */ (this), [ttl, maxAge, maxSize, hardMaxSize, maxBytes, maxBusy, asks]);
    this.id = this.ticket.id;
    this.mark = this.ticket.mark;
    this.index = new Map();
    if (this.hooked) exits.watch(/** @type {any} */ (this));
  }

  /**
   * Puts an entry into all tables, or into none: V8 refuses more than 2²⁴ entries.
   * @param {any} key
   * @param {any} value
   * @param {number} slot
   */
  insert(key, value, slot) {
    if (key === 0) key = 0; // −0 is stored as 0, as in any Map
    this.index.set(key, slot);
    try {
      this.base.store.call(this.owner, key, value);
    } catch (error) {
      this.index.delete(key);
      throw error;
    }
    this.values[slot] = this.base.isSet ? key : value;
    this.keys[slot] = key;
    if (this.spared !== null) this.noteStored(key);
  }

  /**
   * Drops the tables and puts a few entries back, in an order. The core has let all others go, and has these in
   * slots 0 and up now.
   * @param {Uint32Array} slots where they were
   * @param {Iterable<any>} order their keys, and others
   */
  putBack(slots, order) {
    const { owner, base, keys, values } = this;
    const stay = new Map(Array.from(slots, (before, slot) => [keys[before], slot]));
    const index = new Map();
    base.clear.call(owner);
    for (const key of order) {
      const slot = stay.get(key);
      if (slot === undefined) continue;
      base.store.call(owner, key, values[slots[slot]]);
      index.set(key, slot);
    }
    this.index = index;
    this.padding = 0;
    this.fresh = NONE;
    this.keys = Array.from(slots, (before) => keys[before]);
    this.values = Array.from(slots, (before) => values[before]);
  }

  /** Takes an entry out of all tables; the core knows, or is told by the caller. @param {number} slot */
  takeOut(slot) {
    const { keys, index } = this;
    const key = keys[slot];
    this.base.delete.call(this.owner, key);
    if (!this.fresh.drop(slot)) {
      const { size } = index;
      if ((size & (size - 1)) === 0 && size > PADDED) this.pad(size);
      index.delete(key);
    }
    if (this.spared !== null) this.spared.forget(key);
    keys[slot] = undefined;
    this.values[slot] = undefined;
  }

  /**
   * The index holds a power of two and is about to hold less. Where it has held more than twice as many, engines copy the
   * table then, in one step: milliseconds for a large one. The inherited table has as many entries, and would be
   * copied by the same removal; an index with padding is copied by a later one.
   * @param {number} size
   */
  pad(size) {
    const { index, keys } = this;
    if (this.padding > 0) {
      if (size > 2 * PADDED) return;
      for (const key of PADDING) index.delete(key);
      this.padding = 0;
    } else if (size >= LEAST_PADDED && keys.length > 2 * size && !this.shared) {
      while (PADDING.length < PADDED) PADDING.push(Symbol());
      for (const key of PADDING) index.set(key, NO_SLOT);
      this.padding = PADDED;
    }
  }

  /** Fresh tables. */
  empty() {
    this.lookFor(null);
    this.index = new Map();
    this.padding = 0;
    this.fresh = NONE;
    this.keys = [];
    this.values = [];
    this.own = false;
  }

  /** Gives the native record back, for good; the counters just read into the control words stay. */
  end() {
    this.closed = true;
    this.beSimple(false);
    this.loads = null;
    this.spared = null;
    this.index = EMPTY;
    this.padding = 0;
    this.fresh = NONE;
    if (this.ticket !== null) {
      this.last = this.engine.ctl.slice(WORD.STATS);
      this.engine.drop(this.ticket);
    }
    this.ticket = null;
    this.id = NO_MAP;
    this.mark = UNMARKED;
    this.subscriptions = null;
  }

  /** Removes from all tables what the core has listed as gone. Answers how many. */
  take() {
    const { engine, keys, values } = this;
    const count = engine.ctl[WORD.COUNT];
    for (let at = 0; at < count; at += 1) {
      const slot = engine.out[2 * at];
      const key = keys[slot];
      const value = values[slot];
      this.takeOut(slot);
      const reason = REASONS[engine.out[2 * at + 1]];
      if (channels.evict.hasSubscribers) noteEvicted(this, reason, 1);
      if (this.hooked) this.reporter().push(key, value, reason);
    }
    return count;
  }
}

exports.Slots = Slots;
