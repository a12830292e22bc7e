'use strict';

// The store of a member whose keys are the sessions' ids: one entry a session, without limits of its own.
// Its tables go by the sessions' slots in the group's store, so a read is what it is in a plain map: one
// look-up, one comparison, one record, and the record is a touch of the session (`map.js`).
//
// Invariant: `sessions[slot]` is the session iff this member has an entry of it; `index`, the inherited
// slot and `values` have the same entries.

const { GroupLease } = require('./lease');
const { Counts, clearMember, closeMember, closedError, endsSession, memberStats, reach, setWeight, weighEntry } = require('./member');
const { auditDirect } = require('./audit');
const { NONE } = require('../fresh');
const { HOT, LOG, LOGGED } = require('../log');
const { RECORD } = require('../protocol');
const { Map } = globalThis; // as they were: a program may put our classes in their place

/** @typedef {import('./session').Session} Session */
/** @typedef {import('../../index').RemoveReason} RemoveReason */

class DirectStore {
  /**
   * @param {import('./sessions').SessionStore} group
   * @param {string} title
   * @param {Readonly<import('./options').MemberOptions>} options
   * @param {any} owner
   * @param {import('../slots').Base} base
   */
  constructor(group, title, options, owner, base) {
    this.engine = group.engine;
    /** The slot of each key's session. @type {Map<any, number>} */
    this.index = new Map();
    /** @type {any[]} */
    this.values = [];
    this.id = group.id;
    this.mark = group.mark;
    this.owner = owner;
    this.base = base;
    this.simple = false;
    this.plain = false;
    this.shared = true;
    this.touchOnHas = options.touchOnHas ?? base.isSet;
    this.misses = 0;
    /** None is paid for ahead. */
    this.paid = 0;
    // Slots are granted to groups only.
    this.grants = 0;
    this.next = 0;
    this.fresh = NONE;
    this.closed = false;
    /** @type {Map<any, Promise<any>> | null} */
    this.loads = null;
    /** @type {Map<() => void, (...args: any[]) => any> | null} */
    this.subscriptions = null;
    this.group = group;
    this.title = title;
    this.name = `${group.name}.${title}`;
    this.composite = false;
    this.sizeOf = options.sizeOf;
    this.hook = options.onRemove;
    this.hooked = options.onRemove !== undefined;
    this.hooks = group.hooks;
    /** @type {(Session | undefined)[]} */
    this.sessions = [];
    /** By slot, once an entry has one. @type {number[] | null} */
    this.weights = null;
    this.counts = new Counts();
    this.beSimple(this.isSimple());
  }

  isSimple() {
    return this.loads === null && !this.closed && this.sizeOf === undefined && !this.group.weighted;
  }

  /** Its tables are never dropped under an iterator. */
  walk() {
    return undefined;
  }

  /** @param {boolean} simple */
  beSimple(simple) {
    this.simple = simple;
    this.plain = simple && !this.hooked;
  }

  /** The group has got another native record. */
  follow() {
    this.engine = this.group.engine;
    this.id = this.group.id;
    this.mark = this.group.mark;
    this.beSimple(this.isSimple());
  }

  get own() {
    return this.group.own;
  }

  get size() {
    return this.index.size;
  }

  /**
   * @param {any} key
   * @returns {number | undefined}
   */
  slotOf(key) {
    return this.index.get(key);
  }

  closedError() {
    return closedError(this);
  }

  reporter() {
    return this.group.reporter();
  }

  settle() {
    return this.group.settle();
  }

  sweepNow() {
    return this.group.sweepNow();
  }

  settleOwn() {
    return 0;
  }

  nothingDue() {
    return this.group.nothingDue();
  }

  finish() {
    this.group.finish();
  }

  finishAll() {
    this.group.finishAll();
  }

  finishLater() {
    this.group.finishLater();
  }

  /** @param {any} key */
  findNow(key) {
    if (this.index.size === 0) return undefined;
    this.engine.refresh();
    if (this.index.get(key) !== undefined) this.group.find(key);
    return this.index.get(key);
  }

  /** @param {any} key */
  readSlow(key) {
    const slot = this.findNow(key);
    if (slot === undefined) this.misses += 1;
    else this.engine.record(this.id, RECORD.TOUCH | slot);
    return slot;
  }

  /** A read finds nothing. */
  miss() {
    this.paid = 0;
    this.misses += 1;
    if (--this.engine.credit < 0) this.engine.pass();
  }

  /** A read that could not log at once. @param {number} slot */
  readFast(slot) {
    const { engine } = this;
    if (!engine.enter(this)) return false;
    LOG[HOT[LOGGED]++] = slot;
    return true;
  }

  /**
   * @param {any} key
   * @param {any} value
   * @param {number | undefined} slot
   */
  setFast(key, value, slot) {
    const { engine } = this;
    if (!this.simple) return false;
    if (!engine.admits(this)) return false;
    const session = slot === undefined ? this.group.session(key) : this.sessions[slot];
    if (session === undefined) return false;
    this.keep(session, value, 0);
    LOG[HOT[LOGGED]++] = RECORD.RESET | session.slot;
    if (this.hooked) this.finish();
    return true;
  }

