'use strict';

const { readStats } = require('../stats');

/**
 * @param {import('./sessions').SessionStore} store
 * @returns {import('../../index').SessionGroupStats}
 */
function readGroupStats(store) {
  const { members, followed, graves, scopes } = store;
  const stats = readStats(/** @type {any} */ (store));
  /** @type {Record<string, number>} */
  const removed = stats.removed;
  // Those that left with an ancestor left for its reason; to the core they were deleted.
  for (const [reason, count] of Object.entries(followed)) {
    removed[reason] += count;
    removed.delete -= count;
  }
  /** @type {Record<string, number>} */
  const sizes = Object.create(null);
  let { misses } = stats;
  let entries = 0;
  for (const member of members) {
    sizes[member.title] = member.index.size;
    entries += member.index.size;
    misses += member.misses;
  }
  return {
    ...stats,
    misses,
    entries,
    members: sizes,
    oldestPin: oldestPin(store),
    scopes: scopes.size,
    resurrected: graves.resurrected,
    tombstoned: graves.dropped,
  };
}

/** @param {import('./sessions').SessionStore} store */
function oldestPin({ owner, engine }) {
  let oldest = 0;
  for (const { pinnedAt } of owner.values()) {
    if (pinnedAt !== undefined && pinnedAt.length > 0) oldest = Math.max(oldest, engine.now - pinnedAt[0]);
  }
  return oldest;
}

exports.readGroupStats = readGroupStats;
