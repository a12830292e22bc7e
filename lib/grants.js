'use strict';

// Slots that the core grants ahead, for new entries to take without a call of their own: free ones, or
// those of the next victims.
//
// Invariant: slots granted ahead (`granted`, from `next` on) are exactly those the core will hand out next.
// Victims among them are parked: `values` holds a mark in place of their value, so that a read of
// one takes the slow path, which takes the grant back before the entry's recency changes.

const { Slots } = require('./slots');
const { OP, STATUS, WORD } = require('./protocol');
const { channels } = require('./watch/channels');

/** Stands in `values` for the value of an entry that is granted for eviction. */
const PARKED = Symbol('parked');
/** Most slots asked for ahead. More would save little: a call is shared by so many entries already. */
const MOST_AHEAD = 64;

class Grants extends Slots {
  /**
   * @param {any} owner
   * @param {import('./slots').Base} base
   * @param {Readonly<import('./options').Options>} options
   * @param {string} kind
   */
  constructor(owner, base, options, kind) {
    super(owner, base, options, kind);
    /** Slots granted ahead: those from `next` up to `grants` are still to be used. @type {number[]} */
    this.granted = [];
    this.grants = 0;
    this.next = 0;
    this.victims = false;
    this.ahead = 1;
    /** Whether a slot that is freed may be used for the next new entry, unasked ({@link reuse}). */
    this.reusable = false;
  }

  /**
   * One call about this collection. Every operation but DRAIN and GRANT takes granted slots back.
   * @param {number} op
   */
  call(op) {
    if (this.next < this.grants) this.revoke();
    this.reusable = false;
    return this.engine.call(op, this.id);
  }

  /** Takes back the slots granted ahead: whatever comes may change who is next. */
  revoke() {
    if (this.victims) {
      for (let at = this.next; at < this.grants; at += 1) {
        const slot = this.granted[at];
        this.values[slot] = this.base.read.call(this.owner, this.keys[slot]);
      }
      // As many were used as were used: ask for no more than that next time.
      if (this.next < this.grants) this.ahead = Math.max(this.next, 1);
    }
    this.grants = 0;
    this.next = 0;
  }

  /** Asks the core for the next slots. Answers whether there are any. */
  grant() {
    const { engine, granted, values } = this;
    this.revoke();
    this.ahead = engine.exact ? 1 : Math.min(this.ahead * 2, MOST_AHEAD);
    engine.ctl[WORD.COUNT] = this.ahead;
    const status = engine.call(OP.GRANT, this.id);
    if (status === STATUS.STEPWISE) return false;
    // Who subscribes to evictions is told of each, which the fast paths do not do.
    if (status === STATUS.VICTIMS && channels.evict.hasSubscribers) return false;
    const count = engine.ctl[WORD.COUNT];
    this.victims = status === STATUS.VICTIMS;
    if (this.victims) this.keepFresh();
    for (let at = 0; at < count; at += 1) {
      const slot = engine.out[at];
      granted[at] = slot;
      if (this.victims) values[slot] = PARKED;
    }
    this.grants = count;
    this.reusable = !this.leased && this.options.isBusy === undefined;
    return true;
  }

  /**
   * The core hands out first what was freed last. So an entry that just left leaves its slot for the next new
   * one, unless entries may be kept: then the map may be above its limits, and its horizon later than a new
   * entry's deadline; so it is when the last entry leaves, and the core is asked then.
   * @param {number} slot
   */
  reuse(slot) {
    if (this.size === 0) {
      this.revoke();
      this.reusable = false;
      return;
    }
    if (this.next < this.grants && this.victims) this.revoke();
    this.victims = false;
    if (this.next === 0) this.grants = this.next = 1;
    this.next -= 1;
    this.granted[this.next] = slot;
  }

  /** Asks for slots on the fast path. Answers whether there are any and the map is current. */
  grantNext() {
    const { engine } = this;
    if (engine.exact) return false;
    engine.look();
    return this.grant() && engine.enter(this);
  }

  /**
   * Stores a new entry in the next granted slot, in place of its victim if it has one. Answers the
   * slot; the caller logs it.
   * @param {any} key
   * @param {any} value
   */
  place(key, value) {
    const { owner, base, keys } = this;
    const slot = this.granted[this.next];
    if (!this.victims) {
      this.insert(key, value, slot);
      this.next += 1;
      return slot;
    }
    // The new entry first: should it be refused, the victim stays.
    base.store.call(owner, key, value);
    const victim = keys[slot];
    if (this.hooked) this.reporter().push(victim, base.read.call(owner, victim), 'lru');
    this.replace(slot, key);
    this.values[slot] = base.isSet ? keys[slot] : value;
    if (this.spared !== null) this.noteStored(keys[slot]);
    return slot;
  }

  /**
   * As `place`, of an entry that the collection's inherited slot has already, for nobody to be told.
   * @param {any} key
   * @param {any} value
   */
  placeStored(key, value) {
    const { base, owner } = this;
    const slot = this.granted[this.next];
    if (this.victims) {
      this.replace(slot, key);
    } else {
      if (key === 0) key = 0;
      try {
        this.index.set(key, slot);
      } catch (error) {
        base.delete.call(owner, key);
        throw error;
      }
      this.next += 1;
      this.keys[slot] = key;
    }
    this.values[slot] = value;
    return slot;
  }

  /**
   * Uses a grant: a new entry, which the inherited slot has, takes the place of its victim.
   * @param {number} slot
   * @param {any} key
   */
  replace(slot, key) {
    const { keys, index, fresh } = this;
    const victim = keys[slot];
    if (key === 0) key = 0; // −0 is stored as 0, as in any Map
    this.next += 1;
    this.base.delete.call(this.owner, victim);
    if (!fresh.drop(slot)) index.delete(victim);
    if (this.spared !== null) this.spared.forget(victim);
    keys[slot] = key;
    this.unpay();
    // There is room: the victim has left.
    fresh.put(key, slot, index, keys);
  }
}

exports.Grants = Grants;
exports.PARKED = PARKED;
