'use strict';

// Which entries of a member belong to which session, those of each session in the order of their use.
//
// Invariants: `homes[slot]` is the entry's session; `buckets[session.slot]`, if it is that session's,
// links exactly its entries, by `warmer` and `colder`, `head` being the coldest.

const { reach } = require('./member');

/** @typedef {import('./session').Session} Session */
/** @typedef {{ session: Session, head: number, tail: number, count: number }} Bucket */

const NONE = -1;

class Recency {
  constructor() {
    /** @type {(Session | undefined)[]} */
    this.homes = [];
    /** Their slots: a read has no need of the session itself. @type {number[]} */
    this.places = [];
    /** @type {number[]} */
    this.warmer = [];
    /** @type {number[]} */
    this.colder = [];
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
    /** @type {number[]} */
    const slots = [];
    for (let slot = this.of(session)?.head ?? NONE; slot !== NONE; slot = this.warmer[slot]) slots.push(slot);
    return slots;
  }

  /**
   * An entry was stored: it is the warmest now. Answers whether it is new.
   * @param {number} slot
   * @param {Session} session
   */
  add(slot, session) {
    const { homes, places, warmer, colder, buckets } = this;
    if (homes[slot] === session) {
      this.use(slot);
      return false;
    }
    reach(homes, slot, undefined);
    reach(places, slot, NONE);
    reach(warmer, slot, NONE);
    reach(colder, slot, NONE);
    reach(buckets, session.slot, undefined);
    const bucket = this.of(session) ?? { session, head: NONE, tail: NONE, count: 0 };
    buckets[session.slot] = bucket;
    homes[slot] = session;
    places[slot] = session.slot;
    bucket.count += 1;
    this.append(bucket, slot);
    return true;
  }

  /** Moves an entry to the warm end. Answers its session's slot. @param {number} slot */
  use(slot) {
    const place = this.places[slot];
    if (this.warmer[slot] !== NONE) {
      const bucket = /** @type {Bucket} */ (this.buckets[place]);
      this.unlink(bucket, slot);
      this.append(bucket, slot);
    }
    return place;
  }

  /** @param {number} slot */
  remove(slot) {
    const session = this.home(slot);
    const bucket = /** @type {Bucket} */ (this.of(session));
    this.unlink(bucket, slot);
    bucket.count -= 1;
    if (bucket.count === 0) this.buckets[session.slot] = undefined;
    this.homes[slot] = undefined;
  }

  /** Takes out all entries of a session; answers them, coldest first. @param {Session} session */
  take(session) {
    const slots = this.slotsOf(session);
    if (slots.length === 0) return slots;
    this.buckets[session.slot] = undefined;
    for (const slot of slots) this.homes[slot] = undefined;
    return slots;
  }

  /**
   * @param {Bucket} bucket
   * @param {number} slot
   */
  append(bucket, slot) {
    this.colder[slot] = bucket.tail;
    this.warmer[slot] = NONE;
    if (bucket.tail === NONE) bucket.head = slot;
    else this.warmer[bucket.tail] = slot;
    bucket.tail = slot;
  }

  /**
   * @param {Bucket} bucket
   * @param {number} slot
   */
  unlink(bucket, slot) {
    const { warmer, colder } = this;
    if (colder[slot] === NONE) bucket.head = warmer[slot];
    else warmer[colder[slot]] = warmer[slot];
    if (warmer[slot] === NONE) bucket.tail = colder[slot];
    else colder[warmer[slot]] = colder[slot];
  }
}

exports.Recency = Recency;