  /**
   * @param {any} key
   * @param {any} value
   * @param {{ ttl?: number, maxAge?: number, size?: number }} [given]
   */
  write(key, value, given) {
    const { group } = this;
    try {
      this.open();
      const weight = weighEntry(this, key, value, given?.size);
      this.open(); // `sizeOf` may have closed it
      const session = group.begin(key, weight - this.weightOf(this.index.get(key)), given);
      this.loads?.delete(key);
      if (session === undefined) return;
      try {
        this.open(); // and so may `isBusy`
        this.keep(session, value, weight);
      } catch (error) {
        group.takeBack(session);
        throw error;
      }
      group.reweigh(session);
    } finally {
      this.finish();
    }
  }

  open() {
    if (this.closed) throw this.closedError();
  }

  /** @param {number | undefined} slot */
  weightOf(slot) {
    return this.weights === null || slot === undefined ? 0 : this.weights[slot] ?? 0;
  }

  /**
   * Stores the entry of a session.
   * @param {Session} session
   * @param {any} value
   * @param {number} weight
   */
  keep(session, value, weight) {
    const { owner, base, index, values, sessions } = this;
    const { slot, id } = session;
    if (sessions[slot] === session) {
      const old = values[slot];
      base.store.call(owner, id, value);
      if (!base.isSet) values[slot] = value;
      if (this.hooked && !base.isSet && !Object.is(old, value)) this.reporter().pushEntry(this, id, old, 'replace');
    } else {
      index.set(id, slot);
      try {
        base.store.call(owner, id, value);
      } catch (error) {
        index.delete(id);
        throw error;
      }
      reach(values, slot, undefined);
      reach(sessions, slot, undefined);
      values[slot] = base.isSet ? id : value;
      sessions[slot] = session;
      session.count += 1;
      session.begun = true;
      this.counts.added += 1;
    }
    setWeight(this, slot, session, weight);
  }

  /**
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
   * On the user's behalf: the last entry ends its session.
   * @param {number} slot
   * @param {RemoveReason} reason
   */
  removeSlot(slot, reason) {
    const { group } = this;
    const session = /** @type {Session} */ (this.sessions[slot]);
    if (endsSession(this, session, reason)) return;
    const value = this.letGo(session, reason);
    session.count -= 1;
    group.reweigh(session);
    if (this.hooked) this.reporter().pushEntry(this, session.id, value, reason);
  }

  /**
   * Out of all tables. Answers the value.
   * @param {Session} session
   * @param {RemoveReason} reason
   */
  letGo(session, reason) {
    const { slot, id } = session;
    const value = this.values[slot];
    this.base.delete.call(this.owner, id);
    this.index.delete(id);
    this.values[slot] = undefined;
    this.sessions[slot] = undefined;
    if (this.weights !== null) setWeight(this, slot, session, 0);
    this.counts.removed[reason] += 1;
    return value;
  }

  /**
   * The session has ended.
   * @param {Session} session
   * @param {RemoveReason} reason
   * @param {import('./session').Left[] | undefined} left where to put what it held
   */
  release(session, reason, left) {
    if (this.sessions[session.slot] !== session) return;
    const value = this.letGo(session, reason);
    left?.push({ member: this, entries: [[session.id, value]] });
  }

  /**
   * @param {Session} session
   * @returns {[any, any][] | undefined}
   */
  entriesOf(session) {
    const { slot, id } = session;
    return this.sessions[slot] === session ? [[id, this.values[slot]]] : undefined;
  }

  /** Of loads for a session that ends nothing is stored. @param {any} id */
  forgetLoads(id) {
    this.loads?.delete(id);
  }

  /**
   * @param {any} key
   * @param {number | undefined} ttl
   */
  touch(key, ttl) {
    return this.findNow(key) === undefined ? false : this.group.touch(key, ttl);
  }

  /** @param {any} key */
  pin(key) {
    const slot = this.findNow(key);
    const lease = new GroupLease(this.group, key, slot === undefined ? undefined : this.sessions[slot]);
    this.finish();
    return lease;
  }

  /** @param {any} key */
  remaining(key) {
    return this.findNow(key) === undefined ? undefined : this.group.remaining(key);
  }

  /** @param {number} n */
  shed(n) {
    return this.group.shed(n);
  }

  /** @param {RemoveReason} reason */
  clear(reason) {
    clearMember(this, reason);
  }

  /** @param {'clear'} reason */
  leave(reason) {
    this.clear(reason);
    this.finishAll();
  }

  close() {
    closeMember(this);
  }

  shut() {
    const { subscriptions } = this;
    this.closed = true;
    this.beSimple(false);
    this.loads = null;
    this.subscriptions = null;
    for (const unsubscribe of subscriptions?.keys() ?? []) unsubscribe();
  }

  stats() {
    return memberStats(this);
  }

  audit() {
    return auditDirect(this);
  }
}

exports.DirectStore = DirectStore;
