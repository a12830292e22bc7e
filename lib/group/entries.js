'use strict';

// The store of a member whose entries have a life of their own within a session: composite keys, an idle
// limit, a bound per session. It has slots of its own and is a store of the ordinary kind without limits
// but `ttl`; how recently each was used is known by session. A read is a record of a touch of the session
// and a number; only members with an idle limit log a second record.
//
// Invariant: `recency` has exactly the entries of `index`.

const { Store } = require('../store');
const { DEFAULTS } = require('../options');
const { GroupLease } = require('./lease');
const { Counts, clearMember, closeMember, closedError, endsSession, memberStats, setWeight, weighEntry } = require('./member');
const { Recency } = require('./recency');
const { HOT, LOG, LOGGED } = require('../log');
const { channels, noteEvicted } = require('../watch/channels');
const { auditEntries } = require('./audit');
const { show } = require('../errors');
const { RECORD, OP, WORD, REASONS } = require('../protocol');

/** @typedef {import('./session').Session} Session */
/** @typedef {import('../../index').RemoveReason} RemoveReason */

const itself = (/** @type {any} */ key) => key;
// Asked about all that is to go, entries leave one by one.
const never = () => false;

class EntryStore extends Store {
  /**
   * @param {import('./sessions').SessionStore} group
   * @param {string} title
   * @param {Readonly<import('./options').MemberOptions>} options
   * @param {any} owner
   * @param {import('../slots').Base} base
   */
  constructor(group, title, options, owner, base) {
    const { ttl, maxPerSession, sessionOf, sizeOf, touchOnHas, onRemove } = options;
    const policy = { ...DEFAULTS, ttl, maxSize: Infinity, touchOnHas, isBusy: never, clock: group.options.clock };
    super(owner, base, policy, `${group.name}.${title}`);
    this.shared = true;
    this.group = group;
    this.title = title;
    this.composite = sessionOf !== undefined;
    this.sessionOf = sessionOf ?? itself;
    this.sizeOf = sizeOf;
    this.maxPerSession = maxPerSession;
    /** Whether entries can be due before their sessions. */
    this.timed = ttl !== Infinity;
    // Not `hooked`, which is about hooks of the store's own.
    this.hook = onRemove;
    this.told = onRemove !== undefined;
    this.hooks = group.hooks;
    this.recency = new Recency();
    /** @type {number[] | null} */
    this.weights = null;
    this.counts = new Counts();
  }

  /** @override */
  isSimple() {
    return false;
  }

  follow() {
    this.engine = this.group.engine;
    Object.assign(this, { options: { ...this.options, clock: this.group.options.clock } });
  }

  /** @override */
  closedError() {
    return closedError(this);
  }

  /** @override */
  reporter() {
    return this.group.reporter();
  }

  /** @override */
  finish() {
    this.group.finish();
  }

  /** @override */
  finishAll() {
    this.group.finishAll();
  }

  /** @override */
  finishLater() {
    this.group.finishLater();
  }

  /** @override */
  settle() {
    return this.group.settle() + super.settle();
  }

  /** @override */
  sweepNow() {
    return this.group.sweepNow() + super.settle();
  }

  settleOwn() {
    return this.timed ? super.settle() : 0;
  }

  /** @override */
  nothingDue() {
    return this.group.nothingDue() && super.nothingDue();
  }

  /**
   * @override
   * @param {any} key
   */
  findNow(key) {
    if (this.index.size === 0) return undefined;
    this.engine.refresh();
    const slot = this.index.get(key);
    if (slot === undefined) return undefined;
    this.group.find(this.home(slot).id);
    return this.find(key);
  }

  /** The session of an entry. @param {number} slot */
  home(slot) {
    return this.recency.home(slot);
  }

  /**
   * @override
   * @param {any} key
   */
  readSlow(key) {
    const slot = this.findNow(key);
    if (slot === undefined) {
      this.misses += 1;
      return undefined;
    }
    this.engine.record(this.group.id, RECORD.TOUCH | this.home(slot).slot);
    if (this.timed) this.engine.record(this.id, RECORD.TOUCH | slot);
    this.recency.use(slot);
    return slot;
  }

