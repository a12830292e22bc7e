'use strict';

// Whether memory grows. Growth that fades (code being compiled, a cache being filled) is told from a leak by going
// on: first for `rounds`, then for twice, then for three times as many. Each part is judged on its own. One that is
// flat ends it; a leak grows in the last two.

const { trendOf } = require('./slope');

/** These decide; resident memory does not, since it falls late and in steps. */
const DECIDING = Object.freeze(/** @type {const} */ (['heap', 'javascript', 'native']));
/** The parts, in multiples of the option `rounds`. */
const PARTS = Object.freeze([1, 2, 3]);
/** Rounds measured at most, in multiples of `rounds`. */
const MOST = PARTS.reduce((sum, part) => sum + part);

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
 * Runs as many rounds as the verdict takes.
 *
 * @param {import('./memory').Samples} samples one more than rounds have been run
 * @param {number} rounds
 * @param {number} limit bytes a round
 * @param {(rounds: number) => Promise<void>} run
 * @returns {Promise<{ part: Part, leaks: Series[] }>} the last part, and what grew
 */
async function judge(samples, rounds, limit, run) {
  /** @type {Part[]} */
  const parts = [];
  for (const share of PARTS) {
    const from = samples.count - 1;
    await run(share * rounds);
    const part = partOf(samples, from);
    if (DECIDING.every((name) => part.trends[name].high <= limit)) return { part, leaks: [] };
    parts.push(part);
  }
  const [, longer, longest] = parts;
  const leaks = DECIDING.filter((name) => longer.trends[name].low > limit && longest.trends[name].low > limit);
  return { part: longest, leaks };
}

exports.judge = judge;
exports.MOST = MOST;
