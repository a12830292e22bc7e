'use strict';

// Collecting garbage between rounds, on every runtime, started with a flag for it or not.

const { findCollector } = require('../watch/collect');

// As it was when this was loaded: a test may have put fake timers in its place.
const { setImmediate: macrotask } = globalThis;

/** @type {(() => void) | undefined} */
let found;

function find() {
  const collector = findCollector();
  if (collector !== undefined) return collector.collect;
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
