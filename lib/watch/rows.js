'use strict';

// One structure as a line of the report. Reading one asks the core for counters: nothing is removed or
// touched, and no code of the user's runs.

const { SessionStore } = require('../group/sessions');
const { HistoryStore } = require('../group/histories');
const { stateOf } = require('../history/owner');
const { STATUS } = require('../history/native');
const { OP, WORD, STAT, REASONS } = require('../protocol');

/** @typedef {import('../store').Store} Store */
/** @typedef {import('../../index').MemoryRow} MemoryRow */
/** @typedef {import('../../index').MemberRow} MemberRow */
/** What Rust says of a history. @typedef {{ resident: number, sealed: number, idle: number }} Held */

/** Words of the counters. */
const AT = Object.freeze({
  BYTES: WORD.STATS + STAT.BYTES,
  WEIGHT: WORD.STATS + STAT.WEIGHT,
  KEPT: WORD.STATS + STAT.KEPT,
  PINNED: WORD.STATS + STAT.PINNED,
  OVERFLOWS: WORD.STATS + STAT.OVERFLOWS,
  OLDEST_IDLE: WORD.STATS + STAT.OLDEST_IDLE,
  OLDEST_BUSY: WORD.STATS + STAT.OLDEST_BUSY,
  OLDEST_PIN: WORD.STATS + STAT.OLDEST_PIN,
});
/** And of those by reason. @type {Readonly<Record<import('../../index').RemoveReason, number>>} */
const LEFT = /** @type {any} */ (Object.freeze(Object.fromEntries(REASONS.map((reason, code) => [reason, WORD.STATS + STAT.REMOVED + code]))));

/** @type {Readonly<import('../../index').RemovedCounts>} */
const NONE = Object.freeze({
  idle: 0, age: 0, lru: 0, bytes: 0, 'busy-timeout': 0, pressure: 0, delete: 0, clear: 0, event: 0, close: 0, exit: 0, trim: 0,
});

/**
 * A map, a set or a group whose engine is up to date.
 * @param {Store} store
 * @param {Map<number, Held>} held
 * @returns {MemoryRow}
 */
function rowOf(store, held) {
  store.call(OP.STATS);
  const { ctl } = store.engine;
  // Written out: objects of one shape are made in a fraction of the time.
  /** @type {MemoryRow} */
  const row = {
    kind: store.kind,
    name: store.name,
    entries: store.size,
    bytes: ctl[AT.WEIGHT],
    nativeBytes: ctl[AT.BYTES],
    oldestIdle: ctl[AT.OLDEST_IDLE] || 0,
    busy: ctl[AT.KEPT],
    oldestBusy: ctl[AT.OLDEST_BUSY] || 0,
    pinned: ctl[AT.PINNED],
    oldestPin: ctl[AT.OLDEST_PIN] || 0,
    removed: {
      idle: ctl[LEFT.idle],
      age: ctl[LEFT.age],
      lru: ctl[LEFT.lru],
      bytes: ctl[LEFT.bytes],
      'busy-timeout': ctl[LEFT['busy-timeout']],
      pressure: ctl[LEFT.pressure],
      delete: ctl[LEFT.delete],
      clear: ctl[LEFT.clear],
      event: ctl[LEFT.event],
      close: ctl[LEFT.close],
      exit: ctl[LEFT.exit],
      trim: 0,
    },
    overflows: ctl[AT.OVERFLOWS],
    hookErrors: store.hooks === null ? 0 : store.hooks.errors,
  };
  return store instanceof SessionStore ? groupRow(store, row, held) : row;
}

/**
 * @param {SessionStore} store
 * @param {MemoryRow} row of its sessions
 * @param {Map<number, Held>} held
 * @returns {MemoryRow}
 */
function groupRow(store, row, held) {
  const members = store.members.map((member) => memberRow(member, held));
  store.countFollowers(row.removed);
  const sum = (/** @type {'entries' | 'bytes' | 'nativeBytes'} */ column) => members.reduce((total, member) => total + member[column], 0);
  return {
    ...row,
    entries: sum('entries'),
    bytes: sum('bytes'),
    nativeBytes: row.nativeBytes + sum('nativeBytes'),
    sessions: row.entries,
    members,
  };
}

/**
 * @param {import('../group/member').Member} member
 * @param {Map<number, Held>} held
 * @returns {MemberRow}
 */
function memberRow(member, held) {
  const { base, title, index, weights } = member;
  /** @type {MemberRow} */
  const row = {
    kind: base.isSet ? 'set' : 'map',
    name: title,
    entries: index.size,
    bytes: weights === null ? 0 : weights.reduce((sum, weight) => sum + weight, 0),
    nativeBytes: 0,
  };
  if (member instanceof HistoryStore) return conversationsRow(member, row, held);
  if ('ticket' in member && member.ticket !== null) {
    member.call(OP.STATS);
    row.nativeBytes = member.engine.ctl[AT.BYTES];
  }
  return row;
}

/**
 * @param {HistoryStore} member
 * @param {MemberRow} row
 * @param {Map<number, Held>} held
 * @returns {MemberRow}
 */
function conversationsRow(member, row, held) {
  let [messages, bytes, nativeBytes] = [0, 0, 0];
  for (const history of member.values) {
    const state = history === undefined ? undefined : stateOf(history);
    if (state === undefined || state.closed) continue;
    messages += state.array.length;
    bytes += state.status[STATUS.BYTES];
    nativeBytes += held.get(state.id)?.resident ?? 0;
  }
  return { ...row, kind: 'history', bytes, nativeBytes, messages };
}

/**
 * A history that no group has.
 * @param {import('../history/state').State} state
 * @param {Map<number, Held>} held
 * @returns {MemoryRow}
 */
function historyRow(state, held) {
  const { resident = 0, sealed = 0, idle = 0 } = held.get(state.id) ?? {};
  return {
    kind: 'history',
    name: state.options.name ?? 'BoundedHistory',
    entries: state.array.length,
    bytes: state.status[STATUS.BYTES],
    nativeBytes: resident,
    oldestIdle: idle,
    busy: 0,
    oldestBusy: 0,
    pinned: state.pinned.size,
    oldestPin: 0,
    removed: { ...NONE, trim: state.status[STATUS.DROPPED_MESSAGES] },
    overflows: 0,
    hookErrors: 0,
    sealedBytes: sealed,
  };
}

exports.NONE = NONE;
exports.rowOf = rowOf;
exports.historyRow = historyRow;
