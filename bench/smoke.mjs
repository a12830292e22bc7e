// The correctness smoke: each contender must keep what it claims before anything of it is measured.
// A speed is worth nothing if the answer is wrong.

import assert from 'node:assert/strict';
import { contender } from './contenders.mjs';
import { textKeys } from './load.mjs';

const HOUR = 3_600_000;
const OPERATIONS = 20_000;
const TTL = 240;
const STEP = 60;
const STEPS = 6;
/** Real time is used, and a busy machine may let a step take longer than the ttl: then once more. */
const TRIES = 5;

/** @typedef {(limits: { max: number, ttl: number }) => any} Make */

/** @type {Record<import('./contenders.mjs').Claim, (make: Make) => void | Promise<void>>} */
const checks = { map: isMap, has: tells, delete: deletes, bound: isBound, lru: isLru, ttl: expires, idle: restarts };

/**
 * @param {readonly string[]} ids
 * @returns {Promise<Record<string, Record<string, string>>>} what is wrong, by contender and claim
 */
export async function smoke(ids) {
  const results = await Promise.all(ids.map(async (id) => {
    /** @type {Record<string, string>} */
    const wrong = {};
    const { claims, load } = contender(id);
    for (const claim of claims) {
      try {
        await checks[claim](await load());
      } catch (error) {
        wrong[claim] = error instanceof Error ? error.message.split('\n')[0] : String(error);
      }
    }
    return [id, wrong];
  }));
  return Object.fromEntries(results);
}

/** Keys of both kinds. */
const bothKinds = () => [textKeys(200), Array.from({ length: 200 }, (_, i) => i)];

/** Equal, not identical. @param {any} key */
const same = (key) => (typeof key === 'string' ? Buffer.from(key).toString('latin1') : key);

/** @param {Make} make */
function isMap(make) {
  for (const keys of bothKinds()) {
    const map = make({ max: 100, ttl: HOUR });
    for (let i = 0; i < 100; i += 1) map.set(keys[i], i);
    assert.equal(map.size, 100, `size is ${map.size} after 100 entries`);
    for (let i = 0; i < 100; i += 1) {
      assert.equal(map.get(same(keys[i])), i, `a full one loses entry ${i} when another, existing one is set`);
      assert.equal(map.get(keys[100 + i]), undefined, 'get of an absent key');
      map.set(keys[i], i + 1000);
      assert.equal(map.get(keys[i]), i + 1000, 'get after a second set');
    }
    assert.equal(map.size, 100, `size is ${map.size} after setting existing entries`);
  }
}

/** @param {Make} make */
function tells(make) {
  for (const keys of bothKinds()) {
    const map = make({ max: 100, ttl: HOUR });
    for (let i = 0; i < 100; i += 1) map.set(keys[i], i);
    for (let i = 0; i < 100; i += 1) {
      assert.equal(map.has(same(keys[i])), true, `has denies an entry whose value is ${i}`);
      assert.equal(map.has(keys[100 + i]), false, 'has finds an absent key');
    }
  }
}

/** @param {Make} make */
function deletes(make) {
  for (const keys of bothKinds()) {
    const map = make({ max: 100, ttl: HOUR });
    for (let i = 0; i < 100; i += 1) map.set(keys[i], i);
    assert.equal(map.delete(keys[3]), true, 'delete of an entry');
    assert.equal(map.delete(keys[3]), false, 'delete of an absent key');
    assert.equal(map.get(keys[3]), undefined, 'get of a deleted key');
    assert.equal(map.size, 99, `size is ${map.size} after a delete`);
    map.set(keys[3], 'again');
    assert.equal(map.get(keys[3]), 'again', 'get of a key deleted and set');
  }
}

/** @param {Make} make */
function isBound(make) {
  const keys = textKeys(1000);
  const map = make({ max: 10, ttl: HOUR });
  keys.forEach((key, i) => {
    map.set(key, i);
    assert.ok(map.size <= 10, `holds ${map.size} entries, not 10`);
    assert.equal(map.get(key), i, 'get of what was just set');
  });
  assert.equal(map.size, 10, `holds ${map.size} entries, not 10`);
}

/** Against a naive model: a plain Map in order of use. @param {Make} make */
function isLru(make) {
  const max = 50;
  const keys = textKeys(max * 2);
  const map = make({ max, ttl: HOUR });
  const model = new Map();
  let state = 1;
  const random = (/** @type {number} */ below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let i = 0; i < OPERATIONS; i += 1) {
    const key = keys[random(keys.length)];
    const what = random(10);
    if (what < 5) {
      const value = model.get(key);
      assert.equal(map.get(key), value, `operation ${i}: get answers otherwise than an exact LRU`);
      if (model.delete(key)) model.set(key, value);
    } else if (what < 9) {
      map.set(key, i);
      model.delete(key);
      model.set(key, i);
      if (model.size > max) model.delete(model.keys().next().value);
    } else {
      assert.equal(map.delete(key), model.delete(key), `operation ${i}: delete answers otherwise than an exact LRU`);
    }
  }
  for (const key of keys) assert.equal(map.has(key), model.has(key), 'other entries are left than in an exact LRU');
}

/** @param {Make} make */
async function expires(make) {
  await timed(async (sleep) => {
    const map = make({ max: 10, ttl: TTL });
    map.set('key', 1);
    await sleep(STEP);
    const early = map.has('key');
    await sleep(TTL + STEP, Infinity);
    assert.equal(map.has('key'), false, 'has finds an expired entry');
    assert.equal(map.get('key'), undefined, 'get finds an expired entry');
    return () => assert.equal(early, true, 'the entry left before its ttl');
  });
}

/** @param {Make} make */
async function restarts(make) {
  await timed(async (sleep) => {
    const map = make({ max: 10, ttl: TTL });
    map.set('key', 1);
    let found = true;
    for (let i = 0; i < STEPS; i += 1) {
      await sleep(STEP);
      found &&= map.get('key') === 1;
    }
    await sleep(TTL + STEP, Infinity);
    assert.equal(map.get('key'), undefined, 'an entry that is used no more does not expire');
    return () => assert.equal(found, true, 'a get does not restart the time');
  });
}

/**
 * Runs a check in real time. What it answers is asserted only if no sleep took longer than it may.
 * @param {(sleep: (ms: number, most?: number) => Promise<void>) => Promise<() => void>} check
 */
async function timed(check) {
  for (let left = TRIES; left > 0; left -= 1) {
    let late = false;
    const claim = await check(async (ms, most = TTL - STEP) => {
      const start = performance.now();
      await new Promise((resolve) => {
        setTimeout(resolve, ms);
      });
      late ||= performance.now() - start > most;
    });
    if (!late) return claim();
  }
  throw new Error('the machine is too busy to check expiry');
}
