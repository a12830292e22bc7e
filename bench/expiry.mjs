// A million entries that nobody touches again: how long it takes until they are gone, how long the event
// loop stands still on the way, and how many timers that takes. For every contender that offers to
// remove expired entries on its own, with what it offers for that.

import { contender } from './contenders.mjs';
import { textKeys } from './load.mjs';

const ENTRIES = 1_000_000;
/** Longer than it takes to store a million entries, or the first are gone before the last are in. */
const FIRST_TTL = 3000;
const LAST_TTL = 24_000;
const EARLY = 150;
const LATE = 20;
/** How long to wait for the last to go, ms. */
const PATIENCE = 30_000;
/** What entries live that are stored over a minute, ms. */
const SHORT_TTL = 5000;

/** The benchmark's own pauses are not counted. */
const later = globalThis.setTimeout;

/** @typedef {{ gaps: number[], tookMs: number, left: number, timers: number }} Expiry */

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

/** How many are held, found without a touch: maps of ours are not asked, for a question has them look. @param {any} map */
function held(map) {
  const size = Object.getOwnPropertyDescriptor(Map.prototype, 'size')?.get;
  return map instanceof Map ? size?.call(map) : map.size;
}

/**
 * @param {(limits: { max: number, ttl: number }) => any} make
 * @param {string[]} keys
 * @param {{ reset(): void }} timers
 */
async function together(make, keys, timers) {
  for (let ttl = FIRST_TTL; ttl <= LAST_TTL; ttl *= 2) {
    const map = make({ max: keys.length, ttl });
    const start = performance.now();
    for (let i = 0; i < keys.length; i += 1) map.set(keys[i], { i });
    if (held(map) < keys.length || performance.now() - start + EARLY * 2 > ttl) {
      map.clear();
      timers.reset();
      continue;
    }
    const filled = performance.now();
    await new Promise((resolve) => {
      later(resolve, start + ttl - EARLY - performance.now());
    });
    // The loop is held until the last entry is due: whoever removes them then finds a million at once.
    while (performance.now() < filled + ttl + LATE);
    return watch(map, () => true);
  }
  throw new Error('storing a million entries takes too long here');
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
  const store = () => {
    const due = Math.min(keys.length, Math.floor(((performance.now() - start) / over) * keys.length));
    for (; stored < due; stored += 1) map.set(keys[stored], { i: stored });
    return stored === keys.length;
  };
  return watch(map, store, over);
}

/**
 * Turns of the event loop until nothing is held any more.
 * @param {any} map
 * @param {() => boolean} each done in every turn; answers whether all is stored
 * @param {number} [more] ms to wait longer
 */
async function watch(map, each, more = 0) {
  const begin = performance.now();
  /** @type {number[]} */
  const gaps = [];
  let last = begin;
  for (;;) {
    await new Promise((resolve) => {
      // Over a minute others are measured at the same time: the loop sleeps in between.
      if (more > 0) later(resolve, 1);
      else setImmediate(resolve);
    });
    const now = performance.now();
    gaps.push(now - last);
    const stored = each();
    last = performance.now();
    if ((stored && held(map) === 0) || now - begin > PATIENCE + more) break;
  }
  return { gaps, tookMs: performance.now() - begin, left: held(map) };
}
