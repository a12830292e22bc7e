// Whether memory grows, and what: only what is certain by the lower bound of its slope, over all of the run after the warm-up and
// over the last half of that. Growth that fades is none: allocators reach their level later than the traffic does.

import { DECIDING, TITLES } from './series.mjs';

/** @typedef {{ slope: number, low: number, high: number, start: number }} Trend bytes a second */

/**
 * @param {import('./series.mjs').Series} series
 * @param {number} warmup s
 * @param {number} limit bytes a second
 */
export function judge(series, warmup, limit) {
  const trends = /** @type {Record<string, Trend>} */ (Object.fromEntries(
    [...DECIDING, 'heap'].map((name) => [name, series.trend(series.memory[/** @type {'rss'} */ (name)], warmup)]),
  ));
  const last = series.middle(warmup);
  const growing = DECIDING.filter((name) => trends[name].low > limit && series.trend(series.memory[name], last).low > limit);
  const structures = growing.length === 0 ? [] : series.growing(warmup, limit / 4);
  return { trends, growing, structures, messages: growing.length === 0 ? [] : messages({ trends, growing, structures }) };
}

/** @param {{ trends: Record<string, Trend>, growing: readonly string[], structures: ReturnType<import('./series.mjs').Series['growing']> }} found */
function messages({ trends, growing, structures }) {
  const grows = growing.map((name) => {
    const { slope, low } = trends[name];
    return `memory grows: ${TITLES[name]} by ${rate(slope)}, certainly by ${rate(low)}`;
  });
  const who = structures.map(({ name, entries, bytes }) => `${name} grows by ${rate(bytes.slope)}, ${entries.slope.toFixed(1)} entries a second`);
  return [...grows, ...(who.length > 0 ? who : ['no structure of this library grows: what does is elsewhere'])];
}

/** @param {number} bytes a second */
export function rate(bytes) {
  const kb = bytes / 1000;
  return `${kb < 0 ? '−' : ''}${Math.abs(kb).toLocaleString('en', { maximumFractionDigits: Math.abs(kb) < 10 ? 2 : 0 })} KB/s`;
}
