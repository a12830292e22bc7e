'use strict';

// Asking the runtime for a collection. What was shed is not free before one, and runtimes let garbage pile up
// to a multiple of what lives before they begin: with sheds alone the test's child (`pressure.test.mjs`) goes to
// more than twice its limit.
//
// V8 keeps room for what is to come: since Node 22 pages that a collection has emptied, and on Node 24 up to 128 MB
// for new objects. It gives that back when it believes to be out of memory, which can be asked for as well.

/** As V8's own last attempt before a process dies for want of memory; V8 before 12 takes it for a usual one. */
const LAST_RESORT = { type: 'major', execution: 'sync', flavor: 'last-resort' };

/** @typedef {{ collect(): void, compact(): void }} Collector `compact` takes several times as long */

/** @returns {Collector | undefined} `undefined` where a collection cannot be asked for */
function findCollector() {
  const { Bun, gc } = /** @type {any} */ (globalThis);
  if (Bun !== undefined) return { collect: () => Bun.gc(true), compact: () => {} };
  if (typeof gc === 'function') return collectorOf(gc);
  try {
    // The one way without a flag at the start. The flag is for new contexts; ours stays as it is.
    const { setFlagsFromString } = require('node:v8');
    setFlagsFromString('--expose-gc');
    const found = require('node:vm').runInNewContext('gc');
    setFlagsFromString('--no-expose-gc');
    return typeof found === 'function' ? collectorOf(found) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {(options?: object) => void} gc
 * @returns {Collector}
 */
function collectorOf(gc) {
  return { collect: () => gc(), compact: () => gc(LAST_RESORT) };
}

/** @type {Collector | undefined} */
let collector;
let looked = false;

function known() {
  if (!looked) collector = findCollector();
  looked = true;
  return collector;
}

/** Collects garbage now. Answers whether it could. */
function collect() {
  known()?.collect();
  return collector !== undefined;
}

/** Collects all that can be, and has the runtime give back the room that it keeps. */
function compact() {
  known()?.compact();
}

/** @type {(() => { space_name: string, space_used_size: number }[]) | undefined} */
let spaces;

/**
 * Bytes that the next collection may take on top of what is resident: V8 copies young objects, and frees the room
 * where they were only afterwards. That is 16 MB at most before V8 12, and up to 64 since. 0 where it is not known.
 */
function copied() {
  if (spaces === undefined) {
    const { Bun, Deno } = /** @type {any} */ (globalThis);
    // Others have the function in part: it throws, or knows no spaces.
    spaces = Bun === undefined && Deno === undefined ? require('node:v8').getHeapSpaceStatistics : () => [];
  }
  return spaces().find(({ space_name: name }) => name === 'new_space')?.space_used_size ?? 0;
}

exports.collect = collect;
exports.compact = compact;
exports.copied = copied;
exports.findCollector = findCollector;
