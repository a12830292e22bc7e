// One test file for both runtimes: `node:test` under Node, `bun:test` under Bun. Assert with `node:assert`.
//
// There is no way here to skip a test or to run only some, and a test takes no arguments: to Node that
// would be its context, to Bun a callback to wait for.

import { setImmediate as macrotask } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const isBun = process.versions.bun !== undefined;
const runner = isBun ? await import('bun:test') : await import('node:test');

/** For both runtimes the same; a hung test ends the run with its name. */
const TIMEOUT_MS = 120_000;

export const { describe, beforeEach, afterEach } = runner;

/** Once for all tests of the file or of a `describe`. @type {(fn: () => unknown) => void} */
export const beforeAll = isBun ? runner.beforeAll : runner.before;

/** @type {(fn: () => unknown) => void} */
export const afterAll = isBun ? runner.afterAll : runner.after;

/**
 * @param {string} name
 * @param {() => unknown} fn may be async
 */
export function test(name, fn) {
  if (typeof fn !== 'function' || fn.length > 0) throw new TypeError(`test "${name}" takes a function without parameters`);
  if (isBun) runner.test(name, () => fn(), TIMEOUT_MS);
  else runner.test(name, { timeout: TIMEOUT_MS }, () => fn());
}

function nodeGc() {
  if (globalThis.gc !== undefined) return globalThis.gc;
  // Works after the start too, but a new context is needed to see the function.
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}

/** Collects garbage now, all of it. @type {() => void} */
export const gc = isBun ? () => globalThis.Bun.gc(true) : nodeGc();

// An object is kept until the end of the job that looked at it, and Bun's scan of the stack is
// conservative: some rounds may be needed. The last of fifty histories went after up to sixty.
const ROUNDS = 240;

/**
 * How many of the objects are gone, after collecting until all are or nothing more can be expected.
 *
 * @param {WeakRef<object>[]} refs
 */
export async function collected(refs) {
  const gone = () => refs.filter((ref) => ref.deref() === undefined).length;
  for (let round = 0; round < ROUNDS; round += 1) {
    await macrotask();
    gc();
    await macrotask();
    if (gone() === refs.length) break;
  }
  return gone();
}
