'use strict';

// Who gives up how much under pressure: every structure in proportion to its idle entries, its least recently
// used ones first. Busy and leased entries do not count, and `shed` never takes them.

const { EntryStore } = require('../group/entries');
const { OP, WORD, STAT } = require('../protocol');
const { liveStores } = require('./report');

/** Of the idle entries of all structures together, at most; at least one entry. */
const SHARE = 0.1;

/** @typedef {import('../store').Store} Store */

/** Entries not known to be busy. @param {Store} store */
function idleOf(store) {
  store.call(OP.STATS);
  const { ctl } = store.engine;
  return Math.max(0, ctl[WORD.STATS + STAT.LIVE] - ctl[WORD.STATS + STAT.HELD]);
}

/**
 * Shares out a number in whole parts, in proportion, by largest remainders.
 * @param {readonly number[]} sizes
 * @param {number} total at most their sum
 */
function shareOut(sizes, total) {
  const sum = sizes.reduce((a, b) => a + b, 0);
  const exact = sizes.map((size) => (sum === 0 ? 0 : (size * total) / sum));
  const parts = exact.map(Math.floor);
  let left = total - parts.reduce((a, b) => a + b, 0);
  const order = exact.map((share, at) => ({ at, rest: share - parts[at] })).toSorted((a, b) => b.rest - a.rest);
  for (const { at } of order) {
    if (left <= 0) break;
    parts[at] += 1;
    left -= 1;
  }
  return parts;
}

/**
 * One shed. Hooks of what leaves run; what throws is reported, and the others go on.
 * @param {(error: unknown) => void} onError
 * @returns {import('../../index').ShedRow[]} what left, where anything did
 */
function shedShare(onError) {
  // Members' entries live and go with their sessions.
  const stores = liveStores().filter((store) => !(store instanceof EntryStore));
  const idle = stores.map(idleOf);
  const sum = idle.reduce((a, b) => a + b, 0);
  const parts = shareOut(idle, sum === 0 ? 0 : Math.max(1, Math.floor(sum * SHARE)));
  const rows = [];
  for (const [at, store] of stores.entries()) {
    if (parts[at] === 0) continue;
    try {
      const shed = store.shed(parts[at]);
      if (shed > 0) rows.push({ kind: store.kind, name: store.name, shed });
    } catch (error) {
      onError(error);
    }
  }
  return rows;
}

exports.shareOut = shareOut;
exports.shedShare = shedShare;
