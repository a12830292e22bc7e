'use strict';

const { OP, WORD, STAT, REASONS } = require('./protocol');

/**
 * @param {import('./store').Store} store
 * @returns {import('../index').SessionStats}
 */
function readStats(store) {
  const { engine, options, hooks } = store;
  /** @type {(stat: number) => number} */
  let read = () => 0;
  if (store.ticket !== null) {
    store.call(OP.STATS);
    const words = engine.ctl.slice(WORD.STATS);
    read = (stat) => words[stat];
  } else if (store.last !== undefined) {
    const words = store.last;
    read = (stat) => words[stat];
  }
  /** @type {Record<string, number>} */
  const removed = {};
  REASONS.forEach((reason, code) => {
    if (reason !== 'replace') removed[reason] = read(STAT.REMOVED + code);
  });
  const size = read(STAT.LIVE);
  return {
    name: store.name,
    size,
    maxSize: options.maxSize,
    bytes: read(STAT.WEIGHT),
    maxBytes: options.maxBytes,
    hits: read(STAT.HITS),
    misses: store.misses,
    added: read(STAT.ADMITTED),
    updated: read(STAT.UPDATED),
    removed: /** @type {any} */ (removed),
    busy: read(STAT.KEPT),
    pinned: read(STAT.PINNED),
    oldestBusy: read(STAT.OLDEST_BUSY) || 0,
    oldestPin: read(STAT.OLDEST_PIN) || 0,
    oldestIdle: read(STAT.OLDEST_IDLE) || 0,
    overflow: Math.max(0, size - options.maxSize),
    overflows: read(STAT.OVERFLOWS),
    errors: hooks?.errors ?? 0,
    pendingHooks: hooks?.pending ?? 0,
    nativeBytes: store.ticket === null ? 0 : read(STAT.BYTES),
    closed: store.closed,
  };
}

exports.readStats = readStats;
