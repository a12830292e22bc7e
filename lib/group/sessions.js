'use strict';

// The policy of a group: a store of the ordinary kind whose entries are the sessions. The core decides
// who is due, who goes and who may refuse; what is added here is what a session's leaving means: all
// members let go of it in one step, its descendants end with it, and only then does a hook run.
//
// Invariants:
// - A session is in `index` from its first entry in any member until it ends. Only `part` ends one.
// - The core asks about every session that is to go (`isBusy` is always given), so sessions never leave
//   in mass and no slot of theirs is granted away: the shortcuts of large maps do not know members.

const { Store } = require('../store');
const { Session } = require('./session');
const { GroupHooks } = require('./hooks');
const { GroupLease } = require('./lease');
const { Lineage } = require('./lineage');
const { Graves } = require('./graves');
const { Scopes } = require('./scopes');
const { partsOf } = require('./parts');
const { readGroupStats } = require('./stats');
const { auditGroup } = require('./audit');
const { GROUP_DEFAULTS, policyOf } = require('./options');
const { MAP } = require('../bases');
const { show } = require('../errors');
const { RECORD, OP, WORD, REASONS } = require('../protocol');
const { unregister } = require('./named');
const { channels, noteEvicted } = require('../watch/channels');
const { engineOf } = require('../engine');
const exits = require('../exit');
const { Map, Set } = globalThis; // as they were: a program may put our classes in their place

/** @typedef {import('../../index').RemoveReason} RemoveReason */
/** @typedef {import('./member').Member} Member */

class SessionStore extends Store {
  /** @param {Readonly<import('./options').GroupOptions>} options */
  constructor(options) {
    /** @type {{ store: SessionStore | undefined }} */
    const self = { store: undefined };
    super(new Map(), MAP, policyOf(options, self), 'SessionGroup');
    self.store = this;
    this.given = options;
    // What ends with a session may make the next removal needless.
    this.atOnce = 1;
    /** Members hold the group: whoever has one can reach the others. @type {any} */
    this.face = undefined;
    /** @type {Member[]} */
    this.members = [];
    /** Whether entries have weights. */
    this.weighted = options.maxBytes !== Infinity;
    this.lineage = new Lineage(options.parentOf, (id) => this.session(id));
    this.graves = new Graves(options.tombstone);
    this.scopes = new Scopes();
    /** Ids of sessions that run, as events say, and have not begun. @type {Set<any>} */
    this.early = new Set();
    /** How many left with an ancestor, by a reason that the core counted as `delete`. @type {Record<string, number>} */
    this.followed = {};
    this.hooks = new GroupHooks(options);
    this.hooked = options.onRemove !== undefined;
    /** Whether anybody has given it options but its name. */
    this.configured = Object.keys(options).some((key) => key !== 'name' && /** @type {any} */ (options)[key] !== /** @type {any} */ (GROUP_DEFAULTS)[key]);
  }

  /** Takes other options, as long as no session has ever begun. @param {Readonly<import('./options').GroupOptions>} options */
  configure(options) {
    this.configured = true;
    this.given = options;
    this.options = policyOf(options, { store: this });
    this.engine = engineOf(options.clock);
    if (options.name !== undefined) Object.assign(this, { name: options.name });
    this.lineage.parentOf = options.parentOf;
    this.graves.tombstone = options.tombstone;
    Object.assign(this.hooks, { onEnd: options.onRemove, onError: options.onError, name: options.name });
    this.beSimple(this.isSimple());
    if (options.maxBytes !== Infinity) this.useWeights();
    if (options.onRemove !== undefined) this.listen();
    for (const member of this.members) member.follow();
  }

  /** @override @returns {'group'} */
  get kind() {
    return 'group';
  }

  /** @override @returns {GroupHooks} */
  reporter() {
    return /** @type {GroupHooks} */ (this.hooks);
  }

  /** Those of members have hooks of their own. @override */
  get most() {
    return this.members.reduce((sum, { index }) => sum + index.size, this.index.size);
  }

  /** Somebody is to be told about removals. */
  listen() {
    this.hooked = true;
    this.beSimple(this.simple);
    if (this.ticket !== null) exits.watch(/** @type {any} */ (this));
  }

  /** Entries have weights from now on: no member may restart a session without telling its weight. */
  useWeights() {
    this.weighted = true;
    for (const member of this.members) member.beSimple(member.isSimple());
  }

  /** Entries that fell due in members weigh nothing any more, also before their timer. */
  settleWeights() {
    if (this.options.maxBytes === Infinity) return;
    for (const member of this.members) member.settleOwn();
  }

  /** @override */
  open() {
    const known = this.ticket !== null;
    super.open();
    if (!known) for (const member of this.members) member.follow();
  }

