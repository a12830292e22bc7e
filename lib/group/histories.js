'use strict';

// `group.history(name, options)`: a map from sessions to their conversations. What is done to a
// conversation touches its session, and what it weighs counts in the group's `maxBytes`.
//
// A conversation whose session has ended is let go, not closed: whoever still holds it reads it and may
// push to it, as with the arrays it replaces; it is freed with the last reference.

const { RobustSessionMap, storeOf } = require('../map');
const { DirectStore } = require('./direct');
const { join } = require('./join');
const { LIMITS_OF_GROUPS, parseMemberOptions } = require('./options');
const { callback, isPlain, read } = require('../options');
const { setWeight } = require('./member');
const { BoundedHistory } = require('../history/history');
const { isHistory, stateOf } = require('../history/owner');
const { CHECKS: HISTORY_CHECKS, parseOptions } = require('../history/options');
const { STATUS } = require('../history/native');
const { SessionClosedError, show } = require('../errors');
const { RECORD } = require('../protocol');

/** @typedef {import('./session').Session} Session */

const { name: _name, ...limitChecks } = HISTORY_CHECKS;
/** @type {import('../history/options').Checks} */
const CHECKS = Object.freeze({ __proto__: /** @type {any} */ (null), ...limitChecks, onRemove: callback });

class SessionHistories extends RobustSessionMap {
  /** The session's conversation, begun if there is none. Touches. @param {any} id */
  of(id) {
    const store = /** @type {HistoryStore} */ (/** @type {unknown} */ (storeOf(this)));
    return this.getOrInsertComputed(id, () => store.newHistory());
  }
}

class HistoryStore extends DirectStore {
  /**
   * @param {import('./sessions').SessionStore} group
   * @param {string} title
   * @param {Readonly<import('./options').MemberOptions> & { limits: Readonly<import('../history/options').HistoryLimits> }} options
   * @param {any} owner
   * @param {import('../slots').Base} base
   */
  constructor(group, title, options, owner, base) {
    super(group, title, options, owner, base);
    this.limits = options.limits;
    this.beSimple(false);
    this.weighWithGroup();
  }

  /** Never: what is stored is checked. @override */
  isSimple() {
    return false;
  }

  /** @override */
  follow() {
    super.follow();
    this.weighWithGroup();
  }

  /** Conversations are weighed where a limit asks for it: members that weigh make writing slower for all. */
  weighWithGroup() {
    const { maxBytes } = this.group.options;
    // One alone can be heavier than its limit: what is never trimmed.
    this.sizeOf = maxBytes === Infinity ? undefined : (/** @type {any} */ history) => Math.min(bytesOf(history), maxBytes);
  }

  newHistory() {
    const { limits, group } = this;
    return new BoundedHistory({ ...limits, maxBytes: Math.min(limits.maxBytes, group.options.maxBytes) });
  }

  /**
   * @override
   * @param {any} id
   * @param {any} history
   * @param {{ ttl?: number, maxAge?: number, size?: number }} [given]
   */
  write(id, history, given) {
    if (!isHistory(history)) {
      throw new TypeError(`${this.name}: the conversation of a session must be a BoundedHistory, not ${show(history)}; of(id) gives the session's own, for its messages to be pushed to`);
    }
    const user = stateOf(history).user;
    if (user !== undefined && !(user.store === this && Object.is(user.id, id === 0 ? 0 : id))) {
      throw new TypeError(`${this.name}: this history is the conversation of session ${show(user.id)} already; a conversation belongs to one session`);
    }
    super.write(id, history, given);
  }

  /**
   * @override
   * @param {Session} session
   * @param {any} history
   * @param {number} weight
   */
  keep(session, history, weight) {
    const old = this.sessions[session.slot] === session ? this.values[session.slot] : undefined;
    super.keep(session, history, weight);
    if (old !== undefined && old !== history) stateOf(old).user = undefined;
    stateOf(history).user = { store: this, id: session.id, used: () => this.used(session.id, history) };
  }

  /**
   * @override
   * @param {Session} session
   * @param {import('../../index').RemoveReason} reason
   */
  letGo(session, reason) {
    const history = super.letGo(session, reason);
    stateOf(history).user = undefined;
    return history;
  }

  /**
   * Something was done to a conversation: its session is touched, and weighed.
   * @param {any} id
   * @param {any} history
   */
  used(id, history) {
    const slot = this.findNow(id);
    const session = slot === undefined || this.values[slot] !== history ? undefined : this.sessions[slot];
    if (session !== undefined) {
      this.engine.record(this.group.id, RECORD.TOUCH | session.slot);
      if (this.sizeOf !== undefined) this.reweigh(session, this.sizeOf(history, id));
    }
    this.finish();
  }

  /**
   * @param {Session} session
   * @param {number} weight of its conversation
   */
  reweigh(session, weight) {
    const { group } = this;
    const gain = weight - this.weightOf(session.slot);
    if (gain === 0) return;
    if (gain > 0) {
      if (!group.weighted) group.useWeights();
      group.settleWeights();
    }
    // Room is not made at the price of an ancestor: the session would go with it.
    session.writes += 1;
    try {
      if (gain > 0) group.makeRoom(session.id, session.weight + gain);
    } catch (error) {
      // A callback closed the group: nothing is left to be weighed.
      if (!(error instanceof SessionClosedError)) throw error;
    } finally {
      session.writes -= 1;
    }
    if (session.gone || this.sessions[session.slot] !== session) return;
    setWeight(this, session.slot, session, weight);
    group.reweigh(session);
  }

  /** @override */
  stats() {
    const bytes = this.values.reduce((sum, history) => sum + (history === undefined ? 0 : bytesOf(history)), 0);
    return { ...super.stats(), bytes };
  }
}

/** The bytes of a history, as of the last call of one of its methods. @param {any} history */
function bytesOf(history) {
  const { closed, status } = stateOf(history);
  return closed ? 0 : status[STATUS.BYTES];
}

/**
 * @param {string} what
 * @param {unknown} given
 */
function parse(what, given) {
  if (given !== undefined && given !== null && !isPlain(given)) {
    throw new TypeError(`${what}: options must be a plain object, not ${show(given)}`);
  }
  const { onRemove, ...limits } = read(what, /** @type {object} */ (given ?? {}), CHECKS, LIMITS_OF_GROUPS);
  return { ...parseMemberOptions(what, { onRemove }), limits: parseOptions(limits) };
}

/**
 * @param {import('./sessions').SessionStore} store
 * @param {string} title
 * @param {unknown} options
 */
function joinHistories(store, title, options) {
  return join(store, SessionHistories, 'history', title, options, () => HistoryStore, parse);
}

exports.HistoryStore = HistoryStore;
exports.joinHistories = joinHistories;
