// A million entries that are due: how a map comes to hold them, and what the event loop does until they are gone.

import { Gaps } from './gaps.mjs';

/** Longer than it takes to store a million entries, or the first are gone before the last are in; ms. */
const FIRST_TTL = 2500;
const LAST_TTL = 24_000;
const EARLY = 150;
const LATE = 20;

/** The benchmark's own pauses: of timers that contenders make some jobs keep count. */
const later = globalThis.setTimeout;
const mapSize = /** @type {() => number} */ (Object.getOwnPropertyDescriptor(Map.prototype, 'size')?.get);

/** How many are held, found without a touch: a map of ours that is asked looks who is due. @param {any} map @returns {number} */
export function held(map) {
  return map instanceof Map ? mapSize.call(map) : map.size;
}

/**
 * Fills a map with as long a ttl as that takes.
 * @param {(ttl: number) => any} make
 * @param {readonly string[]} keys
 * @param {(map: any) => void} drop one that was too slow
 * @returns {{ map: any, ttl: number, start: number, filled: number }} when storing began and ended
 */
export function fill(make, keys, drop) {
  for (let ttl = FIRST_TTL; ttl <= LAST_TTL; ttl *= 2) {
    const map = make(ttl);
    const before = held(map);
    const start = performance.now();
    for (let i = 0; i < keys.length; i += 1) map.set(keys[i], { i });
    // Ours is asked: what is still in its log is stamped now, not when the loop is free again.
    const stored = map.size - before;
    const filled = performance.now();
    if (stored === keys.length && filled - start + EARLY * 2 <= ttl) return { map, ttl, start, filled };
    drop(map);
  }
  throw new Error('storing a million entries takes too long here');
}

/**
 * Waits until just before the first is due; with `together` the loop is then held until the last one is,
 * so that whoever removes them finds a million at once.
 * @param {{ ttl: number, start: number, filled: number }} times
 * @param {boolean} together
 */
export async function untilDue({ ttl, start, filled }, together) {
  await new Promise((resolve) => {
    later(resolve, start + ttl - EARLY - performance.now());
  });
  if (together) while (performance.now() < filled + ttl + LATE);
}

/**
 * The longest turns of the event loop, ms, until `done` or out of patience.
 * @param {() => boolean} done
 * @param {number} patience ms
 * @param {boolean} [sleeping] whether the loop sleeps between turns: others are measured at the same time
 */
export async function watchGaps(done, patience, sleeping = false) {
  const begin = performance.now();
  const gaps = new Gaps();
  let last = begin;
  for (;;) {
    await new Promise((resolve) => {
      if (sleeping) later(resolve, 1);
      else setImmediate(resolve);
    });
    const now = performance.now();
    gaps.add(now - last);
    const over = done();
    last = performance.now(); // what `done` does itself is no gap
    if (over || now - begin > patience) return { max: gaps.max, p99: gaps.percentile(99), tookMs: now - begin };
  }
}