  /**
   * @override
   * @param {number} slot
   */
  readFast(slot) {
    const { engine, group } = this;
    if (this.timed) return false;
    if (!engine.admits(group)) return false;
    LOG[HOT[LOGGED]++] = this.recency.use(slot);
    return true;
  }

  /** @override */
  setFast() {
    return false;
  }

  /**
   * @override
   * @param {any} key
   * @param {any} value
   * @param {{ ttl?: number, maxAge?: number, size?: number }} [given]
   */
  write(key, value, given) {
    const { group } = this;
    try {
      this.open();
      const weight = weighEntry(this, key, value, given?.size);
      const id = this.idOf(key);
      this.open(); // `sizeOf` and `sessionOf` may have closed it
      const session = group.begin(id, weight - this.giveWay(key, id), undefined);
      this.loads?.delete(key);
      if (session === undefined) return;
      try {
        this.open(); // and so may `isBusy`
        // The session must still be there when its entry is.
        this.engine.steady = true;
        this.put(key, value, given === undefined ? undefined : { ttl: given.ttl, maxAge: given.maxAge });
        this.engine.steady = false;
        this.timed ||= this.own;
        this.settleIn(/** @type {number} */ (this.index.get(key)), session, weight);
      } catch (error) {
        this.engine.steady = false;
        group.takeBack(session);
        throw error;
      }
      this.bound(session);
      group.reweigh(session);
    } finally {
      this.finish();
    }
  }

  /**
   * The session of a key; of one that is stored the one it belongs to.
   * @param {any} key
   */
  idOf(key) {
    const slot = this.index.get(key);
    if (slot !== undefined) return this.home(slot).id;
    const id = this.sessionOf(key);
    if (id !== undefined) return id;
    throw new TypeError(`${this.name}: sessionOf(${show(key)}) must name a session, not undefined; nothing was stored`);
  }

  /**
   * What leaves the session when the entry comes: the entry it replaces, or the coldest of a full member.
   * @param {any} key
   * @param {any} id
   */
  giveWay(key, id) {
    if (this.weights === null) return 0;
    const slot = this.index.get(key);
    if (slot !== undefined) return this.weights[slot] ?? 0;
    const session = this.group.session(id);
    const bucket = session === undefined ? undefined : this.recency.of(session);
    return bucket === undefined || bucket.count < this.maxPerSession ? 0 : this.weights[this.recency.coldest(bucket)] ?? 0;
  }

  /** The group has weighed it. @override */
  weigh() {
    return 0;
  }

  /**
   * @override
   * @param {number} slot
   * @param {any} value
   * @param {any} options
   */
  update(slot, value, options) {
    const old = this.values[slot];
    super.update(slot, value, options);
    if (this.told && !this.base.isSet && !Object.is(old, value)) {
      this.reporter().pushEntry(this, this.keys[slot], old, 'replace');
    }
  }

  /**
   * An entry that was stored gets its place in the session.
   * @param {number} slot
   * @param {Session} session
   * @param {number} weight
   */
  settleIn(slot, session, weight) {
    if (this.recency.add(slot, session)) {
      session.count += 1;
      session.begun = true;
      this.counts.added += 1;
    }
    setWeight(this, slot, session, weight);
  }

  /** A session with too many entries loses its coldest ones. @param {Session} session */
  bound(session) {
    for (let more = this.recency.of(session); more !== undefined && more.count > this.maxPerSession; more = this.recency.of(session)) {
      this.removeEntry(this.recency.coldest(more), 'lru');
    }
  }

  /**
   * An entry leaves, its session stays.
   * @param {number} slot
   * @param {RemoveReason} reason
   */
  removeEntry(slot, reason) {
    this.revoke();
    this.leaveAlone(slot, reason);
    this.engine.record(this.id, RECORD.REMOVE | slot);
  }

  /**
   * Out of the tables; the core knows, or is told by the caller.
   * @param {number} slot
   * @param {RemoveReason} reason
   */
  leaveAlone(slot, reason) {
    const session = this.home(slot);
    session.count -= 1;
    this.recency.remove(slot);
    const [key, value] = this.letGo(slot, session, reason);
    if (channels.evict.hasSubscribers) noteEvicted(this, reason, 1);
    if (this.told) this.reporter().pushEntry(this, key, value, reason);
  }

