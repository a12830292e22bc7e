'use strict';

// Collecting garbage on demand, on every runtime, started with a flag for it or not.

// As they were when this was loaded: a test may have put fake timers in their place.
const { setImmediate: macrotask } = globalThis;

/** @type {(() => void) | undefined} */
let found;

/** @returns {() => void} */
function find() {
  const host = /** @type {any} */ (globalThis);
  if (typeof host.Bun?.gc === 'function') return () => host.Bun.gc(true);
  if (typeof host.gc === 'function') return () => host.gc();
  try {
    const { setFlagsFromString } = require('node:v8');
    const { runInNewContext } = require('node:vm');
    // The flag counts for contexts made from now on.
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc');
    setFlagsFromString('--no-expose-gc');
    if (typeof gc === 'function') return () => gc();
  } catch {
    // Not every runtime that has the modules has the functions.
  }
  throw new Error('expectNoLeak cannot collect garbage here: start the runtime with --expose-gc (Deno: --v8-flags=--expose-gc)');
}

/**
 * Collects all garbage, and what finalizers have let go. What reads memory afterwards has to do so at once: whatever is
 * allocated takes a stretch of memory, which counts as used.
 *
 * An object is kept until the end of the job that made or looked at a `WeakRef` to it, and finalizers run in
 * jobs of their own: so it takes two collections, each after the jobs that wait.
 *
 * @template T
 * @param {() => T} then runs after the last collection, before anything else
 * @returns {Promise<T>}
 */
async function collect(then) {
  found ??= find();
  await new Promise((resolve) => macrotask(resolve));
  found();
  await new Promise((resolve) => macrotask(resolve));
  found();
  return then();
}

exports.collect = collect;
