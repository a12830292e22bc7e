// What entries weigh beyond their keys and values, what stays of a map that is dropped, what a hundred
// million sets at a fixed bound leave behind, and whether instances that are dropped are collected. Each
// contender in a process of its own.

import { contender } from './contenders.mjs';
import { textKeys } from './load.mjs';
import { between, collect, pause, settled } from './measure.mjs';

const HOUR = 3_600_000;
const ENTRIES = 1_000_000;
const BOUND = 10_000;
const INSTANCES = 50;
const EACH = 100;
/** V8 gives room for young objects back when it has seen few allocations for some seconds, ms. */
const CALM = 3000;

/** @param {{ contenders: string[] }} job */
export async function weight({ contenders: [id] }) {
  const make = await contender(id).load();
  const keys = textKeys(ENTRIES);
  const value = { shared: true };
  const small = make({ max: 1000, ttl: HOUR });
  for (let i = 0; i < 1000; i += 1) small.set(keys[i], value);
  await settled();
  await pause(CALM);
  const before = await settled();
  let map = make({ max: ENTRIES, ttl: HOUR });
  for (let i = 0; i < ENTRIES; i += 1) map.set(keys[i], value);
  await settled();
  await pause(CALM);
  const full = await settled();
  if (map.size !== ENTRIES) throw new Error(`${id} holds ${map.size} entries`);
  map = undefined;
  await settled();
  await pause(CALM);
  const dropped = await settled();
  if (keys.length !== ENTRIES || small.size !== 1000) throw new Error('something was dropped too early');
  return { perEntry: between(before, full, ENTRIES), stays: between(before, dropped, 1) };
}

/** @param {{ contenders: string[], sets: number }} job */
export async function churn({ contenders: [id], sets }) {
  const make = await contender(id).load();
  const keys = textKeys(BOUND * 2);
  const map = make({ max: BOUND, ttl: HOUR });
  const run = (/** @type {number} */ count) => {
    for (let i = 0, at = 0; i < count; i += 1) {
      map.set(keys[at], i);
      at = at + 1 === keys.length ? 0 : at + 1;
    }
  };
  run(sets / 100);
  await settled();
  const before = await settled();
  const start = performance.now();
  // In parts, with turns of the loop between them, as in a program that lives.
  for (let part = 0; part < 100; part += 1) {
    run(sets / 100);
    await pause(0);
  }
  const tookMs = performance.now() - start;
  await settled();
  const after = await settled();
  if (map.size !== BOUND) throw new Error(`${id} holds ${map.size} entries`);
  return { ...between(before, after, 1), tookMs };
}

/** @param {{ contenders: string[] }} job */
export async function collectable({ contenders: [id] }) {
  const { load, sweeping = load } = contender(id);
  const make = await sweeping();
  const keys = textKeys(EACH);
  const references = Array.from({ length: INSTANCES }, () => filled(make, keys));
  for (let round = 0; round < 12; round += 1) {
    await collect();
    await pause(10);
  }
  return { collected: references.filter((reference) => reference.deref() === undefined).length, of: INSTANCES };
}

/** In a frame of its own: nothing of it may stay on the stack. @param {(limits: { max: number, ttl: number }) => any} make @param {string[]} keys */
function filled(make, keys) {
  const map = make({ max: EACH, ttl: HOUR });
  for (const key of keys) map.set(key, { key });
  return new WeakRef(map.cache ?? map); // a wrapper is not what it wraps
}
