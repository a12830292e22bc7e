// What contract tests share: collections on a clock that the test moves, with everything their hooks
// say written down, and audited when the test is over.

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { test } from '../harness.mjs';

const require = createRequire(import.meta.url);
export const { RobustSessionMap, RobustSessionSet, SessionLimitError, SessionClosedError } = require('../../index.js');
export const { ManualClock } = require('../../testing.js');
const { engineOf } = require('../../lib/engine.js');

/** The two ways of reading the clock: at every operation, or cached as the default clock is. */
const MODES = ['exact', 'cached'];

class Scope {
  /** @param {string} mode */
  constructor(mode) {
    this.mode = mode;
    this.clock = this.newClock();
    this.made = [];
    /** Removals, `[key, value, reason]` each. */
    this.log = [];
    /** What `onError` got, `{ error, key, reason }` each. */
    this.errors = [];
  }

  /** Another clock, read as this scope's is. */
  newClock(clock = new ManualClock()) {
    engineOf(clock).exact = this.mode === 'exact';
    return clock;
  }

  /** A clock whose timers never fire: what is due stays until an operation comes upon it. */
  deafClock() {
    assert.strictEqual(this.mode, 'exact', 'a cached time needs its timer');
    let now = 0;
    return { now: () => now, setTimer: () => () => {}, advance: (ms) => void (now += ms) };
  }

  options(given) {
    return {
      clock: this.clock,
      onRemove: (key, value, reason) => void this.log.push([key, value, reason]),
      onError: (error, context) => void this.errors.push({ error, ...context }),
      ...given,
    };
  }

  /** Has a collection audited at the end of the test, and closed. */
  keep(collection) {
    this.made.push(collection);
    return collection;
  }

  map(given = {}, entries = undefined) {
    return this.keep(new RobustSessionMap(this.options(given), entries));
  }

  set(given = {}, values = undefined) {
    return this.keep(new RobustSessionSet(this.options(given), values));
  }

  /** A map or a set; see {@link put} and {@link read}. */
  of(kind, given = {}) {
    return kind === 'map' ? this.map(given) : this.set(given);
  }

  /** Moves the time. A cached time stamps what was logged at its next look at the clock: it looks first. */
  advance(ms) {
    if (this.mode === 'cached') for (const collection of this.made) void collection.size;
    this.clock.advance(ms);
  }

  /** What left since the last call, as "key:reason". */
  left() {
    return this.log.splice(0).map(([key, , reason]) => `${String(key)}:${reason}`);
  }

  audit() {
    for (const collection of this.made) assert.strictEqual(collection.validate(), true);
  }

  close() {
    for (const collection of this.made) {
      collection.close();
      assert.strictEqual(collection.validate(), true);
    }
  }
}

/**
 * A test under each way of reading the clock; what it makes with its scope is audited at the end.
 *
 * @param {string} name
 * @param {(scope: Scope) => unknown} fn may be async
 */
export function contract(name, fn, modes = MODES) {
  for (const mode of modes) {
    test(modes.length > 1 ? `${name} [${mode} clock]` : name, async () => {
      const scope = new Scope(mode);
      await fn(scope);
      scope.audit();
      scope.close();
    });
  }
}

/** A test that needs a clock read at every operation. */
export const exactly = (name, fn) => contract(name, fn, ['exact']);

export const KINDS = ['map', 'set'];

/** Stores a key, in a map as its own value. */
export function put(collection, key, options) {
  return collection instanceof Map ? collection.set(key, key, options) : collection.add(key, options);
}

/** The read that touches: `get` of a map, `has` of a set. Answers whether the key is there. */
export function read(collection, key) {
  return collection instanceof Map ? collection.get(key) !== undefined : collection.has(key);
}

/** Keys in order, without touching. */
export const keys = (collection) => [...collection.keys()];
