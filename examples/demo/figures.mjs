// What the samples of a run come to.

import { limits, story } from './story.mjs';

const MB = 2 ** 20;
const ROUNDS_PER_DAY = (24 * 60 * 60_000) / story.roundMs;

/** The round after which the first sessions have been idle for `ttl`: from here on a bounded store is full. */
const FULL = limits.ttl / story.roundMs;

/** @typedef {ReturnType<typeof figuresOf>} Figures */

/** @param {{ variant: string, samples: any[], ending: any }} run */
export function figuresOf({ variant, samples, ending }) {
  const work = samples.filter(({ phase }) => phase === 'work');
  const last = samples.at(-1);
  const growthMb = growth(work);
  return {
    variant,
    samples,
    ending,
    rounds: work.length,
    firstMb: mb(work[0].rss),
    lastMb: mb(work.at(-1).rss),
    peakMb: mb(Math.max(...samples.map(({ rss }) => rss))),
    restedMb: mb(last.rss),
    growthMb,
    dayGb: (growthMb * ROUNDS_PER_DAY) / 1024,
    peakLive: Math.max(...samples.map(({ live }) => live)),
    restedLive: last.live,
    longestList: Math.max(...samples.map(({ longest }) => longest)),
    openChildren: last.children,
    openTimers: last.timers,
  };
}

/** MB of resident memory. */
export function mb(bytes) {
  return bytes / MB;
}

/**
 * Growth per round once a bounded store is full, over what lies between two plateaus: three rounds each,
 * so that no single sample decides. The first begins late because allocators reach their level later
 * than the store does.
 */
function growth(work) {
  const first = work.slice(FULL + 2, FULL + 5);
  const last = work.slice(-3);
  return mb((mean(last, 'rss') - mean(first, 'rss')) / (mean(last, 'round') - mean(first, 'round')));
}

/**
 * @param {readonly any[]} samples
 * @param {'rss' | 'round'} name
 */
function mean(samples, name) {
  return samples.reduce((sum, sample) => sum + sample[name], 0) / samples.length;
}
