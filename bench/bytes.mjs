// What a map with one entry weighs: thousands of them, each contender in a process of its own.

import { contender } from './contenders.mjs';
import { textKeys } from './load.mjs';
import { collect } from './measure.mjs';

const MAPS = 5000;
const FEW = 100;
const MAX = 1000;
const HOUR = 3_600_000;

/**
 * @param {string} id
 * @returns {Promise<{ heap: number, resident: number }>} bytes per map: on the heap of JavaScript, in the process
 */
export async function weigh(id) {
  const make = await contender(id).load();
  const [key] = textKeys(1);
  // The first few load code. Many would leave free memory behind, and what fills that would not show.
  let kept = build(FEW);
  for (let i = 0; i < 4; i += 1) await collect();
  const before = process.memoryUsage();
  kept = [...kept, ...build(MAPS)];
  for (let i = 0; i < 4; i += 1) await collect();
  const after = process.memoryUsage();
  if (kept.some((map) => map.size !== 1)) throw new Error(`${id}: a new map does not hold its entry`);
  return {
    heap: (after.heapUsed - before.heapUsed) / MAPS,
    resident: (after.rss - before.rss) / MAPS,
  };

  function build(/** @type {number} */ count) {
    return Array.from({ length: count }, (_, i) => {
      const map = make({ max: MAX, ttl: HOUR });
      map.set(key, i);
      return map;
    });
  }
}
