// How long the sweep of a million due entries holds the event loop. The engine's wake-up is wrapped, so
// that the timer's own stretches are told from what else the runtime does (garbage collection mostly,
// which shows in the gaps between turns of the loop).

import { createRequire } from 'node:module';
import { textKeys } from './load.mjs';

const { Engine } = createRequire(import.meta.url)('../lib/engine.js');

const ENTRIES = 1_000_000;
/** Longer than it takes to store a million entries, or the first are gone before the last are in. */
const FIRST_TTL = 2500;
const LAST_TTL = 20_000;
const PATIENCE = 60_000;
const EARLY = 150;
const LATE = 20;
const mapSize = /** @type {() => number} */ (Object.getOwnPropertyDescriptor(Map.prototype, 'size')?.get);

/**
 * @typedef {object} Scenario
 * @property {string} id
 * @property {string} title
 * @property {boolean} together whether all are due before the timer gets its turn
 * @property {boolean} stays whether one entry is not due, so that the map cannot be emptied as a whole
 * @property {boolean} hooked whether `onRemove` is told about each
 */

/** @type {readonly Scenario[]} */
export const scenarios = [
  { id: 'together', title: 'all due at one moment', together: true, stays: false, hooked: false },
  { id: 'all-but-one', title: 'all due at one moment but one entry that stays', together: true, stays: true, hooked: false },
  { id: 'hooked', title: 'all due at one moment, each with an onRemove call', together: true, stays: false, hooked: true },
  { id: 'spread', title: 'due one after the other, as they were stored', together: false, stays: false, hooked: false },
];

/**
 * @param {string} id of the scenario
 * @returns {Promise<{ wakes: number[], gaps: number[], tookMs: number, fillMs: number, wrong?: string }>}
 */
export async function stall(id) {
  const scenario = /** @type {Scenario} */ (scenarios.find((one) => one.id === id));
  const keys = textKeys(ENTRIES);
  for (let ttl = FIRST_TTL; ttl <= LAST_TTL; ttl *= 2) {
    const result = await attempt(scenario, keys, ttl);
    if (result !== undefined) return result;
  }
  throw new Error('storing a million entries takes too long here');
}

/**
 * Answers nothing if the first entries were due before the last were stored.
 * @param {Scenario} scenario
 * @param {string[]} keys
 * @param {number} ttl
 */
async function attempt({ together, stays, hooked }, keys, ttl) {
  const { RobustSessionMap } = (await import('../index.js')).default;
  let told = 0;
  const onRemove = hooked ? () => {
    told += 1;
  } : undefined;
  const map = new RobustSessionMap({ ttl, maxSize: Infinity, onRemove });
  if (stays) map.set('stays', {}, { ttl: Infinity });
  const start = performance.now();
  for (let i = 0; i < keys.length; i += 1) map.set(keys[i], { i });
  // What is still in the log is stamped now, not when the loop is free again.
  const held = map.size;
  const filled = performance.now();
  if (held < keys.length || filled - start + EARLY * 2 > ttl) {
    map.close();
    return undefined;
  }
  const wakes = watchWakes();
  await new Promise((resolve) => {
    setTimeout(resolve, start + ttl - EARLY - performance.now());
  });
  // The loop is held until the last entry is due: the timer then finds a million at once.
  if (together) while (performance.now() < filled + ttl + LATE);
  const rest = stays ? 1 : 0;
  const begin = performance.now();
  const gaps = await watchGaps(() => mapSize.call(map) === rest && (!hooked || told === keys.length));
  const tookMs = performance.now() - begin;
  const left = mapSize.call(map) - rest;
  const wrong = left === 0 && (!hooked || told === keys.length) ? undefined : `${left} entries are still there, ${told} were told`;
  return { wakes: wakes.filter((ms) => ms > 0), gaps, tookMs, fillMs: filled - start, wrong };
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

/**
 * The milliseconds of each turn of the event loop, until `done`.
 * @param {() => boolean} done
 * @returns {Promise<number[]>}
 */
function watchGaps(done) {
  return new Promise((resolve) => {
    /** @type {number[]} */
    const gaps = [];
    const begin = performance.now();
    let last = begin;
    const turn = () => {
      const now = performance.now();
      // Turns of an idle loop are no stalls, and there are hundreds of thousands.
      if (now - last > 0.5) gaps.push(now - last);
      last = now;
      if (done() || now - begin > PATIENCE) resolve(gaps);
      else setImmediate(turn);
    };
    setImmediate(turn);
  });
}
