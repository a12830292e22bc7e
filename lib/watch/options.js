'use strict';

const { CHECKS, callback, fail, isPlain, read } = require('../options');
const { show } = require('../errors');

const DEFAULT_INTERVAL = 1000;
const SHORTEST = 10;
/** Of a container's limit, which itself kills the process. */
const OF_CONTAINER = 0.85;
/** Of the limit. */
const WARN_AT = 0.8;

/** @type {(name: string, value: unknown) => number} */
function interval(name, value) {
  if (typeof value === 'number' && value >= SHORTEST && value < Infinity) return value;
  return fail(name, value, `a finite number of milliseconds ≥ ${SHORTEST}`);
}

const WATCH_CHECKS = Object.freeze({
  __proto__: /** @type {any} */ (null),
  warn: CHECKS.maxBytes,
  limit: CHECKS.maxBytes,
  interval,
  onSample: callback,
  onWarn: callback,
  onPressure: callback,
  onError: callback,
});

/** @typedef {ReturnType<typeof parseWatchOptions>} WatchOptions */

/**
 * @param {unknown} given
 * @param {() => number} containerLimit looked up if no limit is given
 */
function parseWatchOptions(given, containerLimit) {
  if (given !== undefined && given !== null && !isPlain(given)) {
    throw new TypeError(`watchMemory: options must be a plain object, not ${show(given)}`);
  }
  const found = read('watchMemory', /** @type {object} */ (given ?? {}), WATCH_CHECKS);
  const limit = found.limit ?? containerLimit() * OF_CONTAINER;
  const warn = found.warn ?? limit * WARN_AT;
  if (found.limit !== undefined && warn > limit) {
    throw new RangeError(`option warn must be at most limit (${limit}), not ${show(warn)}`);
  }
  return {
    limit,
    warn,
    interval: found.interval ?? DEFAULT_INTERVAL,
    onSample: found.onSample,
    onWarn: found.onWarn,
    onPressure: found.onPressure,
    onError: found.onError,
  };
}

exports.parseWatchOptions = parseWatchOptions;