  /**
   * @override
   * @param {any} id
   * @param {any} _session
   * @param {number | undefined} size
   */
  weigh(id, _session, size) {
    const { maxBytes } = this.options;
    // One that is too heavy already (its conversations grew) may be written to, if that makes it no heavier.
    if (size !== undefined && size > maxBytes && size > (this.session(id)?.weight ?? 0)) {
      throw new RangeError(`${this.name}: session ${show(id)} of weight ${show(size)} can never fit into maxBytes (${maxBytes})`);
    }
    return size ?? 0;
  }

  /**
   * The session that something is to be stored for: begun, if there is none. Both of its clocks restart.
   * `undefined` if it has just left and may not come back yet.
   * @param {any} key
   * @param {number} gain how much heavier it gets
   * @param {{ ttl?: number, maxAge?: number }} [given]
   * @returns {Session | undefined}
   */
  begin(key, gain, given) {
    const id = key === 0 ? 0 : key; // −0 is 0, as in any Map
    this.open();
    // One that is there may still leave, because it is due or to make room; then another begins in its line.
    const ancestors = this.session(id)?.ancestors ?? this.lineage.ancestorsOf(id);
    this.engine.refresh();
    this.find(id); // one that expired leaves first, and is late then
    this.open();
    const known = this.session(id);
    if (known === undefined && !this.graves.admits(id, this.engine.now)) return undefined;
    const fresh = new Session(id);
    const size = Math.max(0, (known?.weight ?? 0) + gain);
    // Room is not made at the price of an ancestor: the session would go with it.
    if (known !== undefined) known.writes += 1;
    try {
      this.put(id, fresh, given === undefined && size === 0 ? undefined : { ...given, size });
    } finally {
      if (known !== undefined) known.writes -= 1;
    }
    const session = /** @type {Session} */ (this.session(id));
    session.told = size;
    if (session === fresh) this.welcome(fresh, ancestors);
    return session;
  }

  /**
   * @param {Session} session
   * @param {readonly any[]} ancestors
   */
  welcome(session, ancestors) {
    if (ancestors.length > 0) this.lineage.adopt(session, ancestors);
    const scope = this.scopes.get(session.id);
    if (scope !== undefined) scope.lease = new GroupLease(this, session.id, session);
    if (this.early.delete(session.id)) session.running = new GroupLease(this, session.id, session);
  }

  /**
   * The session in the tables, due or not.
   * @param {any} id
   * @returns {Session | undefined}
   */
  session(id) {
    const slot = this.index.get(id);
    return slot === undefined ? undefined : this.values[slot];
  }

  /**
   * @override
   * @param {any} key
   * @param {any} value
   * @param {number} slot
   */
  insert(key, value, slot) {
    super.insert(key, value, slot);
    value.slot = slot;
  }

  /**
   * A session that is there stays the same object, also if a callback has begun it meanwhile.
   * @override
   * @param {number} slot
   * @param {any} _value
   * @param {{ weight: number, ttl?: number, maxAge?: number } | undefined} options
   */
  update(slot, _value, options) {
    super.update(slot, this.values[slot], options);
  }

  /** If it could not be given its first entry, it never was; any other weighs what it did. @param {Session} session */
  takeBack(session) {
    if (session.begun || session.gone) {
      this.reweigh(session);
      return;
    }
    this.unlist(session);
    this.lineage.release(session);
    this.engine.ctl[WORD.SLOT] = session.slot;
    this.call(OP.TAKE_BACK);
  }

  /** Tells the core what a session weighs now. @param {Session} session */
  reweigh(session) {
    if (session.gone || session.weight === session.told) return;
    const weight = Math.max(0, session.weight);
    session.told = session.weight;
    this.engine.flush();
    this.engine.ctl[WORD.SLOT] = session.slot;
    this.engine.ctl[WORD.A] = weight;
    this.call(OP.WEIGH);
  }

  /** Whether a session, or one that would end with it, refuses to go. @param {Session} session */
  keeps(session) {
    const { isBusy } = this.given;
    for (const other of this.lineage.of(session.id)) {
      if (other.pins > 0 || other.writes > 0 || (isBusy !== undefined && isBusy(other.id, this.parts(other)))) return true;
    }
    return isBusy === undefined ? false : isBusy(session.id, this.parts(session));
  }

  /** @param {Session} session */
  parts(session) {
    /** @type {import('./session').Left[]} */
    const held = [];
    for (const member of this.members) {
      const entries = member.entriesOf(session);
      if (entries !== undefined) held.push({ member, entries });
    }
    return partsOf(held);
  }

  /**
   * @override
   * @param {any} id
   */
  pin(id) {
    const slot = this.findNow(id);
    const lease = new GroupLease(this, id, slot === undefined ? undefined : this.values[slot]);
    this.finish();
    return lease;
  }