  /**
   * Answers key and value.
   * @param {number} slot
   * @param {Session} session
   * @param {RemoveReason} reason
   * @returns {[any, any]}
   */
  letGo(slot, session, reason) {
    const key = this.keys[slot];
    const value = this.values[slot];
    this.takeOut(slot);
    if (this.weights !== null) setWeight(this, slot, session, 0);
    this.counts.removed[reason] += 1;
    return [key, value];
  }

  /** @override */
  take() {
    const { engine } = this;
    /** @type {[slot: number, reason: RemoveReason][]} */
    const list = [];
    for (let at = 0; at < engine.ctl[WORD.COUNT]; at += 1) list.push([engine.out[2 * at], REASONS[engine.out[2 * at + 1]]]);
    for (const [slot, reason] of list) {
      const session = this.home(slot);
      this.leaveAlone(slot, reason);
      this.group.reweigh(session);
    }
    return list.length;
  }

  /**
   * On the user's behalf: the last entry ends its session.
   * @override
   * @param {number} slot
   * @param {RemoveReason} reason
   */
  removeSlot(slot, reason) {
    const session = this.home(slot);
    if (endsSession(this, session, reason)) return;
    this.removeEntry(slot, reason);
    this.group.reweigh(session);
  }

  /**
   * The session has ended.
   * @param {Session} session
   * @param {RemoveReason} reason
   * @param {import('./session').Left[] | undefined} left where to put what it held
   */
  release(session, reason, left) {
    const slots = this.recency.take(session);
    if (slots.length === 0) return;
    this.revoke();
    const entries = slots.map((slot) => this.letGo(slot, session, reason));
    for (const slot of slots) this.engine.record(this.id, RECORD.REMOVE | slot);
    left?.push({ member: this, entries });
  }

  /**
   * Least recently used first.
   * @param {Session} session
   * @returns {[any, any][] | undefined}
   */
  entriesOf(session) {
    const slots = this.recency.slotsOf(session);
    return slots.length === 0 ? undefined : slots.map((slot) => [this.keys[slot], this.values[slot]]);
  }

  /** Of loads for a session that ends nothing is stored. @param {any} id */
  forgetLoads(id) {
    // Those that there are: `sessionOf` may begin others.
    for (const key of Array.from(this.loads?.keys() ?? [])) {
      try {
        const named = this.sessionOf(key);
        if (named === id || Object.is(named, id)) this.loads?.delete(key);
      } catch (error) {
        this.reporter().report(error, key, undefined);
      }
    }
  }

  /**
   * @override
   * @param {any} key
   * @param {number | undefined} ttl
   */
  touch(key, ttl) {
    const slot = this.findNow(key);
    if (slot !== undefined) {
      this.own ||= ttl !== undefined;
      this.timed ||= this.own;
      this.engine.record(this.group.id, RECORD.TOUCH | this.home(slot).slot);
      this.engine.ctl[WORD.SLOT] = slot;
      this.engine.ctl[WORD.A] = ttl ?? NaN;
      this.call(OP.TOUCH);
      this.recency.use(slot);
    }
    this.finish();
    return slot !== undefined;
  }

  /**
   * @override
   * @param {any} key
   */
  pin(key) {
    const slot = this.findNow(key);
    const lease = new GroupLease(this.group, key, slot === undefined ? undefined : this.home(slot));
    this.finish();
    return lease;
  }

  /**
   * @override
   * @param {any} key
   */
  remaining(key) {
    const own = super.remaining(key);
    const slot = this.index.get(key);
    if (own === undefined || slot === undefined) return own;
    return Math.min(own, this.group.remaining(this.home(slot).id) ?? own);
  }

  /**
   * @override
   * @param {number} n
   */
  shed(n) {
    return this.group.shed(n);
  }

  /**
   * @override
   * @param {RemoveReason} reason
   */
  clear(reason) {
    clearMember(this, reason);
  }

  /** @override */
  close() {
    closeMember(this);
  }

  shut() {
    const { subscriptions } = this;
    if (!this.closed) this.end();
    for (const unsubscribe of subscriptions?.keys() ?? []) unsubscribe();
  }

  /** @override */
  stats() {
    return memberStats(this);
  }

  /** @override */
  audit() {
    super.audit();
    return auditEntries(this);
  }
}

exports.EntryStore = EntryStore;
