// A million entries that nobody touches again: how long it takes until they are gone, how long the event
// loop stands still on the way, and how many timers that takes. For every contender that offers to
// remove expired entries on its own, with what it offers for that.

import { contender } from './contenders.mjs';
import { fill, held, untilDue, watchGaps } from './due.mjs';
import { textKeys } from './load.mjs';

const ENTRIES = 1_000_000;
/** How long to wait for the last to go, ms. */
const PATIENCE = 30_000;
/** What entries live that are stored over a minute, ms. */
const SHORT_TTL = 5000;

/** @typedef {{ max: number, p99: number, tookMs: number, left: number, timers: number }} Expiry */

/**
 * @param {{ contenders: string[], over: number }} job `over`: ms in which they are stored, and so fall due; 0: all at one moment
 * @returns {Promise<Expiry>}
 */
export async function expiry({ contenders: [id], over }) {
  const timers = countTimers();
  const make = await /** @type {() => Promise<any>} */ (contender(id).sweeping)();
  const keys = textKeys(ENTRIES);
  const found = over > 0 ? await spread(make, keys, over) : await together(make, keys, timers);
  return { ...found, timers: timers.count() };
}

/** How many timers were made since. */
function countTimers() {
  let count = 0;
  const { setTimeout: timeout, setInterval: interval } = globalThis;
  // What makes a `setTimeout` more than a function (`promisify`) is kept.
  globalThis.setTimeout = Object.assign((/** @type {any[]} */ ...args) => {
    count += 1;
    return Reflect.apply(timeout, undefined, args);
  }, timeout);
  globalThis.setInterval = Object.assign((/** @type {any[]} */ ...args) => {
    count += 1;
    return Reflect.apply(interval, undefined, args);
  }, interval);
  return {
    count: () => count,
    reset: () => {
      count = 0;
    },
  };
}

/**
 * @param {(limits: { max: number, ttl: number }) => any} make
 * @param {string[]} keys
 * @param {{ reset(): void }} timers
 */
async function together(make, keys, timers) {
  const { map, ...times } = fill((ttl) => make({ max: keys.length, ttl }), keys, (slow) => {
    slow.clear();
    timers.reset();
  });
  await untilDue(times, true);
  return { ...await watchGaps(() => held(map) === 0, PATIENCE), left: held(map) };
}

/**
 * @param {(limits: { max: number, ttl: number }) => any} make
 * @param {string[]} keys
 * @param {number} over
 */
async function spread(make, keys, over) {
  const map = make({ max: keys.length, ttl: SHORT_TTL });
  const start = performance.now();
  let stored = 0;
  const gone = () => {
    const due = Math.min(keys.length, Math.floor(((performance.now() - start) / over) * keys.length));
    for (; stored < due; stored += 1) map.set(keys[stored], { i: stored });
    return stored === keys.length && held(map) === 0;
  };
  return { ...await watchGaps(gone, PATIENCE + over, true), left: held(map) };
}
