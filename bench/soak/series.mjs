// What is measured: memory of the process, and what each structure holds. Into memory that was taken beforehand, since
// samples must not be growth themselves.

import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';

const require = createRequire(import.meta.url);
const { Samples } = require('../../lib/testing/memory.js');
const { tally } = require('../../lib/testing/structures.js');
const { trendOf } = require('../../lib/testing/slope.js');
const { findCollector } = require('../../lib/watch/collect.js');

/** What decides. @type {readonly ('rss' | 'javascript' | 'native')[]} */
export const DECIDING = ['rss', 'javascript', 'native'];
/** @type {Record<string, string>} */
export const TITLES = { rss: 'resident memory', javascript: 'the JS heap with external memory', native: 'native memory of the library' };
/** Resident memory is read so often, and the least counts: allocators give back late. */
const READS = 4;
/** Trends of fewer steps say nothing: as many in either half. */
export const FEWEST = 8;

export class Series {
  /** @type {Map<string, { entries: Float64Array, bytes: Float64Array }>} */
  #structures = new Map();

  /** @param {number} most samples */
  constructor(most) {
    this.most = most;
    this.memory = new Samples(most);
    /** Seconds. */
    this.at = new Float64Array(most);
  }

  get count() {
    return this.memory.count;
  }

  /** @param {number} seconds since the start */
  async take(seconds) {
    const at = this.count;
    await this.memory.take();
    this.at[at] = seconds;
    this.memory.rss[at] = await least(this.memory.rss[at]);
    for (const [key, { entries, bytes, nativeBytes }] of tally()) {
      let structure = this.#structures.get(key);
      if (structure === undefined) {
        structure = { entries: new Float64Array(this.most), bytes: new Float64Array(this.most) };
        this.#structures.set(key, structure);
      }
      structure.entries[at] = entries;
      structure.bytes[at] = Math.max(bytes, nativeBytes);
    }
  }

  /** The first sample after the warm-up. @param {number} warmup s */
  from(warmup) {
    let from = 0;
    while (from < this.count && this.at[from] < warmup) from += 1;
    return from;
  }

  /** When the second half of what is judged begins. @param {number} warmup s */
  middle(warmup) {
    const from = this.from(warmup);
    return this.at[from + ((this.count - from) >> 1)];
  }

  /**
   * Bytes a second, after the warm-up.
   * @param {Float64Array} series
   * @param {number} warmup s
   */
  trend(series, warmup) {
    const from = this.from(warmup);
    const steps = this.count - 1 - from;
    if (steps < FEWEST / 2 - 1) throw new Error(`only ${steps + 1} samples after the warm-up: too few for a slope`);
    const spacing = (this.at[this.count - 1] - this.at[from]) / steps;
    const { slope, low, high, start } = trendOf(series, from, this.count);
    return { slope: slope / spacing, low: low / spacing, high: high / spacing, start };
  }

  /** Structures that certainly grow, the fastest first. @param {number} warmup s @param {number} limit bytes a second */
  growing(warmup, limit) {
    return [...this.#structures]
      .map(([name, { entries, bytes }]) => ({ name, entries: this.trend(entries, warmup), bytes: this.trend(bytes, warmup) }))
      .filter(({ bytes }) => bytes.low > limit)
      .sort((a, b) => b.bytes.slope - a.bytes.slope);
  }
}

const collect = findCollector()?.collect;

/** @param {number} rss as it was after a collection */
async function least(rss) {
  let found = rss;
  for (let read = 0; read < READS; read += 1) {
    await sleep(10);
    collect?.();
    found = Math.min(found, process.memoryUsage().rss);
  }
  return found;
}
