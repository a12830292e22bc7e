'use strict';

// Which entries of a member belong to which session, and how recently each was used. A read writes one
// number; the order is made when somebody has to know it, and serves until it is used up.
//
// Invariants: `homes[slot]` is the entry's session; `buckets[session.slot]`, if it is that session's,
// links exactly its entries, by `next` and `previous`, in no particular order. No two entries have the
// same `used`.

const { reach } = require('./member');

/** @typedef {import('./session').Session} Session */

const NONE = -1;

/** The entries of one session. */
class Bucket {
  /** @param {Session} session */
  constructor(session) {
    this.session = session;
    this.first = NONE;
    this.count = 0;
    /** Slots, coldest first, as they stood at `sorted`; those before `at` are done with. @type {number[]} */
    this.order = [];
    this.at = 0;
    this.sorted = 0;
  }
}

class Recency {
  constructor() {
    /** @type {(Session | undefined)[]} */
    this.homes = [];
    /** Their slots: a read has no need of the session itself. @type {number[]} */
    this.places = [];
    /** When an entry was used last, counted in uses. @type {number[]} */
    this.used = [];
    this.uses = 0;
    /** @type {number[]} */
    this.next = [];
    /** @type {number[]} */
    this.previous = [];
    /** By the session's slot. @type {(Bucket | undefined)[]} */
    this.buckets = [];
  }

  /** The session of an entry. @param {number} slot */
  home(slot) {
    return /** @type {Session} */ (this.homes[slot]);
  }

  /** @param {Session} session */
  of(session) {
    const bucket = this.buckets[session.slot];
    return bucket?.session === session ? bucket : undefined;
  }

  /** The entries of a session, coldest first. @param {Session} session */
  slotsOf(session) {
    const { used, next } = this;
    /** @type {number[]} */
    const slots = [];
    for (let slot = this.of(session)?.first ?? NONE; slot !== NONE; slot = next[slot]) slots.push(slot);
    return slots.sort((a, b) => used[a] - used[b]);
  }

  /**
   * The coldest entry. Whatever was used, or came, since the order was made is warmer than all that is left
   * of it. So making it anew is paid for by the uses that spoiled it. O(1) but for that.
   * @param {Bucket} bucket that has an entry
   */
  coldest(bucket) {
    const { homes, used } = this;
    for (; bucket.at < bucket.order.length; bucket.at += 1) {
      const slot = bucket.order[bucket.at];
      if (homes[slot] === bucket.session && used[slot] <= bucket.sorted) return slot;
    }
    bucket.order = this.slotsOf(bucket.session);
    bucket.at = 0;
    bucket.sorted = this.uses;
    return bucket.order[0];
  }

  /**
   * An entry was stored: it is the warmest now. Answers whether it is new.
   * @param {number} slot
   * @param {Session} session
   */
  add(slot, session) {
    const { homes, places, used, next, previous, buckets } = this;
    if (homes[slot] === session) {
      this.use(slot);
      return false;
    }
    reach(homes, slot, undefined);
    reach(places, slot, NONE);
    reach(used, slot, 0);
    reach(next, slot, NONE);
    reach(previous, slot, NONE);
    reach(buckets, session.slot, undefined);
    const bucket = this.of(session) ?? new Bucket(session);
    buckets[session.slot] = bucket;
    homes[slot] = session;
    places[slot] = session.slot;
    previous[slot] = NONE;
    next[slot] = bucket.first;
    if (bucket.first !== NONE) previous[bucket.first] = slot;
    bucket.first = slot;
    bucket.count += 1;
    this.use(slot);
    return true;
  }

  /** An entry is the warmest now. Answers its session's slot. @param {number} slot */
  use(slot) {
    this.used[slot] = this.uses += 1;
    return this.places[slot];
  }

  /** @param {number} slot */
  remove(slot) {
    const { homes, next, previous } = this;
    const session = this.home(slot);
    const bucket = /** @type {Bucket} */ (this.of(session));
    if (previous[slot] === NONE) bucket.first = next[slot];
    else next[previous[slot]] = next[slot];
    if (next[slot] !== NONE) previous[next[slot]] = previous[slot];
    bucket.count -= 1;
    if (bucket.count === 0) this.buckets[session.slot] = undefined;
    homes[slot] = undefined;
  }

  /** Takes out all entries of a session; answers them, coldest first. @param {Session} session */
  take(session) {
    const slots = this.slotsOf(session);
    if (slots.length === 0) return slots;
    this.buckets[session.slot] = undefined;
    for (const slot of slots) this.homes[slot] = undefined;
    return slots;
  }
}

exports.Recency = Recency;
