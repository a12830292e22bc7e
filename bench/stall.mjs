// How long the sweep of a million due entries holds the event loop. The engine's wake-up is wrapped, so
// that the timer's own stretches are told from what else the runtime does (garbage collection mostly,
// which shows in the gaps between turns of the loop).

import { createRequire } from 'node:module';
import { fill, held, untilDue, watchGaps } from './due.mjs';
import { textKeys } from './load.mjs';

const { Engine } = createRequire(import.meta.url)('../lib/engine.js');

const ENTRIES = 1_000_000;
const PATIENCE = 60_000;

/**
 * @typedef {object} Scenario
 * @property {string} id
 * @property {string} title
 * @property {boolean} together whether all are due before the timer gets its turn
 * @property {number} stay how many entries, all over the map, are used all the time, so that it cannot be emptied as a whole
 * @property {boolean} hooked whether `onRemove` is told about each
 */

/** @type {readonly Scenario[]} */
export const scenarios = [
  { id: 'together', title: 'all due at one moment', together: true, stay: 0, hooked: false },
  { id: 'all-but-some', title: 'all due at one moment but a hundred that are in use', together: true, stay: 100, hooked: false },
  { id: 'hooked', title: 'all due at one moment, each with an onRemove call', together: true, stay: 0, hooked: true },
  { id: 'spread', title: 'due one after the other, as they were stored', together: false, stay: 0, hooked: false },
  { id: 'spread-but-some', title: 'due one after the other but a hundred that are in use', together: false, stay: 100, hooked: false },
];

/**
 * @param {string} id of the scenario
 * @returns {Promise<{ wakes: number[], gap: number, tookMs: number, wrong?: string }>}
 */
export async function stall(id) {
  const { together, stay, hooked } = /** @type {Scenario} */ (scenarios.find((one) => one.id === id));
  const { RobustSessionMap } = (await import('../index.js')).default;
  const keys = textKeys(ENTRIES);
  let told = 0;
  const onRemove = hooked ? () => {
    told += 1;
  } : undefined;
  const make = (/** @type {number} */ ttl) => {
    told = 0;
    return new RobustSessionMap({ ttl, maxSize: Infinity, onRemove });
  };
  const { map, ...times } = fill(make, keys, (slow) => slow.close());
  const used = Array.from({ length: stay }, (_, i) => keys[i * Math.floor(keys.length / stay)]);
  const use = () => {
    for (const key of used) map.get(key);
  };
  use();
  const using = setInterval(use, 100);
  const wakes = watchWakes();
  await untilDue(times, together);
  use();
  const { max: gap, tookMs } = await watchGaps(() => held(map) === stay && (!hooked || told === keys.length), PATIENCE);
  clearInterval(using);
  const left = held(map) - stay;
  const wrong = left === 0 && (!hooked || told === keys.length) ? undefined : `${left} entries are still there, ${told} were told`;
  return { wakes: wakes.filter((ms) => ms > 0), gap, tookMs, wrong };
}

/**
 * The longest single `delete` while a plain Map of as many entries is emptied: runtimes move a Map to a
 * smaller table in one go, and no slicing of the sweep can divide that.
 * @returns {{ ms: number, left: number }} and the entries that were left just then
 */
export function shrink() {
  const map = new Map(textKeys(ENTRIES).map((key, i) => [key, { i }]));
  const longest = { ms: 0, left: 0 };
  let last = performance.now();
  for (const key of map.keys()) {
    map.delete(key);
    const now = performance.now();
    if (now - last > longest.ms) Object.assign(longest, { ms: now - last, left: map.size });
    last = now;
  }
  return longest;
}

/** The milliseconds of each wake-up from now on. @returns {number[]} */
function watchWakes() {
  const { wake } = Engine.prototype;
  /** @type {number[]} */
  const wakes = [];
  Engine.prototype.wake = function timedWake() {
    const start = performance.now();
    wake.call(this);
    wakes.push(performance.now() - start);
  };
  return wakes;
}
