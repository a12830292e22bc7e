// The observable state of a map or a set, and the proof that a call has not changed it.

import assert from 'node:assert';

/** @param {any} collection */
export function stateOf(collection) {
  return { entries: [...collection.entries()], stats: collection.stats() };
}

/** The audit of both sides. @param {any} collection */
export function audit(collection) {
  assert.strictEqual(collection.validate(), true);
}

/**
 * Runs `fn`, which must throw, and compares the collection before and after. Returns the error.
 * @param {any} collection
 * @param {() => unknown} fn
 */
export function throwsUnchanged(collection, fn) {
  const before = stateOf(collection);
  let error;
  try {
    fn();
  } catch (caught) {
    error = caught;
  }
  assert.ok(error !== undefined, 'nothing was thrown');
  assert.deepStrictEqual(stateOf(collection), before);
  audit(collection);
  return error;
}

/** Every hook call, as `key:value:reason`. */
export function hookLog() {
  const calls = [];
  return { calls, onRemove: (key, value, reason) => void calls.push(`${String(key)}:${String(value)}:${reason}`) };
}

/** A promise and its two ends. */
export function deferred() {
  let resolve;
  let reject;
  const promise = new Promise((fulfil, fail) => {
    resolve = fulfil;
    reject = fail;
  });
  return { promise, resolve, reject };
}
