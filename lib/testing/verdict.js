'use strict';

// Whether memory grows. Growth that fades (code being compiled, a cache being filled) is told from a leak by going
// on: first for `rounds`, then for twice, then three times for three times as many. Each part is judged on its own.
// One that is flat ends it, and so do two in a row that grow, the first one not counting. What earlier tests held may be
// let go in the middle of a part: where memory falls, nothing is said of growth, and the next part is asked.

const { trendOf } = require('./slope');

/** These decide; resident memory does not, since it falls late and in steps. */
const DECIDING = Object.freeze(/** @type {const} */ (['heap', 'javascript', 'native']));
/** The parts after the first one, in multiples of the option `rounds`. */
const PARTS = Object.freeze([2, 3, 3, 3]);
/** Rounds measured at most, in multiples of `rounds`. */
const MOST = PARTS.reduce((sum, part) => sum + part, 1);

/**
 * @typedef {typeof DECIDING[number]} Series
 * @typedef {import('./slope').Trend} Trend
 * @typedef {{ from: number, to: number, trends: Record<Series | 'rss', Trend> }} Part
 */

/**
 * @param {import('./memory').Samples} samples
 * @param {number} from
 * @returns {Part}
 */
function partOf(samples, from) {
  const { heap, javascript, native, rss, count: to } = samples;
  const trends = {
    heap: trendOf(heap, from, to), javascript: trendOf(javascript, from, to), native: trendOf(native, from, to), rss: trendOf(rss, from, to),
  };
  return { from, to, trends };
}

/**
 * Whether all stays as it is, within the limit either way.
 * @param {Part} part
 * @param {number} limit
 */
function isFlat({ trends }, limit) {
  return DECIDING.every((name) => trends[name].high <= limit && trends[name].slope >= -limit);
}

/**
 * Runs as many rounds as the verdict takes.
 *
 * @param {import('./memory').Samples} samples one more than rounds have been run
 * @param {number} rounds
 * @param {number} limit bytes a round
 * @param {(rounds: number) => Promise<void>} run
 * @returns {Promise<{ part: Part, leaks: Series[] }>} the last part, and what leaks
 */
async function judge(samples, rounds, limit, run) {
  await run(rounds);
  let part = partOf(samples, samples.count - 1 - rounds);
  /** Those that grew in the part before. @type {Series[]} */
  let before = [];
  for (const share of PARTS) {
    if (isFlat(part, limit)) break;
    const from = samples.count - 1;
    await run(share * rounds);
    part = partOf(samples, from);
    const { trends } = part;
    const growing = DECIDING.filter((name) => trends[name].low > limit);
    const leaks = growing.filter((name) => before.includes(name));
    if (leaks.length > 0) return { part, leaks };
    before = growing;
  }
  return { part, leaks: [] };
}

exports.judge = judge;
exports.MOST = MOST;
