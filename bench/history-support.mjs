// What the jobs about histories share.

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
export const { BoundedHistory } = require('../index.js');
export const binding = require('../binding.js');
export const { passNow } = require('../lib/history/idle.js');

export const MESSAGES = 200;
export const MB = 2 ** 20;

/** All of it: since version 22 V8 keeps pages for later use otherwise, whatever was dropped. */
export const gc = () => (globalThis.Bun === undefined ? globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' }) : globalThis.Bun.gc(true));
export const turn = () => new Promise((resolve) => setImmediate(resolve));
/** @param {number} ms */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** V8 gives back what its space for young objects has grown by when it has seen few allocations for 5 s, ms. */
const CALM = 5500;

/** Resident bytes once nothing more is given back, the room for young objects (up to 50 MB) included. */
export async function calmResident() {
  await resident();
  await pause(CALM);
  return resident();
}

/** Resident bytes once nothing more is given back at once. */
export async function resident() {
  let least = Infinity;
  for (let round = 0; round < 12; round += 1) {
    gc();
    await turn();
    await pause(20);
    const { rss } = process.memoryUsage();
    if (round > 4 && rss > least - MB / 4) break;
    least = Math.min(least, rss);
  }
  return Math.min(least, process.memoryUsage().rss);
}

/** Text is compressed, and nothing of it is warm. */
export function sealAll() {
  passNow();
  binding.historyClock(60_000);
  binding.historySealNow();
  binding.historyClock(60_000);
  binding.historySealNow();
}
