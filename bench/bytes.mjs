// What a map with one entry weighs: thousands of them, each contender in a process of its own.

import { contender } from './contenders.mjs';
import { textKeys } from './load.mjs';
import { between, settled } from './measure.mjs';

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
  const before = await settled();
  kept = [...kept, ...build(MAPS)];
  const after = await settled();
  if (kept.some((map) => map.size !== 1)) throw new Error(`${id}: a new map does not hold its entry`);
  return between(before, after, MAPS);

  function build(/** @type {number} */ count) {
    return Array.from({ length: count }, (_, i) => {
      const map = make({ max: MAX, ttl: HOUR });
      map.set(key, i);
      return map;
    });
  }
}
