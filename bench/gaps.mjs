// The gaps between turns of the event loop, in a histogram of a fixed size: a list of them would grow to millions,
// and copying it would itself be the longest gap.

import { createHistogram } from 'node:perf_hooks';

const NS = 1e6;
/** Longest gap that is told from longer ones, ns. */
const HIGHEST = 1e12;

export class Gaps {
  #histogram = createHistogram({ lowest: 1, highest: HIGHEST, figures: 3 });

  /** @param {number} ms */
  add(ms) {
    this.#histogram.record(Math.max(1, Math.round(ms * NS)));
  }

  get count() {
    return this.#histogram.count;
  }

  /** The longest, ms. */
  get max() {
    return this.count === 0 ? 0 : this.#histogram.max / NS;
  }

  /** @param {number} percent @returns {number} ms */
  percentile(percent) {
    return this.count === 0 ? 0 : this.#histogram.percentile(percent) / NS;
  }
}
