'use strict';

const { readStats } = require('../stats');

/**
 * @param {import('./sessions').SessionStore} store
 * @returns {import('../../index').SessionGroupStats}
 */
function readGroupStats(store) {
  const { members, graves, scopes } = store;
  const stats = readStats(/** @type {any} */ (store));
  store.countFollowers(stats.removed);
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
    scopes: scopes.size,
    resurrected: graves.resurrected,
    tombstoned: graves.dropped,
  };
}

exports.readGroupStats = readGroupStats;