  /** @override */
  take() {
    const { engine, values } = this;
    /** @type {{ session: Session, reason: RemoveReason }[]} */
    const gone = [];
    // What follows speaks with the core, which uses the list again.
    for (let at = 0; at < engine.ctl[WORD.COUNT]; at += 1) {
      const session = values[engine.out[2 * at]];
      gone.push({ session, reason: REASONS[engine.out[2 * at + 1]] });
      this.unlist(session);
    }
    let count = gone.length;
    for (const { session, reason } of gone) {
      count += this.endDescendants(session.id, reason);
      this.part(session, reason);
    }
    return count;
  }

  /**
   * A session ends with all its descendants, on the user's behalf.
   * @override
   * @param {any} id
   * @param {'delete' | 'event'} reason
   */
  remove(id, reason) {
    const leaving = [id, ...this.lineage.of(id).map((session) => session.id)];
    const members = [...this.members]; // `sessionOf` may make others
    for (const each of leaving) {
      for (const member of members) member.forgetLoads(each);
    }
    const slot = this.findNow(id);
    if (slot === undefined) this.endDescendants(id, reason);
    else this.endFamily(this.values[slot], reason);
    this.finish();
    return slot !== undefined;
  }

  /**
   * @param {Session} session
   * @param {RemoveReason} reason
   */
  endFamily(session, reason) {
    this.revoke();
    this.endDescendants(session.id, reason);
    if (!session.gone) this.endOne(session, reason);
  }

  /**
   * Deepest first. Answers how many.
   * @param {any} id
   * @param {RemoveReason} reason
   */
  endDescendants(id, reason) {
    let count = 0;
    for (const session of this.lineage.of(id)) {
      if (session.gone) continue;
      this.endOne(session, reason);
      count += 1;
    }
    return count;
  }

  /**
   * @param {Session} session
   * @param {RemoveReason} reason
   */
  endOne(session, reason) {
    this.revoke();
    this.unlist(session);
    this.engine.record(this.id, (reason === 'event' ? RECORD.EVENT : RECORD.REMOVE) | session.slot);
    if (reason !== 'event' && reason !== 'delete') this.followed[reason] = (this.followed[reason] ?? 0) + 1;
    this.part(session, reason);
  }

  /**
   * Those that left with an ancestor left for its reason; to the core they were deleted.
   * @param {any} removed by the core's count
   */
  countFollowers(removed) {
    for (const [reason, count] of Object.entries(this.followed)) {
      removed[reason] += count;
      removed.delete -= count;
    }
  }

  /** Out of the group's own tables. @param {Session} session */
  unlist(session) {
    session.gone = true;
    this.takeOut(session.slot);
  }

  /**
   * All members let go of a session that is in no table any more.
   * @param {Session} session
   * @param {RemoveReason} reason
   */
  part(session, reason) {
    session.gone = true;
    session.running = undefined;
    const left = this.hooked ? /** @type {import('./session').Left[]} */ ([]) : undefined;
    for (const member of this.members) member.release(session, reason, left);
    this.lineage.release(session);
    this.graves.lay(session.id, this.engine.now);
    if (channels.evict.hasSubscribers) noteEvicted(this, reason, 1);
    // Who never came back to end the scope is not waited for any longer.
    if (reason === 'busy-timeout') this.scopes.delete(session.id);
    if (left === undefined) return;
    session.left = left;
    this.reporter().push(session.id, session, reason);
  }

  /**
   * @override
   * @param {'clear' | 'close' | 'exit'} reason
   */
  clear(reason) {
    for (const member of this.members) member.loads = null;
    this.settle();
    if (this.index.size === 0) return;
    this.revoke();
    const leaving = this.families();
    this.detach();
    for (const session of leaving) this.part(session, reason);
    this.engine.ctl[WORD.A] = REASONS.indexOf(reason);
    this.call(OP.CLEAR);
  }

  /** All sessions, in insertion order but descendants first. */
  families() {
    /** @type {Set<Session>} */
    const order = new Set();
    for (const session of this.owner.values()) {
      for (const descendant of this.lineage.of(session.id)) order.add(descendant);
      order.add(session);
    }
    return order;
  }

  /** @override */
  end() {
    super.end();
    for (const member of this.members) member.shut();
    this.scopes.clear();
    this.early.clear();
    unregister(this.name, this.face);
  }

  /** A member is closed, and its name free. @param {Member} member */
  forget(member) {
    this.members = this.members.filter((other) => other !== member);
  }

  /**
   * One session at a time, as everywhere.
   * @override
   */
  sweepSlice() {
    const left = this.repeat(OP.SETTLE, 1);
    this.finish();
    return left;
  }

  /** Removes everything due, in members too. Answers how much left. */
  sweepAll() {
    let left = this.sweepNow();
    for (const member of this.members) left += member.settleOwn();
    this.finishAll();
    return left;
  }

  /** @override */
  stats() {
    return /** @type {any} */ (readGroupStats(this));
  }

  /** @override */
  audit() {
    super.audit();
    return auditGroup(this);
  }
}

exports.SessionStore = SessionStore;
