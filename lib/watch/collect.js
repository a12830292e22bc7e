'use strict';

// Asking the runtime for a collection. What was shed is not free before one, and runtimes let garbage pile up
// to a multiple of what lives before they begin: with sheds alone the test's child (`pressure.test.mjs`) goes to
// more than twice its limit.

/** @returns {(() => void) | undefined} `undefined` where a collection cannot be asked for */
function findCollector() {
  const { Bun, gc } = /** @type {any} */ (globalThis);
  if (Bun !== undefined) return () => Bun.gc(true);
  if (typeof gc === 'function') return () => gc();
  try {
    // The one way without a flag at the start. The flag is for new contexts; ours stays as it is.
    const { setFlagsFromString } = require('node:v8');
    setFlagsFromString('--expose-gc');
    const found = require('node:vm').runInNewContext('gc');
    setFlagsFromString('--no-expose-gc');
    return typeof found === 'function' ? () => found() : undefined;
  } catch {
    return undefined;
  }
}

/** @type {(() => void) | undefined} */
let collector;
let looked = false;

/** Collects garbage now. Answers whether it could. */
function collect() {
  if (!looked) collector = findCollector();
  looked = true;
  collector?.();
  return collector !== undefined;
}

exports.collect = collect;
exports.findCollector = findCollector;
